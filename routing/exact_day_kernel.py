"""The optimal day by dynamic programming over sets of visits, compiled.

Held and Karp's recursion (1962) with time windows: a state is the set of visits made, the last place among them (row n
while the rep is still at the start: visits without a place do not move him), and whether lunch is behind; it keeps
every label (departure time, driving, load since filling up) that no other label of the state beats in all, as in
Feillet et al. (2004). Where there are several ways to make a leg (rush hours, by way of the depot), each is tried at
once or as soon as it opens. Sets are walked in rising order, so a state is complete before it is extended. Three things
keep the labels few: a label with lunch behind also beats hungry ones; a label is not extended when what is
still unavoidable (a knapsack of what the rest of the day can hold) lifts it above the known plan; and none is made
that cannot be home in time by the quickest way.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from routing.day_model import DayArrays
from routing.exact_bounds_kernel import Bounds, ahead, bounds
from routing.exact_labels_kernel import NONE, Counts, Labels, Links, add, fresh_labels, hot, path_to


class Best(NamedTuple):
    """The best closed day so far: (cost, end) and the label it ends with."""

    cost_end_s: Counts
    label: Counts


@hot
def departure(day: DayArrays, visit: int, arrive_s: int) -> int:
    """When a visit reached at `arrive_s` is over; -1 when no window is open any more."""
    for k in range(day.windows_s.shape[1]):
        if arrive_s <= day.windows_s[visit, k, 1]:
            return int(max(arrive_s, day.windows_s[visit, k, 0]) + day.service_s[visit])
    return NONE


@hot
def after_lunch(day: DayArrays, depart_s: int, leg_s: int) -> int:
    """The arrival when lunch is taken on this leg; -1 when there is none or it is too late for it."""
    if day.lunch_s[0] == 0 or depart_s > day.lunch_s[2]:
        return NONE
    return int(max(depart_s + leg_s, day.lunch_s[1]) + day.lunch_s[0])


@hot
def lunch_can_wait(day: DayArrays, visit: int, arrive_s: int) -> bool:
    """Whether the visit can be over before lunch may begin at all: eating after it is never worse."""
    return bool(0 <= departure(day, visit, arrive_s) <= day.lunch_s[1])


@hot
def row_of(day: DayArrays, made: int, last: int) -> int:
    """The row legs are read from: whoever has been at work before the first leg has one of his own."""
    n = len(day.service_s)
    return int(n + 2 if last == n and made != 0 else last)


@hot
def close(
    day: DayArrays, bound: Bounds, best: Best, made: int, last: int, fed: bool, time_s: int, drive_s: int, label: int
) -> None:
    """End the day after this label, by every way, and remember it if it is the best so far."""
    end, row = len(day.service_s) + 1, row_of(day, made, last)
    for way in range(len(day.way_s)):
        leg_s, all_drive_s = day.leg_s[way, row, end], drive_s + day.drive_s[way, row, end]
        leave_s = max(time_s, day.way_s[way, 0])
        if leg_s < 0 or all_drive_s > day.max_drive_s or leave_s > day.way_s[way, 1]:
            continue
        end_s = leave_s + leg_s
        if not fed and day.lunch_s[0] > 0 and end_s > day.lunch_s[2]:
            end_s = after_lunch(day, leave_s, leg_s)
        note(day, bound, best, made, all_drive_s, end_s, label)
        if not fed and len(day.way_s) > 1:
            leave_s = leaves_fed(day, made, time_s, way)
            if leave_s != NONE:
                note(day, bound, best, made, all_drive_s, leave_s + leg_s, label)


@hot
def note(day: DayArrays, bound: Bounds, best: Best, made: int, drive_s: int, end_s: int, label: int) -> None:
    """Remember a day that ends so, if it may and is the best so far."""
    if end_s == NONE or end_s > day.span_s[2]:
        return
    overtime_s = max(0, end_s - day.span_s[1])
    cost_s = drive_s + bound.left_out_s[made] + overtime_s * day.overtime_permille // 1000
    if cost_s < best.cost_end_s[0] or (cost_s == best.cost_end_s[0] and end_s < best.cost_end_s[1]):
        best.cost_end_s[0], best.cost_end_s[1] = cost_s, end_s
        best.label[0] = label


@hot
def leaves_fed(day: DayArrays, made: int, time_s: int, way: int) -> int:
    """When one sets out this way after lunch; -1 when that cannot be. Not on the first leg (see `day_ways`)."""
    if day.lunch_s[0] == 0 or made == 0:
        return NONE
    begin_s = max(time_s, day.lunch_s[1])
    leave_s = max(begin_s + day.lunch_s[0], day.way_s[way, 0])
    return int(leave_s) if begin_s <= day.lunch_s[2] and leave_s <= day.way_s[way, 1] else NONE


@hot
def step(
    day: DayArrays,
    bound: Bounds,
    labels: Labels,
    made: int,
    place: int,
    visit: int,
    fed: bool,
    arrive_s: int,
    drive_s: int,
    load: int,
    parent: int,
) -> bool:
    """Serve `visit` next, at `place`, if that can still lead anywhere; False when the pool is full."""
    time_s = departure(day, visit, arrive_s)
    if time_s == NONE or time_s + bound.home_s[place] > day.span_s[2]:
        return True
    if not fed and day.lunch_s[0] > 0 and time_s > day.lunch_s[2]:
        return True
    if drive_s + bound.home_drive_s[place] > day.max_drive_s:
        return True
    state = (made * (len(day.service_s) + 1) + place) * 2 + (1 if fed else 0)
    return bool(add(labels, state, visit, parent, time_s, drive_s, load))


@hot
def arrival(day: DayArrays, visit: int, way: int, leg_s: int, leave_s: int, fed_leave_s: int, meal: int) -> int:
    """When one is at `visit`: not eating on this leg (meal 0), on it or on arriving (1), before leaving (2).

    -1 where that cannot be, or cannot be better than the others.
    """
    if meal == 0:
        return leave_s + leg_s if leave_s != NONE else NONE
    if meal == 2:
        return fed_leave_s + leg_s if fed_leave_s != NONE else NONE
    if leave_s == NONE or (len(day.way_s) == 1 and lunch_can_wait(day, visit, leave_s + leg_s)):
        return NONE
    return int(after_lunch(day, leave_s, leg_s))


@hot
def extend(
    day: DayArrays,
    bound: Bounds,
    labels: Labels,
    made: int,
    last: int,
    fed: bool,
    time_s: int,
    drive_s: int,
    load: int,
    label: int,
) -> bool:
    """Try every visit not yet made after this label, by every way, with and without lunch on it."""
    row = row_of(day, made, last)
    for visit in range(len(day.service_s)):
        if (made >> visit) & 1 or made & day.followers[visit]:
            continue
        remote = day.remote[visit]
        for way in range(1 if remote else len(day.way_s)):
            leg_s = 0 if remote else day.leg_s[way, row, visit]
            more_s = drive_s if remote else drive_s + day.drive_s[way, row, visit]
            filled = not remote and day.way_s[way, 2] != 0
            on_board = day.load[visit] + (0 if filled else load)
            if leg_s < 0 or on_board > day.capacity:
                continue
            leave_s, fed_leave_s = time_s, NONE
            if not remote:
                own_s = min(day.drive_s[way, row, visit], day.commute_out_s) if made == 0 and not filled else 0
                leave_s = max(time_s, day.way_s[way, 0] + own_s)
                leave_s = leave_s if leave_s <= day.way_s[way, 1] + own_s else NONE
                fed_leave_s = NONE if fed or len(day.way_s) == 1 else leaves_fed(day, made, time_s, way)
            for meal in range(1 if fed else 3):
                there_s = arrival(day, visit, way, leg_s, leave_s, fed_leave_s, meal)
                place, eaten = last if remote else visit, fed or meal > 0
                if there_s != NONE and not step(
                    day, bound, labels, made | (1 << visit), place, visit, eaten, there_s, more_s, on_board, label
                ):
                    return False
    return True


@hot
def extend_state(day: DayArrays, bound: Bounds, labels: Labels, best: Best, made: int, last: int, fed: bool) -> bool:
    """Close and extend every label of a state."""
    label = labels.head[(made * (len(day.service_s) + 1) + last) * 2 + (1 if fed else 0)]
    while label != NONE:
        time_s, drive_s = labels.time_s[label], labels.drive_s[label]
        close(day, bound, best, made, last, fed, time_s, drive_s, label)
        hopeful = drive_s + ahead(day, bound, made, time_s) <= bound.known_s
        if hopeful and not extend(day, bound, labels, made, last, fed, time_s, drive_s, labels.load[label], label):
            return False
        label = labels.following[label]
    return True


@njit(cache=True)
def exact_day(day: DayArrays, known_s: int, cap: int) -> tuple[int, Links, int]:
    """The least cost, its order of visits and the labels it took; cost -1 when `cap` labels were not enough.

    `known_s` is the cost of any feasible plan; plans that cost more are not looked for.
    """
    n = len(day.service_s)
    labels = fresh_labels((1 << n) * (n + 1) * 2, cap)
    bound = bounds(day, known_s)
    best = Best(np.array([bound.left_out_s[0], 0]), np.array([NONE]))
    complete = extend(day, bound, labels, 0, n, False, day.span_s[0], 0, day.given_out, NONE)
    for made in range(1, 1 << n):
        for last in range(n + 1):
            if complete and (last == n or (made >> last) & 1):
                complete = extend_state(day, bound, labels, best, made, last, False)
                complete = complete and extend_state(day, bound, labels, best, made, last, True)
    if not complete:
        return NONE, path_to(labels, NONE), labels.used[0]
    return best.cost_end_s[0], path_to(labels, best.label[0]), labels.used[0]
