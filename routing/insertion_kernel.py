"""Compiled steps: timing of a route with windows and lunch, and the cheapest places for a task.

`routing/recreate_kernel.py` calls these. A cached kernel does not notice a change in another file: whoever edits this
one deletes the numba cache (or touches the other file).
"""

import numpy as np
from numba import njit

from routing.recreate_arrays import KEPT, NEVER

# Nothing here allocates, so no references are counted: with so many arrays in a tuple that would cost most of the time.
step = njit(cache=True, nogil=True, _nrt=False, error_model="numpy")  # type: ignore[call-overload]


@step
def draw(dice):  # type: ignore[no-untyped-def]
    """The next number in [0, 1): xorshift64* (Vigna 2016)."""
    x = dice[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    dice[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@step
def travel_at(work, a, b, leaves):  # type: ignore[no-untyped-def]
    """(arrival, travel) when one sets out from a to b at `leaves` or, where that gets there sooner, later."""
    if len(work.rush_from) == 0:
        return leaves + work.travel[a, b], work.travel[a, b]
    arrives, travel = NEVER, work.travel[a, b]
    for part in range(len(work.rush_from)):
        if leaves <= work.rush_until[part]:
            there = max(leaves, work.rush_from[part]) + work.rush_travel[part, a, b]
            if there < arrives:
                arrives, travel = there, work.rush_travel[part, a, b]
    return arrives, travel


@step
def leave_by(work, a, b, arrives):  # type: ignore[no-untyped-def]
    """The latest moment to set out from a and be at b by `arrives`."""
    if len(work.rush_from) == 0:
        return arrives - work.travel[a, b]
    leaves = -NEVER
    for part in range(len(work.rush_from)):
        moment = min(work.rush_until[part], arrives - work.rush_travel[part, a, b])
        if moment >= work.rush_from[part]:
            leaves = max(leaves, moment)
    return leaves


@step
def after_lunch(work, fleet, r, a, b, leaves):  # type: ignore[no-untyped-def]
    """Earliest arrival at b when lunch is taken before leaving a or on arriving."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    if duration == 0 or leaves > latest:
        return NEVER
    arrives = travel_at(work, a, b, leaves)[0]
    there = max(arrives, earliest) + duration if arrives <= latest else NEVER
    if len(work.rush_from) > 0 or arrives > latest:
        there = min(there, travel_at(work, a, b, max(leaves, earliest) + duration)[0])
    return there


@step
def before_lunch(work, fleet, r, a, b, arrives):  # type: ignore[no-untyped-def]
    """Latest departure from a that, with lunch on this leg, arrives at b by `arrives`."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    leaves = -NEVER
    if duration == 0:
        return leaves
    if arrives - duration >= earliest:
        leaves = leave_by(work, a, b, min(latest, arrives - duration))
    fed = leave_by(work, a, b, arrives) - duration
    if fed >= earliest:
        leaves = max(leaves, min(latest, fed))
    return leaves


@step
def finishes(work, c, kind, arrives):  # type: ignore[no-untyped-def]
    """When the service ends if one arrives then; NEVER when all windows have passed."""
    for w in range(work.opens.shape[2]):
        if arrives <= work.closes[c, kind, w]:
            return max(arrives, work.opens[c, kind, w]) + work.service[c]
    return NEVER


@step
def latest_arrival(work, c, kind, leaves):  # type: ignore[no-untyped-def]
    """Latest arrival from which one can leave by `leaves`."""
    begins = leaves - work.service[c]
    for w in range(work.opens.shape[2] - 1, -1, -1):
        if work.opens[c, kind, w] <= min(begins, work.closes[c, kind, w]):
            return min(begins, work.closes[c, kind, w])
    return -NEVER


@step
def time_route(work, fleet, plan, desk, r):  # type: ignore[no-untyped-def]
    """Bring timing and totals of route r up to date with its order and give it a new version."""
    time_forward(work, fleet, plan, desk, r)
    time_backward(work, fleet, plan, desk, r)
    last = len(desk.version) - 1
    desk.version[last] += 1
    desk.version[r] = desk.version[last]


@step
def time_forward(work, fleet, plan, desk, r):  # type: ignore[no-untyped-def]
    """Earliest departures, hungry and fed; load and drive (by the hour of whoever is earlier)."""
    kind = fleet.window_class[r]
    n = plan.length[r]
    leaves, fed = fleet.starts[r], NEVER
    at = fleet.start_node[r]
    desk.depart[r, 0, 0], desk.depart[r, 1, 0] = leaves, fed
    load, drive = 0, 0
    for k in range(n + 1):
        to = plan.order[r, k] if k < n else fleet.end_node[r]
        arrives, travel = travel_at(work, at, to, min(leaves, fed))
        desk.leg[r, k] = travel
        drive += travel
        if k == n:
            break
        if fleet.lunch[r, 0] > 0:
            fed = min(
                travel_at(work, at, to, fed)[0] if fed < NEVER else NEVER, after_lunch(work, fleet, r, at, to, leaves)
            )
            arrives = travel_at(work, at, to, leaves)[0] if leaves < NEVER else NEVER
            fed = finishes(work, to, kind, fed)
        leaves = finishes(work, to, kind, arrives)
        desk.depart[r, 0, k + 1], desk.depart[r, 1, k + 1] = leaves, fed
        load += work.demand[to]
        at = to
    desk.load[r] = load
    desk.drive[r] = drive if n > 0 else 0


@step
def time_backward(work, fleet, plan, desk, r):  # type: ignore[no-untyped-def]
    """Latest arrivals that still work, with lunch ahead and with lunch behind."""
    kind = fleet.window_class[r]
    n = plan.length[r]
    hungry, late = fleet.ends[r], fleet.ends[r]
    if fleet.lunch[r, 0] > 0:
        hungry = min(hungry, fleet.lunch[r, 2])
    to = fleet.end_node[r]
    desk.latest[r, 0, n], desk.latest[r, 1, n] = hungry, late
    for k in range(n - 1, -1, -1):
        c = plan.order[r, k]
        hungry = leave_by(work, c, to, hungry)
        if fleet.lunch[r, 0] > 0:
            hungry = max(hungry, before_lunch(work, fleet, r, c, to, late))
            late = latest_arrival(work, c, kind, leave_by(work, c, to, late))
        hungry = latest_arrival(work, c, kind, hungry)
        desk.latest[r, 0, k], desk.latest[r, 1, k] = hungry, late
        to = c


@step
def in_time(work, fleet, desk, r, k, before, c, after):  # type: ignore[no-untyped-def]
    """Whether c fits in time on route r, at position k between two nodes."""
    kind = fleet.window_class[r]
    leaves = desk.depart[r, 0, k]
    done = finishes(work, c, kind, travel_at(work, before, c, leaves)[0])
    if done < NEVER and travel_at(work, c, after, done)[0] <= desk.latest[r, 0, k]:
        return True
    if fleet.lunch[r, 0] == 0:
        return False
    fed = desk.depart[r, 1, k]
    fed = travel_at(work, before, c, fed)[0] if fed < NEVER else NEVER
    fed = finishes(work, c, kind, min(fed, after_lunch(work, fleet, r, before, c, leaves)))
    if fed < NEVER and travel_at(work, c, after, fed)[0] <= desk.latest[r, 1, k]:
        return True
    return after_lunch(work, fleet, r, c, after, done) <= desk.latest[r, 1, k]


@step
def detour(work, desk, r, k, before, c, after):  # type: ignore[no-untyped-def]
    """The travel that c adds between two nodes of route r, where the hour matters: as for the earliest departure."""
    there, to_c = travel_at(work, before, c, min(desk.depart[r, 0, k], desk.depart[r, 1, k]))
    onward = travel_at(work, c, after, there + work.service[c])[1]
    return to_c + onward - desk.leg[r, k]


@step
def remember(seen_cost, seen_at, c, r, extra, k):  # type: ignore[no-untyped-def]
    """Note position k among the KEPT cheapest, in order."""
    j = KEPT - 1
    while j > 0 and seen_cost[c, r, j - 1] > extra:
        seen_cost[c, r, j], seen_at[c, r, j] = seen_cost[c, r, j - 1], seen_at[c, r, j - 1]
        j -= 1
    seen_cost[c, r, j], seen_at[c, r, j] = extra, k


@step
def look_at(work, fleet, plan, desk, c, r):  # type: ignore[no-untyped-def]
    """Find and remember the KEPT cheapest places for c on route r."""
    for j in range(KEPT):
        desk.seen_cost[c, r, j] = NEVER
    desk.seen[c, r] = desk.version[r]
    if not work.fits[c, r]:
        return
    n = plan.length[r]
    before = fleet.start_node[r]
    for k in range(n + 1):
        after = plan.order[r, k] if k < n else fleet.end_node[r]
        extra = work.into[c, before] + work.travel[c, after]
        if n > 0:
            extra -= desk.leg[r, k]
        if len(work.rush_from) > 0:
            extra = detour(work, desk, r, k, before, c, after) + (0 if n > 0 else desk.leg[r, k])
        if (
            extra < desk.seen_cost[c, r, KEPT - 1]
            and desk.drive[r] + extra <= fleet.most_drive[r]
            and in_time(work, fleet, desk, r, k, before, c, after)
        ):
            remember(desk.seen_cost, desk.seen_at, c, r, extra, k)
        before = after


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
