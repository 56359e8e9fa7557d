"""Compiled steps: timing of a route with windows and lunch, and the cheapest places for a task.

`routing/recreate_kernel.py` calls these. A cached kernel does not notice a change in another file: whoever edits this
one deletes the numba cache (or touches the other file).
"""

from routing.away_kernel import time_away
from routing.clock_kernel import draw, finishes, latest_arrival, remember, step
from routing.recreate_arrays import KEPT, NEVER
from routing.rush_kernel import look_in_rush, time_rush

__all__ = ["draw", "look_at", "place_on_day", "put", "step", "time_route", "week_holds"]


@step
def after_lunch(fleet, r, leaves, travel):  # type: ignore[no-untyped-def]
    """Earliest arrival when lunch is taken before leaving or on arriving."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    if duration == 0 or leaves > latest:
        return NEVER
    if leaves + travel <= latest:
        return max(leaves + travel, earliest) + duration
    return max(leaves, earliest) + duration + travel


@step
def before_lunch(fleet, r, arrives, travel):  # type: ignore[no-untyped-def]
    """Latest departure that, with lunch on this leg, arrives by `arrives`."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    leaves = -NEVER
    if duration == 0:
        return leaves
    if arrives - duration >= earliest:
        leaves = min(latest, arrives - duration) - travel
    if arrives - duration - travel >= earliest:
        leaves = max(leaves, min(latest, arrives - duration - travel))
    return leaves


@step
def time_route(work, fleet, plan, desk, r):  # type: ignore[no-untyped-def]
    """Bring timing and totals of route r up to date with its order and give it a new version."""
    last = len(desk.version) - 1
    desk.version[last] += 1
    desk.version[r] = desk.version[last]
    if len(work.rush) > 0:
        time_rush(work, fleet, plan, desk, r)
        return
    kind = fleet.window_class[r]
    n = plan.length[r]
    leaves, fed = fleet.starts[r], NEVER
    at = fleet.start_node[r]
    desk.depart[r, 0, 0], desk.depart[r, 1, 0] = leaves, fed
    load, drive = 0, 0
    for k in range(n):
        c = plan.order[r, k]
        travel = work.travel[at, c]
        desk.leg[r, k] = travel
        fed = min(fed + travel, after_lunch(fleet, r, leaves, travel))
        leaves = finishes(work, c, kind, leaves + travel)
        fed = finishes(work, c, kind, fed)
        desk.depart[r, 0, k + 1], desk.depart[r, 1, k + 1] = leaves, fed
        load += work.demand[c]
        drive += travel
        at = c
    desk.leg[r, n] = work.travel[at, fleet.end_node[r]]
    desk.load[r] = load
    desk.drive[r] = drive + desk.leg[r, n] if n > 0 else 0
    hungry, late = fleet.ends[r], fleet.ends[r]
    if fleet.lunch[r, 0] > 0:
        hungry = min(hungry, fleet.lunch[r, 2])
    to = fleet.end_node[r]
    desk.latest[r, 0, n], desk.latest[r, 1, n] = hungry, late
    for k in range(n - 1, -1, -1):
        c = plan.order[r, k]
        travel = work.travel[c, to]
        hungry = max(hungry - travel, before_lunch(fleet, r, late, travel))
        hungry = latest_arrival(work, c, kind, hungry)
        late = latest_arrival(work, c, kind, late - travel)
        desk.latest[r, 0, k], desk.latest[r, 1, k] = hungry, late
        to = c


@step
def in_time(work, fleet, desk, r, k, c, to_c, onward):  # type: ignore[no-untyped-def]
    """Whether c fits in time before position k of route r, given travel to it and onward."""
    kind = fleet.window_class[r]
    leaves = desk.depart[r, 0, k]
    done = finishes(work, c, kind, leaves + to_c)
    if done + onward <= desk.latest[r, 0, k]:
        return True
    fed = desk.depart[r, 1, k] + to_c
    if fleet.lunch[r, 0] > 0:
        fed = min(fed, after_lunch(fleet, r, leaves, to_c))
    fed = finishes(work, c, kind, fed) + onward
    if fleet.lunch[r, 0] > 0:
        fed = min(fed, after_lunch(fleet, r, done, onward))
    return fed <= desk.latest[r, 1, k]


@step
def look_at(work, fleet, plan, desk, c, r):  # type: ignore[no-untyped-def]
    """Find and remember the KEPT cheapest places for c on route r."""
    for j in range(KEPT):
        desk.seen_cost[c, r, j] = NEVER
    desk.seen[c, r] = desk.version[r]
    if not work.fits[c, r]:
        return
    if len(work.rush) > 0:
        look_in_rush(work, fleet, plan, desk, c, r)
        return
    n = plan.length[r]
    before = fleet.start_node[r]
    for k in range(n + 1):
        after = plan.order[r, k] if k < n else fleet.end_node[r]
        to_c, onward = work.into[c, before], work.travel[c, after]
        extra = to_c + onward
        if n > 0:
            extra -= desk.leg[r, k]
        before = after
        if extra >= desk.seen_cost[c, r, KEPT - 1] or desk.drive[r] + extra > fleet.most_drive[r]:
            continue
        if in_time(work, fleet, desk, r, k, c, to_c, onward) and (
            len(fleet.timed) == 0
            or fleet.most_time[r] >= NEVER
            or time_away(work, fleet, plan, desk, r, k, c) <= fleet.most_time[r]
        ):
            remember(desk.seen_cost, desk.seen_at, c, r, extra, k)


@step
def week_holds(fleet, desk, g, more):  # type: ignore[no-untyped-def]
    """Whether week g has room for `more` seconds of driving and service."""
    if fleet.week_most[g] == NEVER:
        return True
    spent = desk.week_load[g] + more
    for r in range(len(desk.drive)):
        if fleet.week[r] == g:
            spent += desk.drive[r]
    return spent <= fleet.week_most[g]


@step
def place_on_day(work, fleet, plan, desk, c, day, blink):  # type: ignore[no-untyped-def]
    """Cheapest (cost, route, position) for c on a day; each place is overlooked with chance `blink`."""
    best, route, position = NEVER, -1, -1
    for r in range(work.day_from[day], work.day_from[day + 1]):
        if plan.length[r] >= fleet.most_stops[r]:
            continue
        if fleet.twin[r] and plan.length[r] == 0 and plan.length[r - 1] == 0:
            continue
        more = max(0, desk.load[r] + work.demand[c] - fleet.capacity[r])
        if more > 0 and desk.excess_price[0] == 0:
            continue
        more = (more - max(0, desk.load[r] - fleet.capacity[r])) * desk.excess_price[0]
        if desk.seen[c, r] != desk.version[r]:
            look_at(work, fleet, plan, desk, c, r)
        for j in range(KEPT):
            if desk.seen_cost[c, r, j] + more >= best:
                break
            if draw(desk.dice) >= blink:
                best, route, position = desk.seen_cost[c, r, j] + more, r, desk.seen_at[c, r, j]
                break
    if route >= 0 and fleet.level_permille > 0:
        g = fleet.week[route]
        room = max(0, fleet.week_target[g] - desk.week_load[g])
        best += max(0, work.service[c] - room) * fleet.level_permille // 1000
    if route >= 0 and not week_holds(fleet, desk, fleet.week[route], best + work.service[c]):
        return NEVER, -1, -1
    return best, route, position


@step
def put(work, fleet, plan, desk, c, r, k):  # type: ignore[no-untyped-def]
    """Insert c before position k of route r."""
    for j in range(plan.length[r], k, -1):
        plan.order[r, j] = plan.order[r, j - 1]
    plan.order[r, k] = c
    plan.length[r] += 1
    plan.route_of[c, fleet.day[r]] = r
    desk.week_load[fleet.week[r]] += work.service[c]
    desk.dirty[r] = True
    time_route(work, fleet, plan, desk, r)
