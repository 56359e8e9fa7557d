"""Dividing accounts into zones: contiguous, compact, balanced, with proof and reasons."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clustering.band import Band, CapacityOnly, LoadBounds, Tolerance
    from clustering.build import build_zones
    from clustering.check import check_zones
    from clustering.errors import InvalidProblem, ZoneError
    from clustering.plan import Certificate, ZonePlan
    from clustering.problem import Objective, ZoneProblem

__all__ = [
    "Band",
    "CapacityOnly",
    "LoadBounds",
    "Tolerance",
    "Objective",
    "ZoneProblem",
    "build_zones",
    "Certificate",
    "ZonePlan",
    "check_zones",
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
    "Certificate": "plan",
    "ZonePlan": "plan",
    "check_zones": "check",
    "InvalidProblem": "errors",
    "ZoneError": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'clustering' has no attribute {name!r}")
    return getattr(import_module(f"clustering.{_HOME[name]}"), name)
