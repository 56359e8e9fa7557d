"""Two plans side by side: what changed, who moved, what it gains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from clustering.plan import ZonePlan
from clustering.problem import ZoneProblem


@dataclass(frozen=True, slots=True, eq=False)
class PlanChange:
    """What lies between two plans; `renamed[z]` is the zone of the second plan that continues zone z of the first.

    moved: rows of accounts whose zone changed once names are matched. moved_load (m,): their share of each metric.
    cost_gain: share of the cost saved (negative: lost). deviations and breaks: before, after.
    """

    renamed: NDArray[np.int32]
    moved: NDArray[np.int64]
    moved_load: NDArray[np.float64]
    cost_gain: float
    max_deviation: tuple[float, float]
    contiguity_breaks: tuple[int, int]


def compare_plans(problem: ZoneProblem, before: ZonePlan, after: ZonePlan, *, match: bool = True) -> PlanChange:
    """Compare two plans of the same accounts.

    match: zones are the same zone where they share most load (Kuhn 1955); without, zone numbers are taken as names.
    """
    if before.zone.shape != after.zone.shape or len(before.zone) != len(problem):
        raise ValueError(f"plans of {len(before.zone)} and {len(after.zone)} accounts cannot be compared")
    renamed = match_zones(before.zone, after.zone, problem.weights, problem.zones) if match else _same(problem.zones)
    moved = np.flatnonzero(renamed[before.zone] != after.zone)
    total = problem.loads.sum(axis=0)
    share = np.divide(problem.loads[moved].sum(axis=0), total, out=np.zeros(len(total)), where=total > 0)
    old, new = before.certificate.cost, after.certificate.cost
    return PlanChange(
        renamed=renamed,
        moved=moved,
        moved_load=share,
        cost_gain=1 - new / old if old > 0 else 0.0,
        max_deviation=(before.max_deviation, after.max_deviation),
        contiguity_breaks=(before.contiguity_breaks, after.contiguity_breaks),
    )


def _same(zones: int) -> NDArray[np.int32]:
    return np.arange(zones, dtype=np.int32)


def match_zones(
    before: NDArray[np.int32], after: NDArray[np.int32], weight: NDArray[np.float64], zones: int
) -> NDArray[np.int32]:
    """For each zone of the first plan the zone of the second that it shares most weight with, one to one."""
    shared = np.zeros((zones, zones))
    np.add.at(shared, (before, after), weight)
    _, columns = linear_sum_assignment(-shared)
    return np.asarray(columns, dtype=np.int32)
