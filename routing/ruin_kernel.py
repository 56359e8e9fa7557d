"""Compiled steps: which stops come out of the plan.

`routing/recreate_kernel.py` calls these. A cached kernel does not notice a change in another file: whoever edits this
one deletes the numba cache (or touches the other file).
"""

from routing.insertion_kernel import draw, step

TARGETED = 0.3  # chance that a round looks at a task that is left out, while there is one


@step
def mark(plan, desk, c):  # type: ignore[no-untyped-def]
    """Note that c comes out of the plan."""
    if not desk.is_removed[c]:
        desk.is_removed[c] = True
        desk.removed[desk.waiting[0]] = c
        desk.waiting[0] += 1


@step
def mark_string(plan, desk, r, c, most):  # type: ignore[no-untyped-def]
    """Mark a string of up to `most` stops of route r that holds c; half the time with a kept piece inside."""
    n = plan.length[r]
    size = min(n, 1 + int(draw(desk.dice) * min(float(n), most)))
    kept = 0
    if size > 1 and size < n and draw(desk.dice) < 0.5:
        kept = 1
        while size + kept < n and draw(desk.dice) > 0.01:
            kept += 1
    at = 0
    while plan.order[r, at] != c:
        at += 1
    low, high = max(0, at - size - kept + 1), min(at, n - size - kept)
    begin = low + int(draw(desk.dice) * (high - low + 1))
    hole = begin + 1 + int(draw(desk.dice) * (size - 1)) if kept > 0 else begin + size
    for k in range(begin, begin + size + kept):
        if k < hole or k >= hole + kept:
            mark(plan, desk, plan.order[r, k])


@step
def mark_route(plan, desk, r):  # type: ignore[no-untyped-def]
    """Mark all stops of route r: the only way to do without it."""
    for k in range(plan.length[r]):
        mark(plan, desk, plan.order[r, k])


@step
def choose_seed(work, plan, desk):  # type: ignore[no-untyped-def]
    """Any task; now and then one that is left out, to make room where it belongs."""
    seed = work.first + int(draw(desk.dice) * (len(work.service) - work.first))
    if desk.outside[0] > 0 and draw(desk.dice) < TARGETED:
        outside = 0
        for c in range(work.first, len(work.service)):
            if plan.pattern[c] < 0:
                outside += 1
                if draw(desk.dice) * outside < 1:
                    seed = c
    return seed


@step
def ruin(work, plan, desk, dial, only):  # type: ignore[no-untyped-def]
    """Mark strings of neighbouring stops on routes near a random task (the paper's adjacent string removal).

    The routes are those of day `only`, or of any day if that is -1.
    """
    stops, used = 0, 0
    for r in range(len(plan.length)):
        stops += plan.length[r]
        used += plan.length[r] > 0
    if used == 0:
        return
    longest = min(dial.string, stops / used)
    strings = int(draw(desk.dice) * (4.0 * dial.removals / (1.0 + longest) - 1.0) + 1.0)
    seed = choose_seed(work, plan, desk)
    for r in range(len(desk.ruined)):
        desk.ruined[r] = False
    for q in range(work.near.shape[1]):
        c = work.near[seed, q]
        p = plan.pattern[c]
        if p < 0 or desk.is_removed[c]:
            continue
        day = only if only >= 0 else work.pattern_day[p, int(draw(desk.dice) * work.pattern_visits[p])]
        r = plan.route_of[c, day]
        if r >= 0 and not desk.ruined[r]:
            desk.ruined[r] = True
            if q == 0 and draw(desk.dice) < dial.whole:
                mark_route(plan, desk, r)
            else:
                mark_string(plan, desk, r, c, longest)
            strings -= 1
            if strings == 0:
                return
