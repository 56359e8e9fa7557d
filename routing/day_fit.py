"""How a visit that was left out could be made after all, and what each way costs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from routing.day_model import NO_LIMIT_S, REQUIRED_S, DayModel, day_model
from routing.day_schedule import full_cost_s, timetable
from routing.problem import DayPlan, DayProblem
from routing.reasons import days_with, minutes, missing_skills

WORTH_S = 24 * 3600
"""What leaving any visit out counts where the least driving is asked for: more than a day of it."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to fit a visit in: `price_s` in seconds of driving, as the day's plan counts them.

    Exactly one of the others is set, or none: `overtime_s` beyond what the shift allows (not in the price), or the
    visit that gives way (`instead_of`, its prize in the price; None in `price_s` when that one is required).
    """

    price_s: int | None
    overtime_s: int
    instead_of: int | None
    text: str


def ways_to_fit(problem: DayProblem, plan: DayPlan, visit: int) -> list[Way]:
    """Every simple way to take `visit` into the plan, cheapest first; empty when nothing helps.

    Tried are: putting it in as it is, staying longer than the shift allows, and leaving out one other visit. The other
    stops keep their order.
    """
    stops = [stop.visit for stop in plan.stops]
    chosen = [*stops, visit]
    if missing_skills(problem).get(visit) or visit in stops:
        return []
    model = day_model(problem, chosen)
    rows = list(range(len(stops)))
    ways = [*as_it_is(model, rows), *staying_longer(model, rows), *instead_of_another(model, rows, stops)]
    return sorted(ways, key=lambda way: (way.price_s is None, way.price_s or 0, way.overtime_s))


def cheapest_way(problem: DayProblem, plan: DayPlan, visit: int, name: Callable[[int], str]) -> str:
    """The way that takes the least driving and time beyond the shift, in words; `name` is what to call a visit.

    That another visit gives way is said only where no longer day would do.
    """
    visits = tuple(replace(one, prize_s=WORTH_S) for one in problem.visits)
    ways = ways_to_fit(replace(problem, visits=visits), plan, visit)
    longer = [
        (way.price_s + way.overtime_s, way.text) for way in ways if way.instead_of is None and way.price_s is not None
    ]
    if longer:
        return f"the cheapest way to fit it in: {min(longer)[1]}"
    swaps = [
        (way.price_s - WORTH_S, way.instead_of)
        for way in ways
        if way.instead_of is not None and way.price_s is not None
    ]
    if not swaps:
        return "there is no simple way to fit it in"
    more_s, other = min(swaps)
    return f"the cheapest way to fit it in: instead of {name(other)}, with {driving(more_s)}"


def driving(more_s: int) -> str:
    """ "12 min more driving"."""
    return f"{minutes(abs(more_s))} min {'more' if more_s >= 0 else 'less'} driving"


def as_it_is(model: DayModel, rows: Sequence[int]) -> Iterator[Way]:
    """Within the shift and the overtime it allows."""
    extra_s = extra_cost_s(model, rows, days_with(model, rows, len(rows)))
    if extra_s is not None:
        yield Way(extra_s, 0, None, f"fits as it is, for {minutes(extra_s)} min")


def staying_longer(model: DayModel, rows: Sequence[int]) -> Iterator[Way]:
    """Beyond the shift: the shortest such day."""
    endless = replace(model, last_s=NO_LIMIT_S)
    late = [(day.end_s, order) for order in days_with(endless, rows, len(rows)) if (day := timetable(endless, order))]
    if late and min(late)[0] > model.last_s:
        over_s, order = min(late)[0] - model.last_s, min(late)[1]
        longer, now = timetable(endless, order), timetable(model, rows)
        extra_s = (longer.drive_s if longer else 0) - (now.drive_s if now else 0)
        text = f"with {minutes(over_s)} min more than the shift allows"
        text += f" and {driving(extra_s)}" if extra_s else ""
        yield Way(extra_s, over_s, None, text)


def instead_of_another(model: DayModel, rows: Sequence[int], stops: Sequence[int]) -> Iterator[Way]:
    """One planned visit gives way."""
    for row in rows:
        others = [other for other in rows if other != row]
        if timetable(model, others) is None:
            continue
        swapped = days_with(model, others, len(rows))
        extra_s = extra_cost_s(model, rows, swapped)
        if extra_s is not None:
            yield instead(model, row, stops[row], extra_s)


def instead(model: DayModel, row: int, stop: int, extra_s: int) -> Way:
    if model.prize_s[row] >= REQUIRED_S:
        return Way(None, 0, stop, f"instead of visit {stop}, which is required")
    return Way(extra_s, 0, stop, f"instead of visit {stop}, for {minutes(extra_s)} min")


def extra_cost_s(model: DayModel, rows: Sequence[int], orders: Sequence[Sequence[int]]) -> int | None:
    """What the cheapest of these days costs more than the plan, the new visit's own prize not counted as saved."""
    costs = [cost for order in orders if (cost := full_cost_s(model, order)) is not None]
    now_s = full_cost_s(model, rows)
    return None if not costs or now_s is None else min(costs) - now_s + model.prize_s[len(rows)]
