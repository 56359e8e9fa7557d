"""A rep objects to a transfer or asks for an account: what that costs the team, and the cheapest swap allowing it."""

from dataclasses import dataclass, replace

import numpy as np

from balancing.moves import suggest_moves
from balancing.problem import Move, MoveProblem, Proposal
from geo.limits import Limits


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a wish costs: the best list of moves without it and with it, and the price between them.

    `price`: infinite when no list in the band fulfils the wish; `surely` when both lists are proven minimal, else the
    true price lies between `least` and `most`. `swap`: moves that the wish adds; `dropped`: those it makes needless.
    """

    without: Proposal
    granted: Proposal
    price: float
    least: float
    most: float
    surely: bool
    swap: tuple[Move, ...]
    dropped: tuple[Move, ...]


def price_of_keeping(
    problem: MoveProblem, account: int, *, limits: Limits = Limits(), seed: int = 0, plan: Proposal | None = None
) -> Answer:
    """What it costs the team that `account` stays with its present rep. `plan`: the proposal that is challenged."""
    locked = np.zeros(len(problem), dtype=np.bool_) if problem.locked is None else np.array(problem.locked)
    locked[account] = True
    return _compare(problem, replace(problem, locked=locked), plan, limits, seed)


def price_of_having(
    problem: MoveProblem,
    account: int,
    rep: int,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    plan: Proposal | None = None,
) -> Answer:
    """What it costs the team that `rep` is given `account`, other transfers making up for it."""
    if problem.owner[account] == rep:
        return price_of_keeping(problem, account, limits=limits, seed=seed, plan=plan)
    return _compare(problem, replace(problem, required=((account, rep),)), plan, limits, seed)


def _compare(problem: MoveProblem, wished: MoveProblem, plan: Proposal | None, limits: Limits, seed: int) -> Answer:
    without = plan or suggest_moves(problem, limits=limits, seed=seed)
    granted = suggest_moves(wished, limits=limits, seed=seed)
    before, after = (sum(move.price for move in one.moves) for one in (without, granted))
    if before > after and granted.feasible:  # the search for the wish found a better list for both
        without, before = granted, after
    have = {(move.account, move.to_rep) for move in without.moves}
    get = {(move.account, move.to_rep) for move in granted.moves}
    fine = without.feasible and granted.feasible
    return Answer(
        without,
        granted,
        price=after - before if fine else np.inf,
        least=max(granted.lower_bound - before, 0.0) if fine else np.inf,
        most=after - without.lower_bound if fine else np.inf,
        surely=fine and without.proven_minimal and granted.proven_minimal,
        swap=tuple(move for move in granted.moves if (move.account, move.to_rep) not in have),
        dropped=tuple(move for move in without.moves if (move.account, move.to_rep) not in get),
    )
