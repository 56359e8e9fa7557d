"""Compiled steps: timing of a route and the cheapest places for a task where travel depends on the hour.

The twins of those in `routing/insertion_kernel.py`, which calls these and would be several times slower with the choice
in its inner loops. A cached kernel does not notice a change in another file: whoever edits this one deletes the numba
cache.
"""

from routing.clock_kernel import finishes, latest_arrival, step
from routing.recreate_arrays import NEVER


@step
def travel_at(work, a, b, leaves):  # type: ignore[no-untyped-def]
    """(arrival, travel) when one sets out from a to b at `leaves` or, where that gets there sooner, later."""
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
    leaves = -NEVER
    for part in range(len(work.rush_from)):
        moment = min(work.rush_until[part], arrives - work.rush_travel[part, a, b])
        if moment >= work.rush_from[part]:
            leaves = max(leaves, moment)
    return leaves


@step
def after_lunch(work, fleet, r, a, b, leaves):  # type: ignore[no-untyped-def]
    """Earliest arrival at b when lunch is taken before leaving a, on the way or on arriving."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    if duration == 0 or leaves > latest:
        return NEVER
    there = max(travel_at(work, a, b, leaves)[0], earliest) + duration
    return min(there, travel_at(work, a, b, max(leaves, earliest) + duration)[0])


@step
def before_lunch(work, fleet, r, a, b, arrives):  # type: ignore[no-untyped-def]
    """Latest departure from a that, with lunch on this leg, arrives at b by `arrives`."""
    duration, earliest, latest = fleet.lunch[r, 0], fleet.lunch[r, 1], fleet.lunch[r, 2]
    leaves = -NEVER
    if duration == 0:
        return leaves
    if arrives - duration >= earliest:
        leaves = min(latest, leave_by(work, a, b, arrives - duration))
    fed = leave_by(work, a, b, arrives) - duration
    if fed >= earliest:
        leaves = max(leaves, min(latest, fed))
    return leaves


@step
def time_forward(work, fleet, plan, r):  # type: ignore[no-untyped-def]
    """Earliest departures, hungry and fed; legs and drive (by the hour of whoever is earlier)."""
    kind = fleet.window_class[r]
    n = plan.length[r]
    leaves, fed = fleet.starts[r], NEVER
    at = fleet.start_node[r]
    plan.depart[r, 0, 0], plan.depart[r, 1, 0] = leaves, fed
    drive = 0
    for k in range(n + 1):
        to = plan.order[r, k] if k < n else fleet.end_node[r]
        arrives, travel = travel_at(work, at, to, min(leaves, fed))
        plan.leg[r, k] = travel
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
        plan.depart[r, 0, k + 1], plan.depart[r, 1, k + 1] = leaves, fed
        at = to
    plan.drive[r] = drive if n > 0 else 0


@step
def time_backward(work, fleet, plan, r):  # type: ignore[no-untyped-def]
    """Latest arrivals that still work, with lunch ahead and with lunch behind."""
    kind = fleet.window_class[r]
    n = plan.length[r]
    hungry, late = fleet.ends[r], fleet.ends[r]
    if fleet.lunch[r, 0] > 0:
        hungry = min(hungry, fleet.lunch[r, 2])
    to = fleet.end_node[r]
    plan.latest[r, 0, n], plan.latest[r, 1, n] = hungry, late
    for k in range(n - 1, -1, -1):
        c = plan.order[r, k]
        hungry = leave_by(work, c, to, hungry)
        if fleet.lunch[r, 0] > 0:
            hungry = max(hungry, before_lunch(work, fleet, r, c, to, late))
            late = latest_arrival(work, c, kind, leave_by(work, c, to, late))
        hungry = latest_arrival(work, c, kind, hungry)
        plan.latest[r, 0, k], plan.latest[r, 1, k] = hungry, late
        to = c


@step
def in_time(work, fleet, plan, r, k, before, c, after):  # type: ignore[no-untyped-def]
    """Whether c fits in time on route r, at position k between two nodes."""
    kind = fleet.window_class[r]
    leaves = plan.depart[r, 0, k]
    done = finishes(work, c, kind, travel_at(work, before, c, leaves)[0])
    if done < NEVER and travel_at(work, c, after, done)[0] <= plan.latest[r, 0, k]:
        return True
    if fleet.lunch[r, 0] == 0:
        return False
    fed = plan.depart[r, 1, k]
    fed = travel_at(work, before, c, fed)[0] if fed < NEVER else NEVER
    fed = finishes(work, c, kind, min(fed, after_lunch(work, fleet, r, before, c, leaves)))
    if fed < NEVER and travel_at(work, c, after, fed)[0] <= plan.latest[r, 1, k]:
        return True
    return after_lunch(work, fleet, r, c, after, done) <= plan.latest[r, 1, k]


@step
def detour(work, plan, r, k, before, c, after):  # type: ignore[no-untyped-def]
    """The travel that c adds between two nodes of route r, where the hour matters: as for the earliest departure."""
    there, to_c = travel_at(work, before, c, min(plan.depart[r, 0, k], plan.depart[r, 1, k]))
    onward = travel_at(work, c, after, there + work.service[c])[1]
    return to_c + onward - plan.leg[r, k]


@step
def time_rush(work, fleet, plan, r):  # type: ignore[no-untyped-def]
    """Bring timing and totals of route r up to date with its order."""
    time_forward(work, fleet, plan, r)
    time_backward(work, fleet, plan, r)


@step
def look_in_rush(work, fleet, plan, c, r, passed_over):  # type: ignore[no-untyped-def]
    """(cost, position) of the cheapest place for c on route r where it fits in time, but for position `passed_over`."""
    n, least, at = plan.length[r], NEVER, 0
    before = fleet.start_node[r]
    for k in range(n + 1):
        after = plan.order[r, k] if k < n else fleet.end_node[r]
        extra = detour(work, plan, r, k, before, c, after) + (0 if n > 0 else plan.leg[r, k])
        if (
            extra < least
            and k != passed_over
            and plan.drive[r] + extra <= fleet.most_drive[r]
            and in_time(work, fleet, plan, r, k, before, c, after)
        ):
            least, at = extra, k
        before = after
    return least, at
