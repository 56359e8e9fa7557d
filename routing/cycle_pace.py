"""How fast visits fall due: the same all year, or differing by month."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from routing.cycle_problem import Client, CycleProblem

ANCHOR = date(2001, 1, 1)  # a Monday; visits are counted from here so that one horizon continues the last
YEARS = 130


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """Visits fallen due as a piecewise linear function of the days since `ANCHOR`.

    `days` and `counts` are its corners; without corners it rises by one every `interval` days.
    """

    interval: float
    days: NDArray[np.float64]
    counts: NDArray[np.float64]

    def count(self, day: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Visits due until a moment (may be a fraction of one)."""
        if len(self.days):
            return np.asarray(np.interp(day, self.days, self.counts))
        return np.asarray(day) / self.interval

    def upto(self, day: float) -> float:
        """The same for one moment."""
        return float(self.count(day))

    def moment(self, count: float) -> float:
        """The first moment at which so many visits are due."""
        if not len(self.days):
            return count * self.interval
        corner = int(np.clip(np.searchsorted(self.counts, count - 1e-9), 1, len(self.counts) - 1))
        low, high = self.counts[corner - 1], self.counts[corner]
        share = (count - low) / (high - low) if high > low else 0.0
        return float(self.days[corner - 1] + share * (self.days[corner] - self.days[corner - 1]))


def pace_of(client: Client) -> Pace:
    """The pace of all of a client's visits, calls included."""
    if not client.visits_by_month:
        return Pace(client.interval_days, np.empty(0), np.empty(0))
    days, counts = _corners(client.visits_by_month)
    return Pace(client.interval_days, days, counts)


@lru_cache(maxsize=256)
def _corners(by_month: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lengths = [monthrange(ANCHOR.year + year, month)[1] for year in range(YEARS) for month in range(1, 13)]
    days = np.concatenate([[0.0], np.cumsum(np.array(lengths, np.float64))])
    return days, np.concatenate([[0.0], np.cumsum(np.tile(np.array(by_month, np.float64), YEARS))])


def shortest_interval(problem: CycleProblem, client: Client) -> float:
    """Days between two visits where they are densest in the horizon."""
    if not client.visits_by_month:
        return client.interval_days
    months = {(problem.starts_on + timedelta(days=day)).month for day in range(7 * problem.weeks)}
    densest = max(client.visits_by_month[month - 1] for month in months)
    return 28.0 / densest if densest else client.interval_days
