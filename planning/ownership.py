"""Who owns the accounts today, and which reps a plan is made for."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planning.demand import Demand
from planning.errors import PlanningError
from planning.staff import Rep, numbered_reps

NOBODY = -1
VOTERS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """The reps of the plan and of today.

    `present` (m,) is today's rep of every account among `present_reps`, -1 where the record names none; empty
    `present_reps`: the file says nothing of owners. `same_team`: today's reps are the ones planned for.
    """

    reps: tuple[Rep, ...]
    present_reps: tuple[Rep, ...]
    present: NDArray[np.int32]
    notes: tuple[str, ...] = ()

    @property
    def same_team(self) -> bool:
        return bool(self.present_reps) and [rep.name for rep in self.reps] == [rep.name for rep in self.present_reps]

    @property
    def present_in_plan(self) -> NDArray[np.int32]:
        """Today's rep of every account among `reps`, -1 where there is none or the rep is leaving: (m,)."""
        return self.in_plan(self.present)

    def in_plan(self, owner: NDArray[np.int32]) -> NDArray[np.int32]:
        """Owners among `present_reps` as owners among `reps`; -1 where there is none or the rep is leaving."""
        number = {rep.name: index for index, rep in enumerate(self.reps)}
        where = np.array([*(number.get(rep.name, NOBODY) for rep in self.present_reps), NOBODY], dtype=np.int32)
        return where[owner]


def find_ownership(
    demand: Demand, current: Sequence[str | None], wanted: tuple[Rep, ...] | int | None, needed: int
) -> Ownership:
    """Match the reps asked for with those the accounts name.

    `current`: today's rep of every planned account, by name. `wanted`: reps, their number, or None (those of the
    record; with none there, `needed` reps).

    Raises:
        PlanningError: more reps than accounts.
    """
    current, alike = one_spelling(current)
    names = sorted({name for name in current if name}, key=by_number)
    present_reps = tuple(Rep(name) for name in names)
    notes = [f"Taken as one rep: {', '.join(spellings)}." for spellings in alike]
    if wanted is None:
        reps = present_reps or numbered_reps(needed)
    elif isinstance(wanted, int):
        reps = _counted(names, current, wanted, notes)
    else:
        reps = wanted
        present_reps = _with_details(present_reps, wanted, notes)
    if len(reps) > len(demand):
        raise PlanningError(
            f"{len(reps)} reps were asked for, but only {len(demand)} accounts could be placed: "
            f"give at most {len(demand)}, or place more accounts"
        )
    number = {rep.name: index for index, rep in enumerate(present_reps)}
    present = np.array([number[name] if name else NOBODY for name in current], dtype=np.int32)
    return Ownership(_ordered_like(reps, present_reps), present_reps, present, tuple(notes))


def one_spelling(names: Sequence[str | None]) -> tuple[list[str | None], list[list[str]]]:
    """Names that differ only in case and spaces as one, in the spelling used most; and the groups that were joined."""
    used = Counter(name for name in names if name)
    groups: dict[str, list[str]] = {}
    for name in used:
        groups.setdefault(" ".join(name.split()).casefold(), []).append(name)
    best = {name: max(group, key=lambda one: (used[one], one)) for group in groups.values() for name in group}
    return [best[name] if name else None for name in names], [
        sorted(group) for group in groups.values() if len(group) > 1
    ]


def by_number(name: str) -> list[tuple[int, str]]:
    """Sorts names with numbers as people count: Rep 2 before Rep 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _counted(names: list[str], current: Sequence[str | None], count: int, notes: list[str]) -> tuple[Rep, ...]:
    """`count` reps: today's where there are any, the ones with fewest accounts leaving or new ones joining."""
    if not names:
        return numbered_reps(count)
    if count < len(names):
        held = {name: sum(owner == name for owner in current) for name in names}
        leaving = sorted(names, key=lambda name: (held[name], name))[: len(names) - count]
        notes.append(
            f"{len(names)} reps today, {count} asked for: the accounts of {', '.join(leaving)} are given away."
        )
        names = [name for name in names if name not in leaving]
    new = tuple(rep for rep in numbered_reps(count) if rep.name not in names)[: count - len(names)]
    if new:
        verb = "joins" if len(new) == 1 else "join"
        notes.append(f"{len(names)} reps today, {count} asked for: {', '.join(rep.name for rep in new)} {verb}.")
    return tuple(Rep(name) for name in names) + new


def _with_details(present: tuple[Rep, ...], wanted: tuple[Rep, ...], notes: list[str]) -> tuple[Rep, ...]:
    """Today's reps with the home and hours that the reps file gives them; names match without regard to case."""
    known = {rep.name.casefold(): rep for rep in wanted}
    gone = [rep.name for rep in present if rep.name.casefold() not in known]
    if gone:
        notes.append(f"Not among the reps given, so their accounts are given away: {', '.join(gone)}.")
    details = [known.get(rep.name.casefold(), rep) for rep in present]
    return tuple(replace(detail, name=rep.name) for rep, detail in zip(present, details, strict=True))


def _ordered_like(reps: tuple[Rep, ...], present: tuple[Rep, ...]) -> tuple[Rep, ...]:
    """The same reps, today's first and in today's order and spelling."""
    by_name = {rep.name.casefold(): rep for rep in reps}
    staying = tuple(
        replace(by_name[rep.name.casefold()], name=rep.name) for rep in present if rep.name.casefold() in by_name
    )
    known = {rep.name.casefold() for rep in staying}
    return staying + tuple(rep for rep in reps if rep.name.casefold() not in known)


def owners_for_all(demand: Demand, present: NDArray[np.int32]) -> NDArray[np.int32]:
    """Today's owners with the ownerless accounts given to whoever owns most of the five nearest owned ones: (m,)."""
    owner = present.copy()
    owned = np.flatnonzero(present != NOBODY)
    orphans = np.flatnonzero(present == NOBODY)
    if not len(orphans) or not len(owned):
        return owner
    voters = min(VOTERS, len(owned))
    nearest = cKDTree(demand.xy_m[owned]).query(demand.xy_m[orphans], k=voters)[1].reshape(len(orphans), voters)
    for account, votes in zip(orphans, present[owned[nearest]], strict=True):
        counts = np.bincount(votes)
        tied = counts == counts.max()
        owner[account] = next(vote for vote in votes if tied[vote])  # of equals, the nearest
    return owner
