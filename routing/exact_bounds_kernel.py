"""Compiled steps of the exact day: what every way to go on must cost at least, and how quickly one can be home.

`routing/exact_day_kernel.py` calls these. A cached kernel does not notice a change in another file: whoever edits this
one deletes the numba cache.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.day_model import DayArrays
from routing.exact_labels_kernel import Counts, hot

FAR_S = 1 << 40
Flags = NDArray[np.bool_]


class Bounds(NamedTuple):
    """What is known before the search.

    `home_s`, `home_drive_s`: quickest way and least driving to the end from every row; `left_out_s`: per set of visits
    made, the prizes left out if the day ended now; `enter_s`, `enter_drive_s`: cheapest leg into every row; `closes_s`:
    when a visit's last window closes; `by_worth`: the visits worth their cheapest leg, most gain per second of the day
    first; `known_s`: the cost of a plan at hand. All by the best of the ways.
    """

    home_s: Counts
    home_drive_s: Counts
    left_out_s: Counts
    enter_s: Counts
    enter_drive_s: Counts
    closes_s: Counts
    by_worth: Counts
    known_s: int


@njit(cache=True)
def bounds(day: DayArrays, known_s: int) -> Bounds:
    n = len(day.service_s)
    left_out_s = np.zeros(1 << n, np.int64)
    left_out_s[0] = day.prize_s.sum()
    for visit in range(n):
        for made in range(1 << visit):
            left_out_s[made | (1 << visit)] = left_out_s[made] - day.prize_s[visit]
    closes_s = np.zeros(n, np.int64)
    for visit in range(n):
        closes_s[visit] = day.windows_s[visit, :, 1].max()
    leg_s, drive_s = least_way(day.leg_s), least_way(day.drive_s)
    enter_s, enter_drive_s = cheapest_leg_in(leg_s, day.remote), cheapest_leg_in(drive_s, day.remote)
    gain_s = day.prize_s - enter_drive_s[:n]
    worth = -gain_s / np.maximum(enter_s[:n] + day.service_s, 1)
    by_worth = np.argsort(worth, kind="mergesort")
    return Bounds(
        quickest_home(leg_s),
        quickest_home(drive_s),
        left_out_s,
        enter_s,
        enter_drive_s,
        closes_s,
        by_worth[gain_s[by_worth] > 0],
        known_s,
    )


@njit(cache=True)
def least_way(legs_s: Counts) -> Counts:
    """The shortest of every leg over all ways; -1 where there is none."""
    shortest_s: Counts = legs_s[0].copy()
    for way in range(1, len(legs_s)):
        for a in range(shortest_s.shape[0]):
            for b in range(shortest_s.shape[1]):
                leg_s = legs_s[way, a, b]
                if leg_s >= 0 and (leg_s < shortest_s[a, b] or shortest_s[a, b] < 0):
                    shortest_s[a, b] = leg_s
    return shortest_s


@njit(cache=True)
def cheapest_leg_in(leg_s: Counts, remote: Flags) -> Counts:
    """The end is not entered from the start, unless by who only had visits without a place; these need no leg."""
    rows, n = len(leg_s) - 1, len(remote)
    enter_s = np.full(rows, FAR_S, np.int64)
    for b in range(rows):
        for a in range(rows - 1):
            idle = a == n and b == n + 1 and not remote.any()
            if a != b and not idle and 0 <= leg_s[a, b] < enter_s[b]:
                enter_s[b] = leg_s[a, b]
    for b in range(n):
        if remote[b]:
            enter_s[b] = 0
    return enter_s


@hot
def ahead(day: DayArrays, bound: Bounds, made: int, time_s: int) -> int:
    """The least that any continuation still costs: its driving and the prizes that stay out.

    Every further visit takes at least its cheapest leg and its service out of what is left of the day; which visits
    to fit into it is a knapsack, whose relaxation (best gain per second first, the last one in part) never
    underestimates the gain.
    """
    end = len(day.service_s) + 1
    room_s = day.span_s[2] - time_s - bound.enter_s[end]
    cost_s = bound.enter_drive_s[end] + bound.left_out_s[made]
    for visit in bound.by_worth:
        enter_s = bound.enter_s[visit]
        if (made >> visit) & 1 or time_s + enter_s > bound.closes_s[visit]:
            continue
        gain_s = day.prize_s[visit] - bound.enter_drive_s[visit]
        takes_s = enter_s + day.service_s[visit]
        if takes_s > room_s:
            return int(cost_s - gain_s * max(room_s, 0) // takes_s)
        room_s -= takes_s
        cost_s -= gain_s
    return int(cost_s)


@njit(cache=True)
def quickest_home(leg_s: Counts) -> Counts:
    """Shortest way from every row to the end (measured legs need not obey the triangle inequality)."""
    n = len(leg_s) - 3
    home_s = leg_s[:, n + 1].copy()
    home_s[home_s < 0] = FAR_S
    home_s[n + 1] = 0
    for _ in range(n):
        changed = False
        for a in range(n + 1):
            for b in range(n):
                if leg_s[a, b] >= 0 and leg_s[a, b] + home_s[b] < home_s[a]:
                    home_s[a] = leg_s[a, b] + home_s[b]
                    changed = True
        if not changed:
            break
    return home_s
