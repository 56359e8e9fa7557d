"""A client of which somebody said that it is not visited: twelve zeros in what was agreed of its months.

A frequency of 0 alone says nothing, so that a policy (`planning.visit_policies`) or a plan gives the client visits.
"""

from collections.abc import Mapping
from typing import Any

FIELD = "visits_by_month"
NONE = (0.0,) * 12


def says_none(wishes: Mapping[str, Any] | None) -> bool:
    """True for wishes, as the record keeps them, by which no month has a visit."""
    months: list[float] = (wishes or {}).get(FIELD) or []
    return bool(months) and not any(months)


def with_none_said(said: Mapping[str, Any], kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """What somebody says of a site, no visits a year said in full; `kept` are the wishes that the site has.

    Who says 0 says it of every month, whatever else was agreed stays; who says more takes that back, and who speaks of
    other wishes only leaves it. What is said of months counts as it is.
    """
    own = said.get("wishes")
    if own is not None and FIELD in own:
        return dict(said)
    a_year = said.get("visits_per_year")
    wishes: dict[str, Any] = dict((kept if "wishes" not in said else own) or {})
    if a_year == 0 or (a_year is None and own is not None and says_none(kept)):
        wishes[FIELD] = list(NONE)
    elif a_year and says_none(wishes):
        del wishes[FIELD]
    else:
        return dict(said)
    return {**said, "wishes": wishes or None}
