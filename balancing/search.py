"""From the quick answer to the cheapest: moves near the borders, then a bound over all moves, then what is left.

The recipe is branch and cut by hand: Validi, Buchanan & Lykhovyd 2022 (Operations Research 70) show for districting
that separators added where needed beat flow formulations. First an integer programme over accounts within two steps of
a territory finds a cheap list. Then a linear programme over all moves rules out those that no cheaper list can hold,
and an integer programme over the rest finds something cheaper or proves that there is nothing. Effort is counted in
rounds and in the solver's own deterministic time, so that the same problem gives the same answer.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from balancing.exact import Programme
from balancing.greedy import ENOUGH, greedy, violation
from balancing.mend import mend
from balancing.pieces import Adjacency, Cut, Present, adjacency
from balancing.problem import MoveProblem
from balancing.relaxation import Relaxation
from balancing.shed import fewer_moves, fewest_given, overloaded_alone
from geo.limits import Limits

DEFAULT_ROUNDS = 90
NEAR_HOPS = 2
NEAR_WORK = 1.2
NEAR_SLICE = 0.3
"""At most so much of the work goes into one answer: many cuts from rough answers lead farther than one fine answer."""
LINEAR_ROUNDS = 40
LINEAR_PIVOTS = 12_000
HOPELESS_AFTER = 12
"""Rounds after which too many open moves end the linear programme: it will not rule out enough of them."""
REGION_WORK = 0.8
LAST_WORK = 1.2
LAST_SLICE = 0.6
FINE = 1e-4
"""Where prices differ, an answer must be cheaper by this part of a mean price to count."""
MOST_PAIRS = 6_000
"""Moves in one integer programme over all that stay open; where there are more, those near the borders are searched on
and the gap to the linear bound is stated."""


@dataclass(slots=True, eq=False)
class Effort:
    """What may still be spent: rounds, or CPU time from when it was made."""

    limits: Limits
    rounds: int = 0
    started: float = field(default_factory=time.process_time)

    @property
    def scale(self) -> float:
        """How much longer than by default the last steps may take."""
        return 1.0 if self.limits.iterations is None else max(self.limits.iterations / DEFAULT_ROUNDS, 1.0)

    def left(self) -> bool:
        """Count one round; False when the limits are reached."""
        self.rounds += 1
        most = DEFAULT_ROUNDS if self.limits.iterations is None else self.limits.iterations
        return self.rounds <= most and (
            self.limits.cpu_s is None or time.process_time() - self.started < self.limits.cpu_s
        )


@dataclass(slots=True, eq=False)
class Search:
    """The cheapest division known, what all others cost at least, and the cuts found on the way."""

    problem: MoveProblem
    effort: Effort
    near: Adjacency
    owner: NDArray[np.int32]
    bound: float
    seed: int
    cost: float = np.inf
    cuts: dict[Cut, None] = field(default_factory=dict)

    @property
    def step(self) -> float:
        """How much cheaper an answer must be to count: a whole price where all are the same."""
        prices = self.problem.prices
        return float(prices[0]) if self.problem.same_price else FINE * float(prices.mean())

    @property
    def proven(self) -> bool:
        return self.bound > self.cost - self.step + ENOUGH

    def cost_of(self, owner: NDArray[np.int32]) -> float:
        """The price of a division; infinite when somebody is out of the band or a cap is broken."""
        low, high = self.problem.limits()
        out = violation(self.problem.rep_loads(owner), low, high, np.maximum((low + high) / 2, 1e-12))
        fine = (out <= ENOUGH).all() and self.problem.keeps_caps(owner)
        return self.problem.price_of(owner) if fine else np.inf

    def offer(self, owner: NDArray[np.int32], present: Present) -> bool:
        """Keep a division if it is cheaper, in the band and connected; accounts not needed go back first."""
        tidy = [greedy(self.problem, owner)]
        if self.problem.contiguous:
            tidy.append(greedy(self.problem, mend(self.problem, present, owner)))
        better = False
        for division in (owner, *tidy):
            cost = self.cost_of(division)
            if cost < self.cost - ENOUGH and not (self.problem.contiguous and present.broken(self.problem, division)):
                self.owner, self.cost, better = division, cost, True
        return better


def search(problem: MoveProblem, start: NDArray[np.int32], bound: float, limits: Limits, seed: int) -> Search:
    """The cheapest division that the limits allow, never dearer than `start`; `bound` is known to hold already."""
    found = Search(problem, Effort(limits), adjacency(problem), start, bound, seed)
    found.cost = found.cost_of(start)
    if found.proven or not _solvable(problem) or not found.effort.left():
        return found
    left = 0.0
    if problem.contiguous:
        found.bound = max(found.bound, fewest_given(problem, found.near))
    if problem.contiguous or not np.isfinite(found.cost):
        present = Present.of(problem, found.near, found.cost)
        near_pairs = _near_pairs(problem, start)
        if len(near_pairs) <= 3 * MOST_PAIRS:
            whole = len(near_pairs) == int(problem.possible.sum())
            left = _choose(found, present, near_pairs, (NEAR_WORK, NEAR_SLICE), whole)
    if found.proven or not np.isfinite(found.cost):
        return found
    if _one_giver(found):
        return found
    if problem.contiguous and len(_near_pairs(problem, start)) > MOST_PAIRS:
        _regions(found)
    present = Present.of(problem, found.near, found.cost)
    open_pairs = _linear(found, present)
    whole = len(open_pairs) <= MOST_PAIRS
    pairs = open_pairs if whole else _near_pairs(problem, found.owner, NEAR_HOPS + 1)
    if not found.proven and len(pairs) <= 3 * MOST_PAIRS:
        work, at_most = (LAST_WORK, LAST_SLICE) if whole else (LAST_WORK / 2 + left, NEAR_SLICE)
        scale = found.effort.scale
        _choose(found, present, pairs, (work * scale, at_most * scale), whole)
    found.bound = min(found.bound, found.cost)
    return found


def _one_giver(found: Search) -> bool:
    """Where one rep alone is overloaded, look for fewer moves until there are none; True when that is proven."""
    problem, rep = found.problem, overloaded_alone(found.problem)
    while rep is not None and not found.proven and found.effort.left():
        most = round(found.cost / found.step) - 1
        finding = fewer_moves(problem, Present.of(problem, found.near, found.cost), rep, most)
        if finding.owner is not None:
            found.owner, found.cost = finding.owner, found.cost_of(finding.owner)
        elif finding.proven:
            found.bound = found.cost
        else:
            break
    return found.proven


def _regions(found: Search) -> None:
    """Look for something cheaper around one rep out of the band at a time, the other transfers staying as they are."""
    problem = found.problem
    low, high = problem.limits()
    now = problem.rep_loads(problem.owner)
    for rep in np.flatnonzero(((now > high) | (now < low)).any(axis=1)).tolist():
        region = _around(found, rep)
        present = Present.of(problem, found.near, found.cost)
        moved = np.flatnonzero(found.owner != problem.owner).tolist()
        pairs = [(a, to) for a, to in _near_pairs(problem, found.owner) if region[problem.owner[a]] and region[to]]
        kept = [(a, int(found.owner[a])) for a in moved if not (region[problem.owner[a]] and region[found.owner[a]])]
        still = {account for account, _ in kept}
        pairs = [pair for pair in pairs if pair[0] not in still] + kept
        _choose(found, present, pairs, (REGION_WORK, NEAR_SLICE), False, kept)


def _around(found: Search, rep: int) -> NDArray[np.bool_]:
    """(reps,) the rep, those beside it, and those who are given accounts by any of them: True."""
    problem = found.problem
    region = np.zeros(problem.reps, dtype=np.bool_)
    region[rep] = True
    beside = problem.neighbours @ (problem.owner == rep).astype(np.int32) > 0
    region[np.unique(problem.owner[beside])] = True
    moved = np.flatnonzero(found.owner != problem.owner)
    region[found.owner[moved[region[problem.owner[moved]]]]] = True
    return region


def _solvable(problem: MoveProblem) -> bool:
    return problem.reps > 1 and bool(problem.movable.any()) and float(problem.loads.sum()) > 0


def _near_pairs(problem: MoveProblem, start: NDArray[np.int32], hops: int = NEAR_HOPS) -> list[tuple[int, int]]:
    """Moves to a rep at most `hops` steps away, and those of the quick answer; without contiguity, all."""
    reps = np.arange(problem.reps)
    near = np.ones((len(problem), problem.reps), dtype=np.bool_)
    if problem.contiguous:
        for rep in reps.tolist():
            own = np.flatnonzero(problem.owner == rep)
            if len(own):
                steps = dijkstra(problem.neighbours, indices=own, min_only=True, unweighted=True, limit=hops)
                near[:, rep] = np.isfinite(steps)
        for account, rep in problem.required:
            near[:, rep] |= _as_near(problem, account, rep)
    near |= reps == start[:, None]
    near &= problem.possible
    return [(account, rep) for account, rep in np.argwhere(near).tolist()]


def _as_near(problem: MoveProblem, account: int, rep: int) -> NDArray[np.bool_]:
    """Accounts on the ways between one that a rep must be given and the rep's territory: no detour above two steps."""
    own = np.flatnonzero(problem.owner == rep)
    if not len(own):
        return np.zeros(len(problem), dtype=np.bool_)
    here = dijkstra(problem.neighbours, indices=own, min_only=True, unweighted=True)
    there = dijkstra(problem.neighbours, indices=account, unweighted=True)
    return np.asarray(here + there <= here[account] + NEAR_HOPS)


def _choose(
    found: Search,
    present: Present,
    pairs: list[tuple[int, int]],
    effort: tuple[float, float],
    whole: bool,
    fixed: Sequence[tuple[int, int]] = (),
) -> float:
    """Solve the integer programme over `pairs`, adding cuts until its answer is connected or the work is done.

    `effort`: deterministic time in all, and for one answer at most; returns what is left of it.
    `whole`: no answer cheaper than the one known needs another move, so that the programme's bound holds for all.
    `fixed`: moves that every answer makes.
    """
    programme = Programme(found.problem, present, pairs, found.cost - found.step)
    programme.add(found.cuts)
    programme.fix(fixed)
    work, slice_ = effort
    while work > 0 and found.effort.left():
        answer = programme.solve(found.owner, min(work, slice_), found.seed)
        work -= answer.work
        if whole:
            found.bound = max(found.bound, min(answer.bound, found.cost))
        if answer.owner is None:
            break
        broken = present.broken(found.problem, answer.owner) if found.problem.contiguous else []
        found.offer(answer.owner, present)
        if (answer.finished and not broken) or found.proven:
            break
        further = [cut for cut in broken for cut in present.layers(found.problem, cut, programme.moves or {})]
        programme.add(further)
        found.cuts |= dict.fromkeys(broken)
    return max(work, 0.0)


def _linear(found: Search, present: Present) -> list[tuple[int, int]]:
    """Lift the bound by cuts; the moves that an answer cheaper than the one known may still hold."""
    problem = found.problem
    relaxation = Relaxation(problem, present, found.cost, found.step, problem.possible)
    relaxation.add_columns(np.array(_near_pairs(problem, found.owner)))
    for cut in found.cuts:
        relaxation.add_cut(cut)
    for number in range(round(LINEAR_ROUNDS * found.effort.scale)):
        if not found.effort.left() or relaxation.pivots > LINEAR_PIVOTS * found.effort.scale:
            break
        made = relaxation.solve()
        bound = relaxation.bound if found.step < 1e-3 * found.cost else np.ceil(relaxation.bound / found.step - 1e-6)
        found.bound = max(found.bound, float(bound) * (1.0 if found.step < 1e-3 * found.cost else found.step))
        if made is None or found.proven:
            break
        cuts = relaxation.violated(made) if problem.contiguous else []
        for cut in cuts:
            relaxation.add_cut(cut)
        if (not relaxation.once(made) and not cuts) or (
            number >= HOPELESS_AFTER and relaxation.open.sum() > 3 * MOST_PAIRS
        ):
            break
    found.cuts |= dict.fromkeys(relaxation.cuts)
    return [(account, rep) for account, rep in np.argwhere(relaxation.open).tolist()]
