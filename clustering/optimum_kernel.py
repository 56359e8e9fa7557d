"""The knapsack inside the search for the global optimum: which sets within the load limits have the least margins."""

import numpy as np
from numba import njit

from clustering.arrays import Floats, Ints

TOO_MANY = -1


@njit(cache=True)
def relaxed(margin: Floats, load: Floats, at: int, low: float, high: float) -> float:
    """The least sum of margins of the units from `at` on that carry `low` to `high`, the last one in part.

    Units are ordered by margin per load, so the best come first (Dantzig 1957); infinite where `low` is out of reach.
    """
    total, carried = 0.0, 0.0
    for i in range(at, len(margin)):
        if margin[i] >= 0 and carried >= low:
            break
        room = (high if margin[i] < 0 else low) - carried
        if load[i] <= room or load[i] == 0.0:
            total += margin[i]
            carried += load[i]
            continue
        if room > 0:
            total += margin[i] * room / load[i]
            carried += room
        break
    return total if carried >= low - 1e-12 * (1.0 + abs(low)) else np.inf


@njit(cache=True)
def sets_below(margin: Floats, load: Floats, low: float, high: float, most: float, nodes: int, out: Ints) -> int:
    """Fill `out` (sets, n) with 1 for the units of every set whose margins sum to `most` or less; how many sets.

    Units are ordered by margin per load. TOO_MANY when there are more than `out` holds or the search grows beyond
    `nodes`.
    """
    n = len(margin)
    taken = np.zeros(n, np.int64)
    total, carried, found, at = 0.0, 0.0, 0, 0
    forward = True
    for _ in range(nodes):
        if forward:
            fits = total + relaxed(margin, load, at, low - carried, high - carried) <= most and carried <= high
            if fits and at < n:
                taken[at] = 1
                total += margin[at]
                carried += load[at]
                at += 1
                continue
            if fits:
                if found == len(out):
                    return TOO_MANY
                out[found] = taken
                found += 1
        while at > 0 and taken[at - 1] == 0:
            at -= 1
        if at == 0:
            return found
        at -= 1
        taken[at] = 0
        total -= margin[at]
        carried -= load[at]
        at += 1
        forward = True
    return TOO_MANY
