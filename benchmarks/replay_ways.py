"""The two ways of planning a quarter: call cycles re-planned every morning, and nearest-first as by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from benchmarks.replay_world import SHIFT, Patch, World
from geo.limits import Limits
from planning.measure import PROMISE_MARGIN_S
from routing import Client, CycleProblem, CycleRules, DayProblem, Visit, check_cycle, plan_cycle, plan_day, working_days
from routing.cycle_promises import in_good_time

WEEKS_AHEAD = 2
SOON_DAYS = 4  # by hand whoever falls due within so many days is on the list
MORNING_PRIZE_S = 7200
WAY_S, NOON_S = 900, 12 * 3600


type Ahead = list[tuple[date, tuple[int, ...]]]
"""Dates and the clients of each in order."""


@dataclass(slots=True)
class Cycles:
    """Every morning the next two weeks are planned anew from what was really done; today's part is driven.

    Whoever was on yesterday's plan for today and calls off leaves room that the new plan fills; who calls off without
    having been announced falls out of the day, which is then put in order again.
    """

    world: World
    rounds: int
    faults: list[str] = field(default_factory=list)
    plans: dict[int, tuple[date, Ahead]] = field(default_factory=dict)

    def dates(self, patch: Patch, clients: Sequence[Client], day: date, ahead: Sequence[date]) -> dict[int, date]:
        """Who is planned for a later day of this week is told so, if he wants to know."""
        planned = self._plan(patch, clients, day, set())
        later = (client for when, order in planned if when in ahead for client in order if patch.wants_date[client])
        when_of = {client: when for when, order in planned for client in order if when in ahead}
        return {client: when_of[client] for client in later if not clients[client].promises}

    def morning(self, patch: Patch, clients: Sequence[Client], day: date, off: set[int]) -> list[int]:
        _, before = self.plans.get(patch.rep, (day, []))
        announced = set(dict(before).get(day, ()))
        planned = self._plan(patch, clients, day, announced & off)
        self.plans[patch.rep] = (day, planned)
        today = dict(planned).get(day, ())
        order, unannounced = [c for c in today if c not in off], [c for c in today if c in off]
        called_off = [*unannounced, *sorted(announced & off)]
        if not unannounced:
            return order + called_off
        return self._in_order(patch, clients, day, order) + called_off

    def _in_order(self, patch: Patch, clients: Sequence[Client], day: date, order: Sequence[int]) -> list[int]:
        """These visits in the best order; those promised well in time, or just in time where that is all there is."""
        promised = {client for client in order if clients[client].appointment_on(day)}
        made: list[int] = []
        for margin_s in (PROMISE_MARGIN_S, 0):
            visits = tuple(_visit(in_good_time(clients[client], margin_s), day) for client in order)
            made = [order[stop.visit] for stop in plan_day(DayProblem(patch.matrix, visits, SHIFT)).stops]
            if promised <= set(made):
                break
        return made

    def _plan(self, patch: Patch, clients: Sequence[Client], day: date, off: set[int]) -> Ahead:
        """The next two weeks as of this morning, checked.

        Who was promised a date is planned well in time, or just in time where the plan would not keep it otherwise.
        """
        soon = [row for row, client in enumerate(clients) if client.promises or _due_within(client, day)]
        days = working_days(day, WEEKS_AHEAD, dict.fromkeys(range(5), SHIFT), holidays=self.world.holidays)
        asked = tuple(
            replace(clients[row], closed_on=frozenset({day}), promises=()) if row in off else clients[row]
            for row in soon
        )
        problem = CycleProblem(patch.matrix, asked, days, day, WEEKS_AHEAD, CycleRules(margin_s=PROMISE_MARGIN_S))
        plan = plan_cycle(problem, limits=Limits(iterations=self.rounds), seed=self.world.seed)
        self.faults += [f"{day}: {fault}" for fault in check_cycle(problem, plan)]
        return [
            (work.date, tuple(soon[stop.visit] for stop in made.stops))
            for work, made in zip(days, plan.days, strict=True)
        ]


def _due_within(client: Client, day: date) -> bool:
    """Whether a client falls due in the weeks ahead."""
    assert client.last_visit is not None
    return (day - client.last_visit).days + 7 * WEEKS_AHEAD >= client.interval_days


@dataclass(slots=True)
class ByHand:
    """Whoever is due comes on a list; from home to the nearest of them, from there to the next, until the day is full.

    Who wants to know his date gets the days of the week by turns; the promised ones of the day are visited in any case.
    """

    world: World

    def dates(self, patch: Patch, clients: Sequence[Client], day: date, ahead: Sequence[date]) -> dict[int, date]:
        due = [c for c in self._due(clients, ahead[-1]) if patch.wants_date[c] and not clients[c].promises]
        return {client: ahead[turn % len(ahead)] for turn, client in enumerate(due) if turn < 3 * len(ahead)}

    def morning(self, patch: Patch, clients: Sequence[Client], day: date, off: set[int]) -> list[int]:
        promised = {c for c, client in enumerate(clients) if any(p.first == day for p in client.promises)}
        listed = {c for c in self._due(clients, day + timedelta(days=SOON_DAYS)) if not clients[c].promises} | promised
        called_off = set(self._nearest_first(patch, clients, day, listed, promised)) & off
        order = self._nearest_first(patch, clients, day, listed - called_off, promised - called_off)
        return order + sorted(called_off)

    def _nearest_first(
        self, patch: Patch, clients: Sequence[Client], day: date, listed: set[int], promised: set[int]
    ) -> list[int]:
        travel_s = patch.matrix.duration_s
        order: list[int] = []
        left, place, now_s = set(listed), 0, SHIFT.start_s
        lunch_s = SHIFT.lunch.duration_s if SHIFT.lunch else 0
        reserve_s = sum(clients[c].service_s + WAY_S for c in promised)
        while left:
            nearest = min(left, key=lambda c: (int(travel_s[place, clients[c].place]), c))
            left.discard(nearest)
            asked = clients[nearest]
            arrive_s = now_s + int(travel_s[place, asked.place])
            (window,) = (asked.windows or {})[day.weekday()]
            if nearest in promised:
                reserve_s -= asked.service_s + WAY_S
            elif not window.start_s - 1800 <= arrive_s <= window.end_s:
                continue
            end_s = max(arrive_s, window.start_s) + asked.service_s
            if nearest not in promised and end_s + int(travel_s[asked.place, 0]) > SHIFT.end_s - lunch_s - reserve_s:
                continue
            order.append(nearest)
            place, now_s = asked.place, end_s
        mornings = [c for c in order if c in promised and (clients[c].windows or {})[day.weekday()][0].end_s <= NOON_S]
        return mornings + [c for c in order if c not in mornings]

    def _due(self, clients: Sequence[Client], by: date) -> list[int]:
        """Clients due by a date and not resting, the longest overdue first."""
        found = []
        for number, client in enumerate(clients):
            assert client.last_visit is not None
            late = (by - client.last_visit).days - client.interval_days
            if late >= 0 and (client.not_before is None or client.not_before <= by):
                found.append((-late, number))
        return [number for _, number in sorted(found)]


def _visit(client: Client, day: date) -> Visit:
    appointed = any(promise.first == day for promise in client.promises)
    windows = tuple((client.windows or {}).get(day.weekday(), ()))
    return Visit(client.place, client.service_s, windows, None if appointed else MORNING_PRIZE_S)
