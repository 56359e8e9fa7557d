"""How a visit that a cycle left out could be made after all: what blocks it on every day, and the cheapest way round.

Each working day is asked on its own, its other visits kept in their order, in the words of a day's reasons
(`routing/reasons.py`) and with a day's ways (`routing/day_fit.py`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from routing.cycle_agenda import visit_price_s
from routing.cycle_calendar import calendar
from routing.cycle_nights import following_days, with_night
from routing.cycle_pace import shortest_interval
from routing.cycle_problem import CyclePlan, CycleProblem, MostVisits
from routing.day_fit import Way, as_it_is, instead_of_another, staying_longer
from routing.day_model import DayModel, day_model
from routing.reasons import impossible, left_out_reason, minutes

MOST_NAMED = 5
"""Days whose blocks are put into words; the others are counted."""

type Name = Callable[[int], str]
"""What to call a client in a sentence."""


@dataclass(frozen=True, slots=True)
class BlockedDay:
    """The first thing that keeps the visit out of working day number `day`."""

    day: int
    reason: str


@dataclass(frozen=True, slots=True)
class CycleWay:
    """One way to fit the visit in, on working day number `day`.

    It costs `price_s` seconds more driving; beside that the day lasts `overtime_s` longer than the shift allows, the
    week takes `over_week_s` more than its cap, or the client `instead_of` gives up its visit of that day.
    """

    day: int
    price_s: int
    overtime_s: int = 0
    over_week_s: int = 0
    instead_of: int | None = None

    def said(self, when: date, name: Name = "client {}".format) -> str:
        """The way in words."""
        extra = [
            f"{minutes(self.overtime_s)} min beyond the shift" if self.overtime_s else "",
            f"{minutes(self.over_week_s)} min beyond the week's hours" if self.over_week_s else "",
            "" if self.instead_of is None else f"instead of {name(self.instead_of)}",
        ]
        drive = f"{minutes(abs(self.price_s))} min {'more' if self.price_s >= 0 else 'less'} driving"
        terms = [*filter(None, extra), f"with {drive}"]
        return f"on {when}, {', '.join(terms)}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What stands against one more visit of a client, day by day, and the cheapest way to make it; None: there is none.

    Days on which the client is closed are not listed. `most`: the proof that this client and a few others cannot all
    have their visits.
    """

    client: int
    blocked: tuple[BlockedDay, ...]
    cheapest: CycleWay | None
    most: MostVisits | None = None

    def said(self, problem: CycleProblem, name: Name = "client {}".format) -> str:
        """One sentence: the first days with what blocks each, then the cheapest way."""
        named = [f"{_day_name(problem, one.day)}: {one.reason}" for one in self.blocked[:MOST_NAMED]]
        more = len(self.blocked) - len(named)
        if more:
            named.append(f"{more} more days")
        way = "there is no simple way to fit it in"
        if self.cheapest is not None:
            way = f"the cheapest way to fit it in: {self.cheapest.said(problem.days[self.cheapest.day].date, name)}"
        return "; ".join([*named, *self._proof(name), way])

    def _proof(self, name: Name) -> Iterator[str]:
        """Who stands in its way, where that is proven."""
        if self.most is not None:
            others = [name(client) for client in self.most.clash if client != self.client]
            together = "proven: it does not fit in together with " + ", ".join(others)
            yield together if others else "proven: not all its visits fit in"


def why_left_out(problem: CycleProblem, plan: CyclePlan, client: int) -> LeftOut:
    """Why the plan has no further visit of `client`, and the cheapest way to fit one in.

    Ways are compared by driving and what they go beyond, second for second. To leave out another client's visit is
    offered only where no day has room for this one beside its own, and never a visit that was promised.
    """
    away = _as_slept(problem, plan)
    blocked, ways, exchanges = [], list[CycleWay](), list[tuple[int, CycleWay]]()
    for number in calendar(problem, problem.clients[client]).days:
        near = _too_near(problem, plan, client, problem.days[number].date)
        if near:
            blocked.append(BlockedDay(number, near))
            continue
        model, stops = _with_client(away, plan, number, client)
        rows = list(range(len(stops)))
        over_week_s = _over_week_s(problem, plan, number, client)
        found = [*as_it_is(model, rows), *staying_longer(model, rows)]
        ways += (way for one in found if (way := _way(number, one, over_week_s)) is not None)
        blocked.append(BlockedDay(number, _blocks(model, rows, found, over_week_s)))
        if not found:
            exchanges += _exchanges(problem, model, number, stops, over_week_s)
    least = min(exchanges, key=lambda exchange: (exchange[0], exchange[1].day), default=(0, None))[1]
    most = plan.most if plan.most is not None and client in plan.most.clash else None
    return LeftOut(client, tuple(blocked), min(ways, key=_cost) if ways else least, most)


def _as_slept(problem: CycleProblem, plan: CyclePlan) -> CycleProblem:
    """The shifts with the nights of the plan in them."""
    onward = dict(following_days(problem))
    for night in plan.nights:
        problem = with_night(problem, night.day, onward[night.day], night.place)
    return problem


def _too_near(problem: CycleProblem, plan: CyclePlan, client: int, day: date) -> str | None:
    """That another visit of the client lies closer than was agreed or the rules allow."""
    asked = problem.clients[client]
    least = max(1.0, asked.min_gap_days, problem.rules.least_gap * shortest_interval(problem, asked))
    for work, made in zip(problem.days, plan.days, strict=True):
        other = work.date
        if abs((day - other).days) < least and any(stop.visit == client for stop in made.stops):
            return f"too near its visit on {other}: they lie at least {least:.0f} days apart"
    return None


def _with_client(problem: CycleProblem, plan: CyclePlan, number: int, client: int) -> tuple[DayModel, list[int]]:
    """The day's stops in order and, as the last row, the visit that is asked for; and the clients of the stops."""
    stops = [stop.visit for stop in plan.days[number].stops]
    visits = [problem.visit(one, number, visit_price_s(problem.clients[one])) for one in stops]
    return day_model(problem.day_of(number, [*visits, problem.visit(client, number)])), stops


def _over_week_s(problem: CycleProblem, plan: CyclePlan, number: int, client: int) -> int:
    """Driving and service of the week beyond its cap, the visit's service included; its driving comes on top."""
    if problem.most_week_s is None:
        return -(1 << 40)
    days = (day for other, day in enumerate(plan.days) if problem.week(other) == problem.week(number))
    spent_s = sum(day.drive_s + day.service_s for day in days)
    return spent_s + problem.clients[client].service_s - problem.most_week_s


def _blocks(model: DayModel, rows: Sequence[int], found: Sequence[Way], over_week_s: int) -> str:
    """The first thing that blocks the visit: what does so on any day, the week's hours where this day has room."""
    if not found and (never := impossible(model).get(len(rows))):
        return never
    roomy = next((way for way in found if not way.overtime_s), None)
    if roomy is not None and over_week_s + (roomy.price_s or 0) > 0:
        return f"the week's hours are used up: would need {minutes(over_week_s + (roomy.price_s or 0))} min more"
    return left_out_reason(model, rows, len(rows))


def _way(number: int, found: Way, over_week_s: int) -> CycleWay | None:
    if found.price_s is None:
        return None
    return CycleWay(number, found.price_s, found.overtime_s, max(0, over_week_s + found.price_s))


def _exchanges(
    problem: CycleProblem, model: DayModel, number: int, stops: Sequence[int], over_week_s: int
) -> Iterator[tuple[int, CycleWay]]:
    """The visit instead of another's that was not promised: the price with what that one is worth, and the way."""
    rows, when = list(range(len(stops))), problem.days[number].date
    for way in instead_of_another(model, rows, stops):
        if way.price_s is None or way.instead_of is None:
            continue
        other = problem.clients[way.instead_of]
        if not any(promise.first <= when <= promise.last for promise in other.promises):
            more_s = way.price_s - visit_price_s(other)
            week_s = max(0, over_week_s - other.service_s + more_s)
            yield way.price_s + week_s, CycleWay(number, more_s, 0, week_s, way.instead_of)


def _cost(way: CycleWay) -> tuple[int, int]:
    return way.price_s + way.overtime_s + way.over_week_s, way.day


def _day_name(problem: CycleProblem, number: int) -> str:
    """A date, and the rep's number where several share the cycle."""
    day = problem.days[number]
    return f"{day.date} (rep {day.rep})" if problem.reps > 1 else f"{day.date}"
