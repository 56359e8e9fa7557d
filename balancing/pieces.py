"""Where a territory falls apart, and what every territory that hangs together must hold instead."""

from collections.abc import Container, Iterable, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from balancing.problem import MoveProblem

Adjacency = list[list[int]]


@dataclass(frozen=True, slots=True)
class Cut:
    """If the rep owns all of `inside`, the rep owns at least one of `separator` too.

    The vertex separators of Carvajal, Constantino, Goycoolea, Vielma & Weintraub 2013 (Operations Research 61): the
    accounts inside cannot reach the rest of the territory but through the separator.
    """

    rep: int
    inside: tuple[int, ...]
    separator: tuple[int, ...]


def adjacency(problem: MoveProblem) -> Adjacency:
    """The neighbours of every account, as lists."""
    graph = problem.neighbours.tocsr()
    ends, near = graph.indptr.tolist(), graph.indices.tolist()
    return [near[ends[account] : ends[account + 1]] for account in range(len(problem))]


def parts(near: Adjacency, members: Set[int]) -> list[set[int]]:
    """The connected parts of a set of accounts, in order of their first account."""
    left, found = set(members), []
    for first in sorted(members):
        if first not in left:
            continue
        left.discard(first)
        part, stack = {first}, [first]
        while stack:
            for other in near[stack.pop()]:
                if other in left:
                    left.discard(other)
                    part.add(other)
                    stack.append(other)
        found.append(part)
    return found


def ring(near: Adjacency, inside: Iterable[int]) -> set[int]:
    """The accounts around a set."""
    inner = set(inside)
    return {other for account in inner for other in near[account]} - inner


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """The territories as they are: members of every rep, in how many pieces, and the part that cannot all leave.

    `anchor`: accounts of which at least one stays in every answer cheaper than `below`, deep inside the territory;
    None where there is no such set, or where the territory is in several pieces already.
    """

    near: Adjacency
    members: tuple[frozenset[int], ...]
    pieces: tuple[int, ...]
    anchor: tuple[frozenset[int] | None, ...]
    below: float

    @classmethod
    def of(cls, problem: MoveProblem, near: Adjacency, below: float) -> "Present":
        members = tuple(frozenset(np.flatnonzero(problem.owner == rep).tolist()) for rep in range(problem.reps))
        pieces = tuple(len(parts(near, own)) for own in members)
        anchor = tuple(
            _anchor(problem, near, own, below) if count == 1 else None
            for own, count in zip(members, pieces, strict=True)
        )
        return cls(near, members, pieces, anchor, below)

    def broken(self, problem: MoveProblem, owner: NDArray[np.int32]) -> list[Cut]:
        """What a division must not do: empty when no territory gets more pieces and none is of new accounts only."""
        touched = np.unique(np.concatenate([part[owner != problem.owner] for part in (owner, problem.owner)]))
        cuts = []
        for rep in touched.tolist():
            cuts += self._broken_rep(problem, rep, set(np.flatnonzero(owner == rep).tolist()))
        return cuts

    def loose(self, rep: int, part: Set[int]) -> bool:
        """True when the part cannot be all there is of the rep's territory, nor one of its pieces."""
        anchor = self.anchor[rep]
        return not part & anchor if anchor is not None else bool(self.members[rep]) and not part & self.members[rep]

    def layers(self, problem: MoveProblem, cut: Cut, moves: Container[tuple[int, int]]) -> list[Cut]:
        """The cut, and those one step farther each, up to the rep's present accounts, through `moves` alone.

        For one new account: every way to the present territory crosses each layer.
        """
        cuts, rep = [cut], cut.rep
        if len(cut.inside) != 1 or problem.owner[cut.inside[0]] == rep:
            return cuts
        seen, layer = {*cut.inside, *cut.separator}, set(cut.separator)
        own = self.members[rep]
        while layer and own.isdisjoint(layer):
            layer = {account for account in layer if (account, rep) in moves}
            layer = {o for a in layer for o in self.near[a] if o not in seen and ((o, rep) in moves or o in own)}
            seen |= layer
            cuts.append(Cut(rep, cut.inside, tuple(sorted(layer))))
        return cuts

    def _broken_rep(self, problem: MoveProblem, rep: int, territory: set[int]) -> list[Cut]:
        found = parts(self.near, territory)
        cuts: list[Cut] = []
        for part in found:
            if self.loose(rep, part):
                around = tuple(sorted(ring(self.near, part)))
                cuts += [Cut(rep, (account,), around) for account in sorted(part)]
        allowed = max(self.pieces[rep], 1)
        if cuts or len(found) <= allowed:
            return cuts
        found.sort(key=lambda part: (len(part), min(part)))
        separate, rest = found[:allowed], found[allowed]
        around = tuple(sorted(set().union(*(ring(self.near, part) for part in separate))))
        inside = [min(part) for part in (*separate, rest) if not self._stays(problem, rep, part)]
        return [Cut(rep, tuple(inside), around)]

    def _stays(self, problem: MoveProblem, rep: int, part: Set[int]) -> bool:
        """True when too much of the part is the rep's own for all of it to leave."""
        own = np.fromiter(part & self.members[rep], dtype=np.int64)
        return bool((~problem.movable[own]).any()) or float(problem.prices[own].sum()) >= self.below


def _anchor(problem: MoveProblem, near: Adjacency, own: frozenset[int], below: float) -> frozenset[int] | None:
    """The accounts farthest from the border whose prices add up to `below`; a locked one is enough."""
    locked = sorted(account for account in own if not problem.movable[account])
    if locked:
        return frozenset(locked)
    depth = dict.fromkeys(sorted(a for a in own if any(other not in own for other in near[a])), 0)
    queue = list(depth)
    for account in queue:
        for other in near[account]:
            if other in own and other not in depth:
                depth[other] = depth[account] + 1
                queue.append(other)
    chosen, price = [], 0.0
    for account in sorted(own, key=lambda a: (-depth.get(a, 0), a)):
        chosen.append(account)
        price += float(problem.prices[account])
        if price >= below:
            return frozenset(chosen)
    return None
