"""Compiled step: how long a route would be away, where that is capped and windows make it wait.

`routing/insertion_kernel.py` calls it. A cached kernel does not notice a change in another file: whoever edits this one
deletes the numba cache (or touches the other file).
"""

from routing.clock_kernel import finishes, latest_arrival, step


@step
def time_away(work, fleet, plan, r, k, c):  # type: ignore[no-untyped-def]
    """From leaving to the end of route r with c at position k, if it leaves as late as it may (without lunch).

    The least duration of an order is the larger of its driving and service and of what lies between its earliest end
    and its latest start (Savelsbergh 1992, forward time slack).
    """
    kind, n = fleet.window_class[r], plan.length[r]
    at = plan.order[r, k - 1] if k > 0 else fleet.start_node[r]
    after = plan.order[r, k] if k < n else fleet.end_node[r]
    least = plan.drive[r] + work.service[c] + work.travel[at, c] + work.travel[c, after]
    if n > 0:
        least -= work.travel[at, after]
    leaves, at = finishes(work, c, kind, plan.depart[r, 0, k] + work.travel[at, c]), c
    for j in range(k, n):
        to = plan.order[r, j]
        leaves, at = finishes(work, to, kind, leaves + work.travel[at, to]), to
    ends = leaves + work.travel[at, fleet.end_node[r]]
    late, to = latest_arrival(work, c, kind, plan.latest[r, 0, k] - work.travel[c, after]), c
    for j in range(k - 1, -1, -1):
        at = plan.order[r, j]
        late, to = latest_arrival(work, at, kind, late - work.travel[at, to]), at
    for j in range(n):
        least += work.service[plan.order[r, j]]
    return max(least, ends - late + work.travel[fleet.start_node[r], to])
