"""One rep's day, a team's day, a call cycle of weeks; and why a visit does not fit.

The names below are loaded when first used: `import routing` itself loads no solver.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.check import check_day
    from routing.day import plan_day
    from routing.errors import BadProblemError, RoutingError
    from routing.problem import DayPlan, DayProblem, Lunch, Shift, Stop, Unserved, Visit, Window

HOMES = {
    "check_day": "routing.check",
    "plan_day": "routing.day",
    "BadProblemError": "routing.errors",
    "RoutingError": "routing.errors",
    "DayPlan": "routing.problem",
    "DayProblem": "routing.problem",
    "Lunch": "routing.problem",
    "Shift": "routing.problem",
    "Stop": "routing.problem",
    "Unserved": "routing.problem",
    "Visit": "routing.problem",
    "Window": "routing.problem",
}

__all__ = [
    "BadProblemError",
    "DayPlan",
    "DayProblem",
    "Lunch",
    "RoutingError",
    "Shift",
    "Stop",
    "Unserved",
    "Visit",
    "Window",
    "check_day",
    "plan_day",
]


def __getattr__(name: str) -> object:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
