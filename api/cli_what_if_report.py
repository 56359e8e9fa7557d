"""What `bailiwick what-if` prints about an answer."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from planning.absence_cover import Cover
from planning.result import PlanResult, Scenario
from planning.what_if import WhatIf

SHOWN = 12


def taken_over(cover: Cover, result: PlanResult) -> list[tuple[str, str, str, str, str]]:
    """Every visit that changes its day or its rep: the day, the account, who makes it, when, and its old day."""
    moved = {(one.rep, one.date, one.account): one.planned for one in cover.moved}
    absent = {
        (route.date, s.account)
        for day in cover.days
        for route in day.before
        for s in route.stops
        if route.rep == cover.rep and route not in day.after
    }
    rows = []
    for day in cover.days:
        for route in day.after:
            for stop in route.stops:
                planned = moved.get((route.rep, day.date, stop.account))
                if planned is None and (route.rep == cover.rep or (day.date, stop.account) not in absent):
                    continue
                old = "" if planned is None else planned.isoformat()
                name = result.accounts[stop.account].name
                rows.append((day.date.isoformat(), name, route.rep, f"{stop.start:%H:%M}", old))
    return rows


def report_answer(screen: Console, answer: WhatIf) -> None:
    """Every rep before and after, and the transfers."""
    result = answer.result
    screen.print(Text(f"What if {answer.question}?"))
    table = Table("rep", "hours before", "hours after", "against the share", "accounts", box=None)
    before = _by_rep(answer.before)
    for rep in result.reps:
        was = f"{before[rep.rep]:.0f}" if rep.rep in before else "–"
        table.add_row(rep.rep, was, f"{rep.workload_h:.0f}", f"{rep.deviation:+.1%}", str(rep.accounts))
    for name in sorted(set(before) - {rep.rep for rep in result.reps}):
        table.add_row(name, f"{before[name]:.0f}", "–", "", "0")
    screen.print(table)
    moves = Table("account", "from", "to", "reason", box=None)
    for transfer in result.transfers[:SHOWN]:
        account = result.accounts[transfer.account]
        moves.add_row(account.name, transfer.from_rep or "–", transfer.to_rep, transfer.reason)
    screen.print(moves)
    more = len(result.transfers) - SHOWN
    if more > 0:
        screen.print(Text(f"… and {more} more."))
    forced = len(result.transfers) - answer.extra
    screen.print(
        Text(
            f"{len(result.transfers)} accounts change hands, {forced} of them by the change itself; "
            f"{result.visits_planned} of {result.visits_due} visits due find a place."
        )
    )


def _by_rep(scenario: Scenario | None) -> dict[str, float]:
    return {} if scenario is None else {rep.rep: rep.workload_h for rep in scenario.reps}
