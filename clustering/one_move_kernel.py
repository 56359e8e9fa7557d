"""Whether zones stay whole when one account changes hands."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clustering.arrays import Accounts, Ints
from clustering.boundary_kernel import holds_without, touches
from clustering.totals_kernel import NOBODY


@njit(cache=True)
def parted(accounts: Accounts, label: Ints, target: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each account (n,): its zone would fall apart without it; it would lie apart from all of zone `target`.

    Accounts whose target is -1 move nowhere.
    """
    n = len(label)
    stamp, queue = np.zeros(n + 1, np.int64), np.empty(n, np.int64)
    cuts, apart = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    for i in range(n):
        if target[i] >= 0:
            cuts[i] = not holds_without(accounts, label, i, stamp, queue)
            apart[i] = not touches(accounts, label, i, target[i], NOBODY)
    return cuts, apart
