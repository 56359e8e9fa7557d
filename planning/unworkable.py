"""Visits that no rep of the team could make on any day: they are said, and count in nobody's hours."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from planning.account_table import AccountRow
from planning.demand import Demand
from planning.staff import Rep
from planning.table_words import counted
from routing.problem import Window
from routing.reasons import clock

NAMED = 3


def for_team(demand: Demand, reps: Sequence[Rep]) -> Demand:
    """The demand with what none of these reps could work set apart, each with its reason."""
    visited = [index for index in range(len(demand)) if demand.visits_a_year[index] > 0]
    found = {index: reason for index in visited if (reason := why_unworkable(demand, index, reps))}
    return replace(demand, unworkable=found) if found else demand


def why_unworkable(demand: Demand, index: int, reps: Sequence[Rep]) -> str:
    """Why no rep could visit the account even on a day with nothing else, however near; "" where one could."""
    service_s, windows = int(demand.service_s[index]), demand.windows[index]
    longest_s = max((rep.day_s for rep in reps), default=0)
    if service_s > longest_s:
        return f"a visit of {service_s // 60} min is longer than any rep's working day of {longest_s // 60} min"
    if windows is None or any(_meets(rep, windows, service_s) for rep in reps):
        return ""
    if not windows:
        return f"never open long enough for a visit of {service_s // 60} min"
    if not any(windows.get(day) for rep in reps for day in rep.weekdays):
        return "closed on every weekday that a rep works"
    earliest_s, latest_s = min(rep.shift_start_s for rep in reps), max(rep.end_s for rep in reps)
    return (
        f"its opening hours leave no {service_s // 60} min between {clock(earliest_s)} and {clock(latest_s)}, when the "
        "reps work"
    )


def _meets(rep: Rep, windows: Mapping[int, tuple[Window, ...]], service_s: int) -> bool:
    """Whether a visit may begin within the hours and end within the rep's shift on some weekday."""
    latest_s = rep.end_s - rep.admin_s - service_s
    return any(
        max(window.start_s, rep.shift_start_s) <= min(window.end_s, latest_s)
        for day in rep.weekdays
        for window in windows.get(day, ())
    )


def unworkable_notes(demand: Demand, accounts: Sequence[AccountRow]) -> tuple[str, ...]:
    """One sentence with the first accounts by name."""
    if not demand.unworkable:
        return ()
    named = [
        f"{accounts[int(demand.account[index])].id}: {reason}"
        for index, reason in list(demand.unworkable.items())[:NAMED]
    ]
    more = len(demand.unworkable) - len(named)
    if more:
        named.append(f"{more} more are in accounts.csv")
    whose = "Its visits count" if len(demand.unworkable) == 1 else "Their visits count"
    return (
        f"{counted(len(demand.unworkable), 'account')} that nobody of the team could visit on any day "
        f"({'; '.join(named)}). {whose} in nobody's hours.",
    )
