"""Why each account is in its zone, in one plain sentence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clustering.plan import ZonePlan
from clustering.problem import ZoneProblem


def reasons(problem: ZoneProblem, plan: ZonePlan, names: Sequence[str] | None = None) -> list[str]:
    """One sentence per account: locked, nearest centre, or what keeps it from a nearer one; and the next best.

    `names` are what zones are called (default "zone 0", …).
    """
    names = [f"zone {zone}" for zone in range(problem.zones)] if names is None else names
    away_km = _two_nearest(problem, plan)
    return [_sentence(problem, plan, names, row, away_km) for row in range(len(problem))]


def _two_nearest(problem: ZoneProblem, plan: ZonePlan) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    from scipy.spatial import KDTree

    wanted = min(2, problem.zones)
    distance_m, zone = KDTree(plan.centres_m).query(problem.xy_m, k=wanted)
    return zone.reshape(-1, wanted), distance_m.reshape(-1, wanted) / 1000


def _sentence(
    problem: ZoneProblem,
    plan: ZonePlan,
    names: Sequence[str],
    row: int,
    nearest: tuple[NDArray[np.intp], NDArray[np.float64]],
) -> str:
    own = int(plan.zone[row])
    own_km = float(np.linalg.norm(problem.xy_m[row] - plan.centres_m[own])) / 1000
    if problem.locked is not None and problem.locked[row] >= 0:
        return f"Locked to {names[own]}."
    if problem.zones == 1:
        return f"There is only {names[own]}."
    zones, km = nearest[0][row], nearest[1][row]
    other = int(zones[1] if zones[0] == own else zones[0])
    other_km = float(km[1] if zones[0] == own else km[0])
    if other_km >= own_km:
        return (
            f"{names[own]} has the nearest centre ({own_km:.1f} km); "
            f"the next best, {names[other]}, is {other_km - own_km:.1f} km farther."
        )
    why = _what_keeps(problem, plan, row, own, other)
    return (
        f"In {names[own]} ({own_km:.1f} km) although {names[other]} is {own_km - other_km:.1f} km nearer: "
        f"{why.format(own=names[own], other=names[other])}."
    )


def _what_keeps(problem: ZoneProblem, plan: ZonePlan, row: int, own: int, other: int) -> str:
    """The first rule that a move from `own` to `other` would break; with {own} and {other} left open."""
    if problem.forbidden is not None and any(row == a and other == z for a, z in problem.forbidden):
        return "it may not be in {other}"
    low, high = problem.limits()
    load = problem.loads[row]
    if (plan.loads[other] + load > high[other]).any():
        return "{other} would carry more than its limit"
    if (plan.loads[own] - load < low[own]).any():
        return "{own} would carry less than its limit"
    if problem.current is not None and problem.current[row] == own:
        return "it is served by {own} today and the step is not worth the change"
    if problem.contiguous:
        return "the move would break a zone apart or bring no gain once both centres have moved"
    return "the move would bring no gain once both centres have moved"
