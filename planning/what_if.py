"""What if a rep leaves or joins, territories merge or one splits: the plan as it would be, beside the one there is.

A question changes the team and today's owners of a plan; solving the plan then repairs the present territories with
the fewest transfers, and plans and measures the weeks as ever. Nothing is written anywhere.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from planning.account_table import AccountRow
from planning.errors import PlanningError
from planning.options import Progress, silent
from planning.ownership import by_number, one_spelling
from planning.result import PlanResult, Scenario
from planning.staff import Rep

if TYPE_CHECKING:
    from planning.plan import Plan


class Question(Protocol):
    """Something that could change."""

    def __str__(self) -> str:
        """The question in words."""

    def change(self, plan: "Plan", team: tuple[Rep, ...]) -> "Plan":
        """The plan with the change, `team` being today's reps."""


@dataclass(frozen=True, slots=True)
class RepsLeave:
    """Reps leave, or a branch is closed: their accounts are spread over the others."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{' and '.join(self.names)} {'leaves' if len(self.names) == 1 else 'leave'}"

    def change(self, plan: "Plan", team: tuple[Rep, ...]) -> "Plan":
        gone = {_known(name, team).name for name in self.names}
        staying = tuple(rep for rep in team if rep.name not in gone)
        if not staying:
            raise PlanningError("at least one rep must stay to take the accounts over")
        return plan.with_team(staying)


@dataclass(frozen=True, slots=True)
class RepJoins:
    """A rep joins and gets a territory carved from the most loaded. `home` and hours are the rep's own."""

    rep: Rep

    def __str__(self) -> str:
        return f"{self.rep.name} joins"

    def change(self, plan: "Plan", team: tuple[Rep, ...]) -> "Plan":
        _unknown(self.rep.name, team)
        return plan.with_team((*team, self.rep))


@dataclass(frozen=True, slots=True)
class TerritoriesMerge:
    """One rep takes over another's territory whole; where that is more than the band allows, neighbours help."""

    kept: str
    gone: str

    def __str__(self) -> str:
        return f"{self.kept} takes over the territory of {self.gone}"

    def change(self, plan: "Plan", team: tuple[Rep, ...]) -> "Plan":
        kept, gone = _known(self.kept, team), _known(self.gone, team)
        if kept is gone:
            raise PlanningError("two different territories are needed to merge")
        accounts = tuple(
            replace(account, current_rep=kept.name) if _is(account.current_rep, gone.name) else account
            for account in plan.table.accounts
        )
        smaller = replace(plan, table=replace(plan.table, accounts=accounts))
        return smaller.with_team(tuple(rep for rep in team if rep is not gone))


@dataclass(frozen=True, slots=True)
class TerritorySplits:
    """A territory is shared with a rep who joins; nobody else gives or takes anything."""

    name: str
    rep: Rep

    def __str__(self) -> str:
        return f"the territory of {self.name} is split with {self.rep.name}"

    def change(self, plan: "Plan", team: tuple[Rep, ...]) -> "Plan":
        shared = _known(self.name, team).name
        _unknown(self.rep.name, team)
        accounts = tuple(
            account if _is(account.current_rep, shared) else replace(account, locked=account.current_rep is not None)
            for account in plan.table.accounts
        )
        return replace(plan, table=replace(plan.table, accounts=accounts)).with_team((*team, self.rep))


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """The answer: the changed plan, solved. `forced`: positions of accounts whose rep of today is not in the team."""

    question: str
    plan: "Plan"
    result: PlanResult
    forced: frozenset[int]

    @property
    def before(self) -> Scenario | None:
        """Today's territories, measured."""
        return self.result.as_is

    @property
    def extra(self) -> int:
        """Transfers beyond those that the change itself asks for."""
        return sum(transfer.account not in self.forced for transfer in self.result.transfers)


def what_if(plan: "Plan", question: Question, progress: Progress = silent) -> WhatIf:
    """Solve `plan` with the change that is asked about.

    Raises:
        PlanningError: the accounts name no reps, the question names one who is not there, or nothing can be planned.
    """
    team = present_team(plan)
    changed = question.change(plan, team)
    assert isinstance(changed.team, tuple)
    staying = {rep.name.casefold() for rep in changed.team}
    forced = _owned_by_others(plan.table.accounts, staying)
    return WhatIf(str(question), changed, changed.solve(progress), forced)


def present_team(plan: "Plan") -> tuple[Rep, ...]:
    """Today's reps: those of the plan where it names them, else those of the accounts.

    Raises:
        PlanningError: the accounts name none, so there is nothing to compare with.
    """
    names = {name for name in one_spelling([row.current_rep for row in plan.table.accounts])[0] if name}
    if not names:
        raise PlanningError("a what-if needs to know today's reps: the accounts name none (column current_rep)")
    given = {rep.name.casefold(): rep for rep in plan.team} if isinstance(plan.team, tuple) else {}
    return tuple(replace(given.get(name.casefold(), Rep(name)), name=name) for name in sorted(names, key=by_number))


def _owned_by_others(accounts: Collection[AccountRow], staying: set[str]) -> frozenset[int]:
    owners = one_spelling([account.current_rep for account in accounts])[0]
    return frozenset(row for row, name in enumerate(owners) if name is not None and name.casefold() not in staying)


def _known(name: str, team: tuple[Rep, ...]) -> Rep:
    for rep in team:
        if _is(rep.name, name):
            return rep
    raise PlanningError(f"there is no rep “{name}”; today's are: {', '.join(rep.name for rep in team)}")


def _unknown(name: str, team: tuple[Rep, ...]) -> None:
    if any(_is(rep.name, name) for rep in team):
        raise PlanningError(f"there is a rep “{name}” already: give the one who joins another name")


def _is(one: str | None, other: str) -> bool:
    return one is not None and " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
