"""The rest of one rep's day, solved: plain values in, plain values out, so that it can run in a process of its own.

Nothing heavy is imported before something is solved.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from geo.place import Place

if TYPE_CHECKING:
    from geo.travel_road import RoadTimes
    from planning.vehicles import Driving
    from routing.problem import Visit
    from routing.replan import Replan


@dataclass(frozen=True, slots=True)
class Roads:
    """Folder of the region whose roads are driven (None: estimates), file that says how much longer trips take when."""

    region: Path | None = None
    traffic: Path | None = None


ESTIMATED = Roads()


@dataclass(frozen=True, slots=True)
class AskedStop:
    """A visit to be made; `key` is what the asker calls it. Opening hours as OpenStreetMap writes them, or empty.

    `by_phone`: it is made by telephone or video, wherever the rep is; `place`, if known, only says whose clock holds.
    `weight` is how many ordinary visits a full day would rather leave out than this one. `begins`: from and until when
    it was promised to begin, on the rep's clock, whatever the opening hours say. `skills`: what only some reps can do.
    `load` is what it takes off the vehicle.
    """

    key: int
    place: Place | None
    service_s: int
    opening_hours: str = ""
    by_phone: bool = False
    name: str = ""
    weight: int = 1
    begins: tuple[int, int] | None = None
    skills: frozenset[str] = frozenset()
    load: int = 0


@dataclass(frozen=True, slots=True)
class AskedDay:
    """What is left of a day: from `from_s` (seconds after local midnight) at `start` until `until_s` at `end`.

    `stops` stand in the order planned so far, `added` are new; `next_key` is the stop to make before all others.
    `behind` is where the day led before, for the line to draw. `end` None: the day ends with the last visit. `fed`:
    lunch is behind. `zone` is the rep's time zone: customers in another one open by their own clocks. `here`: the start
    is where a device says that the rep is; it is kept nowhere, so the line begins at the first visit. `driving`,
    `skills`: of the rep; `driven_s`, `given_out`: driving and loads so far.
    """

    day: date
    start: Place
    end: Place | None
    shift_start_s: int
    from_s: int
    until_s: int
    overtime_s: int
    fed: bool
    stops: tuple[AskedStop, ...]
    added: tuple[AskedStop, ...] = ()
    next_key: int | None = None
    behind: tuple[Place, ...] = ()
    roads: Roads = ESTIMATED
    zone: str = ""
    here: bool = False
    driving: "Driving | None" = None
    skills: frozenset[str] = frozenset()
    driven_s: int = 0
    given_out: int = 0


@dataclass(frozen=True, slots=True)
class SolvedStop:
    """A visit with its times, seconds after local midnight; `drive_s` leads here."""

    key: int
    arrive_s: int
    start_s: int
    depart_s: int
    drive_s: int


@dataclass(frozen=True, slots=True)
class SolvedDay:
    """The rest of the day in order. `left_out`: key and reason of visits that found no room. `changed`: keys of those
    that now follow another stop than before. `line` is the way to draw."""

    stops: tuple[SolvedStop, ...]
    left_out: tuple[tuple[int, str], ...]
    changed: tuple[int, ...]
    start_s: int
    end_s: int
    drive_s: int
    lunch: tuple[int, int] | None
    proven: bool
    line: tuple[Place, ...]
    travel_source: str
    travel_estimated: bool


@dataclass(frozen=True, slots=True)
class Near:
    """A candidate that fits on the way: `extra_s` of driving more, beginning at `start_s` at the earliest."""

    key: int
    start_s: int
    extra_s: int


class Free(NamedTuple):
    """A stop may begin at any moment from `from_s` to `to_s`; it adds `extra_s` of driving."""

    from_s: int
    to_s: int
    extra_s: int


def solve_day(asked: AskedDay) -> SolvedDay:
    """Plan the rest of the day; only what differs from the order so far costs something besides driving.

    Raises:
        CheckFailed: the answer broke its own rules.
    """
    from planning.errors import require
    from routing.check import check_day

    asked, shut = _open_that_day(asked)
    travel = _travel(asked.roads)
    everyone = (*asked.stops, *asked.added)
    found = _replanned(asked, travel)
    require(check_day(found.rest, found.plan), f"the rest of {asked.day}")
    plan, keys = found.plan, [everyone[number].key for number in found.numbers]
    made = [SolvedStop(keys[s.visit], s.arrive_s, s.start_s, s.depart_s, s.drive_s) for s in plan.stops]
    place = {stop.key: stop.place for stop in everyone if stop.place is not None and not stop.by_phone}
    visited = [place[stop.key] for stop in made if stop.key in place]
    through = [*([] if asked.here else [asked.start]), *visited, *([asked.end] if asked.end else [])]
    return SolvedDay(
        stops=tuple(made),
        left_out=(*left_out(found, [everyone[number].name for number in found.numbers], keys), *shut),
        changed=tuple(everyone[number].key for number in found.changed),
        start_s=plan.start_s,
        end_s=plan.end_s,
        drive_s=plan.drive_s,
        lunch=plan.lunch,
        proven=plan.proven,
        line=tuple(travel.route([*asked.behind, *through])) if visited or asked.behind else (),
        travel_source=found.rest.matrix.source,
        travel_estimated=found.rest.matrix.estimated,
    )


def left_out(found: "Replan", names: Sequence[str], keys: Sequence[int]) -> list[tuple[int, str]]:
    """Key of every visit that found no room, with what blocks it and the cheapest way to fit it in."""
    from routing.day_fit import cheapest_way

    ways = {
        one.visit: cheapest_way(found.rest, found.plan, one.visit, lambda k: names[k]) for one in found.plan.unserved
    }
    return [(keys[one.visit], f"{one.reason}; {ways[one.visit]}") for one in found.plan.unserved]


def near_day(asked: AskedDay, candidates: Sequence[AskedStop]) -> list[Near]:
    """Which of the candidates could be taken in on the way through the rest of the day, least extra driving first."""
    from routing.day_offers import near_and_due

    asked, _ = _open_that_day(asked)
    found = _replanned(asked, _travel(asked.roads), candidates)
    first = 2 + len(asked.stops) + len(asked.added)
    rows = [(one, _visit(asked, one, row)) for row, one in enumerate(candidates, start=first)]
    open_ones = [(one.key, visit) for one, visit in rows if visit is not None]
    fits = near_and_due(found.rest, found.plan, [visit for _, visit in open_ones])
    return [Near(open_ones[fit.candidate][0], fit.start_s, fit.extra_s) for fit in fits]


def slots_of(asked: Sequence[AskedDay], stop: AskedStop) -> list[list[Free]]:
    """When a stop could begin in the rest of each of these days, by time; days keep the order of their stops."""
    from routing.day_offers import day_slots

    found = []
    for day in asked:
        day, _ = _open_that_day(day)
        planned = _replanned(day, _travel(day.roads), [stop])
        visit = _visit(day, stop, 2 + len(day.stops) + len(day.added))
        slots = [] if visit is None else day_slots(planned.rest, planned.plan, visit)
        found.append(sorted(Free(slot.from_s, slot.to_s, slot.extra_s) for slot in slots))
    return found


def ready() -> bool:
    """Load what solving a day needs: the smallest day there is."""
    here = Place(50.0, 10.0)
    stops = tuple(AskedStop(key, Place(50.0 + key / 100, 10.0), 600) for key in (1, 2))
    asked = AskedDay(date(2026, 1, 5), here, here, 28_800, 28_800, 61_200, 0, False, stops[:1])
    return bool(solve_day(asked).stops) and bool(near_day(asked, stops[1:]))


@cache
def _travel(roads: Roads) -> "RoadTimes":
    """Roads of the region, or straight lines, in traffic where that is known; opened once in a process."""
    from geo.great_circle import GreatCircle
    from geo.region import open_region
    from geo.travel_rush import RushTimes
    from geo.travel_rush_file import read_traffic

    times: RoadTimes = GreatCircle() if roads.region is None else open_region(roads.region).travel_times()
    return times if roads.traffic is None else RushTimes(times, read_traffic(roads.traffic))


def _open_that_day(asked: AskedDay) -> tuple[AskedDay, tuple[tuple[int, str], ...]]:
    """The day without stops that are closed on it, and these with the reason."""
    shut = {one.key for one in (*asked.stops, *asked.added) if _visit(asked, one, 0) is None}
    kept, added = ([one for one in some if one.key not in shut] for some in (asked.stops, asked.added))
    wish = None if asked.next_key in shut else asked.next_key
    left = tuple((key, "closed that day, or not open long enough") for key in sorted(shut))
    return replace(asked, stops=tuple(kept), added=tuple(added), next_key=wish), left


def _replanned(asked: AskedDay, travel: "RoadTimes", more: Sequence[AskedStop] = ()) -> "Replan":
    """The rest planned; `more` only take rows of the matrix, after the start, the end, the stops and those added."""
    from planning.day_shift import rest_of_shift
    from planning.traffic import travel_by_hour
    from routing.problem import DayPlan, DayProblem, Stop
    from routing.replan import replan_day

    everyone = (*asked.stops, *asked.added)
    places = [asked.start, asked.end or asked.start, *(one.place or asked.start for one in (*everyone, *more))]
    vehicle = None if asked.driving is None else asked.driving.vehicle
    places += [vehicle.depot] if vehicle is not None and vehicle.depot is not None else []
    weekday, until_s = asked.day.weekday(), asked.until_s + asked.overtime_s
    hourly = travel_by_hour(travel, places, (weekday,), asked.from_s, until_s).get(weekday)
    matrix, rush = (hourly.matrix, hourly.rush) if hourly else (travel.matrix(places), ())
    visits = [visit for row, one in enumerate(everyone, start=2) if (visit := _visit(asked, one, row))]
    shift = rest_of_shift(asked, len(places) - 1)
    planned = len(asked.stops)
    problem = DayProblem(matrix, tuple(visits[:planned]), shift, (), rush)
    # Only the order so far counts; the times of the stops are to be found, so they all lie ahead.
    ahead = tuple(Stop(number, asked.from_s + 1, asked.from_s + 1, asked.from_s + 1, 0) for number in range(planned))
    before = DayPlan(ahead, (), asked.from_s, asked.from_s, 0, 0, 0, None, False)
    wish = next((number for number, one in enumerate(everyone) if one.key == asked.next_key), None)
    return replan_day(problem, before, now_s=asked.from_s, place=0, added=visits[planned:], next_visit=wish)


def _visit(asked: AskedDay, stop: AskedStop, row: int) -> "Visit | None":
    """The stop as the solver knows it; None when it is closed on the day. Hours nobody can read count as open."""
    from planning.opening import windows_that_day
    from routing.day_model import REQUIRED_S
    from routing.problem import Visit, Window

    zone = ZoneInfo(asked.zone) if asked.zone else None
    windows: tuple[Window, ...] | None = ()
    if stop.begins is not None:
        windows = (Window(*stop.begins),)
    else:
        with suppress(ValueError):
            where = stop.place or asked.start
            windows = windows_that_day(stop.opening_hours, asked.day, stop.service_s, where=where, zone=zone)
    if windows is None:
        return None
    place, prize_s = None if stop.by_phone else row, None if stop.weight == 1 else stop.weight * REQUIRED_S
    return Visit(place, stop.service_s, windows, prize_s, skills=stop.skills, load=stop.load)
