"""The long work that can be asked for, by name."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from planning.record_errors import MissingError
from planning.use_case import UseCase

USE_CASES: Mapping[str, str] = {
    "challenge": "planning.challenge_job:Challenge",
    "cycles": "planning.cycles_job:Cycles",
    "dedupe": "planning.dedupe_job:Dedupe",
    "drill": "planning.drill:Drill",
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
PLUGINS = "bailiwick.use_cases"
"""Group of entry points under which other packages add theirs."""


@cache
def use_case(kind: str) -> UseCase:
    """The use case of this name.

    Raises:
        MissingError: there is none; the sentence lists those there are.
    """
    where = places().get(kind)
    if where is None:
        raise MissingError(f"There is no job of kind {kind!r}; there are {', '.join(sorted(places()))}.")
    module, _, name = where.partition(":")
    made: UseCase = getattr(import_module(module), name)()
    return made


@cache
def places() -> dict[str, str]:
    """Where every use case is found: ours, and those of plug-ins, which cannot take our names."""
    return {point.name: point.value for point in entry_points(group=PLUGINS)} | dict(USE_CASES)
