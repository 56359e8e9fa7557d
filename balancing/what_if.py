"""What if a rep leaves or joins, two territories merge or one splits: the present division carried over, then mended.

Every question becomes a `MoveProblem` in which some accounts have to find a new owner and others may have to make room.
Those that must move are handed to the neighbours with most room; whoever takes them costs nothing extra, so the
search afterwards counts the other accounts that change hands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from balancing.errors import InvalidMoves
from balancing.greedy import Division
from balancing.moves import suggest_moves
from balancing.problem import MoveProblem, Proposal
from geo.limits import Limits

NEXT_TO_NOTHING = 1e-3
"""Price of an account that must change hands anyway, in parts of the cheapest other."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Who owns what afterwards, and what it took.

    `owner` (n,): reps by their numbers before; a new rep is the next number. `forced`: accounts that had to change
    hands; `extra`: others that do so to keep everyone in the band. `loads` and `limits` per rep and metric afterwards,
    0 for reps that are gone.
    """

    owner: NDArray[np.int32]
    forced: tuple[int, ...]
    extra: tuple[int, ...]
    loads: NDArray[np.float64]
    share: NDArray[np.float64]
    feasible: bool
    notes: tuple[str, ...] = ()


def reps_leave(
    problem: MoveProblem, leaving: Sequence[int], *, limits: Limits = Limits(iterations=3), seed: int = 0
) -> Outcome:
    """The accounts of reps who leave, or of a closed branch, spread over the others: shares grow in proportion.

    Raises:
        InvalidMoves: nobody stays.
    """
    gone = np.isin(np.arange(problem.reps), list(leaving))
    if gone.all():
        raise InvalidMoves("at least one rep must stay to take the accounts over")
    staying = np.flatnonzero(~gone)
    number = np.full(problem.reps, -1, dtype=np.int32)
    number[staying] = np.arange(len(staying))
    orphan = gone[problem.owner]
    shares = problem.share[staying] / problem.share[staying].sum()
    fewer = _fewer(problem, staying, np.maximum(number[problem.owner], 0), shares)
    smaller, start = carry_over(fewer, orphan)
    proposal = suggest_moves(smaller, limits=limits, seed=seed, start=start)
    owner = staying[_applied(smaller, proposal)].astype(np.int32)
    share = np.zeros(problem.reps)
    share[staying] = smaller.share
    return _outcome(problem, owner, orphan, share, proposal)


def rep_joins(
    problem: MoveProblem,
    *,
    share: float | None = None,
    givers: Sequence[int] | None = None,
    limits: Limits = Limits(iterations=3),
    seed: int = 0,
) -> Outcome:
    """A new rep's territory carved from the most loaded, in one piece. `share`: of the whole; None: as the mean rep's.

    `givers`: only these give accounts; None: all may.
    """
    part = 1 / (problem.reps + 1) if share is None else share
    if not 0 < part < 1:
        raise InvalidMoves(f"the new rep's share must lie between 0 and 1, got {part}")
    shares = np.append(problem.share * (1 - part), part)
    if givers is not None:  # only the givers' shares shrink
        among = problem.share[list(givers)]
        shares = np.append(problem.share, part)
        shares[list(givers)] -= part * among / among.sum()
        if not (shares > 0).all():
            raise InvalidMoves("the new rep's share is larger than what the givers have together")
    wider = _with_new_rep(problem, shares, givers)
    proposal = suggest_moves(wider, limits=limits, seed=seed, start=_carve(wider, problem.reps, wider.owner))
    owner = _applied(wider, proposal)
    forced = owner == problem.reps
    return _outcome(problem, owner, forced, shares, proposal)


def rep_splits(problem: MoveProblem, rep: int, *, limits: Limits = Limits(iterations=3), seed: int = 0) -> Outcome:
    """One territory becomes two of equal share; the others keep theirs."""
    return rep_joins(problem, share=float(problem.share[rep]) / 2, givers=[rep], limits=limits, seed=seed)


def reps_merge(
    problem: MoveProblem, kept: int, gone: int, *, limits: Limits = Limits(iterations=3), seed: int = 0
) -> Outcome:
    """Two territories become one, with both shares; the others keep theirs and help only where the band asks for it."""
    if kept == gone:
        raise InvalidMoves("two different territories are needed to merge")
    staying = np.flatnonzero(np.arange(problem.reps) != gone)
    number = np.full(problem.reps, -1, dtype=np.int32)
    number[staying] = np.arange(len(staying))
    number[gone] = number[kept]
    share = problem.share.copy()
    share[kept] += share[gone]
    share[gone] = 0.0
    merged = _fewer(problem, staying, number[problem.owner], share[staying])
    proposal = suggest_moves(merged, limits=limits, seed=seed)
    owner = staying[_applied(merged, proposal)].astype(np.int32)
    return _outcome(problem, owner, problem.owner == gone, share, proposal)


def carry_over(problem: MoveProblem, orphan: NDArray[np.bool_]) -> tuple[MoveProblem, NDArray[np.int32] | None]:
    """The problem with orphans handed out, and where to start: a first territory for every rep without accounts.

    `problem.owner` may hold anything where `orphan`. Orphans may change hands again for next to nothing, and whatever
    locked them to a rep who is gone holds no more.
    """
    if orphan.any():
        prices = np.array(problem.pair_prices)
        prices[orphan] *= NEXT_TO_NOTHING
        locked = None if problem.locked is None else problem.locked & ~orphan
        given = hand_out(problem, problem.owner, problem.share, orphan, problem.allowed)
        problem = replace(problem, owner=given, price=prices, terms=None, locked=locked)
    without = np.flatnonzero(np.bincount(problem.owner, minlength=problem.reps) == 0)
    if not len(without):
        return problem, None
    start = np.array(problem.owner)
    for rep in without.tolist():
        start = _carve(problem, rep, start)
    return problem, start


def _fewer(
    problem: MoveProblem, staying: NDArray[np.int64], owner: NDArray[np.int32], share: NDArray[np.float64]
) -> MoveProblem:
    return replace(
        problem,
        owner=owner,
        share=share,
        price=problem.pair_prices[:, staying],
        terms=None,
        allowed=None if problem.allowed is None else problem.allowed[:, staying],
        most_given=None if problem.most_given is None else problem.most_given[staying],
        most_taken=None,
    )


def hand_out(
    problem: MoveProblem,
    owner: NDArray[np.int32],
    share: NDArray[np.float64],
    orphan: NDArray[np.bool_],
    allowed: NDArray[np.bool_] | None = None,
) -> NDArray[np.int32]:
    """Owners for orphans: time and again, the rep with most room takes the nearest one beside its territory.

    `owner` may hold anything where `orphan`. Orphans that no territory touches go to the nearest account's rep.
    """
    now = np.array(owner, dtype=np.int32)
    now[orphan] = -1
    graph, reps = problem.neighbours.tocsr(), len(share)
    loads = np.stack([np.bincount(now[~orphan], column[~orphan], reps) for column in problem.loads.T], axis=1)
    target = np.maximum(np.outer(share, problem.loads.sum(axis=0)), 1e-12)
    left = set(np.flatnonzero(orphan).tolist())
    may = np.ones((len(problem), reps), dtype=np.bool_) if allowed is None else allowed
    beside: list[dict[int, float]] = [{} for _ in range(reps)]

    def reach(account: int, rep: int) -> None:
        for other in graph.indices[graph.indptr[account] : graph.indptr[account + 1]].tolist():
            if other in left and may[other, rep]:
                away = float(((problem.xy_m[other] - problem.xy_m[account]) ** 2).sum())
                beside[rep][other] = min(away, beside[rep].get(other, np.inf))

    for account in np.flatnonzero(~orphan).tolist():
        reach(account, int(now[account]))
    while left:
        open_reps = [rep for rep in range(reps) if beside[rep]]
        if not open_reps:
            _to_the_nearest(problem, now, left, may)
            break
        rep = min(open_reps, key=lambda one: (float((loads[one] / target[one]).max()), one))
        account = min(beside[rep], key=lambda one: (beside[rep][one], one))
        now[account] = rep
        loads[rep] += problem.loads[account]
        left.discard(account)
        for others in beside:
            others.pop(account, None)
        reach(account, rep)
    return now


def _to_the_nearest(problem: MoveProblem, now: NDArray[np.int32], left: set[int], may: NDArray[np.bool_]) -> None:
    owned = np.flatnonzero(now >= 0)
    for account in sorted(left):
        order = cKDTree(problem.xy_m[owned]).query(problem.xy_m[account], k=len(owned))[1]
        reps = now[owned[np.atleast_1d(order)]]
        fitting = reps[may[account, reps]]
        now[account] = fitting[0] if len(fitting) else reps[0]


def _with_new_rep(problem: MoveProblem, share: NDArray[np.float64], givers: Sequence[int] | None) -> MoveProblem:
    prices = np.column_stack([problem.pair_prices, problem.prices])
    allowed = problem.allowed
    if givers is not None or allowed is not None:
        from_givers = np.ones(len(problem), bool) if givers is None else np.isin(problem.owner, list(givers))
        others = np.ones((len(problem), problem.reps), bool) if allowed is None else allowed
        allowed = np.column_stack([others, from_givers])
    none = np.iinfo(np.int32).max
    given, taken = (
        None if caps is None else np.append(caps, none) for caps in (problem.most_given, problem.most_taken)
    )
    return replace(problem, share=share, price=prices, terms=None, allowed=allowed, most_given=given, most_taken=taken)


def _carve(problem: MoveProblem, new: int, owner: NDArray[np.int32]) -> NDArray[np.int32]:
    """`owner` with a first territory for rep `new`, grown from the heaviest rep's edge, taken from whoever has most."""
    now = Division.of(problem, owner)
    target = np.maximum(np.outer(problem.share, problem.loads.sum(axis=0)), 1e-12)
    graph = problem.neighbours.tocsr()
    heaviest = int(np.argmax((now.loads / target).max(axis=1)))
    members = np.flatnonzero((owner == heaviest) & problem.possible[:, new])
    if not len(members):
        return now.owner
    middle = problem.xy_m[members].mean(axis=0)
    order = members[np.argsort(-((problem.xy_m[members] - middle) ** 2).sum(axis=1), kind="stable")]
    seed = next((int(account) for account in order if now.may_leave(int(account))), None)
    if seed is None:
        return now.owner
    now.move(seed, new)
    beside: set[int] = set(graph.indices[graph.indptr[seed] : graph.indptr[seed + 1]].tolist())
    while (now.loads[new] < target[new]).all():
        relative = (now.loads / target).max(axis=1)
        centre = problem.xy_m[now.owner == new].mean(axis=0)
        chosen = sorted(
            (a for a in beside if now.owner[a] != new and problem.possible[a, new]),
            key=lambda a: (-round(float(relative[now.owner[a]]), 2), float(((problem.xy_m[a] - centre) ** 2).sum()), a),
        )
        account = next((a for a in chosen if now.may_leave(a)), None)
        if account is None:
            break
        now.move(account, new)
        beside |= set(graph.indices[graph.indptr[account] : graph.indptr[account + 1]].tolist())
    return now.owner


def _applied(problem: MoveProblem, proposal: Proposal) -> NDArray[np.int32]:
    owner = np.array(problem.owner)
    for move in proposal.moves:
        owner[move.account] = move.to_rep
    return owner


def _outcome(
    problem: MoveProblem,
    owner: NDArray[np.int32],
    forced: NDArray[np.bool_],
    share: NDArray[np.float64],
    proposal: Proposal,
) -> Outcome:
    moved = owner != problem.owner
    loads = np.stack([np.bincount(owner, column, len(share)) for column in problem.loads.T], axis=1)
    return Outcome(
        owner=owner,
        forced=tuple(np.flatnonzero(moved & forced).tolist()),
        extra=tuple(np.flatnonzero(moved & ~forced).tolist()),
        loads=loads,
        share=share,
        feasible=proposal.feasible,
        notes=proposal.notes,
    )
