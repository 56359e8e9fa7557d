"""What binds accounts to reps: names of key accounts, and skills.

A key account belongs to a person wherever it lies; an account that needs a skill goes to a rep who has it. Where the
two, a lock and the team contradict each other, the name comes first, then the lock, then the skill, and a note says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from planning.demand import Demand
from planning.staff import Rep
from planning.table_words import counted

NOBODY = -1
SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Bindings:
    """`named` (m,): the rep a key account belongs to, -1 for others. `forbidden` (pairs, 2): account, rep without the
    skill. `needs` (m,): the skills an account asks for, in words. `notes`: wishes that could not be kept, and why.
    `neighbours` (m, m): who borders on whom where barriers part neighbours; None: whoever lies beside each other.
    """

    named: NDArray[np.int32]
    forbidden: NDArray[np.int32]
    needs: tuple[str, ...]
    notes: tuple[str, ...] = ()
    neighbours: csr_array | None = None

    @property
    def any_named(self) -> bool:
        return bool((self.named != NOBODY).any())

    def allowed(self, reps: int) -> NDArray[np.bool_]:
        """(m, reps) who may have which account."""
        may = np.ones((len(self.named), reps), np.bool_)
        may[self.forbidden[:, 0], self.forbidden[:, 1]] = False
        rows = np.flatnonzero(self.named != NOBODY)
        may[rows] = False
        may[rows, self.named[rows]] = True
        return may


def find_bindings(demand: Demand, reps: Sequence[Rep], present: NDArray[np.int32] | None = None) -> Bindings:
    """Match key accounts and skills with the team; `present` (m,) is today's rep, with whom locked accounts stay."""
    notes: list[str] = []
    named = _named(demand, reps, notes)
    held = named.copy()
    if present is not None:
        locked = demand.locked & (held == NOBODY)
        held[locked] = present[locked]
    return Bindings(named, _forbidden(demand, reps, held, notes), _needs(demand), tuple(notes))


def _named(demand: Demand, reps: Sequence[Rep], notes: list[str]) -> NDArray[np.int32]:
    number = {rep.name.casefold(): index for index, rep in enumerate(reps)}
    named = np.full(len(demand), NOBODY, np.int32)
    strangers: set[str] = set()
    ownerless = 0
    for row, owner in enumerate(demand.key_owner):
        if owner is None:
            continue
        named[row] = number.get(" ".join(owner.split()).casefold(), NOBODY)
        if named[row] == NOBODY:
            ownerless += 1
            strangers.add(owner)
    if ownerless:
        known = sorted(name for name in strangers if name)
        who = f"their owners are not among the reps ({_listed(known)})" if known else "the file does not say whose"
        notes.append(f"{counted(ownerless, 'key account')} planned like any other: {who}.")
    if len(demand) - int((named != NOBODY).sum()) < len(reps):
        notes.append("Nearly all accounts are key accounts: there is nothing left to draw territories of.")
        named[:] = NOBODY
    return named


def _forbidden(demand: Demand, reps: Sequence[Rep], held: NDArray[np.int32], notes: list[str]) -> NDArray[np.int32]:
    """Pairs of account and rep that may not be; an account held by name or lock stays where it is."""
    has = [_folded(rep.skills) for rep in reps]
    pairs: list[tuple[int, int]] = []
    nobody: dict[str, int] = {}
    against: dict[str, int] = {}
    for row, skills in enumerate(demand.skills):
        wanted = _folded(skills)
        without = [rep for rep, can in enumerate(has) if not wanted <= can]
        if not wanted or not without:
            continue
        if len(without) == len(reps):
            nobody[_words(skills)] = nobody.get(_words(skills), 0) + 1
            continue
        if held[row] in without:
            name = reps[held[row]].name
            against[name] = against.get(name, 0) + 1
            without.remove(int(held[row]))
        pairs += [(row, rep) for rep in without]
    notes += [
        f"Nobody has {words}, which {counted(count, 'account')} would need: planned without regard to it."
        for words, count in sorted(nobody.items())
    ]
    notes += [
        f"{count} accounts are bound to {name} by name or lock, who lacks a skill they need: they stay."
        for name, count in sorted(against.items())
    ]
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def _needs(demand: Demand) -> tuple[str, ...]:
    return tuple(_words(skills) for skills in demand.skills) if demand.skills else ("",) * len(demand)


def _folded(skills: frozenset[str]) -> frozenset[str]:
    return frozenset(skill.casefold() for skill in skills)


def _words(skills: frozenset[str]) -> str:
    return " and ".join(sorted(skills))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
