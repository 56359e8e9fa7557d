"""One task at all outlets on one day, such as a stock-take: who of N people goes where, with the least travel."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from geo.great_circle import GreatCircle, great_circle_m
from geo.limits import Limits
from geo.place import Place
from geo.travel import TravelMatrix
from planning.chosen_accounts import ChosenAccount
from planning.errors import PlanningError, require
from planning.folder_reps import FolderRep
from planning.opening import ALWAYS_OPEN, opening_of
from planning.options import PlanOptions
from planning.plan import Plan
from planning.staff import Rep
from planning.traffic import mean_times
from routing.day_model import day_model
from routing.problem import DayPlan, DayProblem, Shift, Visit, Window
from routing.reasons import impossible
from routing.team import plan_team
from routing.team_check import check_team
from routing.team_problem import TeamPlan, TeamProblem

SEARCH = Limits(iterations=20_000)
TRIED = Limits(iterations=3000)
"""For each number of people that is tried when not everything is done."""
MOST_TRIES = 8
MOST_OUTLETS = 4000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who goes: a rep, or further help that begins where a rep does and keeps that rep's hours."""

    name: str
    home: Place
    shift: Shift
    skills: frozenset[str]
    helper: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An outlet nobody comes to; `hopeless`: no number of people from these homes would change that."""

    account: ChosenAccount
    reason: str
    hopeless: bool


@dataclass(frozen=True, slots=True, eq=False)
class OneDay:
    """The answer. `days[k]` is the day of `people[k]`; its stops name `outlets`.

    `needed`: people with whom everything that can be done is done (None: more were not tried); `at_least`: what the
    minutes on site alone ask for.
    """

    date: date
    minutes: float
    outlets: tuple[ChosenAccount, ...]
    people: tuple[Person, ...]
    days: tuple[DayPlan, ...]
    left_out: tuple[LeftOut, ...]
    not_working: tuple[str, ...]
    needed: int | None
    at_least: int
    source: str
    estimated: bool

    @property
    def done(self) -> int:
        return sum(len(day.stops) for day in self.days)

    @property
    def drive_h(self) -> float:
        return sum(day.drive_s for day in self.days) / 3600


def one_day(
    plan: Plan,
    reps: Sequence[FolderRep],
    outlets: Sequence[ChosenAccount],
    *,
    day: date,
    minutes: float,
    people: int,
    limits: Limits = SEARCH,
) -> OneDay:
    """Share the outlets out among so many people, with the least driving; every visit must be made if it can be.

    Fewer people than reps: those from whose homes the outlets are nearest. More: helpers begin at the homes with most
    outlets per person. Nobody works beyond the shift.

    Raises:
        PlanningError: nobody works on that day, or there are too many outlets for one question.
    """
    if people < 1 or not 0 < minutes <= 1440:
        raise PlanningError(f"one person or more and 1 to 1440 minutes are needed, got {people} and {minutes:g}")
    if len(outlets) > MOST_OUTLETS:
        raise PlanningError(f"{len(outlets)} outlets are more than {MOST_OUTLETS}: ask by district or rep, with --only")
    working = [(rep, shift) for rep in reps if (shift := _shift(rep.rep, day, plan.options)) is not None]
    if not working:
        raise PlanningError(f"nobody of the plan works on {day}, a {day:%A}: choose another day, or give --reps")
    service_s = round(60 * (minutes + plan.options.access_min))
    opens, hopeless = _open_on(outlets, day, service_s, plan.options.holidays)
    homes = [_person(rep.rep, rep.home, shift, number) for number, (rep, shift) in enumerate(working)]
    found = _Case(plan, day, homes, opens, service_s, limits).answer(people, minutes)
    goes = {rep.name for rep, _ in working}
    return replace(
        found,
        left_out=(*found.left_out, *hopeless),
        not_working=tuple(rep.name for rep in reps if rep.name not in goes),
    )


def _open_on(
    outlets: Sequence[ChosenAccount], day: date, service_s: int, holidays: str
) -> tuple[list[tuple[ChosenAccount, tuple[Window, ...]]], list[LeftOut]]:
    """The outlets that can be visited with when the task may begin (() at any time), and those that cannot."""
    placed = [(outlet, _windows(outlet, day, service_s, holidays)) for outlet in outlets if outlet.place is not None]
    shut = [outlet for outlet, windows in placed if windows is None]
    closed = [LeftOut(outlet, "closed that day, or open for too short a time", True) for outlet in shut]
    nowhere = [LeftOut(outlet, "its place is not known", True) for outlet in outlets if outlet.place is None]
    return [(outlet, windows) for outlet, windows in placed if windows is not None], [*closed, *nowhere]


def _shift(rep: Rep, day: date, options: PlanOptions) -> Shift | None:
    days = rep.work_days(replace(options, starts_on=day, weeks=1), home=0)
    return next((work.shift for work in days if work.date == day), None)


def _person(rep: Rep, home: Place, shift: Shift, row: int) -> Person:
    own = replace(shift, start_place=row, end_place=row, skills=rep.skills, capacity=None, reload=None)
    return Person(rep.name, home, own, rep.skills)


def _windows(outlet: ChosenAccount, day: date, service_s: int, holidays: str) -> tuple[Window, ...] | None:
    """When the task may begin: () at any time, None not at all; hours that cannot be read count as open."""
    country = (outlet.holidays or holidays).partition("-")[0]
    try:
        found = opening_of(outlet.opening_hours, day, 7, service_s, where=outlet.place, country=country)
    except ValueError:
        found = ALWAYS_OPEN
    if day in found.exceptions:
        return found.exceptions[day] or None
    return () if found.weekly is None else tuple(found.weekly.get(day.weekday(), ())) or None


class _Case:
    """Homes and open outlets with the travel between them."""

    def __init__(
        self,
        plan: Plan,
        day: date,
        people: Sequence[Person],
        opens: Sequence[tuple[ChosenAccount, tuple[Window, ...]]],
        service_s: int,
        limits: Limits,
    ) -> None:
        outlets = [outlet for outlet, _ in opens]
        self.plan, self.day, self.people, self.outlets, self.limits = plan, day, people, outlets, limits
        self.service_s = service_s
        self._known: dict[int, bool] = {}
        self._going: dict[int, int] = {}
        homes = [person.home for person in people]
        places = [outlet.place for outlet in outlets if outlet.place is not None]
        self.apart_m = great_circle_m(homes, places)
        self.matrix = self._matrix([*homes, *places])
        self.visits = tuple(
            Visit(len(homes) + row, service_s, windows, skills=outlet.skills)
            for row, (outlet, windows) in enumerate(opens)
        )

    def _matrix(self, places: Sequence[Place]) -> TravelMatrix:
        shifts = {((self.day.weekday(),), person.shift.start_s, person.shift.end_s) for person in self.people}
        return mean_times(self.plan.travel or GreatCircle(), self.plan.traffic, shifts).matrix(places)

    def team(self, count: int) -> tuple[Person, ...]:
        """So many people: those nearest to the outlets, or everybody and helpers."""
        if count >= len(self.people) or not len(self.outlets):
            return (*self.people[:count], *self._helpers(count - len(self.people)))
        chosen: list[int] = []
        for _ in range(count):  # the next home brings the outlets nearest to a home of those chosen
            rest = [row for row in range(len(self.people)) if row not in chosen]
            chosen.append(min(rest, key=lambda row: float(self.apart_m[[*chosen, row]].min(axis=0).sum())))
        return tuple(self.people[row] for row in sorted(chosen))

    def _helpers(self, count: int) -> list[Person]:
        nearest = self.apart_m.argmin(axis=0).tolist()
        outlets = [nearest.count(row) for row in range(len(self.people))]
        there, found = [1] * len(self.people), []
        for number in range(1, count + 1):
            row = max(range(len(self.people)), key=lambda row: (outlets[row] / there[row], -row))
            there[row] += 1
            helper = replace(self.people[row], name=f"Helper {number} (from {self.people[row].name})", helper=True)
            found.append(helper)
        return found

    def solve(self, count: int, limits: Limits) -> TeamPlan:
        """The best division among so many people that was found, checked."""
        problem = TeamProblem(self.matrix, self.visits, tuple(person.shift for person in self.team(count)))
        found = plan_team(problem, limits=limits, seed=self.plan.options.seed)
        require(check_team(problem, found), f"the day of {count} people")
        return found

    def answer(self, count: int, minutes: float) -> OneDay:
        found = self.solve(count, self.limits)
        hopeless = {left.visit for left in found.unserved if self._hopeless(left.visit)}
        longest_s = max(person.shift.end_s - person.shift.start_s for person in self.people)
        at_least = ceil(max(len(self.outlets) - len(hopeless), 0) * self.service_s / longest_s) if longest_s else 0
        return OneDay(
            date=self.day,
            minutes=minutes,
            outlets=tuple(self.outlets),
            people=self.team(count),
            days=found.days,
            left_out=tuple(
                LeftOut(self.outlets[left.visit], left.reason, left.visit in hopeless) for left in found.unserved
            ),
            not_working=(),
            needed=self._needed(count, found, hopeless, at_least),
            at_least=at_least,
            source=self.matrix.source,
            estimated=self.matrix.estimated,
        )

    def _hopeless(self, visit: int) -> bool:
        """Whether nobody could make this visit were it the only one, whichever home they begin at."""
        if visit not in self._known:
            self._known[visit] = all(self._blocked_for(person, visit) for person in self.people)
        return self._known[visit]

    def _blocked_for(self, person: Person, visit: int) -> bool:
        if not self.visits[visit].skills <= person.skills:
            return True
        day = DayProblem(self.matrix, self.visits, person.shift)
        return 0 in impossible(day_model(day, [visit]))

    def _needed(self, count: int, found: TeamPlan, hopeless: set[int], at_least: int) -> int | None:
        """People with whom only the hopeless is left: those who go now, or more, found by doubling and halving."""
        left = len(found.unserved) - len(hopeless)
        if not left:
            return sum(bool(day.stops) for day in found.days)
        each = max(1.0, len(self.outlets) / count)
        low, high, step = count, max(count + ceil(left / each), at_least), 1
        for _ in range(MOST_TRIES):
            if self._enough(high):
                break
            low, high, step = high, high + step, 2 * step
        else:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._enough(middle) else (middle, high)
        return self._going[high]

    def _enough(self, count: int) -> bool:
        found = self.solve(count, TRIED)
        self._going[count] = sum(bool(day.stops) for day in found.days)  # those who live too far away stay at home
        return all(self._hopeless(one.visit) for one in found.unserved)
