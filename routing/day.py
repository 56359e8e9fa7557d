"""Plan one rep's day."""

from geo.limits import Limits
from routing.day_improve import DEFAULT_ROUNDS, improve, keep_feasible
from routing.day_model import DayModel, day_model
from routing.day_schedule import Timetable, timetable
from routing.exact_day import exact_order
from routing.problem import DayPlan, DayProblem, Stop, Unserved
from routing.reasons import impossible, left_out_reason


def plan_day(problem: DayProblem, *, limits: Limits = Limits(), seed: int = 0, proof: bool = True) -> DayPlan:
    """The day with the least driving + prizes left out, in seconds; among equals the one that ends earliest.

    OR-Tools gives the first answer. With up to 16 visits that could be made at all, an exact method then finds the
    optimum and the plan says `proven`; when there are more, or it would have to keep too many partial plans, a local
    search improves the first answer.

    Args:
        limits: `iterations` caps the improving moves.
        seed: accepted by every planner; this one draws nothing.
        proof: False skips the exact method, and with it the loading of compiled code.
    """
    never = impossible(day_model(problem))
    chosen = [visit for visit in range(len(problem.visits)) if visit not in never]
    model = day_model(problem, chosen)
    order, proven = best_order(model, limits, proof)
    timed = timetable(model, order)
    assert timed is not None, "every search keeps to feasible orders"
    left_out = [k for k in range(len(model)) if k not in order]
    reasons = never | {chosen[k]: left_out_reason(model, order, k) for k in left_out}
    return day_plan(model, chosen, timed, reasons, proven)


def best_order(model: DayModel, limits: Limits, proof: bool) -> tuple[list[int], bool]:
    """The order of visits, and whether nothing is better."""
    if len(model) == 0:
        return [], True
    from routing.ortools_day import first_order

    order = min(keep_feasible(model, first_order(model)), [], key=model.cost_s)
    if proof:
        exact = exact_order(model, model.cost_s(order))
        if exact is not None:
            return exact, True
    return improve(model, order, DEFAULT_ROUNDS if limits.iterations is None else limits.iterations), False


def day_plan(model: DayModel, chosen: list[int], timed: Timetable, reasons: dict[int, str], proven: bool) -> DayPlan:
    """The answer in the problem's own numbering; `chosen[k]` is the visit behind row k of the model."""
    visits, last = timed.steps[:-1], timed.steps[-1] if timed.steps else None
    end_s = last.depart_s if last else timed.leave_s
    service_s = sum(step.depart_s - step.start_s for step in visits)
    rest_s = end_s - timed.leave_s - timed.drive_s - service_s
    return DayPlan(
        stops=tuple(Stop(chosen[s.row], s.arrive_s, s.start_s, s.depart_s, s.drive_s) for s in visits),
        unserved=tuple(Unserved(visit, reasons[visit]) for visit in sorted(reasons)),
        start_s=timed.leave_s,
        end_s=end_s,
        drive_s=timed.drive_s,
        service_s=service_s,
        wait_s=rest_s - (timed.lunch[1] - timed.lunch[0] if timed.lunch else 0),
        lunch=timed.lunch,
        proven=proven,
    )
