"""Compiled steps of the exact day: the pool of partial plans, of which beaten ones are dropped.

`routing/exact_day_kernel.py` calls these. A cached kernel does not notice a change in another file: whoever edits this
one deletes the numba cache.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

NONE = -1
# Functions that make no arrays need no reference counts: with them numba counts for every array of every NamedTuple at
# every call, which takes eight times as long as the work itself. Not inlined, each call would copy all those arrays'
# headers, which doubles the time once more.
hot = njit(cache=True, _nrt=False, forceinline=True)  # type: ignore[call-overload]
Counts = NDArray[np.int64]
Links = NDArray[np.int32]


class Labels(NamedTuple):
    """A pool of labels; `head` is the first label of each state, `following` chains them; `used[0]` counts them.

    A state is ((set * (n + 1)) + last place) * 2 + lunch behind.
    """

    head: Links
    following: Links
    parent: Links
    visit: Links
    time_s: Links
    drive_s: Links
    load: Links
    used: Counts


@njit(cache=True)
def fresh_labels(states: int, cap: int) -> Labels:
    return Labels(
        np.full(states, NONE, np.int32),
        np.empty(cap, np.int32),
        np.empty(cap, np.int32),
        np.empty(cap, np.int32),
        np.empty(cap, np.int32),
        np.empty(cap, np.int32),
        np.empty(cap, np.int32),
        np.zeros(1, np.int64),
    )


@hot
def beaten(labels: Labels, state: int, time_s: int, drive_s: int, load: int) -> bool:
    label = labels.head[state]
    while label != NONE:
        if labels.time_s[label] <= time_s and labels.drive_s[label] <= drive_s and labels.load[label] <= load:
            return True
        label = labels.following[label]
    return False


@hot
def drop_beaten(labels: Labels, state: int, time_s: int, drive_s: int, load: int) -> None:
    label, before = labels.head[state], NONE
    while label != NONE:
        after = labels.following[label]
        if labels.time_s[label] >= time_s and labels.drive_s[label] >= drive_s and labels.load[label] >= load:
            if before == NONE:
                labels.head[state] = after
            else:
                labels.following[before] = after
        else:
            before = label
        label = after


@hot
def add(labels: Labels, state: int, visit: int, parent: int, time_s: int, drive_s: int, load: int) -> bool:
    """Keep the label unless it is beaten; False when the pool is full."""
    hungry = state % 2 == 0
    if beaten(labels, state, time_s, drive_s, load) or (hungry and beaten(labels, state + 1, time_s, drive_s, load)):
        return True
    drop_beaten(labels, state, time_s, drive_s, load)
    if not hungry:
        drop_beaten(labels, state - 1, time_s, drive_s, load)
    label = labels.used[0]
    if label == len(labels.time_s):
        return False
    labels.used[0] += 1
    labels.time_s[label] = time_s
    labels.drive_s[label] = drive_s
    labels.load[label] = load
    labels.parent[label] = parent
    labels.visit[label] = visit
    labels.following[label] = labels.head[state]
    labels.head[state] = label
    return True


@njit(cache=True)
def path_to(labels: Labels, label: int) -> Links:
    """The visits that lead to a label, first one first."""
    length = 0
    walk = label
    while walk != NONE:
        length += 1
        walk = labels.parent[walk]
    order = np.empty(length, np.int32)
    while label != NONE:
        length -= 1
        order[length] = labels.visit[label]
        label = labels.parent[label]
    return order
