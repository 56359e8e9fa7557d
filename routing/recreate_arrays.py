"""The arrays that ruin and recreate works on, in groups with named fields; shapes are in the comments.

Integers throughout: seconds or metres, whatever the matrix holds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = 1 << 50  # a moment or a price that does not exist
RETRIED = 10  # tasks outside the plan that are tried again in a round


class Work(NamedTuple):
    """What is asked. Nodes are ends of routes first, then n tasks from `first` on; a day holds several routes."""

    travel: NDArray[np.int32]  # (nodes, nodes)
    into: NDArray[np.int32]  # its transpose: all ways to a task side by side
    rush: tuple[()] | tuple[bool]  # empty where travel is constant: the compiled steps then hold no trace of it
    rush_from: NDArray[np.int64]  # (parts,): parts of the day with travel of their own; none where it is constant
    rush_until: NDArray[np.int64]  # (parts,): last moment to set out
    rush_travel: NDArray[np.int64]  # (parts, nodes, nodes)
    service: NDArray[np.int64]  # (nodes,)
    opens: NDArray[np.int64]  # (nodes, window classes, windows): when a visit may begin
    closes: NDArray[np.int64]
    demand: NDArray[np.int64]  # (nodes,)
    prize: NDArray[np.int64]  # (nodes,): price of leaving the task out
    near: NDArray[np.int32]  # (nodes, many): tasks by distance, itself first
    pattern_from: NDArray[np.int64]  # (nodes + 1,): a task's patterns are pattern_from[c]…pattern_from[c + 1] - 1
    pattern_price: NDArray[np.int64]  # (patterns,)
    pattern_visits: NDArray[np.int64]  # (patterns,): days in the pattern
    pattern_day: NDArray[np.int32]  # (patterns, most days)
    day_from: NDArray[np.int64]  # (days + 1,): a day's routes
    fits: NDArray[np.bool_]  # (nodes, routes): may this route serve the task
    ranks: NDArray[np.float64]  # (orders, nodes): tasks with a small value are put back first; row 0 means chance
    rank_until: NDArray[np.float64]  # (orders,): cumulated chances of the rows
    first: int


class Fleet(NamedTuple):
    """One row per route (a rep or vehicle on one day), in order of days."""

    day: NDArray[np.int64]
    window_class: NDArray[np.int64]  # which of the task's windows hold
    start_node: NDArray[np.int64]
    end_node: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    capacity: NDArray[np.int64]
    most_stops: NDArray[np.int64]
    most_drive: NDArray[np.int64]
    timed: tuple[()] | tuple[bool]  # empty where no route has a `most_time`
    most_time: NDArray[np.int64]  # from leaving to the end; not together with lunch
    lunch: NDArray[np.int64]  # (routes, 3): duration (0 = none), earliest and latest begin
    twin: NDArray[np.bool_]  # same as the route before in every respect
    week: NDArray[np.int64]
    week_target: NDArray[np.int64]  # (weeks,): service beyond this costs
    week_most: NDArray[np.int64]  # (weeks,): driving and service at most
    level_permille: int  # price of a second beyond the target, in thousandths


class Plan(NamedTuple):
    """One answer: the order of tasks on each route and the pattern each task follows (-1 = left out); its timing."""

    order: NDArray[np.int32]  # (routes, most stops)
    length: NDArray[np.int64]
    route_of: NDArray[np.int32]  # (nodes, days), -1 = not there
    pattern: NDArray[np.int64]
    depart: NDArray[np.int64]  # (routes, 2, stops + 1): earliest departure without and with lunch taken
    latest: NDArray[np.int64]  # (routes, 2, stops + 1): latest arrival that still works
    leg: NDArray[np.int64]  # (routes, stops + 1): travel to each stop and to the end; 0 on an empty route
    load: NDArray[np.int64]
    drive: NDArray[np.int64]


class Desk(NamedTuple):
    """What the search keeps beside the plan: remembered insertions, dice."""

    excess_price: NDArray[np.int64]  # (1,): of a unit of load beyond capacity while searching; 0 = not allowed
    week_load: NDArray[np.int64]
    week_load_before: NDArray[np.int64]
    version: NDArray[np.int64]  # (routes + 1,): a new number for every new content; last = highest given
    version_before: NDArray[np.int64]
    seen: NDArray[np.int64]  # (nodes, routes): version the remembered insertions hold for
    seen_cost: NDArray[np.int64]  # (nodes, routes): of the cheapest place for the task on the route
    seen_at: NDArray[np.int32]  # its position; -1 - position where it has not been checked in time
    dirty: NDArray[np.bool_]  # (routes,): touched in this round
    ruined: NDArray[np.bool_]
    removed: NDArray[np.int64]  # tasks to put back; the first `waiting[0]` count
    waiting: NDArray[np.int64]  # (1,)
    outside: NDArray[np.int64]  # (1,): how many tasks are left out
    is_removed: NDArray[np.bool_]
    found: NDArray[
        np.int64
    ]  # (days, 3): per day the cheapest place of the task in hand: cost, route (-1 none, -2 not looked for), position
    rank: NDArray[np.float64]
    dice: NDArray[np.uint64]  # (1,)
    cost: NDArray[np.int64]  # (3,): of patterns and tasks left out; of the whole current plan; of the best one


class Dial(NamedTuple):
    """How hard to shake: mean removals, longest string, chances to skip a good place, to empty a route,
    to keep to one day; heat."""

    removals: float
    string: float
    blink: float
    whole: float
    same_day: float
    hot: float
    cold: float
