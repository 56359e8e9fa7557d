"""A zone problem of whole areas or hexagons in place of single accounts."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, eye_array

from clustering.errors import InvalidProblem
from clustering.problem import FREE, ZoneProblem
from clustering.travel import Travel
from clustering.units import join_accounts

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """`problem` has the units in place of the accounts; `zone[unit]` are the accounts' zones for zones of the units.

    `group` (n,) is what was asked for, with -1 for accounts that have to stand alone; `notes` says why.
    """

    problem: ZoneProblem
    unit: Ints
    group: Ints
    notes: tuple[str, ...] = ()


def join_problem(problem: ZoneProblem, group: ArrayLike, touching: Any = None) -> Joined:
    """The same problem for units: accounts with the same `group` (n,) keep together, -1 stands alone.

    Named accounts stand alone. Where locks or bans of one group contradict each other, the zone that most of its
    weight is locked to has the group, and the accounts that cannot go along stand alone.

    touching: (groups, groups) sparse: which groups border on each other; every number below `groups` may be used.
        Accounts standing alone border on what their group borders on. None: where neighbouring accounts are.
    """
    wanted = np.asarray(group, dtype=np.int64)
    if wanted.shape != (len(problem),):
        raise InvalidProblem(f"group must have shape ({len(problem)},), got {wanted.shape}")
    kept = np.where(problem.weights > 0, wanted, FREE)
    notes = _part_from_locks(problem, kept) + _part_from_bans(problem, kept)
    units = join_accounts(problem.xy_m, problem.load, kept, problem.weight)
    unit, size = units.unit, len(units.weight)
    first = np.zeros(size, np.intp)
    first[unit[::-1]] = np.arange(len(unit))[::-1]
    joined = replace(
        problem,
        xy_m=units.xy_m,
        load=units.load,
        weight=np.bincount(unit, problem.weights, size),
        named=None if problem.named is None else problem.named[first],
        locked=None if problem.locked is None else units.agreed(problem.locked, "locked"),
        forbidden=None if problem.forbidden is None else _bans(problem.forbidden, unit),
        neighbours=_neighbours(problem, unit, wanted[first], touching),
        **_present(problem, unit, size),
        travel=_travel(problem, unit, size),
    )
    return Joined(joined, unit, kept, tuple(notes))


def _part_from_locks(problem: ZoneProblem, group: Ints) -> list[str]:
    """Let accounts stand alone whose lock is not that of most of their group."""
    if problem.locked is None:
        return []
    rows = np.flatnonzero((problem.locked >= 0) & (group >= 0))
    weight = np.zeros((int(group.max(initial=0)) + 1, problem.zones))
    np.add.at(weight, (group[rows], problem.locked[rows]), problem.weights[rows])
    odd = rows[weight.argmax(axis=1)[group[rows]] != problem.locked[rows]]
    group[odd] = FREE
    if not len(odd):
        return []
    return [f"{len(odd)} accounts are locked to another zone than most of their area: they leave it"]


def _part_from_bans(problem: ZoneProblem, group: Ints) -> list[str]:
    """Let accounts stand alone whose bans leave their group no zone, or not the one it is locked to."""
    if problem.forbidden is None or not len(problem.forbidden):
        return []
    account, zone = problem.forbidden.T
    account, zone = account[group[account] >= 0], zone[group[account] >= 0]
    allowed = np.ones((int(group.max(initial=0)) + 1, problem.zones), np.bool_)
    if problem.locked is not None:
        rows = np.flatnonzero((problem.locked >= 0) & (group >= 0))
        allowed[group[rows]] = False
        allowed[group[rows], problem.locked[rows]] = True
    left = allowed.copy()
    left[group[account], zone] = False
    stuck = np.isin(group, np.flatnonzero(~left.any(axis=1)))
    odd = np.intersect1d(np.flatnonzero(stuck), account)
    if problem.locked is not None:
        odd = odd[problem.locked[odd] < 0]
    group[odd] = FREE
    return [f"{len(odd)} accounts may not go where the rest of their area goes: they leave it"] if len(odd) else []


def _bans(pairs: NDArray[np.int32], unit: Ints) -> NDArray[np.int32]:
    return np.unique(np.column_stack([unit[pairs[:, 0]], pairs[:, 1]]), axis=0).astype(np.int32)


def _present(problem: ZoneProblem, unit: Ints, size: int) -> dict[str, Any]:
    """A unit's present zone is that of most of its weight; leaving it costs what its accounts there ask for."""
    if problem.current is None or problem.move_price is None:
        return {}
    here = problem.current >= 0
    weight = np.zeros((size, problem.zones))
    np.add.at(weight, (unit[here], problem.current[here]), problem.weights[here] + 1e-300)
    current = np.where(weight.any(axis=1), weight.argmax(axis=1), FREE).astype(np.int32)
    stays = here & (problem.current == current[unit])
    return {"current": current, "move_price": np.bincount(unit[stays], problem.move_price[stays], size)}


def _travel(problem: ZoneProblem, unit: Ints, size: int) -> Travel | None:
    """The weighted mean of the accounts' times; the plain mean where none has weight."""
    if problem.travel is None:
        return None
    weight = problem.weights + 1e-12 * max(problem.weights.max(), 1e-300)
    share = csr_array(coo_array((weight, (unit, np.arange(len(unit)))), shape=(size, len(unit))))
    return replace(problem.travel, duration_s=share @ problem.travel.cost_s / np.bincount(unit, weight, size)[:, None])


def _neighbours(problem: ZoneProblem, unit: Ints, home: Ints, touching: Any) -> csr_array:
    size = len(home)
    if touching is None:
        from clustering.units import Units
        from geo.neighbours import neighbour_graph

        graph = neighbour_graph(problem.xy_m) if problem.neighbours is None else problem.neighbours
        none = np.empty(0)
        return Units(unit, np.empty((0, 2)), none, np.empty(size), 0.0).neighbours(graph)
    weight = np.bincount(unit, problem.weights, size)
    rows = np.flatnonzero((home >= 0) & (weight > 0))
    lies = csr_array(coo_array((np.ones(len(rows), np.int32), (rows, home[rows])), shape=(size, touching.shape[0])))
    near = csr_array(touching).astype(np.int32) + eye_array(touching.shape[0], dtype=np.int32, format="csr")
    graph = csr_array(lies @ near @ lies.T)
    graph.setdiag(0)
    graph.eliminate_zeros()
    graph.data[:] = 1
    return csr_array(graph.astype(np.int8))
