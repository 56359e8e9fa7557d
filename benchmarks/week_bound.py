"""A bound from below on a rep's week: the driving no plan can do without.

A linear programme over legs summed over the days: every client is entered and left as often as it is visited, home at
most once a day, and on every day on which a client is visited something leads from home to it: the minimum cut between
home and a client is at least its number of visits (cuts are added while some are violated). Windows are ignored, so
what the bound forbids is truly impossible.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

UNIT = 10_000  # flows are counted in parts of a leg
MOST_ROUNDS = 60


def least_drive_s(leg_s: NDArray[np.int32], visits: list[int], days: int) -> float:
    """Least seconds of driving; row 0 of `leg_s` is home, `visits[k]` the days on which client k + 1 is visited."""
    n = len(leg_s)
    tails, heads = np.nonzero(~np.eye(n, dtype=bool))
    legs = np.arange(len(tails))
    ones = np.ones(len(tails))
    enters = csr_array(coo_array((ones, (heads, legs)), shape=(n, len(legs))))
    leaves = csr_array(coo_array((ones, (tails, legs)), shape=(n, len(legs))))
    balance = vstack([enters[1:], leaves[1:], enters[:1] - leaves[:1]])
    amounts = np.array([*visits, *visits, 0.0])
    cuts, most = leaves[:1], np.array([float(days)])
    for _ in range(MOST_ROUNDS):
        found = linprog(  # type: ignore[call-overload]  # its stub does not know that sparse arrays are taken
            leg_s[tails, heads], cuts, most, balance, amounts, bounds=(0, None), method="highs"
        )
        new = _violated(found.x, tails, heads, visits)
        if not new:
            break
        rows = [csr_array(-(inside[heads] & ~inside[tails]).astype(float)[None]) for inside, _ in new]
        cuts = vstack([cuts, *rows])
        most = np.concatenate([most, [-float(often) for _, often in new]])
    return float(found.fun)


def _violated(
    flow: NDArray[np.float64], tails: NDArray[np.intp], heads: NDArray[np.intp], visits: list[int]
) -> list[tuple[NDArray[np.bool_], int]]:
    """Sets of clients entered less often than one of them is visited."""
    n = len(visits) + 1
    amounts = np.floor(flow * UNIT).astype(np.int32)
    graph = csr_array((amounts, (tails, heads)), shape=(n, n))
    sets: dict[bytes, tuple[NDArray[np.bool_], int]] = {}
    for client, often in enumerate(visits, 1):
        cut = maximum_flow(graph, 0, client)
        if cut.flow_value < (often - 0.01) * UNIT:
            rest = graph - cut.flow
            rest.data[rest.data < 0] = 0
            rest.eliminate_zeros()
            reached = np.zeros(n, bool)
            reached[breadth_first_order(rest, 0, return_predecessors=False)] = True
            sets[reached.tobytes()] = (~reached, often)
    return list(sets.values())
