"""A rep is absent from–to: the visits are covered by neighbours or on other days, and all is as before on return."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from geo.limits import Limits
from geo.place import Place
from geo.projection import LocalMetres
from geo.travel import TravelTimes
from planning.absence_cover import Cover, CoveredDay, MovedVisit
from planning.demand import Demand
from planning.errors import PlanningError, require
from planning.options import PlanOptions
from planning.result import PlanResult, RouteDay, RouteStop, UnservedVisits
from planning.staff import Rep
from routing.problem import DayPlan, Shift, Visit
from routing.team import plan_team
from routing.team_check import check_team
from routing.team_problem import TeamProblem

HELPERS = 6
"""Neighbours who may help on a day: those with the nearest visits or home."""
HELP_S = 14_400
"""What leaving out a visit of the absent rep costs, in seconds of driving; the helpers' own come before."""
SEARCH = Limits(iterations=4000)
MOST_DAYS = 10
"""Other days that are tried for the visits of one day."""


def cover_absence(
    result: PlanResult,
    rep: str,
    first: date,
    last: date,
    *,
    team: Sequence[Rep],
    demand: Demand,
    travel: TravelTimes,
    options: PlanOptions,
    not_before: date | None = None,
) -> Cover:
    """Give the visits of `rep` from `first` to `last` to the neighbours, day by day; nobody works beyond the shift.

    What fits nobody's day is then tried on the other days planned, the nearest first and none before `not_before`: on
    the rep's own days outside the absence and on the neighbours' emptier ones. Visits with an appointment stay on their
    day, and no account is visited twice a day.

    Raises:
        PlanningError: there is no such rep, or nothing is planned for the rep on these days.
    """
    if rep not in {one.rep for one in result.reps}:
        raise PlanningError(f"there is no rep “{rep}”; the plan's are: {', '.join(one.rep for one in result.reps)}")
    planned = [route for route in result.days if route.rep == rep and first <= route.date <= last]
    if not planned:
        raise PlanningError(f"{rep} has no visits planned from {first} to {last}")
    now = {(route.rep, route.date): route for route in result.days}
    case = _Case(result, rep, (first, last), tuple(team), demand, travel, options, now)
    planned.sort(key=lambda route: route.date)
    left: dict[date, list[UnservedVisits]] = {}
    for route in planned:
        now.pop((rep, route.date))
        left[route.date] = case.shared_out(route.date, [stop.account for stop in route.stops], route.date)
    moved = tuple(case.moved_on(left, not_before or date.min))
    return Cover(rep, tuple(case.changes(left)), sum(len(route.stops) for route in planned), moved)


@dataclass(frozen=True, slots=True)
class _Case:
    """The plan, and the days as they stand after what was covered so far."""

    result: PlanResult
    absent: str
    away: tuple[date, date]
    team: tuple[Rep, ...]
    demand: Demand
    travel: TravelTimes
    options: PlanOptions
    now: dict[tuple[str, date], RouteDay]

    def changes(self, left: dict[date, list[UnservedVisits]]) -> Iterator[CoveredDay]:
        """Every day on which somebody's visits are others than planned, or a visit is left."""
        before = {(route.rep, route.date): route for route in self.result.days}
        changed = [key for key in before.keys() | self.now.keys() if before.get(key) is not self.now.get(key)]
        for day in sorted({day for _, day in changed} | {day for day, rows in left.items() if rows}):
            keys = sorted(key for key in changed if key[1] == day)
            yield CoveredDay(
                day,
                tuple(before[key] for key in keys if key in before),
                tuple(self.now[key] for key in keys if key in self.now),
                tuple(left.get(day, ())),
            )

    def moved_on(self, left: dict[date, list[UnservedVisits]], not_before: date) -> Iterator[MovedVisit]:
        """Find other days for the absent rep's visits that are left; those that find one leave `left`."""
        days = sorted(
            {route.date for route in self.result.days} | {day for rep in self.team for day in self._days(rep)}
        )
        for planned in sorted(left):
            order = sorted((day for day in days if day >= not_before), key=lambda day: (abs(day - planned), day))
            for day in order[: MOST_DAYS + 1]:
                busy = {stop.account for route in self.now.values() if route.date == day for stop in route.stops}
                movable = [
                    row for row in left[planned] if self._may_move(row, planned, day) and row.account not in busy
                ]
                if not movable:
                    continue
                rest = {row.account for row in self.shared_out(day, [row.account for row in movable], planned)}
                made = {row.account for row in movable} - rest
                for route in [route for route in self.now.values() if route.date == day]:
                    for account in made & _accounts(route):
                        yield MovedVisit(account, planned, day, route.rep)
                left[planned] = [row for row in left[planned] if row.account not in made or row.rep != self.absent]

    def _may_move(self, row: UnservedVisits, planned: date, day: date) -> bool:
        if row.rep != self.absent or day == planned:
            return False
        position = self._position(row.account)
        wishes = self.demand.wishes[position] if self.demand.wishes else None
        fixed = wishes is not None and wishes.appointment is not None
        late = wishes is not None and wishes.promised_by is not None and planned <= wishes.promised_by < day
        return not fixed and not late and self.demand.windows_on(position, day) is not None

    def shared_out(self, day: date, wanted: Sequence[int], planned: date) -> list[UnservedVisits]:
        """Fit visits of the absent rep into a day of those who work then; what is left, with the reason."""
        own = {rep: route for (rep, when), route in self.now.items() if when == day}
        helpers = self._helpers(day, wanted, own)
        if not helpers:
            return [UnservedVisits(account, self.absent, 1, "nobody else works that day") for account in wanted]
        stops = [(n, stop.account) for n, one in enumerate(helpers) if one.name in own for stop in own[one.name].stops]
        stops += [(-1, account) for account in wanted]
        members = [self._position(account) for _, account in stops]
        homes = [self._home(one) for one in helpers]
        places = [*homes, *(self.demand.places[member] for member in members)]
        visits = tuple(
            self._visit(member, len(homes) + row, day, None if who >= 0 else HELP_S)
            for row, (member, (who, _)) in enumerate(zip(members, stops, strict=True))
        )
        shifts = tuple(
            replace(shift, start_place=row, end_place=row, skills=one.skills)
            for row, one in enumerate(helpers)
            if (shift := self._shift(one, day)) is not None
        )
        tied = {row: who for row, (who, _) in enumerate(stops) if who >= 0}
        problem = TeamProblem(self.travel.matrix(places), visits, shifts, tied=tied)
        plan = plan_team(problem, limits=SEARCH, seed=self.options.seed)
        require(check_team(problem, plan), f"the cover of {self.absent} on {day}")
        given_up = {stops[row.visit][0] for row in plan.unserved if stops[row.visit][0] >= 0}
        for number, found in enumerate(plan.days):
            taken = any(stops[stop.visit][0] < 0 for stop in found.stops)
            if taken and number not in given_up:
                key = helpers[number].name, day
                self.now[key] = self._route(helpers[number], homes[number], day, found, members)
        made = {stops[s.visit][1] for n, found in enumerate(plan.days) if n not in given_up for s in found.stops}
        reasons = {stops[row.visit][1]: row.reason for row in plan.unserved}
        return [
            UnservedVisits(
                account, self.absent, 1, self._why(planned, reasons.get(account, "no shift has room for it"))
            )
            for account in wanted
            if account not in made
        ]

    def _why(self, planned: date, reason: str) -> str:
        return f"{self.absent} is absent on {planned}; {reason}"

    def _position(self, account: int) -> int:
        return int(np.flatnonzero(self.demand.account == account)[0])

    def _days(self, rep: Rep) -> set[date]:
        return {work.date for work in rep.work_days(self.options, home=0)}

    def _helpers(self, day: date, wanted: Sequence[int], own: dict[str, RouteDay]) -> list[Rep]:
        """Reps who work that day, the nearest first, HELPERS at most; the rep too on days outside the absence."""
        metres = LocalMetres(self.demand.places)
        there = self.demand.xy_m[[self._position(account) for account in wanted]]
        away = {}
        for rep in self.team:
            gone = rep.name == self.absent and self.away[0] <= day <= self.away[1]
            if gone or self._shift(rep, day) is None:
                continue
            spots = [metres.xy_m([self._home(rep)])[0]]
            if rep.name in own:
                spots += [self.demand.xy_m[self._position(stop.account)] for stop in own[rep.name].stops]
            apart = np.array(spots)[:, None, :] - there[None, :, :]
            away[rep.name] = float(np.sqrt((apart**2).sum(axis=2)).min(axis=0).mean())
        near = sorted((name for name in away), key=lambda name: (away[name], name))[:HELPERS]
        return [rep for rep in self.team if rep.name in near]

    def _shift(self, rep: Rep, day: date) -> Shift | None:
        days = {work.date: work.shift for work in rep.work_days(self.options, home=0)}
        return days.get(day)

    def _home(self, rep: Rep) -> Place:
        figures = next((one for one in self.result.reps if one.rep == rep.name), None)
        return rep.home or (figures.home if figures else self.demand.places[0])

    def _visit(self, member: int, place: int, day: date, prize_s: int | None) -> Visit:
        opens = self.demand.windows_on(member, day) or ()
        skills = self.demand.skills[member] if self.demand.skills else frozenset()
        return Visit(place, int(self.demand.service_s[member]), opens, prize_s, skills=frozenset(skills))

    def _route(self, rep: Rep, home: Place, day: date, plan: DayPlan, members: Sequence[int]) -> RouteDay:
        stops = tuple(
            RouteStop(
                sequence=number,
                account=int(self.demand.account[members[stop.visit]]),
                arrive=_clock(day, stop.arrive_s),
                start=_clock(day, stop.start_s),
                depart=_clock(day, stop.depart_s),
                drive_min=stop.drive_s / 60,
                service_min=self.demand.service_s[members[stop.visit]] / 60,
            )
            for number, stop in enumerate(plan.stops, start=1)
        )
        through = [home, *(self.demand.places[members[stop.visit]] for stop in plan.stops), home]
        return RouteDay(
            rep=rep.name,
            date=day,
            starts_at=_clock(day, plan.start_s),
            ends_at=_clock(day, plan.end_s),
            stops=stops,
            drive_min=plan.drive_s / 60,
            lunch=(_clock(day, plan.lunch[0]), _clock(day, plan.lunch[1])) if plan.lunch else None,
            line=tuple(self.travel.route(through)),
            proven=plan.proven,
        )


def _accounts(route: RouteDay | None) -> set[int]:
    return set() if route is None else {stop.account for stop in route.stops}


def _clock(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(seconds=int(seconds))
