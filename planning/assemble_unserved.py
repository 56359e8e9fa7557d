"""The visits that found no place, each with what blocks it and the cheapest way to fit it in."""

from collections.abc import Sequence

from planning.account_table import AccountRow
from planning.measure import RepWeeks
from planning.result import UnservedVisits
from planning.solved import Solved
from routing import why_left_out

MOST_EXPLAINED = 200
"""Accounts of a plan, shared evenly by the reps, that are tried on every day of theirs."""


def unserved_visits(solved: Solved, accounts: Sequence[AccountRow]) -> tuple[UnservedVisits, ...]:
    """One row per account and rep; the first of each rep's with every day's block and the cheapest way."""
    each = max(1, MOST_EXPLAINED // max(1, len(solved.chosen.weeks)))
    rows = []
    for weeks in solved.chosen.weeks:
        for number, row in enumerate(weeks.plan.unserved):
            details = _explained(solved, accounts, weeks, row.client) if number < each else ""
            account = int(solved.demand.account[weeks.members[weeks.client[row.client]]])
            rows.append(UnservedVisits(account, weeks.rep.name, row.visits, row.reason, details))
    return tuple(rows)


def _explained(solved: Solved, accounts: Sequence[AccountRow], weeks: RepWeeks, client: int) -> str:
    return why_left_out(weeks.problem, weeks.plan, client).said(
        weeks.problem, lambda other: account_name(solved, accounts, weeks, other)
    )


def account_name(solved: Solved, accounts: Sequence[AccountRow], weeks: RepWeeks, client: int) -> str:
    """An account by its name and id."""
    account = accounts[int(solved.demand.account[weeks.members[weeks.client[client]]])]
    return f"{account.name} ({account.id})" if account.name != account.id else account.id
