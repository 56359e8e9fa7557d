"""A rep is absent from–to: the planned days are covered by the neighbours, and are as before on return."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from geo.limits import Limits
from geo.place import Place
from geo.projection import LocalMetres
from geo.travel import TravelTimes
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


@dataclass(frozen=True, slots=True)
class CoveredDay:
    """One day of an absence: the days as they were planned, as they are now, and visits nobody can make."""

    date: date
    before: tuple[RouteDay, ...]
    after: tuple[RouteDay, ...]
    unserved: tuple[UnservedVisits, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """The days of an absence, covered."""

    rep: str
    days: tuple[CoveredDay, ...]

    @property
    def covered(self) -> int:
        """Visits of the absent rep that somebody else makes."""
        due = sum(len(route.stops) for day in self.days for route in day.before if route.rep == self.rep)
        return due - sum(len(day.unserved) for day in self.days)

    def applied(self, result: PlanResult) -> PlanResult:
        """The plan with the covered days in it."""
        return self._exchanged(result, [(day.before, day.after, day.unserved, True) for day in self.days])

    def taken_back(self, result: PlanResult) -> PlanResult:
        """The plan as it was, on return: exactly the days that were planned before."""
        return self._exchanged(result, [(day.after, day.before, day.unserved, False) for day in self.days])

    def _exchanged(
        self,
        result: PlanResult,
        days: Sequence[tuple[tuple[RouteDay, ...], tuple[RouteDay, ...], tuple[UnservedVisits, ...], bool]],
    ) -> PlanResult:
        routes, unserved = list(result.days), list(result.unserved)
        for out, into, left, added in days:
            for route in out:
                if route not in routes:
                    raise PlanningError(f"{route.rep}’s {route.date} was planned anew since: cover it again")
                routes.remove(route)
            routes += into
            for row in left:
                if added:
                    unserved.append(row)
                else:
                    unserved.remove(row)
        ordered = tuple(sorted(routes, key=lambda route: (route.rep, route.date)))
        return replace(result, days=ordered, unserved=tuple(unserved))


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
) -> Cover:
    """Give the visits of `rep` from `first` to `last` to the neighbours, day by day; nobody works beyond the shift.

    Raises:
        PlanningError: there is no such rep, or nothing is planned for the rep on these days.
    """
    if rep not in {one.rep for one in result.reps}:
        raise PlanningError(f"there is no rep “{rep}”; the plan's are: {', '.join(one.rep for one in result.reps)}")
    planned = [route for route in result.days if route.rep == rep and first <= route.date <= last]
    if not planned:
        raise PlanningError(f"{rep} has no visits planned from {first} to {last}")
    case = _Case(result, rep, tuple(team), demand, travel, options)
    return Cover(rep, tuple(case.covered(route) for route in sorted(planned, key=lambda route: route.date)))


@dataclass(frozen=True, slots=True)
class _Case:
    result: PlanResult
    absent: str
    team: tuple[Rep, ...]
    demand: Demand
    travel: TravelTimes
    options: PlanOptions

    def covered(self, route: RouteDay) -> CoveredDay:
        """One day of the absent rep, shared out."""
        helpers = self._helpers(route)
        own = {one.rep: one for one in self.result.days if one.date == route.date}
        if not helpers:
            left = tuple(UnservedVisits(s.account, self.absent, 1, "nobody else works that day") for s in route.stops)
            return CoveredDay(route.date, (route,), (), left)
        position = {int(account): index for index, account in enumerate(self.demand.account)}
        stops = [
            (number, stop) for number, one in enumerate(helpers) if one.name in own for stop in own[one.name].stops
        ]
        stops += [(-1, stop) for stop in route.stops]
        members = [position[stop.account] for _, stop in stops]
        homes = [self._home(one) for one in helpers]
        places = [*homes, *(self.demand.places[member] for member in members)]
        visits = tuple(
            self._visit(member, len(homes) + row, route.date, None if who >= 0 else HELP_S)
            for row, (member, (who, _)) in enumerate(zip(members, stops, strict=True))
        )
        shifts = tuple(
            replace(shift, start_place=row, end_place=row, skills=one.skills)
            for row, one in enumerate(helpers)
            if (shift := self._shift(one, route.date)) is not None
        )
        tied = {row: who for row, (who, _) in enumerate(stops) if who >= 0}
        problem = TeamProblem(self.travel.matrix(places), visits, shifts, tied=tied)
        plan = plan_team(problem, limits=SEARCH, seed=self.options.seed)
        require(check_team(problem, plan), f"the cover of {self.absent} on {route.date}")
        accounts = [stop.account for _, stop in stops]
        changed = [
            number
            for number, day in enumerate(plan.days)
            if any(accounts[s.visit] in _accounts(route) for s in day.stops)
        ]
        out_of_place = {accounts[row.visit] for row in plan.unserved if stops[row.visit][0] >= 0}
        changed += [
            n for n, one in enumerate(helpers) if n not in changed and _accounts(own.get(one.name)) & out_of_place
        ]
        after = tuple(
            self._route(helpers[number], homes[number], route.date, plan.days[number], members) for number in changed
        )
        before = (route, *(own[helpers[number].name] for number in changed if helpers[number].name in own))
        left = tuple(
            UnservedVisits(
                accounts[row.visit],
                self.absent if stops[row.visit][0] < 0 else helpers[stops[row.visit][0]].name,
                1,
                f"{self.absent} is absent on {route.date}; {row.reason}",
            )
            for row in plan.unserved
        )
        return CoveredDay(route.date, before, after, left)

    def _helpers(self, route: RouteDay) -> list[Rep]:
        """Reps who work that day, the nearest first, HELPERS at most."""
        metres = LocalMetres(self.demand.places)
        position = {int(account): index for index, account in enumerate(self.demand.account)}
        own = {one.rep: one for one in self.result.days if one.date == route.date}
        there = self.demand.xy_m[[position[stop.account] for stop in route.stops]]
        away = {}
        for rep in self.team:
            if rep.name == self.absent or self._shift(rep, route.date) is None:
                continue
            spots = [metres.xy_m([self._home(rep)])[0]]
            if rep.name in own:
                spots += [self.demand.xy_m[position[stop.account]] for stop in own[rep.name].stops]
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
        windows = self.demand.windows[member]
        opens = () if windows is None else tuple(windows.get(day.weekday(), ()))
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
