"""The small problem whose global optimum is asked for, in units of its own, and its columns.

A column is a set of units that may be a zone of its own, with what it costs then.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from clustering.neighbourhood import search_graph, spots_of
from clustering.plan import ZonePlan
from clustering.problem import Objective, ZoneProblem

Floats = NDArray[np.float64]
MOST_UNITS = 60


class Column(NamedTuple):
    """Units that may be one zone, in rising order, and its cost."""

    members: tuple[int, ...]
    cost: float


class Case(NamedTuple):
    """The problem in units of its own: lengths over `length_m`, weights over their sum."""

    xy: Floats  # (n, 2)
    weight: Floats
    load: Floats  # (n,)
    low: float
    high: float
    zones: int
    power: int  # 2: inertia; 1: medians
    graph: csr_array | None
    unit: float  # cost of the problem per cost here


def case_of(problem: ZoneProblem) -> Case | None:
    """The problem in its own units; None where the search knows no such problem or too many units."""
    n = len(problem)
    bound = (problem.locked, problem.named, problem.current, problem.travel, problem.centres_m)
    alike = problem.share is None or np.ptp(problem.share) < 1e-9
    if n > MOST_UNITS or problem.loads.shape[1] > 1 or problem.xy_m.shape[1] != 2 or not alike:
        return None
    if any(value is not None for value in bound) or (problem.forbidden is not None and len(problem.forbidden)):
        return None
    low, high = problem.limits()
    if np.ptp(low) > 1e-9 * max(high.max(), 1.0) or np.ptp(high) > 1e-9 * max(high.max(), 1.0):
        return None
    length_m = max(float(np.ptp(problem.xy_m, axis=0).max()), 1.0)
    mass = float(problem.weights.sum())
    power = 1 if problem.objective is Objective.MEDIAN else 2
    graph = search_graph(spots_of(problem), np.arange(n)) if problem.contiguous else None
    slack = 1e-9 * float(problem.loads.sum())
    return Case(
        xy=(problem.xy_m - problem.xy_m.mean(axis=0)) / length_m,
        weight=problem.weights / mass,
        load=problem.loads[:, 0],
        low=float(low[0, 0]) - slack,
        high=float(high[0, 0]) + slack,
        zones=problem.zones,
        power=power,
        graph=graph,
        unit=mass * length_m**power,
    )


def keeps_limits(case: Case, plan: ZonePlan) -> bool:
    """Whether the plan's loads lie within the limits and its zones are whole where they must be."""
    loads = np.bincount(plan.zone, case.load, case.zones)
    whole = plan.contiguity_breaks == 0 or case.graph is None
    return bool((loads >= case.low).all() and (loads <= case.high).all() and whole)


def column_of(case: Case, members: NDArray[np.intp]) -> Column:
    """These units as a zone, with its cost around its mean or its median."""
    weight, xy = case.weight[members], case.xy[members]
    if case.power == 2:
        centre = weight @ xy / weight.sum()
        cost = float(weight @ ((xy - centre) ** 2).sum(axis=1))
    else:
        away = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2))
        cost = float((weight @ away).min())
    return Column(tuple(int(row) for row in np.sort(members)), cost)


def allowed(case: Case, members: NDArray[np.intp]) -> bool:
    """Whether the units may be a zone: load within the limits, and in one piece where that is asked for."""
    load = float(case.load[members].sum())
    if not (len(members) and case.low <= load <= case.high):
        return False
    if case.graph is None or len(members) == 1:
        return True
    return int(connected_components(case.graph[members][:, members], directed=False)[0]) == 1
