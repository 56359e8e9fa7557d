"""Compiled steps that others share: dice and windows.

`routing/insertion_kernel.py` and `routing/rush_kernel.py` call these. A cached kernel does not notice a change in
another file: whoever edits this one deletes the numba cache.
"""

import numpy as np
from numba import njit

from routing.recreate_arrays import NEVER

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
