"""The ways a client's due visits may be spread over the working days, each with the price of its irregularity.

Rarer than weekly: a first day near its ideal date, the others one interval apart, on the same weekday if that is
near; then the same with one visit moved. Weekly and more often: so many days of every week, the same weekdays; then
the same with other weekdays in one week. Then the days that were promised take the place of the nearest. Cheapest
irregularity first, cut off at `CycleRules.most_patterns`. Reps who share a cycle get the same ways each, and ways with
one visit made by another of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import combinations, pairwise

from routing.cycle_calendar import Calendar, calendar
from routing.cycle_pace import shortest_interval
from routing.cycle_problem import WEEKS_A_YEAR, Client, CycleProblem, CycleRules
from routing.cycle_promises import Span, keeping_promises, spans_of
from routing.due import Due
from routing.recreate import Pattern

OVERDUE_DAYS = 14  # what is overdue is spread over this time at least


def patterns(problem: CycleProblem, client: Client, due: Due) -> tuple[Pattern, ...]:
    """The allowed patterns, never empty when anything is due and some day is open."""
    if problem.reps == 1:
        return _one_rep(problem, client, due, calendar(problem, client))
    return _shared(problem, client, due)


def _one_rep(problem: CycleProblem, client: Client, due: Due, open_days: Calendar) -> tuple[Pattern, ...]:
    wanted, rules = min(len(due.ideals), len(open_days)), problem.rules
    if wanted == 0:
        return ()
    interval, spans = shortest_interval(problem, client), spans_of(problem, due)
    least = max(rules.least_gap * interval, float(client.min_gap_days))
    if client.visit_rate >= WEEKS_A_YEAR and not client.visits_by_month:
        found = _often(client, wanted, open_days, rules, least)
    else:
        found = _rarely(due, wanted, open_days, rules, interval)
    if spans:
        found = keeping_promises(found, spans, open_days.offsets, rules.spacing_price_s / interval)
    priced = {
        chosen: price
        for chosen, price in sorted(found, key=lambda way: (-way[1], way[0]))
        if _apart(chosen, open_days, least)
    }
    priced = _whole_months(problem, client, due, open_days, priced)
    if not priced:
        chosen = _fallback(client, due, wanted, open_days, least, spans)
        return (Pattern(tuple(open_days.days[k] for k in chosen)),) if chosen else ()
    best = sorted((round(price), chosen) for chosen, price in priced.items())[: rules.most_patterns]
    return tuple(Pattern(tuple(open_days.days[k] for k in chosen), price) for price, chosen in best)


def _shared(problem: CycleProblem, client: Client, due: Due) -> tuple[Pattern, ...]:
    """Every rep's ways, dearer with another rep than the client's; and ways in which another makes one visit."""
    price_s, found = problem.rules.rep_price_s, dict[tuple[int, ...], int]()
    for rep in range(problem.reps):
        for way in _one_rep(problem, client, due, calendar(problem, client, rep)):
            strange = 0 if client.rep in (None, rep) else price_s * len(way.days)
            found[way.days] = way.price + strange
    regular = sorted((price, days) for days, price in found.items())
    others = calendar(problem, client)
    for price, days in regular[: problem.rules.most_patterns]:
        for visit, number in enumerate(days):
            work = problem.days[number]
            for other in others.days:
                if problem.days[other].date == work.date and other != number and len(days) > 1:
                    swapped = tuple(sorted((*days[:visit], other, *days[visit + 1 :])))
                    known = client.rep is None or client.rep == work.rep
                    found.setdefault(swapped, price + (price_s if known else -price_s))
    best = sorted((price, days) for days, price in found.items())[: problem.rules.most_patterns * problem.reps]
    return tuple(Pattern(days, max(price, 0)) for price, days in best)


def _whole_months(
    problem: CycleProblem, client: Client, due: Due, open_days: Calendar, priced: dict[tuple[int, ...], float]
) -> dict[tuple[int, ...], float]:
    """Where whole numbers of visits a month are agreed, only the ways that keep to them, if there are any."""
    if not client.visits_by_month or client.remote_share or any(count % 1 for count in client.visits_by_month):
        return priced
    month = [(problem.starts_on + timedelta(days=offset)).month for offset in open_days.offsets]
    wanted = Counter((problem.starts_on + timedelta(days=int(ideal))).month for ideal in due.ideals)
    exact = {chosen: price for chosen, price in priced.items() if Counter(month[k] for k in chosen) == wanted}
    return exact or priced


def _fallback(
    client: Client, due: Due, wanted: int, open_days: Calendar, least: float, spans: Sequence[Span]
) -> list[int]:
    """Days for a client that is hardly ever open: promised ones first, then as near to the ideal dates as they come.

    Beside a promised date, or with a least distance agreed, the distance holds even if visits are lost for it.
    """
    if not spans and (regular := spaced_days(due.ideals[:wanted], open_days, least)):
        return regular
    if not spans and not client.min_gap_days:
        return _spread(due, wanted, open_days)
    chosen = [k for span in spans if (k := span.first_of(open_days.offsets)) is not None]
    for ideal in due.ideals:
        apart = [
            k
            for k, offset in enumerate(open_days.offsets)
            if all(abs(offset - open_days.offsets[other]) >= max(least, 1) for other in chosen)
        ]
        if apart and len(set(chosen)) < wanted:
            chosen.append(min(apart, key=lambda k: (abs(open_days.offsets[k] - ideal), k)))
    return sorted(set(chosen))


def _apart(chosen: tuple[int, ...], open_days: Calendar, least: float) -> bool:
    """Whether the visits come in order and no two are closer than `least` days."""
    offsets = [open_days.offsets[k] for k in chosen]
    return all(b - a >= max(least, 1) for a, b in pairwise(offsets))


def spaced_days(ideals: Sequence[float], open_days: Calendar, least: float) -> list[int]:
    """The days nearest to the ideal dates that keep `least` days between them; [] when that many do not exist.

    Dynamic programming: `ways[k]` is the best choice for the visits so far that ends on day k.
    """
    offsets = open_days.offsets
    ways: list[tuple[float, list[int]]] = [(abs(offset - ideals[0]), [k]) for k, offset in enumerate(offsets)]
    for ideal in ideals[1:]:
        longer: list[tuple[float, list[int]]] = []
        for k, offset in enumerate(offsets):
            before = [way for way in ways if way[1] and offset - offsets[way[1][-1]] >= max(least, 1)]
            best = min(before, default=(0.0, []))
            longer.append((best[0] + abs(offset - ideal), [*best[1], k] if best[1] else []))
        ways = longer
    return min((way for way in ways if way[1]), default=(0.0, []))[1]


def _spread(due: Due, wanted: int, open_days: Calendar) -> list[int]:
    """So many open days as near to the ideal dates as they come: for clients that are almost never open."""
    left = list(range(len(open_days)))
    chosen = []
    for ideal in due.ideals[:wanted]:
        nearest = min(left, key=lambda k: (abs(open_days.offsets[k] - ideal), k))
        chosen.append(nearest)
        left.remove(nearest)
    return sorted(chosen)


def _nearest(open_days: Calendar, target: float, weekday: int | None) -> int:
    """The open day nearest to a moment; the usual weekday wins within half a week."""

    def distance(k: int) -> tuple[float, float]:
        off = abs(open_days.offsets[k] - target)
        return (0.0 if open_days.weekdays[k] == weekday and off <= 3.5 else off, off)

    return min(range(len(open_days)), key=distance)


def _rarely(
    due: Due, wanted: int, open_days: Calendar, rules: CycleRules, interval: float
) -> Iterator[tuple[tuple[int, ...], float]]:
    ideals = due.ideals[:wanted]
    reach = max(rules.tolerance * interval, 3.0)
    first_reach = interval / 2 if due.free and wanted > 1 else reach
    earliest = ideals[0] - (0 if due.overdue else first_reach)
    latest = ideals[0] + (max(interval / 2, OVERDUE_DAYS) if due.overdue else first_reach)
    starts = [k for k, offset in enumerate(open_days.offsets) if earliest <= offset <= latest]
    for start in starts or [_nearest(open_days, ideals[0], None)]:
        moved = open_days.offsets[start] - ideals[0]
        targets = [ideal + moved for ideal in ideals]
        regular = (start, *(_nearest(open_days, t, open_days.weekdays[start]) for t in targets[1:]))
        for chosen in (regular, *_one_moved(regular, targets, open_days, reach)):
            yield chosen, _irregularity(chosen, due, ideals, interval, open_days, rules)


def _one_moved(
    regular: tuple[int, ...], targets: list[float], open_days: Calendar, reach: float
) -> Iterator[tuple[int, ...]]:
    for visit in range(1, len(regular)):
        for k, offset in enumerate(open_days.offsets):
            if k != regular[visit] and abs(offset - targets[visit]) <= reach:
                yield (*regular[:visit], k, *regular[visit + 1 :])


def _irregularity(
    chosen: tuple[int, ...],
    due: Due,
    ideals: tuple[float, ...],
    interval: float,
    open_days: Calendar,
    rules: CycleRules,
) -> float:
    """Price of other weekdays than the first one's and of the distance from the ideal dates (or the ideal gaps)."""
    weekdays = [open_days.weekdays[k] for k in chosen]
    changed = min(sum(day != usual for day in weekdays) for usual in set(weekdays))
    offsets = [open_days.offsets[k] for k in chosen]
    if due.free and len(chosen) > 1:
        off = sum(abs((b - a) - (y - x)) for (a, b), (x, y) in zip(pairwise(offsets), pairwise(ideals), strict=True))
    else:
        off = sum(abs(offset - ideal) for offset, ideal in zip(offsets, ideals, strict=True))
    return changed * rules.weekday_price_s + rules.spacing_price_s * off / interval


def _often(
    client: Client, wanted: int, open_days: Calendar, rules: CycleRules, least: float
) -> Iterator[tuple[tuple[int, ...], float]]:
    room = [
        _spaced_room([open_days.offsets[k] for k in open_days.in_week(week)], least) for week in range(open_days.weeks)
    ]
    if sum(room) < wanted:
        room = [len(open_days.in_week(week)) for week in range(open_days.weeks)]
    counts = weekly_counts(wanted, room)
    choices = [_week_choices(client, open_days, week, count, rules) for week, count in enumerate(counts)]
    usual = max(set(counts), key=lambda count: (counts.count(count), count))
    for base in combinations(sorted(set(open_days.weekdays)), min(usual, len(set(open_days.weekdays)))):
        weeks = [
            sorted((_changed(open_days, days, base, rules) + price, days) for days, price in choice)
            for choice in choices
        ]
        regular = [week[0] for week in weeks]
        yield _joined(regular)
        for number, week in enumerate(weeks):
            for other in week[1:]:
                yield _joined([*regular[:number], other, *regular[number + 1 :]])


def _spaced_room(offsets: Sequence[int], least: float) -> int:
    """How many of these days can be taken at least so far apart."""
    taken: list[int] = []
    for offset in offsets:
        if not taken or offset - taken[-1] >= least:
            taken.append(offset)
    return len(taken)


def _joined(weeks: Iterable[tuple[float, tuple[int, ...]]]) -> tuple[tuple[int, ...], float]:
    chosen: tuple[int, ...] = ()
    price = 0.0
    for week_price, days in weeks:
        chosen, price = chosen + days, price + week_price
    return chosen, price


def _changed(open_days: Calendar, days: tuple[int, ...], base: tuple[int, ...], rules: CycleRules) -> float:
    return rules.weekday_price_s * sum(open_days.weekdays[k] not in base for k in days)


def weekly_counts(wanted: int, room: list[int]) -> list[int]:
    """Visits per week: as even as the open days allow, what a short week cannot take goes to the nearest week."""
    weeks = len(room)
    even = [wanted * (week + 1) // weeks - wanted * week // weeks for week in range(weeks)]
    counts = [min(count, space) for count, space in zip(even, room, strict=True)]
    for week in range(weeks):
        for _ in range(even[week] - counts[week]):
            spare = [w for w in range(weeks) if counts[w] < room[w]]
            counts[min(spare, key=lambda w: (abs(w - week), counts[w], w))] += 1
    return counts


def _week_choices(
    client: Client, open_days: Calendar, week: int, count: int, rules: CycleRules
) -> list[tuple[tuple[int, ...], float]]:
    """Every way to choose so many days of a week, the ill-spaced ones only where nothing else is open."""
    if count == 0:
        return [((), 0.0)]
    ways = list(combinations(open_days.in_week(week), count))
    agreed = [way for way in ways if tuple(open_days.weekdays[k] for k in way) in client.weekdays]
    priced = []
    for chosen in agreed or ways:
        offsets = [open_days.offsets[k] for k in chosen]
        gap = min((b - a for a, b in zip(offsets, [*offsets[1:], offsets[0] + 7], strict=True)))
        priced.append((max(7 // count - gap, 0), chosen))
    best = min(lack for lack, _ in priced)
    return [(days, rules.spacing_price_s * lack * count / 7) for lack, days in priced if agreed or lack <= max(best, 1)]
