"""Plan one rep's day."""

from collections.abc import Sequence

from geo.limits import Limits
from routing.day_improve import DEFAULT_ROUNDS, improve, keep_feasible
from routing.day_model import DayModel, day_model
from routing.day_schedule import Timetable, full_cost_s, timetable
from routing.exact_day import exact_order
from routing.problem import DayPlan, DayProblem, Shift, Stop, Unserved
from routing.reasons import impossible, left_out_reason, missing_skills


def plan_day(problem: DayProblem, *, limits: Limits = Limits(), seed: int = 0, proof: bool = True) -> DayPlan:
    """The day with the least driving + prizes left out + overtime, in seconds; among equals the earliest to end.

    OR-Tools gives the first answer. With up to 16 visits that could be made at all, an exact method then finds the
    optimum and the plan says `proven`; when there are more, or it would have to keep too many partial plans, ruin and
    recreate (15,000 rounds unless limited otherwise) and a local search improve the first answer.

    Args:
        limits: `iterations` caps the rounds and the improving moves.
        seed: the dice of ruin and recreate; the same seed and iterations, the same plan.
        proof: False skips everything compiled, and with it the loading of it: OR-Tools and the local search only.
    """
    never = impossible(day_model(problem)) | missing_skills(problem)
    chosen = [visit for visit in range(len(problem.visits)) if visit not in never]
    model = day_model(problem, chosen)
    order, proven = best_order(model, limits, seed, proof)
    return day_plan(problem, model, chosen, order, never, proven)


def best_order(model: DayModel, limits: Limits, seed: int, proof: bool) -> tuple[list[int], bool]:
    """The order of visits, and whether nothing is better."""
    if len(model) == 0:
        return [], True
    from routing.ortools_day import first_order

    order = keep_feasible(model, first_order(model))
    known_s = full_cost_s(model, order)
    if known_s is None or known_s > model.cost_s([]):
        order, known_s = [], model.cost_s([])
    if proof:
        exact = exact_order(model, known_s)
        if exact is not None:
            return exact, True
    best = improve(model, order, DEFAULT_ROUNDS if limits.iterations is None else limits.iterations)
    return (searched(model, best, limits, seed) if proof else best), False


def searched(model: DayModel, best: list[int], limits: Limits, seed: int) -> list[int]:
    """The best of an order and what ruin and recreate finds, brought to its local optimum."""
    from routing.day_search import searched_orders

    best_s = full_cost_s(model, best)
    for found in searched_orders(model, limits, seed):
        if timetable(model, found) is None:
            continue
        found = improve(model, found)
        found_s = full_cost_s(model, found)
        if found_s is not None and (best_s is None or found_s < best_s):
            best, best_s = found, found_s
    return best


def day_plan(
    problem: DayProblem,
    model: DayModel,
    chosen: Sequence[int],
    order: Sequence[int],
    never: dict[int, str],
    proven: bool,
) -> DayPlan:
    """The answer in the problem's own numbering; `chosen[k]` is the visit behind row k of the model."""
    timed = timetable(model, order)
    assert timed is not None, "every search keeps to feasible orders"
    reasons = never | {chosen[k]: left_out_reason(model, order, k) for k in range(len(model)) if k not in order}
    out_s, home_s = commuting(problem.shift, model, order)
    leave_s, end_s = timed.leave_s - out_s, timed.end_s + home_s
    stops = tuple(made_stops(model, chosen, timed, leave_s))
    drive_s = model.driving_s(order)
    lunch_s = timed.lunch[1] - timed.lunch[0] if timed.lunch else 0
    service_s = on_site_s(problem, stops)
    return DayPlan(
        stops=stops,
        unserved=tuple(Unserved(visit, reasons[visit]) for visit in sorted(reasons)),
        start_s=leave_s,
        end_s=end_s,
        drive_s=drive_s,
        service_s=service_s,
        wait_s=end_s - leave_s - drive_s - lunch_s - service_s,
        lunch=timed.lunch,
        proven=proven,
    )


def made_stops(model: DayModel, chosen: Sequence[int], timed: Timetable, leave_s: int) -> list[Stop]:
    """The stops with the moment of arrival, which comes before access, lunch eaten there and waiting."""
    stops = []
    before, left_s = model.start, leave_s
    for step in timed.steps[:-1]:
        drive_s = model.drive_s[before][step.row]
        arrive_s = left_s + drive_s
        if timed.lunch and left_s <= timed.lunch[0] < arrive_s:
            arrive_s += timed.lunch[1] - timed.lunch[0]
        stops.append(Stop(chosen[step.row], arrive_s, step.start_s, step.depart_s, drive_s))
        before, left_s = step.row, step.depart_s
    return stops


def commuting(shift: Shift, model: DayModel, order: Sequence[int]) -> tuple[int, int]:
    """How much of the first and of the last leg is the rep's own time."""
    if not order:
        return 0, 0
    first_s, last_s = model.drive_s[model.start][order[0]], model.drive_s[order[-1]][model.end]
    return min(first_s, shift.commute_s[0]), min(last_s, shift.commute_s[1])


def on_site_s(problem: DayProblem, stops: Sequence[Stop]) -> int:
    """Access and service of all stops."""
    visits = [problem.visits[stop.visit] for stop in stops]
    places = [problem.shift.start_place, *(visit.place for visit in visits)]
    arrived = zip(visits, places, strict=False)
    return sum(visit.service_s + (visit.access_s if visit.place != before else 0) for visit, before in arrived)
