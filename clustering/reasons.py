"""Why each account is in its zone and what moving it to the next best would do, in one plain sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.one_move import Moves
from clustering.plan import ZonePlan
from clustering.problem import ZoneProblem

NEAREST = 8  # zones looked at for the next best


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A plan with what the sentences need of it, counted once."""

    problem: ZoneProblem
    plan: ZonePlan
    moves: Moves
    names: Sequence[str]
    needs: Sequence[str]
    metrics: Sequence[str]
    barred: NDArray[np.intp]  # (n,) zones it may not be in
    nearest: NDArray[np.intp]  # (n,) the zone with the nearest centre that is not its own

    def far(self, row: int, zone: int) -> float:
        """Kilometres to the centre, or minutes with travel times."""
        return self.moves.away_s_or_m(row, zone) / (1000 if self.problem.travel is None else 60)

    def told(self, far: float) -> str:
        return f"{far:.1f} km" if self.problem.travel is None else f"{far:.0f} min"

    def apart(self, row: int, other: int) -> str:
        """How much nearer or farther than its own centre another one is."""
        more = self.far(row, other) - self.far(row, int(self.plan.zone[row]))
        return f"{self.told(abs(more))} {'nearer' if more < 0 else 'farther'}"

    def effect(self, row: int) -> str:
        """What moving the account to the next best would do, to follow the word "would"."""
        own, other = int(self.plan.zone[row]), int(self.moves.target[row])
        return self.moves.of(row).told(self.names[own], self.names[other], self.metrics)


def reasons(
    problem: ZoneProblem,
    plan: ZonePlan,
    names: Sequence[str] | None = None,
    needs: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
) -> list[str]:
    """One sentence per account: locked, named, nearest centre, or nearest but one because …; and the next best.

    The next best is the nearest other zone that may have the account; told is by how much the plan would get dearer or
    cheaper (both centres following), which limits it would break and by how much, and whether a zone would fall apart.

    Args:
        names: what zones are called (default "zone 0", …).
        needs: the skills each account asks for, in words, empty for none: why a zone is forbidden.
        metrics: what the loads are called, for instance "hours" (default no name for one, "metric 0", … for several).
    """
    names = [f"zone {zone}" for zone in range(problem.zones)] if names is None else names
    view = _view(problem, plan, names, [""] * len(problem) if needs is None else needs, _metrics(problem, metrics))
    return [_sentence(view, row) for row in range(len(problem))]


def next_best(
    problem: ZoneProblem, plan: ZonePlan, names: Sequence[str], metrics: Sequence[str] | None = None
) -> list[str]:
    """The second half of those sentences alone, for plans whose reasons lie elsewhere; empty where there is no other.

    "moving it to the next best, East, 3.1 km farther, would …"; arguments as in `reasons`.
    """
    view = _view(problem, plan, names, [""] * len(problem), _metrics(problem, metrics))
    named = np.zeros(len(problem), np.bool_) if problem.named is None else problem.named >= 0
    return [(_if_handed if named[row] else _if_moved)(view, row)[2:] for row in range(len(problem))]


def _metrics(problem: ZoneProblem, metrics: Sequence[str] | None) -> Sequence[str]:
    count = problem.loads.shape[1]
    if metrics is None:
        return [""] if count == 1 else [f"metric {metric}" for metric in range(count)]
    if len(metrics) != count:
        raise ValueError(f"{count} metrics need as many names, got {len(metrics)}")
    return metrics


def _view(
    problem: ZoneProblem, plan: ZonePlan, names: Sequence[str], needs: Sequence[str], metrics: Sequence[str]
) -> _View:
    pairs = np.empty((0, 2), np.int32) if problem.forbidden is None else np.unique(problem.forbidden, axis=0)
    others = _others(problem, plan)
    target = others[:, 0].copy() if others.shape[1] else np.full(len(problem), -1)
    forbidden = {(int(account), int(zone)) for account, zone in pairs}
    for row in np.unique(pairs[:, 0]).tolist():
        target[row] = next((zone for zone in others[row].tolist() if (row, zone) not in forbidden), -1)
    return _View(
        problem=problem,
        plan=plan,
        moves=Moves(problem, plan, target),
        names=names,
        needs=needs,
        metrics=metrics,
        barred=np.bincount(pairs[:, 0], minlength=len(problem)),
        nearest=others[:, 0] if others.shape[1] else target,
    )


def _others(problem: ZoneProblem, plan: ZonePlan) -> NDArray[np.intp]:
    """(n, up to 8) the zones with the nearest centres but its own, nearest first."""
    from scipy.spatial import KDTree

    wanted = min(NEAREST + 1, problem.zones)
    if problem.travel is None:
        _, nearest = KDTree(plan.centres_m).query(problem.xy_m, k=wanted)
    else:
        nearest = np.argsort(problem.travel.cost_s[:, plan.centre], axis=1, kind="stable")[:, :wanted]
    nearest = nearest.reshape(-1, wanted)
    own = nearest == plan.zone[:, None]
    own[~own.any(axis=1), -1] = True
    return np.asarray(nearest[~own].reshape(len(problem), wanted - 1), dtype=np.intp)


def _sentence(view: _View, row: int) -> str:
    problem, own = view.problem, view.names[int(view.plan.zone[row])]
    if problem.zones == 1:
        return f"There is only {own}."
    other = int(view.moves.target[row])
    if problem.named is not None and problem.named[row] >= 0:
        return f"Belongs to {own} by name, wherever it lies{_if_handed(view, row)}."
    if problem.locked is not None and problem.locked[row] >= 0:
        return f"Locked to {own}{_if_moved(view, row)}."
    if view.barred[row] == problem.zones - 1:
        need = f": it needs {view.needs[row]}" if view.needs[row] else ""
        return f"Only {own} may have it{need}."
    here = view.far(row, int(view.plan.zone[row]))
    nearest = int(view.nearest[row])
    if view.far(row, nearest) >= here:
        return f"{own} has the nearest centre ({view.told(here)}){_if_moved(view, row)}."
    lead = f"In {own} ({view.told(here)}) although {view.names[nearest]} is {view.apart(row, nearest)}: "
    if nearest != other:  # it may not be there
        need = view.needs[row]
        ban = f"it needs {need}, which {view.names[nearest]} lacks" if need else "it may not be there"
        return f"{lead}{ban}{_if_moved(view, row)}."
    return f"{lead}{_because(view, row)}moving it there would {view.effect(row)}."


def _because(view: _View, row: int) -> str:
    """What speaks for its zone where the move would break nothing."""
    problem, move = view.problem, view.moves.of(row)
    if not move.allowed:
        return ""
    own = int(view.plan.zone[row])
    if problem.current is not None and problem.current[row] == own:
        return f"{view.names[own]} serves it today and a change has its price; "
    return "both centres would follow the account; " if move.rise > 0 else ""


def _if_moved(view: _View, row: int) -> str:
    other = int(view.moves.target[row])
    if other < 0:
        return ""
    return f"; moving it to the next best, {view.names[other]}, {view.apart(row, other)}, would {view.effect(row)}"


def _if_handed(view: _View, row: int) -> str:
    """What handing a named account to the nearest other zone would break; it weighs nothing, so it costs nothing."""
    other = int(view.moves.target[row])
    if other < 0:
        return ""
    own, names = int(view.plan.zone[row]), view.names
    faults = view.moves.of(row).faults(names[own], names[other], view.metrics)
    handed = f"; handing it to the nearest other, {names[other]}, would "
    return handed + (" and ".join(faults) if faults else "break no limit")
