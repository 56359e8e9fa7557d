"""Compiled steps of ruin and recreate; `routing/recreate.py` prepares the arrays and names the paper."""

import numpy as np

from routing.insertion_kernel import draw, place_on_day, put, step, time_route, week_holds
from routing.recreate_arrays import NEVER, RETRIED
from routing.ruin_kernel import mark, ruin

REPRICED_EVERY = 200  # rounds
FEASIBLE_LOW, FEASIBLE_HIGH = 0.2, 0.5  # shares of plans without overload that leave its price alone


@step
def weeks_hold(work, fleet, plan, desk, c, p):  # type: ignore[no-untyped-def]
    """Whether the weeks of pattern p have room for all its visits together; each alone fits already."""
    for v in range(work.pattern_visits[p]):
        g, more, visits = fleet.week[desk.found[work.pattern_day[p, v], 1]], 0, 0
        if fleet.week_most[g] == NEVER:
            continue
        for other in range(work.pattern_visits[p]):
            day = work.pattern_day[p, other]
            if fleet.week[desk.found[day, 1]] == g:
                more += desk.found[day, 0] + work.service[c]
                visits += 1
        if visits > 1 and not week_holds(fleet, plan, desk, g, more):
            return False
    return True


@step
def choose_pattern(work, fleet, plan, desk, c, blink):  # type: ignore[no-untyped-def]
    """The cheapest pattern of c, -1 when leaving it out costs less; `desk.found` then holds its places."""
    found = desk.found
    for day in range(len(found)):
        found[day, 1] = -2
    best, chosen = work.prize[c] + 1, -1
    for p in range(work.pattern_from[c], work.pattern_from[c + 1]):
        price = work.pattern_price[p]
        for v in range(work.pattern_visits[p]):
            day = work.pattern_day[p, v]
            if found[day, 1] == -2:
                cost, route, at = place_on_day(work, fleet, plan, desk, c, day, blink)
                found[day, 0], found[day, 1], found[day, 2] = cost, route, at
            price += found[day, 0]
            if price >= best:
                break
        if price < best and (chosen < 0 or draw(desk.dice) >= blink) and weeks_hold(work, fleet, plan, desk, c, p):
            best, chosen = price, p
    return chosen


@step
def recreate(work, fleet, plan, desk, blink):  # type: ignore[no-untyped-def]
    """Put the removed tasks back, one after the other, each where it is cheapest now."""
    for q in range(desk.waiting[0]):
        c = desk.removed[q]
        desk.is_removed[c] = False
        chosen = choose_pattern(work, fleet, plan, desk, c, blink)
        plan.pattern[c] = chosen
        if chosen < 0:
            desk.cost[0] += work.prize[c]
            desk.outside[0] += 1
            continue
        desk.cost[0] += work.pattern_price[chosen]
        for v in range(work.pattern_visits[chosen]):
            day = work.pattern_day[chosen, v]
            put(work, fleet, plan, desk, c, desk.found[day, 1], desk.found[day, 2])


@step
def take_out(work, fleet, plan, desk):  # type: ignore[no-untyped-def]
    """Remove all visits of the marked tasks from their routes."""
    for q in range(desk.waiting[0]):
        c = desk.removed[q]
        p = plan.pattern[c]
        desk.cost[0] -= work.pattern_price[p]
        for v in range(work.pattern_visits[p]):
            r = plan.route_of[c, work.pattern_day[p, v]]
            plan.route_of[c, work.pattern_day[p, v]] = -1
            desk.week_load[fleet.week[r]] -= work.service[c]
            desk.dirty[r] = True
        plan.pattern[c] = -1
    close_gaps(work, fleet, plan, desk)


@step
def close_gaps(work, fleet, plan, desk):  # type: ignore[no-untyped-def]
    """Drop the marked tasks from the order of the routes they were on."""
    for r in range(len(plan.length)):
        if desk.dirty[r]:
            left, first, last = 0, -1, -1
            for k in range(plan.length[r]):
                c = plan.order[r, k]
                if desk.is_removed[c]:
                    plan.load[r] -= work.demand[c]
                    first, last = first if first >= 0 else left, left - 1
                else:
                    plan.order[r, left] = c
                    plan.latest[r, 0, left] = plan.latest[r, 0, k]
                    plan.latest[r, 1, left] = plan.latest[r, 1, k]
                    left += 1
            plan.length[r] = left
            time_route(work, fleet, plan, desk, r, max(first, 0), last)


@step
def add_left_out(work, plan, desk):  # type: ignore[no-untyped-def]
    """Tasks that are not in the plan get another try; of very many only RETRIED or so, drawn by lot."""
    outside = desk.outside[0]
    if outside == 0:
        return
    for c in range(work.first, len(work.service)):
        if (
            plan.pattern[c] < 0
            and not desk.is_removed[c]
            and (outside <= RETRIED or desk.cost[1] == NEVER or draw(desk.dice) * outside < RETRIED)
        ):
            desk.cost[0] -= work.prize[c]
            desk.outside[0] -= 1
            mark(plan, desk, c)


@step
def put_in_order(work, desk):  # type: ignore[no-untyped-def]
    """Sort the removed tasks by a randomly chosen row of `ranks`."""
    dip, row = draw(desk.dice), 0
    while work.rank_until[row] < dip:
        row += 1
    for q in range(desk.waiting[0]):
        c = desk.removed[q]
        rank = work.ranks[row, c] if row > 0 else draw(desk.dice)
        j = q
        while j > 0 and desk.rank[j - 1] > rank:
            desk.removed[j], desk.rank[j] = desk.removed[j - 1], desk.rank[j - 1]
            j -= 1
        desk.removed[j], desk.rank[j] = c, rank


@step
def reorder_day(work, fleet, plan, desk, dial):  # type: ignore[no-untyped-def]
    """Ruin and recreate one day, patterns kept; False when a stop found no place any more."""
    day = int(draw(desk.dice) * plan.route_of.shape[1])
    ruin(work, plan, desk, dial, day)
    for q in range(desk.waiting[0]):
        c = desk.removed[q]
        r = plan.route_of[c, day]
        plan.route_of[c, day] = -1
        desk.week_load[fleet.week[r]] -= work.service[c]
        desk.dirty[r] = True
    close_gaps(work, fleet, plan, desk)
    put_in_order(work, desk)
    for q in range(desk.waiting[0]):
        desk.is_removed[desk.removed[q]] = False
    for q in range(desk.waiting[0]):
        _, r, k = place_on_day(work, fleet, plan, desk, desk.removed[q], day, dial.blink)
        if r < 0:
            return False
        put(work, fleet, plan, desk, desk.removed[q], r, k)
    return True


@step
def respread(work, fleet, plan, desk, dial):  # type: ignore[no-untyped-def]
    """Ruin and recreate across days: the removed tasks may take another pattern."""
    ruin(work, plan, desk, dial, -1)
    take_out(work, fleet, plan, desk)
    add_left_out(work, plan, desk)
    put_in_order(work, desk)
    recreate(work, fleet, plan, desk, dial.blink)
    return True


@step
def overload(fleet, plan):  # type: ignore[no-untyped-def]
    """Load beyond capacity, summed over routes."""
    total = 0
    for r in range(len(plan.load)):
        total += max(0, plan.load[r] - fleet.capacity[r])
    return total


@step
def price_of(fleet, plan, desk):  # type: ignore[no-untyped-def]
    """What the plan costs: drive, patterns, tasks left out, overload, uneven weeks."""
    total = desk.cost[0] + overload(fleet, plan) * desk.excess_price[0]
    for r in range(len(plan.drive)):
        total += plan.drive[r]
    if fleet.level_permille > 0:
        for g in range(len(desk.week_load)):
            total += max(0, desk.week_load[g] - fleet.week_target[g]) * fleet.level_permille // 1000
    return total


@step
def reprice(fleet, plan, desk, feasible):  # type: ignore[no-untyped-def]
    """Make overload dearer when too few of the last plans were feasible, else cheaper (Vidal et al. 2012)."""
    if feasible < FEASIBLE_LOW * REPRICED_EVERY:
        desk.excess_price[0] = desk.excess_price[0] * 6 // 5 + 1
    elif feasible > FEASIBLE_HIGH * REPRICED_EVERY:
        desk.excess_price[0] = max(1, desk.excess_price[0] * 4 // 5)
    desk.cost[1] = price_of(fleet, plan, desk)


@step
def begin_round(desk):  # type: ignore[no-untyped-def]
    """Nothing touched, nothing removed; note what an undone round goes back to."""
    desk.waiting[0] = 0
    for r in range(len(desk.dirty)):
        desk.dirty[r] = False
        desk.version_before[r] = desk.version[r]
    for g in range(len(desk.week_load)):
        desk.week_load_before[g] = desk.week_load[g]


@step
def copy_plan(plan, to):  # type: ignore[no-untyped-def]
    """Make `to` the same plan (neither where its tasks are on each day nor its timing is copied)."""
    for r in range(len(plan.length)):
        to.length[r] = plan.length[r]
        for k in range(plan.length[r]):
            to.order[r, k] = plan.order[r, k]
    for c in range(len(plan.pattern)):
        to.pattern[c] = plan.pattern[c]


@step
def copy_route(fleet, plan, to, r):  # type: ignore[no-untyped-def]
    """Make route r of `to` the same, with its timing."""
    n = plan.length[r]
    to.length[r], to.load[r], to.drive[r] = n, plan.load[r], plan.drive[r]
    for k in range(n):
        to.order[r, k] = plan.order[r, k]
    for k in range(n + 1):
        to.leg[r, k] = plan.leg[r, k]
        to.depart[r, 0, k] = plan.depart[r, 0, k]
        to.latest[r, 0, k] = plan.latest[r, 0, k]
    if fleet.lunch[r, 0] > 0:
        for k in range(n + 1):
            to.depart[r, 1, k] = plan.depart[r, 1, k]
            to.latest[r, 1, k] = plan.latest[r, 1, k]


@step
def copy_changes(fleet, desk, plan, to):  # type: ignore[no-untyped-def]
    """Make `to` like `plan` where this round touched it."""
    for r in range(len(plan.length)):
        if desk.dirty[r]:
            copy_route(fleet, plan, to, r)
    for q in range(desk.waiting[0]):
        c = desk.removed[q]
        to.pattern[c] = plan.pattern[c]
        for day in range(plan.route_of.shape[1]):
            to.route_of[c, day] = plan.route_of[c, day]


@step
def take_back(fleet, plan, kept, desk):  # type: ignore[no-untyped-def]
    """Undo this round; remembered insertions of the old routes hold again."""
    copy_changes(fleet, desk, kept, plan)
    for r in range(len(plan.length)):
        if desk.dirty[r]:
            desk.version[r] = desk.version_before[r]
    for g in range(len(desk.week_load)):
        desk.week_load[g] = desk.week_load_before[g]


@step
def search(work, fleet, plan, kept, best, desk, dial, rounds, share_from, share_to):  # type: ignore[no-untyped-def]
    """Run `rounds` rounds of ruin, recreate and annealing from `plan` (= `kept`); `best` holds the best plan met.

    `share_from`…`share_to` say which part of the cooling these rounds are.
    """
    feasible = 0
    for i in range(rounds):
        lost, outside = desk.cost[0], desk.outside[0]
        begin_round(desk)
        if desk.cost[1] < NEVER and draw(desk.dice) < dial.same_day:
            whole = reorder_day(work, fleet, plan, desk, dial)
        else:
            whole = respread(work, fleet, plan, desk, dial)
        price = price_of(fleet, plan, desk) if whole else NEVER
        heat = dial.hot * (dial.cold / dial.hot) ** (share_from + (share_to - share_from) * i / rounds)
        if price < desk.cost[1] - heat * np.log(max(draw(desk.dice), 1e-300)):
            copy_changes(fleet, desk, plan, kept)
            desk.cost[1] = price
            if price < desk.cost[2] and overload(fleet, plan) == 0:
                desk.cost[2] = price
                copy_plan(plan, best)
        else:
            take_back(fleet, plan, kept, desk)
            desk.cost[0], desk.outside[0] = lost, outside
        if desk.excess_price[0] > 0:
            feasible += overload(fleet, plan) == 0
            if i % REPRICED_EVERY == REPRICED_EVERY - 1:
                reprice(fleet, plan, desk, feasible)
                feasible = 0
