"""Nights away from home: a rep's day ends, and the next begins, where that saves more driving than the night costs.

A local search above ruin and recreate: of all pairs of days that follow each other those with the most to save are
tried first, a short search goes on from the present plan with the night fixed, and the night stays if the price falls.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geo.limits import Limits
from routing.cycle_model import Task, cycle_model
from routing.cycle_problem import CycleProblem, Night, WorkDay
from routing.day_model import day_model
from routing.day_schedule import timetable
from routing.recreate import RecreateAnswer, recreate

TRIED = 6  # nights in one round
MOST_ROUNDS = 12
LEAST_ROUNDS_EACH = 200


@dataclass(frozen=True, slots=True)
class Away:
    """A problem with nights fixed in its shifts, and a plan for it."""

    problem: CycleProblem
    places: tuple[int, ...]  # of the tasks
    answer: RecreateAnswer
    nights: tuple[Night, ...]

    @property
    def price(self) -> float:
        """What the plan costs, nights included."""
        return self.answer.price + len(self.nights) * (self.problem.rules.night_price_s or 0)


def stay_away(problem: CycleProblem, tasks: Sequence[Task], answer: RecreateAnswer, limits: Limits, seed: int) -> Away:
    """The plan with the nights that pay; the same as before where none does, or nights are not allowed."""
    now = Away(problem, tuple(problem.clients[task.client].place for task in tasks), answer, ())
    if problem.rules.night_price_s is None:
        return now
    each = Limits(
        None if limits.iterations is None else max(LEAST_ROUNDS_EACH, limits.iterations // 20),
        None if limits.cpu_s is None else limits.cpu_s / 20,
    )
    for _ in range(MOST_ROUNDS):
        better = next((found for found in _tries(now, tasks, each, seed) if found.price < now.price), None)
        if better is None:
            break
        now = better
    return now


def _tries(now: Away, tasks: Sequence[Task], limits: Limits, seed: int) -> Iterator[Away]:
    """Plans with one night more, the most promising first."""
    found = sorted(_candidates(now), key=lambda candidate: (-candidate[0], candidate[1:]))
    for _, number, after, place in found[:TRIED]:
        problem = with_night(now.problem, number, after, place)
        order = list(now.answer.order)
        for day in (number, after):
            turned = _kept_order(problem, tasks, now.answer.first, day, order[day])
            if turned is None:
                break
            order[day] = turned
        else:
            start = replace(now.answer, order=tuple(_renumbered(now, problem, tasks, order)), first=_first(problem))
            answer = recreate(cycle_model(problem, tasks), limits=limits, seed=seed, start=start)
            yield Away(
                problem, now.places, answer, tuple(sorted((*now.nights, Night(number, place)), key=lambda n: n.day))
            )


def _first(problem: CycleProblem) -> int:
    ends = {
        place for day in problem.days for place in (day.shift.start_place, day.shift.end_place) if place is not None
    }
    return len(ends) + 1


def _renumbered(
    now: Away, problem: CycleProblem, tasks: Sequence[Task], order: Sequence[tuple[int, ...]]
) -> Iterator[tuple[int, ...]]:
    """Nodes of tasks shift when there is another place where days end."""
    shift = _first(problem) - now.answer.first
    return (tuple(node + shift for node in nodes) for nodes in order)


def _candidates(now: Away) -> Iterator[tuple[int, int, int, int]]:
    """(seconds saved by the present orders, day, day after, place) for every night that is allowed."""
    problem = now.problem
    travel_s = problem.matrix.duration_s
    used = {night.day for night in now.nights}
    for number, after in following_days(problem):
        if number in used or _row_of_nights(problem, used | {number}, number) > problem.rules.most_nights:
            continue
        home, home_after = problem.days[number].shift.end_place, problem.days[after].shift.start_place
        ends = [_ends(now, day) for day in (number, after)]
        if home is None or not ends[0] or not ends[1]:
            continue
        lodgings = problem.lodgings or sorted({place for pair in ends for place in pair})
        for place in lodgings:
            saved = max(
                int(travel_s[a, home])
                - int(travel_s[a, place])
                + int(travel_s[home_after, b])
                - int(travel_s[place, b])
                for a in ends[0]
                for b in ends[1]
            )
            if saved > 0 and place != home:
                yield saved, number, after, place


def following_days(problem: CycleProblem) -> list[tuple[int, int]]:
    """Pairs of a rep's working days with one night between them."""
    number_of = {(day.rep, day.date.toordinal()): number for number, day in enumerate(problem.days)}
    pairs = ((number_of[key], number_of.get((key[0], key[1] + 1))) for key in number_of)
    return sorted((number, after) for number, after in pairs if after is not None)


def _row_of_nights(problem: CycleProblem, used: set[int], number: int) -> int:
    """How many nights in a row `number` would be part of."""
    before = {after: day for day, after in following_days(problem)}
    onward = {day: after for day, after in following_days(problem)}
    count, day = 1, number
    while (previous := before.get(day)) is not None and previous in used:
        count, day = count + 1, previous
    day = number
    while (later := onward.get(day)) is not None and later in used:
        count, day = count + 1, later
    return count


def _ends(now: Away, day: int) -> tuple[int, ...]:
    """Places of the first and the last client of a day."""
    order = now.answer.order[day]
    return tuple({_place(now, order[0]), _place(now, order[-1])}) if order else ()


def _place(now: Away, node: int) -> int:
    return now.places[node - now.answer.first]


def with_night(problem: CycleProblem, number: int, after: int, place: int) -> CycleProblem:
    """The same days, but `number` ends and `after` begins at `place`."""
    days: list[WorkDay] = list(problem.days)
    days[number] = replace(days[number], shift=replace(days[number].shift, end_place=place))
    days[after] = replace(days[after], shift=replace(days[after].shift, start_place=place))
    return replace(problem, days=tuple(days))


def _kept_order(
    problem: CycleProblem, tasks: Sequence[Task], first: int, day: int, order: tuple[int, ...]
) -> tuple[int, ...] | None:
    """The order or its reverse, whichever is possible from and to the new ends with less driving."""
    best: tuple[int, tuple[int, ...]] | None = None
    for turned in (order, order[::-1]):
        visits = [problem.visit(tasks[node - first].client, day) for node in turned]
        timed = timetable(day_model(problem.day_of(day, visits)), range(len(turned)))
        if timed is not None:
            driving_s = timed.drive_s
            best = min(best or (driving_s, turned), (driving_s, turned))
    return best[1] if best else None
