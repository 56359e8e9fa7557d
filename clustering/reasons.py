"""Why each account is in its zone, in one plain sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.plan import ZonePlan
from clustering.problem import Objective, ZoneProblem

Floats = NDArray[np.float64]
WORTH_TELLING = 5e-5  # share of the plan's cost
NEAREST = 8  # zones looked at for the next best


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A plan with what the sentences need of it, counted once."""

    problem: ZoneProblem
    plan: ZonePlan
    names: Sequence[str]
    needs: Sequence[str]
    weight: Floats  # (n,)
    zone_weight: Floats  # (k,)
    pinned: NDArray[np.bool_]  # (k,)
    low: Floats
    high: Floats
    forbidden: frozenset[tuple[int, int]]
    barred: NDArray[np.intp]  # (n,) zones it may not be in
    nearest: NDArray[np.intp]  # (n, up to 8) zones with the nearest centres, nearest first

    away_s: Floats | None  # (n, k) with travel times

    def away(self, row: int, zone: int) -> float:
        """Kilometres to the centre, or minutes with travel times."""
        if self.away_s is not None:
            return float(self.away_s[row, zone]) / 60
        return float(np.linalg.norm(self.problem.xy_m[row] - self.plan.centres_m[zone])) / 1000

    def told(self, away: float) -> str:
        return f"{away:.1f} km" if self.away_s is None else f"{away:.0f} min"


def reasons(
    problem: ZoneProblem, plan: ZonePlan, names: Sequence[str] | None = None, needs: Sequence[str] | None = None
) -> list[str]:
    """One sentence per account: locked, named, nearest centre, or what keeps it from a nearer one; and the next best.

    `names` are what zones are called (default "zone 0", …), `needs` the skills each account asks for, in words, empty
    for none: why a zone is forbidden.
    """
    names = [f"zone {zone}" for zone in range(problem.zones)] if names is None else names
    view = _view(problem, plan, names, [""] * len(problem) if needs is None else needs)
    return [_sentence(view, row) for row in range(len(problem))]


def _view(problem: ZoneProblem, plan: ZonePlan, names: Sequence[str], needs: Sequence[str]) -> _View:
    from scipy.spatial import KDTree

    wanted = min(NEAREST, problem.zones)
    away_s = None if problem.travel is None else problem.travel.cost_s[:, plan.centre]
    if away_s is None:
        _, nearest = KDTree(plan.centres_m).query(problem.xy_m, k=wanted)
    else:
        nearest = np.argsort(away_s, axis=1, kind="stable")[:, :wanted]
    pairs = np.empty((0, 2), np.int32) if problem.forbidden is None else np.unique(problem.forbidden, axis=0)
    pins = np.full(plan.centres_m.shape, np.nan) if problem.centres_m is None else problem.centres_m
    low, high = problem.limits()
    return _View(
        problem=problem,
        plan=plan,
        names=names,
        needs=needs,
        weight=problem.weights,
        zone_weight=np.bincount(plan.zone, problem.weights, problem.zones),
        pinned=np.isfinite(pins).all(axis=1),
        low=low,
        high=high,
        forbidden=frozenset((int(account), int(zone)) for account, zone in pairs),
        barred=np.bincount(pairs[:, 0], minlength=len(problem)),
        nearest=nearest.reshape(-1, wanted),
        away_s=away_s,
    )


def _sentence(view: _View, row: int) -> str:
    own, names = int(view.plan.zone[row]), view.names
    if view.problem.locked is not None and view.problem.locked[row] >= 0:
        return f"Locked to {names[own]}."
    if view.problem.named is not None and view.problem.named[row] >= 0:
        return f"Belongs to {names[own]} by name, wherever it lies."
    if view.problem.zones == 1:
        return f"There is only {names[own]}."
    if view.barred[row] == view.problem.zones - 1:
        return f"Only {names[own]} may have it{_for_need(view, row)}."
    other = _next_best(view, row, own)
    here, there = view.away(row, own), view.away(row, other)
    if there >= here:
        dearer = _move_cost(view, row, other)
        more = f" and would make the plan {dearer:.2%} dearer" if dearer >= WORTH_TELLING else ""
        return (
            f"{names[own]} has the nearest centre ({view.told(here)}); the next best, {names[other]}, "
            f"is {view.told(there - here)} farther{more}."
        )
    return (
        f"In {names[own]} ({view.told(here)}) although {names[other]} is {view.told(here - there)} nearer: "
        f"{_what_keeps(view, row, other)}."
    )


def _next_best(view: _View, row: int, own: int) -> int:
    """The nearest zone that is not its own: a nearer one whatever the rules, a farther one only if it is allowed."""
    nearest = [int(zone) for zone in view.nearest[row]]
    if nearest[0] != own:
        return nearest[0]
    return next((zone for zone in nearest[1:] if (row, zone) not in view.forbidden), nearest[1])


def _for_need(view: _View, row: int) -> str:
    return f": it needs {view.needs[row]}" if view.needs[row] else ""


def _move_cost(view: _View, row: int, other: int) -> float:
    """How much the plan's cost would rise, as a share, if the account changed zones and both centres followed.

    Medians, and places zones are served from, are taken to stay where they are.
    """
    problem, plan = view.problem, view.plan
    own, weight = int(plan.zone[row]), float(view.weight[row])
    unit = 1000.0 if view.away_s is None else 60.0
    here_m, there_m = unit * view.away(row, own), unit * view.away(row, other)
    if problem.objective is not Objective.SQUARED_DISTANCE:
        rise = weight * (there_m - here_m)
    else:
        rise = weight * (_follow(view, other, weight) * there_m**2 - _follow(view, own, -weight) * here_m**2)
    if problem.current is not None and problem.move_price is not None:
        rise += float(problem.move_price[row]) * (int(problem.current[row] == own) - int(problem.current[row] == other))
    return rise / plan.certificate.cost if plan.certificate.cost > 0 else 0.0


def _follow(view: _View, zone: int, weight: float) -> float:
    """The factor by which a centre that follows changes the cost of `weight` coming (or, below 0, going)."""
    if view.pinned[zone]:
        return 1.0
    total = float(view.zone_weight[zone])
    return total / (total + weight) if total + weight > 1e-12 * total else 0.0


def _what_keeps(view: _View, row: int, other: int) -> str:
    """The first rule that a move to `other` would break, in words."""
    problem, plan, own = view.problem, view.plan, int(view.plan.zone[row])
    load, here, there = problem.loads[row], view.names[own], view.names[other]
    if (row, other) in view.forbidden:
        need = view.needs[row]
        return f"it needs {need}, which {there} lacks" if need else f"it may not be in {there}"
    if (plan.loads[other] + load > view.high[other]).any():
        return f"{there} would carry more than its limit"
    if (plan.loads[own] - load < view.low[own]).any():
        return f"{here} would carry less than its limit"
    if problem.current is not None and problem.current[row] == own:
        return f"it is served by {here} today and the step is not worth the change"
    if problem.contiguous:
        return "the move would break a zone apart or bring no gain once both centres have moved"
    return "the move would bring no gain once both centres have moved"
