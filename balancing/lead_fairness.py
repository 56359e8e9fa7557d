"""How evenly new work was given away over a year, and where somebody decided otherwise than the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from balancing.errors import InvalidLead
from balancing.fairness import deviation, gini, spread

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
class Evenness:
    """One metric over the team: each rep's amount and deviation from the rep's share, max − min, and Gini.

    `spread` is in the metric's unit, per full time; `gini` likewise compares what each got per full time.
    """

    metric: str
    amount: Mapping[str, float]
    deviation: Mapping[str, float]
    spread: float
    gini: float

    @property
    def max_deviation(self) -> float:
        return max((abs(value) for value in self.deviation.values()), default=0.0)


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
        InvalidLead: somebody got a lead who is none of the reps, or a share is not above 0.
    """
    rows = [row for row in given if first <= row.given_at < last]
    reps = list(share_of_full_time)
    parts = np.array([share_of_full_time[rep] for rep in reps], dtype=np.float64)
    if not len(reps) or not (parts > 0).all():
        raise InvalidLead("share_of_full_time: expected at least one rep, and shares above 0")
    if strangers := sorted({row.rep for row in rows} - set(reps)):
        raise InvalidLead(f"rep {strangers[0]!r} got a lead, expected one of {', '.join(reps)}")
    return FairnessReport(
        first=first,
        last=last,
        metrics=tuple(evenness(metric, rows, reps, parts) for metric in METRICS),
        overrides=tuple(row for row in rows if row.overridden),
    )


def evenness(metric: str, rows: Sequence[Given], reps: Sequence[str], parts: np.ndarray) -> Evenness:
    """One metric over the team."""
    amount = dict.fromkeys(reps, 0.0)
    for row in rows:
        amount[row.rep] += 1.0 if metric == "leads" else max(getattr(row, metric), 0.0)
    loads = np.array([amount[rep] for rep in reps])
    away = deviation(loads, parts / parts.sum())
    per_full_time = loads / parts
    return Evenness(
        metric, amount, dict(zip(reps, away.tolist(), strict=True)), spread(per_full_time), gini(per_full_time)
    )
