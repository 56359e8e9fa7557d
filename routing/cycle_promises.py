"""Dates given to clients: how a way to spread visits is changed so that it keeps them, and which are broken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.cycle_problem import Broken, Client, CycleProblem, Promise
from routing.due import Due
from routing.problem import DayPlan, Window

MOST_DAYS = 8  # of a long promise ("by the end of the month") that are tried for one way

type Way = tuple[tuple[int, ...], float]
"""Positions among the open days, and a price."""


@dataclass(frozen=True, slots=True)
class Span:
    """A promise in days after the start of the horizon."""

    low: int
    high: int
    price_s: int | None

    def holds(self, offset: int) -> bool:
        return self.low <= offset <= self.high

    def first_of(self, offsets: Sequence[int]) -> int | None:
        """Position of the first open day that keeps it."""
        return next((k for k, offset in enumerate(offsets) if self.holds(offset)), None)


def spans_of(problem: CycleProblem, due: Due) -> tuple[Span, ...]:
    """The promises that matter in this horizon."""
    return tuple(
        Span((p.first - problem.starts_on).days, (p.last - problem.starts_on).days, p.price_s) for p in due.promises
    )


def keeping_promises(ways: Iterable[Way], spans: Sequence[Span], offsets: Sequence[int], price: float) -> Iterator[Way]:
    """The same ways with the nearest visit moved onto each promised date, `price` a day; not kept only at its price.

    A promise that no open day can keep is left aside.
    """
    able = [span for span in spans if span.first_of(offsets) is not None]
    for chosen, cost in ways:
        found: list[Way] = [(chosen, cost)]
        for span in able:
            found = [kept for way in found for kept in _kept(way, span, able, offsets, price)]
        yield from found


def _kept(way: Way, span: Span, spans: Sequence[Span], offsets: Sequence[int], price: float) -> Iterator[Way]:
    chosen, cost = way
    if any(span.holds(offsets[k]) for k in chosen):
        yield way
        return
    if span.price_s is not None:
        yield chosen, cost + span.price_s
    movable = [k for k in chosen if not any(other.holds(offsets[k]) for other in spans)]
    days = [k for k, offset in enumerate(offsets) if span.holds(offset)]
    if not movable:
        yield tuple(sorted({*chosen, days[0]})), cost
        return

    def away(k: int) -> int:
        return max(span.low - offsets[k], offsets[k] - span.high)

    moved = min(movable, key=lambda k: (away(k), k))
    for day in sorted(days, key=lambda k: (abs(offsets[k] - offsets[moved]), k))[:MOST_DAYS]:
        yield tuple(sorted({*(k for k in chosen if k != moved), day})), cost + price * away(moved)


def in_good_time(client: Client, margin_s: int) -> Client:
    """The client, if it has promises, with hours that end so much sooner; what was agreed to the minute stays."""
    if not client.promises or not margin_s:
        return client

    def early[Day](hours: Mapping[Day, tuple[Window, ...]]) -> dict[Day, tuple[Window, ...]]:
        return {
            day: tuple(Window(window.start_s, max(window.start_s, window.end_s - margin_s)) for window in windows)
            for day, windows in hours.items()
        }

    windows = None if client.windows is None else early(client.windows)
    return replace(client, windows=windows, exceptions=early(client.exceptions))


def broken_promises(problem: CycleProblem, dues: Sequence[Due], days: Sequence[DayPlan]) -> tuple[Broken, ...]:
    """Every promise within the horizon that the plan does not keep, with the first thing that stands against it."""
    visited = [
        {stop.visit for number, day in enumerate(days) if problem.days[number].date == date for stop in day.stops}
        for date in (work.date for work in problem.days)
    ]
    found = []
    for client, due in enumerate(dues):
        for promise in due.promises:
            within = [k for k, work in enumerate(problem.days) if promise.first <= work.date <= promise.last]
            if not any(client in visited[k] for k in within):
                found.append(Broken(client, promise, _why(problem, client, promise, within)))
    return tuple(found)


def _why(problem: CycleProblem, client: int, promise: Promise, within: Sequence[int]) -> str:
    asked = problem.clients[client]
    when = f"on {promise.first}" if promise.is_appointment else f"from {promise.first} to {promise.last}"
    called = problem.holidays.get(promise.first, "") if promise.is_appointment else ""
    if not within:
        return f"promised {when}, but no rep works then" + (f": it is {called}" if called else "")
    if all(problem.windows_on(asked, problem.days[k].date) is None for k in within):
        shut = called and promise.first in asked.closed_on
        return f"promised {when}, but the client receives no visits then" + (f": it is {called}" if shut else "")
    if promise.price_s is not None:
        return f"promised {when}: keeping it would cost more than its price of {promise.price_s // 60} min of driving"
    return f"promised {when}, but there is no room for it and the way there then"
