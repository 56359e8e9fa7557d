"""Compiled steps: timing of a route with windows and lunch, and the cheapest place for a task.

`routing/recreate_kernel.py` calls these. A cached kernel does not notice a change in another file: whoever edits this
one deletes the numba cache (or touches the other file).
"""

import numpy as np

from routing.away_kernel import time_away
from routing.clock_kernel import draw, finishes, latest_arrival, step
from routing.recreate_arrays import NEVER
from routing.rush_kernel import look_in_rush, time_rush

__all__ = ["draw", "look_at", "place_on_day", "put", "step", "time_route", "week_holds"]


@step
def after_lunch(fleet, r, leaves, travel):  # type: ignore[no-untyped-def]
    """Earliest arrival when lunch is taken on this leg: on arriving, or on the way where that would be too late."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    if duration == 0 or leaves > latest:
        return NEVER
    return max(leaves + travel, earliest) + duration


@step
def before_lunch(fleet, r, arrives, travel):  # type: ignore[no-untyped-def]
    """Latest departure that, with lunch on this leg, arrives by `arrives`."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    if duration == 0 or arrives - duration < earliest:
        return -NEVER
    return min(latest, arrives - duration - travel)


@step
def time_forward(work, fleet, plan, r, first):  # type: ignore[no-untyped-def]
    """Legs and earliest departures, hungry and fed, from position `first` on."""
    kind, n, eats = fleet.window_class[r], plan.length[r], fleet.lunch[r, 0] > 0
    if first == 0:
        plan.depart[r, 0, 0], plan.depart[r, 1, 0] = fleet.starts[r], NEVER
    leaves, fed = plan.depart[r, 0, first], plan.depart[r, 1, first]
    at = plan.order[r, first - 1] if first > 0 else fleet.start_node[r]
    for k in range(first, n):
        c = plan.order[r, k]
        travel = work.travel[at, c]
        plan.leg[r, k] = travel
        if eats:
            fed = finishes(work, c, kind, min(fed + travel, after_lunch(fleet, r, leaves, travel)))
            plan.depart[r, 1, k + 1] = fed
        leaves = finishes(work, c, kind, leaves + travel)
        plan.depart[r, 0, k + 1] = leaves
        at = c
    plan.leg[r, n] = work.travel[at, fleet.end_node[r]] if n > 0 else 0


@step
def time_backward(work, fleet, plan, r, last):  # type: ignore[no-untyped-def]
    """Latest arrivals that still work, with lunch ahead and with lunch behind, from position `last` back."""
    kind, n, eats = fleet.window_class[r], plan.length[r], fleet.lunch[r, 0] > 0
    plan.latest[r, 0, n] = min(fleet.ends[r], fleet.lunch[r, 2]) if eats else fleet.ends[r]
    plan.latest[r, 1, n] = fleet.ends[r]
    hungry, late = plan.latest[r, 0, last + 1], plan.latest[r, 1, last + 1]
    to = plan.order[r, last + 1] if last + 1 < n else fleet.end_node[r]
    for k in range(last, -1, -1):
        c = plan.order[r, k]
        travel = work.travel[c, to]
        if eats:
            hungry = max(hungry - travel, before_lunch(fleet, r, late, travel))
            late = latest_arrival(work, c, kind, late - travel)
            plan.latest[r, 1, k] = late
        else:
            hungry -= travel
        hungry = latest_arrival(work, c, kind, hungry)
        plan.latest[r, 0, k] = hungry
        to = c


@step
def time_route(work, fleet, plan, desk, r, first, last):  # type: ignore[no-untyped-def]
    """Bring timing and driving of route r up to date with its order and give it a new version.

    What comes before position `first` and what comes after position `last` is as it was.
    """
    newest = len(desk.version) - 1
    desk.version[newest] += 1
    desk.version[r] = desk.version[newest]
    if len(work.rush) > 0:
        time_rush(work, fleet, plan, r)
        return
    time_forward(work, fleet, plan, r, first)
    time_backward(work, fleet, plan, r, last)
    drive = 0
    for k in range(plan.length[r] + 1):
        drive += plan.leg[r, k]
    plan.drive[r] = drive


@step
def in_time(work, fleet, plan, r, k, c, to_c, onward):  # type: ignore[no-untyped-def]
    """Whether c fits in time before position k of route r, given travel to it and onward."""
    kind = fleet.window_class[r]
    leaves = plan.depart[r, 0, k]
    done = finishes(work, c, kind, leaves + to_c)
    if done + onward <= plan.latest[r, 0, k]:
        return True
    if fleet.lunch[r, 0] == 0:
        return False
    fed = min(plan.depart[r, 1, k] + to_c, after_lunch(fleet, r, leaves, to_c))
    fed = min(finishes(work, c, kind, fed) + onward, after_lunch(fleet, r, done, onward))
    return fed <= plan.latest[r, 1, k]


@step
def holds(work, fleet, plan, r, k, c):  # type: ignore[no-untyped-def]
    """Whether all limits on time hold with c before position k of route r."""
    before = plan.order[r, k - 1] if k > 0 else fleet.start_node[r]
    after = plan.order[r, k] if k < plan.length[r] else fleet.end_node[r]
    to_c, onward = work.into[c, before], work.travel[c, after]
    return (
        plan.drive[r] + to_c + onward - plan.leg[r, k] <= fleet.most_drive[r]
        and in_time(work, fleet, plan, r, k, c, to_c, onward)
        and (
            len(fleet.timed) == 0
            or fleet.most_time[r] >= NEVER
            or time_away(work, fleet, plan, r, k, c) <= fleet.most_time[r]
        )
    )


@step
def glance_at(work, fleet, plan, c, r):  # type: ignore[no-untyped-def]
    """(cost, position) of the cheapest place for c on route r, whether or not it fits in time."""
    n, least, at = plan.length[r], NEVER, 0
    before = fleet.start_node[r]
    for k in range(n):
        after = plan.order[r, k]
        extra = np.int64(work.into[c, before]) + work.travel[c, after] - plan.leg[r, k]
        if extra < least:
            least, at = extra, k
        before = after
    extra = np.int64(work.into[c, before]) + work.travel[c, fleet.end_node[r]] - plan.leg[r, n]
    return (extra, n) if extra < least else (least, at)


@step
def look_at(work, fleet, plan, c, r, passed_over):  # type: ignore[no-untyped-def]
    """(cost, position) of the cheapest place for c on route r where it fits in time, but for position `passed_over`."""
    if len(work.rush) > 0:
        return look_in_rush(work, fleet, plan, c, r, passed_over)
    n, least, at = plan.length[r], NEVER, 0
    before = fleet.start_node[r]
    for k in range(n + 1):
        after = plan.order[r, k] if k < n else fleet.end_node[r]
        extra = np.int64(work.into[c, before]) + work.travel[c, after] - plan.leg[r, k]
        before = after
        if extra < least and k != passed_over and holds(work, fleet, plan, r, k, c):
            least, at = extra, k
    return least, at


@step
def note(work, fleet, plan, desk, c, r):  # type: ignore[no-untyped-def]
    """Remember what c would cost on route r at least: a place that may not fit in time is noted as -1 - position."""
    desk.seen[c, r] = desk.version[r]
    if not work.fits[c, r]:
        desk.seen_cost[c, r], desk.seen_at[c, r] = NEVER, 0
    elif len(work.rush) > 0:
        desk.seen_cost[c, r], desk.seen_at[c, r] = look_in_rush(work, fleet, plan, c, r, -1)
    else:
        cost, at = glance_at(work, fleet, plan, c, r)
        desk.seen_cost[c, r], desk.seen_at[c, r] = cost, -1 - at


@step
def make_sure(work, fleet, plan, desk, c, r):  # type: ignore[no-untyped-def]
    """Put a noted place that does fit in time in the place of one that may not."""
    at = -1 - desk.seen_at[c, r]
    if holds(work, fleet, plan, r, at, c):
        desk.seen_at[c, r] = at
    else:
        desk.seen_cost[c, r], desk.seen_at[c, r] = look_at(work, fleet, plan, c, r, at)


@step
def week_holds(fleet, plan, desk, g, more):  # type: ignore[no-untyped-def]
    """Whether week g has room for `more` seconds of driving and service."""
    if fleet.week_most[g] == NEVER:
        return True
    spent = desk.week_load[g] + more
    for r in range(len(plan.drive)):
        if fleet.week[r] == g:
            spent += plan.drive[r]
    return spent <= fleet.week_most[g]


@step
def overloading(work, fleet, plan, desk, c, r):  # type: ignore[no-untyped-def]
    """Price of the load beyond capacity that c adds to route r; NEVER where that is not allowed."""
    more = max(0, plan.load[r] + work.demand[c] - fleet.capacity[r])
    if more > 0 and desk.excess_price[0] == 0:
        return NEVER
    return (more - max(0, plan.load[r] - fleet.capacity[r])) * desk.excess_price[0]


@step
def place_on_day(work, fleet, plan, desk, c, day, blink):  # type: ignore[no-untyped-def]
    """Cheapest (cost, route, position) for c on a day; each place is overlooked with chance `blink`."""
    best, route, position = NEVER, -1, -1
    for r in range(work.day_from[day], work.day_from[day + 1]):
        if plan.length[r] >= fleet.most_stops[r]:
            continue
        if fleet.twin[r] and plan.length[r] == 0 and plan.length[r - 1] == 0:
            continue
        more = overloading(work, fleet, plan, desk, c, r)
        if more >= best:
            continue
        if desk.seen[c, r] != desk.version[r]:
            note(work, fleet, plan, desk, c, r)
        if desk.seen_at[c, r] < 0 and desk.seen_cost[c, r] + more < best:
            make_sure(work, fleet, plan, desk, c, r)
        cost, at = desk.seen_cost[c, r], desk.seen_at[c, r]
        if cost + more < best and draw(desk.dice) < blink:
            cost, at = look_at(work, fleet, plan, c, r, at)
        if cost + more < best:
            best, route, position = cost + more, r, at
    if route >= 0 and fleet.level_permille > 0:
        g = fleet.week[route]
        room = max(0, fleet.week_target[g] - desk.week_load[g])
        best += max(0, work.service[c] - room) * fleet.level_permille // 1000
    if route >= 0 and not week_holds(fleet, plan, desk, fleet.week[route], best + work.service[c]):
        return NEVER, -1, -1
    return best, route, position


@step
def put(work, fleet, plan, desk, c, r, k):  # type: ignore[no-untyped-def]
    """Insert c before position k of route r."""
    for j in range(plan.length[r], k, -1):
        plan.order[r, j] = plan.order[r, j - 1]
        plan.latest[r, 0, j] = plan.latest[r, 0, j - 1]
        plan.latest[r, 1, j] = plan.latest[r, 1, j - 1]
    plan.order[r, k] = c
    plan.length[r] += 1
    plan.load[r] += work.demand[c]
    plan.route_of[c, fleet.day[r]] = r
    desk.week_load[fleet.week[r]] += work.service[c]
    desk.dirty[r] = True
    time_route(work, fleet, plan, desk, r, k, k)
