"""The year of a team in which some accounts are shared: their work and sales are split among the owners."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from balancing.sales import Sales, sales_of, total_sales
from balancing.workload import Work, split, total
from planning.account_table import AccountRow
from planning.errors import PlanningError
from planning.shares_file import Shares
from planning.solved import Solved
from planning.team_workload import access_s, team_evenness, year_work
from planning.workload_figures import TeamWorkload


def with_shares(
    workload: TeamWorkload | None, solved: Solved, accounts: Sequence[AccountRow], shares: Shares
) -> TeamWorkload | None:
    """The same workload with every shared account's year split among its owners; the team's sum stays the same.

    `shares` have passed `check_names`.

    The days are planned for the territory's rep, so the weeks stay as they are, as does the number of accounts.
    """
    if workload is None or not shares:
        return workload
    reps = [year.rep for year in workload.years]
    parts: dict[str, list[Work]] = {rep: [] for rep in reps}
    money: dict[str, list[Sales]] = {rep: [] for rep in reps}
    for weeks, year in zip(solved.chosen.weeks, workload.years, strict=True):
        rows = [accounts[solved.demand.account[member]] for member in weeks.members]
        shared = np.array([row.id in shares for row in rows], dtype=np.bool_)
        each_s = access_s(solved.measure.options)
        parts[year.rep] += [year_work(weeks, solved.demand, each_s, ~shared), Work(admin_s=year.work.admin_s)]
        money[year.rep] += [sales_of(row.value, row.potential) for row in rows if row.id not in shares]
        for place in np.flatnonzero(shared):
            alone = np.arange(len(rows)) == place
            owners = shares[rows[place].id]
            for owner, piece in split(year_work(weeks, solved.demand, each_s, alone), owners).items():
                parts[owner].append(piece)
                money[owner].append(sales_of(rows[place].value, rows[place].potential).times(owners[owner]))
    years = tuple(
        replace(year, work=total(parts[year.rep]), sales=total_sales(money[year.rep])) for year in workload.years
    )
    return replace(workload, years=years, evenness=team_evenness(years, solved.chosen.weeks))


def check_names(shares: Shares, accounts: Collection[str], reps: Collection[str]) -> None:
    """Refuse shares of what is not there.

    Raises:
        PlanningError: an account that is not planned, or a rep who is not in the plan.
    """
    for account, owners in shares.items():
        if account not in accounts:
            raise PlanningError(
                f"account {account!r} is shared but not planned: it has no place, or is not in the file"
            )
        if strangers := sorted(set(owners) - set(reps)):
            known = ", ".join(sorted(reps))
            raise PlanningError(f"{strangers[0]} has a share of account {account!r} but is no rep of the plan: {known}")
