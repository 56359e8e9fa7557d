"""The arrays the compiled steps work on, grouped by what they describe.

Lengths are in units of the typical distance between zones, weights and loads in units of a zone's mean, so that every
threshold is a plain number. n accounts, k zones, m metrics.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]  # one width, so that each compiled step has one form
Narrow = NDArray[np.int32]  # for the one large table


class Accounts(NamedTuple):
    """What does not change during a search."""

    xy: Floats  # (n, 2)
    weight: Floats  # (n,) above 0
    load: Floats  # (n, m)
    locked: Ints  # (n,) zone or -1
    home: Ints  # (n,) zone that can be left only for `price`, or -1
    price: Floats  # (n,)
    barred_ptr: Ints  # (n + 1,) rows of barred_zone
    barred_zone: Ints  # zones an account may not be in
    near_ptr: Ints  # (n + 1,) rows of near
    near: Ints  # neighbours on the graph
    border: Floats = np.empty(0)  # what being parted from each of `near` costs the local search; empty: nothing


class Limits(NamedTuple):
    """What each zone may carry, and what a unit of excess counts (so that metrics compare)."""

    low: Floats  # (k, m)
    high: Floats  # (k, m)
    unit: Floats  # (m,)


class Zones(NamedTuple):
    """Running totals of each zone; changed in place."""

    weight: Floats  # (k,)
    moment: Floats  # (k, 2) sum of weight × xy
    load: Floats  # (k, m)
    members: Ints  # (k,) how many accounts
    pinned: NDArray[np.bool_]  # (k,)
    centre: Floats  # (k, 2) read only where pinned
