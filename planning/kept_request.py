"""What a plan was made with, kept in its folder (`run.json`), so that later questions are asked of the same plan."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from geo.located import Level
from planning.errors import PlanningError
from planning.options import PlanOptions

RUN_FILE = "run.json"
OPTIONS, INPUTS = "options", "inputs"
PASSING = ("unfinished", "workers")
"""Options that change nothing about the plan."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files and servers a plan was made from; None where there was none. `areas`: territories of whole areas.

    `outlines`: "streets", or the file whose lines borders were drawn along.
    """

    accounts: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    policy: Path | None = None
    reps: Path | None = None
    region: Path | None = None
    traffic: Path | None = None
    travel_server: str | None = None
    shares: Path | None = None
    areas: bool = False
    barriers: Path | None = None
    outlines: str | None = None
    visit_types: Path | None = None

    def gone(self) -> tuple[Path, ...]:
        """The files that are no longer there."""
        named = (getattr(self, one.name) for one in fields(self))
        return tuple(path for path in named if isinstance(path, Path) and not path.exists())


@dataclass(frozen=True, slots=True)
class Request:
    """Options and inputs of a plan."""

    options: PlanOptions
    inputs: Inputs


def request_as_json(request: Request) -> dict[str, Any]:
    """Plain values for `run.json`; paths absolute. How many cores, and where unfinished weeks are kept, is no part."""
    options, inputs = request.options, request.inputs
    kept = {one.name: getattr(options, one.name) for one in fields(options) if one.name not in PASSING}
    given = {one.name: getattr(inputs, one.name) for one in fields(inputs)}
    return {
        OPTIONS: {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()},
        INPUTS: {
            name: str(value.absolute()) if isinstance(value, Path) else dict(value) if name == "columns" else value
            for name, value in given.items()
        },
    }


def read_request(folder: Path) -> Request | None:
    """What the plan in a folder was made with; None where its `run.json` does not say.

    Raises:
        PlanningError: `run.json` cannot be read, or holds something else.
    """
    path = folder / RUN_FILE
    if not path.exists():
        return None
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        if OPTIONS not in run:
            return None
        return Request(_options(run[OPTIONS]), _inputs(run.get(INPUTS, {})))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PlanningError(f"{path} does not say what the plan was made with: {error}") from error


def _options(kept: Mapping[str, Any]) -> PlanOptions:
    known = {one.name for one in fields(PlanOptions)}
    values = {name: value for name, value in kept.items() if name in known}
    began, span = values.get("cycle_began"), values.get("span")
    return PlanOptions(
        **{
            **values,
            "starts_on": date.fromisoformat(values["starts_on"]),
            "min_level": Level(values["min_level"]),
            "cycle_began": date.fromisoformat(began) if began else None,
            "span": (int(span[0]), int(span[1])) if span else None,
        }
    )


def _inputs(kept: Mapping[str, Any]) -> Inputs:
    paths = {"accounts", "policy", "reps", "region", "traffic", "shares", "barriers", "visit_types"}
    known = {one.name for one in fields(Inputs)}
    values: dict[str, Any] = {
        name: Path(value) if value and name in paths else value for name, value in kept.items() if name in known
    }
    return Inputs(**values)
