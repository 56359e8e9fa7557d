"""How evenly new work was given away over a year, and where somebody decided otherwise than the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from balancing.errors import InvalidLead
from balancing.fairness import Evenness, evenness

METRICS = ("leads", "work_min", "value")


@dataclass(frozen=True, slots=True)
class Given:
    """A lead that was given away: to `rep`, although the rules had chosen `chosen` (the same, or "" for nobody)."""

    lead: str
    rep: str
    given_at: datetime
    work_min: float = 0.0
    value: float = 0.0
    chosen: str = ""
    by: str = ""
    why: str = ""

    @property
    def overridden(self) -> bool:
        return self.rep != self.chosen


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """What was given away from `first` until before `last`."""

    first: datetime
    last: datetime
    metrics: tuple[Evenness, ...]
    overrides: tuple[Given, ...]


def fairness_report(
    given: Sequence[Given], share_of_full_time: Mapping[str, float], *, first: datetime, last: datetime
) -> FairnessReport:
    """Evenness of number, minutes and value among the reps of `share_of_full_time`, and every override.

    Who was there for half of the period counts with half of the share.

    Raises:
        InvalidLead: somebody got a lead who is none of the reps.
        InvalidMoves: there are no reps, or a share is not above 0.
    """
    rows = [row for row in given if first <= row.given_at < last]
    reps = list(share_of_full_time)
    if strangers := sorted({row.rep for row in rows} - set(reps)):
        raise InvalidLead(f"rep {strangers[0]!r} got a lead, expected one of {', '.join(reps)}")
    return FairnessReport(
        first=first,
        last=last,
        metrics=tuple(evenness(metric, amounts(metric, rows, reps), share_of_full_time) for metric in METRICS),
        overrides=tuple(row for row in rows if row.overridden),
    )


def amounts(metric: str, rows: Sequence[Given], reps: Sequence[str]) -> dict[str, float]:
    """What each rep got, in one metric."""
    sums = dict.fromkeys(reps, 0.0)
    for row in rows:
        sums[row.rep] += 1.0 if metric == "leads" else max(getattr(row, metric), 0.0)
    return sums
