"""Reading what a job about plans was asked with: JSON that a program or a person wrote."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from planning.options import FIRST_YEAR, LAST_YEAR, LONGEST_EXTRA_MIN, TOLERANCE, WEEKS
from planning.record_errors import RefusedError
from planning.workload_rules import NO_RULES, RulesView

MOST_WEEKS = 26
MOST_IDS = 10_000


def days_given(what: Mapping[str, Any], name: str) -> date | None:
    """A day; None where none is named.

    Raises:
        RefusedError: it is no day that can be planned.
    """
    text = what.get(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except (TypeError, ValueError):
        raise RefusedError(f"{name}: expected a day like 2026-03-02, got {text!r}.") from None
    if not FIRST_YEAR <= found.year < LAST_YEAR:
        raise RefusedError(f"{name}: expected a day from {FIRST_YEAR} to {LAST_YEAR - 1}, got {text}.")
    return found


def weeks_given(what: Mapping[str, Any]) -> int:
    """How many weeks.

    Raises:
        RefusedError: no whole number of weeks, or too many.
    """
    weeks = what.get("weeks", WEEKS)
    if type(weeks) is not int or not 1 <= weeks <= MOST_WEEKS:
        raise RefusedError(f"weeks: expected a whole number from 1 to {MOST_WEEKS}, got {weeks!r}.")
    return weeks


def ids_given(what: Mapping[str, Any], name: str) -> tuple[int, ...] | None:
    """Ids, each once; None where all are meant.

    Raises:
        RefusedError: something else than ids, none, or too many.
    """
    ids = what.get(name)
    if ids is None:
        return None
    if not isinstance(ids, list) or not all(type(one) is int for one in ids) or not 0 < len(ids) <= MOST_IDS:
        raise RefusedError(f"{name}: expected a list of 1 to {MOST_IDS:,} ids, got {str(ids)[:60]}.")
    return tuple(dict.fromkeys(ids))


def minutes_given(what: Mapping[str, Any], rules: RulesView = NO_RULES) -> tuple[float, float]:
    """`access_min` of every visit, and `admin_min` of every working day; those of the rules where none are given.

    Raises:
        RefusedError: minutes that cannot be meant.
    """
    found = []
    for name in ("access_min", "admin_min"):
        minutes = what.get(name)
        minutes = getattr(rules, name) if minutes is None else minutes
        right = isinstance(minutes, (int, float)) and not isinstance(minutes, bool)
        if not right or not 0 <= minutes <= LONGEST_EXTRA_MIN:
            raise RefusedError(f"{name}: expected minutes from 0 to {LONGEST_EXTRA_MIN}, got {minutes!r}.")
        found.append(float(minutes))
    return found[0], found[1]


def tolerance_given(what: Mapping[str, Any]) -> float:
    """The band around every rep's share of the hours.

    Raises:
        RefusedError: no share.
    """
    share = what.get("tolerance", TOLERANCE)
    if not isinstance(share, (int, float)) or not 0 < share < 1:
        raise RefusedError(f"tolerance: expected a share between 0 and 1, like 0.05; got {share!r}.")
    return float(share)
