"""The long work that can be asked for, by name."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from geo.plug_ins import USE_CASES as USE_CASES_GROUP
from geo.plug_ins import Extended
from planning.record_errors import MissingError
from planning.use_case import UseCase

USE_CASES: Mapping[str, str] = {
    "admin_regions": "planning.admin_regions_job:AdminRegions",
    "challenge": "planning.challenge_job:Challenge",
    "crews": "planning.crews_job:Crews",
    "cycles": "planning.cycles_job:Cycles",
    "dedupe": "planning.dedupe_job:Dedupe",
    "drill": "planning.drill:Drill",
    "export": "planning.export_job:Export",
    "geocode": "planning.locate_job:Locate",
    "import": "planning.import_job:Import",
    "import_commit": "planning.import_job:ImportCommit",
    "rebalance": "planning.rebalance_job:Rebalance",
    "region": "planning.region_job:BuildRegion",
    "scenario_curve": "planning.scenario_curve:ScenarioCurve",
    "win_model": "planning.win_model_job:LearnChances",
    "zones": "planning.zones_job:Zones",
}
"""Where each is found, as module:name; imported when first needed, since most of them load solvers."""
KINDS: Mapping[str, type[UseCase] | str] = Extended(USE_CASES, USE_CASES_GROUP)
"""Ours and those of plug-ins, which cannot take our names."""


@cache
def use_case(kind: str) -> UseCase:
    """The use case of this name.

    Raises:
        MissingError: there is none; the sentence lists those there are.
        geo.PlugInError: it is another package's, which cannot be imported.
    """
    if kind not in KINDS:
        raise MissingError(f"There is no job of kind {kind!r}; there are {', '.join(sorted(KINDS))}.")
    found: Any = KINDS[kind]
    if isinstance(found, str):
        module, _, name = found.partition(":")
        found = getattr(import_module(module), name)
    made: UseCase = found()
    return made
