"""Dividing accounts into zones: contiguous, compact, balanced, with proof and reasons."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clustering.balanced_zones import BalancedZones
    from clustering.band import Band, CapacityOnly, LoadBounds, Tolerance
    from clustering.build import build_zones, plan_of
    from clustering.check import check_zones
    from clustering.compare import PlanChange, compare_plans, match_zones
    from clustering.districts import Districts, Level, Span, build_districts, build_tree
    from clustering.errors import InvalidProblem, ZoneError
    from clustering.joined import Joined, join_problem
    from clustering.measures import ZoneMeasures, gini, measure_zones, polsby_popper, reock, travel_radius_s
    from clustering.on_dask import OnDask
    from clustering.optimum import Optimum, global_optimum
    from clustering.plan import Certificate, ZonePlan
    from clustering.problem import Objective, ZoneProblem
    from clustering.reasons import next_best
    from clustering.robustness import LockPrice, Stability, lock_prices, stability
    from clustering.rules import cut_by_barriers, forbidden_by_skill
    from clustering.sizing import Market, SizeChoice, Sizing, Staffing, size_zones
    from clustering.smooth import raggedness
    from clustering.travel import Travel
    from clustering.units import Units, join_accounts, tie_islands

__all__ = [
    "Band",
    "CapacityOnly",
    "LoadBounds",
    "Tolerance",
    "Objective",
    "ZoneProblem",
    "build_zones",
    "plan_of",
    "OnDask",
    "Certificate",
    "ZonePlan",
    "check_zones",
    "BalancedZones",
    "ZoneMeasures",
    "measure_zones",
    "gini",
    "polsby_popper",
    "reock",
    "travel_radius_s",
    "raggedness",
    "PlanChange",
    "compare_plans",
    "match_zones",
    "Districts",
    "Level",
    "Span",
    "build_districts",
    "build_tree",
    "Stability",
    "stability",
    "LockPrice",
    "lock_prices",
    "next_best",
    "forbidden_by_skill",
    "cut_by_barriers",
    "Market",
    "Staffing",
    "SizeChoice",
    "Sizing",
    "size_zones",
    "Optimum",
    "global_optimum",
    "Travel",
    "Joined",
    "join_problem",
    "Units",
    "join_accounts",
    "tie_islands",
    "InvalidProblem",
    "ZoneError",
]

_HOME = {
    "Band": "band",
    "CapacityOnly": "band",
    "LoadBounds": "band",
    "Tolerance": "band",
    "Objective": "problem",
    "ZoneProblem": "problem",
    "build_zones": "build",
    "plan_of": "build",
    "OnDask": "on_dask",
    "Certificate": "plan",
    "ZonePlan": "plan",
    "check_zones": "check",
    "BalancedZones": "balanced_zones",
    "ZoneMeasures": "measures",
    "measure_zones": "measures",
    "gini": "measures",
    "polsby_popper": "measures",
    "reock": "measures",
    "travel_radius_s": "measures",
    "raggedness": "smooth",
    "PlanChange": "compare",
    "compare_plans": "compare",
    "match_zones": "compare",
    "Districts": "districts",
    "Level": "districts",
    "Span": "districts",
    "build_districts": "districts",
    "build_tree": "districts",
    "Stability": "robustness",
    "stability": "robustness",
    "LockPrice": "robustness",
    "lock_prices": "robustness",
    "next_best": "reasons",
    "forbidden_by_skill": "rules",
    "cut_by_barriers": "rules",
    "Market": "sizing",
    "Staffing": "sizing",
    "SizeChoice": "sizing",
    "Sizing": "sizing",
    "size_zones": "sizing",
    "Optimum": "optimum",
    "global_optimum": "optimum",
    "Travel": "travel",
    "Joined": "joined",
    "join_problem": "joined",
    "Units": "units",
    "join_accounts": "units",
    "tie_islands": "units",
    "InvalidProblem": "errors",
    "ZoneError": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'clustering' has no attribute {name!r}")
    return getattr(import_module(f"clustering.{_HOME[name]}"), name)
