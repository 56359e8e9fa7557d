"""Making a division connected that is not: bridge what lies apart, or give it back."""

from collections import Counter
from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from balancing.greedy import Division
from balancing.pieces import Present, parts
from balancing.problem import MoveProblem

PASSES = 4


def mend(problem: MoveProblem, present: Present, owner: NDArray[np.int32]) -> NDArray[np.int32]:
    """Owners near to the given ones whose territories mostly hang together; loads may leave the band by it.

    A part that lies apart gets the cheapest account that joins it to the rest of its territory; where no single one
    does, its new accounts go back and its old ones to the rep around them. One repair may break another, so what
    comes out must be looked at.
    """
    now = Division.of(problem, owner)
    for _ in range(PASSES):
        whole = True
        for rep in np.unique(np.concatenate([owner[owner != problem.owner], problem.owner[owner != problem.owner]])):
            for part, rest in _apart(present, int(rep), now.owner):
                whole = False
                if not _bridge(now, present, int(rep), part, rest):
                    _give_away(now, present, int(rep), part)
        if whole:
            break
    return now.owner


def _apart(present: Present, rep: int, owner: NDArray[np.int32]) -> list[tuple[set[int], set[int]]]:
    """Parts of a territory beyond those that it may have, each with all the others; the largest parts may stay."""
    territory = set(np.flatnonzero(owner == rep).tolist())
    found = parts(present.near, territory)
    found.sort(key=lambda part: (present.loose(rep, part), -len(part), min(part)))
    loose = sum(present.loose(rep, part) for part in found)
    kept = min(max(present.pieces[rep], 1), len(found) - loose)
    return [(part, territory - part) for part in found[kept:]] if kept else []


def _bridge(now: Division, present: Present, rep: int, part: Set[int], rest: Set[int]) -> bool:
    problem = now.problem
    beside = {other for account in part for other in present.near[account]} - part
    possible = problem.possible
    joining = [
        account
        for account in beside
        if now.owner[account] != rep
        and (possible[account, rep] or problem.owner[account] == rep)
        and not rest.isdisjoint(present.near[account])
    ]
    for account in sorted(joining, key=lambda a: (problem.prices[a], problem.loads[a, 0], a)):
        if now.may_leave(account):
            now.move(account, rep)
            return True
    return False


def _give_away(now: Division, present: Present, rep: int, part: Set[int]) -> None:
    problem, possible = now.problem, now.problem.possible
    around = Counter(int(now.owner[b]) for a in part for b in present.near[a] if now.owner[b] != rep)
    for account in sorted(part):
        home = int(problem.owner[account])
        if home != rep:
            now.move(account, home)
        elif takers := [other for other in around if possible[account, other]]:
            now.move(account, max(takers, key=lambda other: (around[other], -other)))
