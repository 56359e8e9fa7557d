"""Whether a team's plan keeps every promise: an independent look that shares no code with the solvers."""

from collections import Counter
from dataclasses import replace

from routing.check import check_day
from routing.problem import Unserved
from routing.team_problem import TeamPlan, TeamProblem


def check_team(problem: TeamProblem, plan: TeamPlan) -> list[str]:
    """Every fault of the plan in plain words; an empty list when there is none."""
    faults = share_faults(problem, plan)
    for rep, day in enumerate(plan.days[: len(problem.shifts)]):
        made = {stop.visit for stop in day.stops}
        others = tuple(Unserved(v, "made by another") for v in range(len(problem.visits)) if v not in made)
        found = check_day(problem.day(rep), replace(day, unserved=others))
        faults += [f"rep {rep}: {fault}" for fault in found]
        if problem.most_visits is not None and len(made) > problem.most_visits:
            faults.append(f"rep {rep} makes {len(made)} visits, {problem.most_visits} are allowed")
    return faults


def share_faults(problem: TeamProblem, plan: TeamPlan) -> list[str]:
    """One day per rep; every visit made once or left out with a reason; ties kept."""
    faults = []
    if len(plan.days) != len(problem.shifts):
        faults.append(f"{len(problem.shifts)} reps but {len(plan.days)} days")
    told = Counter([stop.visit for day in plan.days for stop in day.stops] + [left.visit for left in plan.unserved])
    faults += [f"visit {v} appears {told[v]} times in the plan" for v in range(len(problem.visits)) if told[v] != 1]
    faults += [f"visit {left.visit} is left out without a reason" for left in plan.unserved if not left.reason]
    for rep, day in enumerate(plan.days):
        faults += [
            f"visit {stop.visit} is made by rep {rep}, but tied to rep {problem.tied[stop.visit]}"
            for stop in day.stops
            if problem.tied.get(stop.visit, rep) != rep
        ]
    return faults
