"""One rep's day, a team's day, a call cycle of weeks; and why a visit does not fit.

The names below are loaded when first used: `import routing` itself loads no solver.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.calendar_days import holiday_dates, working_days
    from routing.check import check_day
    from routing.cycle import CycleDraft, draft_cycle, plan_cycle
    from routing.cycle_check import check_cycle
    from routing.cycle_client import Client, Promise
    from routing.cycle_fit import BlockedDay, CycleWay, LeftOut, why_left_out
    from routing.cycle_outcomes import Consequence, Outcome, OutcomeRules, Report, roll_on
    from routing.cycle_problem import (
        Broken,
        Call,
        CyclePlan,
        CycleProblem,
        CycleRules,
        CycleUnserved,
        HourlyTravel,
        MostVisits,
        Night,
        WorkDay,
    )
    from routing.day import plan_day
    from routing.day_fit import Way, ways_to_fit
    from routing.day_offers import Fit, Slot, day_slots, near_and_due, offer_slots
    from routing.errors import BadProblemError, RoutingError
    from routing.local_hours import OpeningHours, moment_at, seconds_at, visit_windows
    from routing.problem import (
        FIRST_ARRIVAL_TO_LAST_DEPARTURE,
        DayPlan,
        DayProblem,
        Lunch,
        Reload,
        RushHours,
        Shift,
        Stop,
        Unserved,
        Visit,
        Window,
    )
    from routing.replan import Replan, replan_day
    from routing.team import plan_team
    from routing.team_check import check_team
    from routing.team_fit import TeamWay, team_ways_to_fit
    from routing.team_problem import TeamPlan, TeamProblem, TeamUnserved

HOMES = {
    "BlockedDay": "routing.cycle_fit",
    "CycleWay": "routing.cycle_fit",
    "LeftOut": "routing.cycle_fit",
    "why_left_out": "routing.cycle_fit",
    "check_cycle": "routing.cycle_check",
    "check_day": "routing.check",
    "Broken": "routing.cycle_problem",
    "Call": "routing.cycle_problem",
    "Client": "routing.cycle_client",
    "Consequence": "routing.cycle_outcomes",
    "MostVisits": "routing.cycle_problem",
    "Night": "routing.cycle_problem",
    "Promise": "routing.cycle_client",
    "CycleDraft": "routing.cycle",
    "CyclePlan": "routing.cycle_problem",
    "CycleProblem": "routing.cycle_problem",
    "CycleRules": "routing.cycle_problem",
    "CycleUnserved": "routing.cycle_problem",
    "HourlyTravel": "routing.cycle_problem",
    "WorkDay": "routing.cycle_problem",
    "Outcome": "routing.cycle_outcomes",
    "OutcomeRules": "routing.cycle_outcomes",
    "Report": "routing.cycle_outcomes",
    "draft_cycle": "routing.cycle",
    "holiday_dates": "routing.calendar_days",
    "roll_on": "routing.cycle_outcomes",
    "working_days": "routing.calendar_days",
    "plan_cycle": "routing.cycle",
    "plan_day": "routing.day",
    "Way": "routing.day_fit",
    "ways_to_fit": "routing.day_fit",
    "Fit": "routing.day_offers",
    "Slot": "routing.day_offers",
    "day_slots": "routing.day_offers",
    "near_and_due": "routing.day_offers",
    "offer_slots": "routing.day_offers",
    "OpeningHours": "routing.local_hours",
    "moment_at": "routing.local_hours",
    "seconds_at": "routing.local_hours",
    "visit_windows": "routing.local_hours",
    "BadProblemError": "routing.errors",
    "RoutingError": "routing.errors",
    "FIRST_ARRIVAL_TO_LAST_DEPARTURE": "routing.problem",
    "DayPlan": "routing.problem",
    "DayProblem": "routing.problem",
    "Lunch": "routing.problem",
    "Reload": "routing.problem",
    "RushHours": "routing.problem",
    "Shift": "routing.problem",
    "Stop": "routing.problem",
    "Unserved": "routing.problem",
    "Visit": "routing.problem",
    "Window": "routing.problem",
    "Replan": "routing.replan",
    "replan_day": "routing.replan",
    "TeamPlan": "routing.team_problem",
    "TeamProblem": "routing.team_problem",
    "TeamUnserved": "routing.team_problem",
    "check_team": "routing.team_check",
    "plan_team": "routing.team",
    "TeamWay": "routing.team_fit",
    "team_ways_to_fit": "routing.team_fit",
}

__all__ = [
    "BadProblemError",
    "BlockedDay",
    "Broken",
    "Call",
    "Client",
    "Consequence",
    "CycleDraft",
    "CyclePlan",
    "CycleProblem",
    "CycleRules",
    "CycleUnserved",
    "CycleWay",
    "DayPlan",
    "DayProblem",
    "FIRST_ARRIVAL_TO_LAST_DEPARTURE",
    "Fit",
    "HourlyTravel",
    "LeftOut",
    "Lunch",
    "MostVisits",
    "Night",
    "OpeningHours",
    "Outcome",
    "OutcomeRules",
    "Promise",
    "Reload",
    "Replan",
    "Report",
    "RoutingError",
    "RushHours",
    "Shift",
    "Slot",
    "Stop",
    "TeamPlan",
    "TeamProblem",
    "TeamUnserved",
    "TeamWay",
    "Unserved",
    "Visit",
    "Way",
    "Window",
    "WorkDay",
    "check_cycle",
    "check_day",
    "check_team",
    "day_slots",
    "draft_cycle",
    "holiday_dates",
    "moment_at",
    "near_and_due",
    "offer_slots",
    "plan_cycle",
    "plan_day",
    "plan_team",
    "replan_day",
    "roll_on",
    "seconds_at",
    "visit_windows",
    "ways_to_fit",
    "working_days",
    "team_ways_to_fit",
    "why_left_out",
]


def __getattr__(name: str) -> object:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
