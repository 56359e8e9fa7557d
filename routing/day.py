"""Plan one rep's day."""

from collections.abc import Sequence

from geo.limits import Limits
from routing.day_improve import DEFAULT_ROUNDS, improve, keep_feasible, with_calls
from routing.day_model import DayModel, day_model
from routing.day_schedule import Timetable, full_cost_s, timetable
from routing.exact_day import exact_order
from routing.problem import DayPlan, DayProblem, Shift, Stop, Unserved
from routing.reasons import impossible, left_out_reason, missing_skills


def plan_day(
    problem: DayProblem, *, limits: Limits = Limits(), seed: int = 0, proof: bool = True, workers: int = 1
) -> DayPlan:
    """The day with the least driving + prizes left out + overtime, in seconds; among equals the earliest to end.

    OR-Tools gives the first answer. With up to 16 visits that could be made at all, an exact method then finds the
    optimum and the plan says `proven`; when there are more, or it would have to keep too many partial plans, ruin and
    recreate (15,000 rounds unless limited otherwise) and a local search improve the first answer.

    Args:
        limits: `iterations` caps the rounds and the improving moves, `cpu_s` the search of each worker.
        seed: the dice of ruin and recreate; the same seed and iterations, the same plan.
        workers: searches at once where nothing can be proven; the best one counts, so more are never worse.
        proof: False skips everything compiled, and with it the loading of it: OR-Tools and the local search only.
    """
    never = impossible(day_model(problem)) | missing_skills(problem)
    chosen = [visit for visit in range(len(problem.visits)) if visit not in never]
    model = day_model(problem, chosen)
    order, proven = best_order(model, limits, seed, proof, workers)
    return day_plan(problem, model, chosen, order, never, proven)


def best_order(model: DayModel, limits: Limits, seed: int, proof: bool, workers: int = 1) -> tuple[list[int], bool]:
    """The order of visits, and whether nothing is better."""
    if len(model) == 0:
        return [], True
    from routing.ortools_day import first_order

    order = with_calls(model, keep_feasible(model, first_order(model)))
    known_s = full_cost_s(model, order)
    if known_s is None or known_s > model.cost_s([]):
        order, known_s = [], model.cost_s([])
    if proof:
        exact = exact_order(model, known_s)
        if exact is not None:
            return exact, True
    best = improve(model, order, DEFAULT_ROUNDS if limits.iterations is None else limits.iterations)
    return (searched(model, best, limits, seed, workers) if proof else best), False


def searched(model: DayModel, best: list[int], limits: Limits, seed: int, workers: int) -> list[int]:
    """The best of an order and what ruin and recreate finds, brought to its local optimum."""
    from routing.day_search import searched_orders

    best_s = full_cost_s(model, best)
    for found in searched_orders(model, limits, seed, workers):
        found = improve(model, with_calls(model, keep_feasible(model, found)))
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
    out_s, home_s = commuting(problem.shift, model, timed)
    leave_s, end_s = timed.leave_s - out_s, timed.end_s + home_s
    lunch_s = timed.lunch[1] - timed.lunch[0] if timed.lunch else 0
    service_s = on_site_s(problem, model, chosen, timed)
    return DayPlan(
        stops=tuple(made_stops(chosen, timed, out_s)),
        unserved=tuple(Unserved(visit, reasons[visit]) for visit in sorted(reasons)),
        start_s=leave_s,
        end_s=end_s,
        drive_s=timed.drive_s,
        service_s=service_s,
        wait_s=end_s - leave_s - timed.drive_s - lunch_s - service_s,
        lunch=timed.lunch,
        proven=proven,
        reloads=tuple(k for k, step in enumerate(timed.steps) if step.fills_up),
    )


def made_stops(chosen: Sequence[int], timed: Timetable, out_s: int) -> list[Stop]:
    """The stops with the moment of arrival, which comes before access, reloading, lunch eaten there and waiting."""
    stops = []
    for k, step in enumerate(timed.steps[:-1]):
        leave_s = step.leave_s - (out_s if k == 0 else 0)
        arrive_s = leave_s + step.drive_s
        if timed.lunch and leave_s <= timed.lunch[0] < arrive_s:
            arrive_s += timed.lunch[1] - timed.lunch[0]
        stops.append(Stop(chosen[step.row], arrive_s, step.start_s, step.depart_s, step.drive_s))
    return stops


def commuting(shift: Shift, model: DayModel, timed: Timetable) -> tuple[int, int]:
    """How much of the first and of the last leg is the rep's own time."""
    if not timed.steps:
        return 0, 0
    first, last = timed.steps[0], timed.steps[-1]
    working = first.row in model.remote or first.fills_up
    out_s = 0 if working else min(first.drive_s, shift.commute_s[0])
    return out_s, min(last.drive_s, shift.commute_s[1])


def on_site_s(problem: DayProblem, model: DayModel, chosen: Sequence[int], timed: Timetable) -> int:
    """Access and service of all stops, and the time spent reloading."""
    total_s, shift = 0, problem.shift
    place: int = shift.start_place
    for step in timed.steps[:-1]:
        visit = problem.visits[chosen[step.row]]
        if step.fills_up and shift.reload is not None:
            total_s, place = total_s + shift.reload.duration_s, shift.reload.place
        total_s += visit.service_s
        if visit.place is not None and visit.place != place:
            total_s, place = total_s + visit.access_s, visit.place
    return total_s
