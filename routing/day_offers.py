"""Room in a planned day: which moments can be offered for a new visit, and which visits lie near it.

The planned stops keep their order and their windows; they may move within them. For every gap the earliest departure
before it and the latest arrival after it (each with and without lunch behind) leave an interval in which the new visit
may begin: Savelsbergh's forward time slack (1992), with several windows and lunch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.day_model import NO_LIMIT_S, DayModel, day_model
from routing.day_offers_tried import chances, must_be_tried
from routing.day_schedule import after_lunch, serve, still_hungry
from routing.problem import DayPlan, DayProblem, Visit, Window
from routing.team_problem import TeamPlan, TeamProblem

NEVER_S = -NO_LIMIT_S
ROADLESS_S = NO_LIMIT_S


@dataclass(frozen=True, slots=True)
class Slot:
    """A new visit may begin at any moment from `from_s` to `to_s`, after visit `after` (None: as the first stop).

    `extra_s` is the driving it adds to this rep's day.
    """

    rep: int
    after: int | None
    from_s: int
    to_s: int
    extra_s: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The cheapest place for a candidate: after visit `after` (None: first), beginning at `start_s` at the earliest."""

    candidate: int
    after: int | None
    start_s: int
    extra_s: int


class Gap(NamedTuple):
    """Between two stops: places and driving from one to the other, access of the next; departure and latest arrival
    while hungry and when fed, None and `NEVER_S` where there is none."""

    after: int | None
    before_place: int
    after_place: int | None
    access_s: int
    hungry_s: int | None
    fed_s: int | None
    hungry_until_s: int
    fed_until_s: int
    last: bool


def offer_slots(problem: TeamProblem, plan: TeamPlan, visit: Visit) -> list[Slot]:
    """Every interval that can be offered for a new visit in a team's day, least extra driving first."""
    found: list[Slot] = []
    for rep, day in enumerate(plan.days):
        if problem.most_visits is None or len(day.stops) < problem.most_visits:
            found += day_slots(problem.day(rep), day, visit, rep=rep)
    return sorted(found, key=lambda slot: (slot.extra_s, slot.from_s, slot.rep))


def day_slots(problem: DayProblem, plan: DayPlan, visit: Visit, *, rep: int = 0) -> list[Slot]:
    """Every interval in which a new visit may begin in one rep's day, least extra driving first.

    Overtime is not offered beyond what the plan already has.
    """
    if not visit.skills <= problem.shift.skills or not carries(problem, plan, visit):
        return []
    if must_be_tried(problem, [visit]):
        return tried_slots(problem, plan, visit, rep)
    model, spare_drive_s = day_model(problem, [stop.visit for stop in plan.stops]), spare(problem, plan)
    last_s = latest_end(problem, plan)
    room = list(gaps(problem, model, plan, last_s))
    extras_s = detours(problem, room, [place_of(visit)], alone=not plan.stops)[0].tolist()
    found = [
        Slot(rep, gap.after, from_s, to_s, extra_s)
        for gap, extra_s in zip(room, extras_s, strict=True)
        if extra_s <= spare_drive_s
        for from_s, to_s in begins(problem, model, gap, visit)
    ]
    return sorted(found, key=lambda slot: (slot.extra_s, slot.from_s))


def near_and_due(problem: DayProblem, plan: DayPlan, candidates: Sequence[Visit]) -> list[Fit]:
    """Which of these visits could be taken in on the way, least extra driving first; each where it costs least."""
    if must_be_tried(problem, candidates):
        return tried_fits(problem, plan, candidates)
    model, spare_drive_s = day_model(problem, [stop.visit for stop in plan.stops]), spare(problem, plan)
    room = list(gaps(problem, model, plan, latest_end(problem, plan)))
    extras_s = detours(problem, room, [place_of(visit) for visit in candidates], alone=not plan.stops)
    extras_s[too_short(problem, room, candidates)] = ROADLESS_S
    found = []
    for number, visit in enumerate(candidates):
        if visit.skills <= problem.shift.skills and carries(problem, plan, visit):
            for k in np.argsort(extras_s[number], kind="stable"):
                extra_s = int(extras_s[number, k])
                start = next(iter(begins(problem, model, room[k], visit)), None) if extra_s <= spare_drive_s else None
                if start:
                    found.append(Fit(number, room[k].after, start[0], extra_s))
                    break
    return sorted(found, key=lambda fit: (fit.extra_s, fit.start_s, fit.candidate))


def tried_slots(problem: DayProblem, plan: DayPlan, visit: Visit, rep: int) -> list[Slot]:
    """The same where legs leave a choice."""
    stops = [stop.visit for stop in plan.stops]
    found = [
        Slot(rep, None if chance.position == 0 else stops[chance.position - 1], chance.from_s, chance.to_s, extra_s)
        for chance in chances(problem, plan, visit, latest_end(problem, plan))
        if (extra_s := chance.extra_s) <= spare(problem, plan)
    ]
    return sorted(found, key=lambda slot: (slot.extra_s, slot.from_s))


def tried_fits(problem: DayProblem, plan: DayPlan, candidates: Sequence[Visit]) -> list[Fit]:
    """Where legs leave a choice: the first of every candidate's slots."""
    slots = [(number, day_slots(problem, plan, visit)) for number, visit in enumerate(candidates)]
    found = [Fit(number, room[0].after, room[0].from_s, room[0].extra_s) for number, room in slots if room]
    return sorted(found, key=lambda fit: (fit.extra_s, fit.start_s, fit.candidate))


def carries(problem: DayProblem, plan: DayPlan, visit: Visit) -> bool:
    """Whether there is load left for one more visit; with a depot on the way the trying tells."""
    shift = problem.shift
    if shift.capacity is None or shift.reload is not None:
        return True
    return shift.given_out + sum(problem.visits[s.visit].load for s in plan.stops) + visit.load <= shift.capacity


def place_of(visit: Visit) -> int:
    """Its row of the matrix; visits without one are looked at elsewhere (`day_offers_tried`)."""
    assert visit.place is not None, "must_be_tried was asked first"
    return visit.place


def spare(problem: DayProblem, plan: DayPlan) -> int:
    """The driving the day may still take on."""
    limit_s = problem.shift.max_drive_s
    return ROADLESS_S - 1 if limit_s is None else limit_s - plan.drive_s


def latest_end(problem: DayProblem, plan: DayPlan) -> int:
    """The shift's end, or the plan's own where it works overtime; commuting aside."""
    home_s = plan.drive_s - sum(stop.drive_s for stop in plan.stops)
    return max(problem.shift.end_s, plan.end_s - min(problem.shift.commute_s[1], home_s))


def gaps(problem: DayProblem, model: DayModel, plan: DayPlan, last_s: int) -> Iterator[Gap]:
    """The gaps of the day in order: before the first stop, between stops, after the last one."""
    stops, shift = [stop.visit for stop in plan.stops], problem.shift
    places = [shift.start_place, *(place_of(problem.visits[stop]) for stop in stops), shift.end_place]
    departs, until = departures(model), latest_arrivals(model, last_s)
    for k, ((hungry_s, fed_s), (hungry_until_s, fed_until_s)) in enumerate(zip(departs, until, strict=True)):
        before, after = places[k], places[k + 1]
        access_s = problem.visits[stops[k]].access_s if k < len(stops) else 0
        assert before is not None, "only the end may be open"
        last = None if k == 0 else stops[k - 1]
        yield Gap(last, before, after, access_s, hungry_s, fed_s, hungry_until_s, fed_until_s, k == len(stops))


def departures(model: DayModel) -> list[tuple[int | None, int | None]]:
    """The earliest departure from the start and from every visit in turn, hungry and fed."""
    hungry: int | None = model.start_s
    fed: int | None = None
    found = [(hungry, fed)]
    before = model.start
    for row in range(len(model)):
        leg_s = model.leg_s[before][row]
        eats_now = None if hungry is None else serve(model, row, after_lunch(model, hungry, leg_s))
        fed_on = None if fed is None else serve(model, row, fed + leg_s)
        hungry = None if hungry is None else still_hungry(model, serve(model, row, hungry + leg_s))
        fed = min((moment for moment in (eats_now, fed_on) if moment is not None), default=None)
        found.append((hungry, fed))
        before = row
    return found


def latest_arrivals(model: DayModel, last_s: int) -> list[tuple[int, int]]:
    """The latest arrival at every visit, and at the end, that keeps the rest: lunch still to come, or behind."""
    duration_s, _, latest_s = model.lunch_s
    hungry, fed = (min(last_s, latest_s), last_s) if duration_s else (last_s, NEVER_S)
    found = [(hungry, fed)]
    after = model.end
    for row in range(len(model) - 1, -1, -1):
        leg_s = model.leg_s[row][after]
        leave_s = max(hungry - leg_s, leave_for_lunch(model, fed, leg_s))
        hungry = latest_begin(model.windows[row], leave_s - model.service_s[row])
        fed = latest_begin(model.windows[row], fed - leg_s - model.service_s[row])
        found.append((hungry, fed))
        after = row
    return found[::-1]


def leave_for_lunch(model: DayModel, arrive_s: int, leg_s: int) -> int:
    """The latest departure that, with lunch on the leg, arrives by `arrive_s`."""
    duration_s, earliest_s, latest_s = model.lunch_s
    if not duration_s or arrive_s - duration_s < earliest_s:
        return NEVER_S
    return min(latest_s, arrive_s - duration_s - leg_s)


def latest_begin(windows: Sequence[Window], limit_s: int) -> int:
    """The latest moment inside a window that is not after `limit_s`."""
    return max((min(limit_s, w.end_s) for w in windows if w.start_s <= limit_s), default=NEVER_S)


def detours(problem: DayProblem, room: Sequence[Gap], places: Sequence[int], *, alone: bool) -> NDArray[np.int64]:
    """The driving added by going through each place (rows) in each gap (columns); `ROADLESS_S` without a road."""
    legs = problem.matrix.duration_s.astype(np.int64, copy=False)
    before = [gap.before_place for gap in room]
    there_s = legs[np.ix_(before, places)].T
    if room[-1].after_place is None:
        closed, onward_s = room[:-1], np.zeros((len(places), len(room)), np.int64)
    else:
        closed, onward_s = room, np.empty((len(places), len(room)), np.int64)
    after = [gap.after_place for gap in closed if gap.after_place is not None]
    onward_s[:, : len(closed)] = legs[np.ix_(places, after)]
    saved_s = np.zeros(len(room), np.int64)
    if not alone:
        saved_s[: len(closed)] = legs[before[: len(closed)], after]
    return np.where((there_s < 0) | (onward_s < 0), ROADLESS_S, there_s + onward_s - saved_s)


def too_short(problem: DayProblem, room: Sequence[Gap], candidates: Sequence[Visit]) -> NDArray[np.bool_]:
    """Where a look at the clock is enough: the gap (column) does not hold the way there and the visit (row)."""
    leaves_s = [min(moment for moment in (gap.hungry_s, gap.fed_s, NO_LIMIT_S) if moment is not None) for gap in room]
    until_s = [max(gap.hungry_until_s, gap.fed_until_s) for gap in room]
    there_s = problem.matrix.duration_s[np.ix_([gap.before_place for gap in room], [place_of(v) for v in candidates])]
    own_s = np.array([problem.shift.commute_s[0] if gap.after is None else 0 for gap in room], np.int64)
    there_s = np.maximum(there_s - own_s[:, None], 0)
    takes_s = there_s.T + np.array([visit.service_s for visit in candidates], np.int64)[:, None]
    short: NDArray[np.bool_] = np.array(leaves_s) + takes_s > np.array(until_s)
    return short


def begins(problem: DayProblem, model: DayModel, gap: Gap, visit: Visit) -> list[tuple[int, int]]:
    """The intervals in which `visit` may begin in this gap, within its own windows, in order."""
    legs, place = problem.matrix.duration_s, place_of(visit)
    to_s = int(legs[gap.before_place, place]) + (visit.access_s if place != gap.before_place else 0)
    onward_s = 0
    if gap.after is None:
        to_s -= min(int(legs[gap.before_place, place]), problem.shift.commute_s[0])
    if gap.after_place is not None:
        access_s = gap.access_s if place != gap.after_place else 0
        onward_s = int(legs[place, gap.after_place]) + access_s
    if gap.last:
        onward_s -= min(onward_s, problem.shift.commute_s[1])
    hungry = None if gap.hungry_s is None else gap.hungry_s + to_s
    moments = [gap.fed_s + to_s] if gap.fed_s is not None else []
    eaten = None if gap.hungry_s is None else after_lunch(model, gap.hungry_s, to_s)
    fed = min(moments if eaten is None else [*moments, eaten], default=None)
    leave_hungry = max(gap.hungry_until_s - onward_s, leave_for_lunch(model, gap.fed_until_s, onward_s))
    spans = [(hungry, leave_hungry - visit.service_s), (fed, gap.fed_until_s - onward_s - visit.service_s)]
    return joined(inside(visit.windows, [(a, b) for a, b in spans if a is not None and a <= b]))


def inside(windows: Sequence[Window], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of the spans that lie in a window; all of them when there are no windows."""
    if not windows:
        return list(spans)
    cut = [(max(a, w.start_s), min(b, w.end_s)) for a, b in spans for w in windows]
    return [(a, b) for a, b in cut if a <= b]


def joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and adjacent spans made one."""
    found: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if found and a <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return found
