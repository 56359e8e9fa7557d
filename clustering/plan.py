"""A division into zones and what can be proved about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.problem import ZoneProblem


@dataclass(frozen=True, slots=True)
class Certificate:
    """How good a plan provably is.

    `cost` is the plan's, `lower_bound` no plan described by `holds_for` can beat, `gap` = cost / lower_bound - 1
    (a share; 0 where both are 0).
    """

    cost: float
    lower_bound: float
    gap: float
    holds_for: str


@dataclass(frozen=True, slots=True, eq=False)
class ZonePlan:
    """Which account belongs to which zone.

    zone: (n,) zone index of each account. centres_m: (zones, 2) weighted mean, median or pinned centre.
    loads: (zones, metrics). max_deviation: the largest |load / (share × total) - 1| over zones and metrics.
    contiguity_breaks: accounts cut off from the main part of their zone.
    notes: sentences on what could not be met, and why.
    centre: (zones,) with travel times, the candidate each zone is served from.
    """

    zone: NDArray[np.int32]
    centres_m: NDArray[np.float64]
    loads: NDArray[np.float64]
    certificate: Certificate
    max_deviation: float
    contiguity_breaks: int
    notes: tuple[str, ...] = ()
    centre: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        for values in (self.zone, self.centres_m, self.loads, self.centre):
            if values is not None:
                values.setflags(write=False)

    def reasons(
        self,
        problem: ZoneProblem,
        names: Sequence[str] | None = None,
        needs: Sequence[str] | None = None,
        metrics: Sequence[str] | None = None,
    ) -> list[str]:
        """One sentence per account: why it is in its zone, and what the next best would cost; see `reasons.py`."""
        from clustering.reasons import reasons

        return reasons(problem, self, names, needs, metrics)
