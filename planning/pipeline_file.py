"""A pipeline described in a file, TOML or JSON:

name = "Field sales"
[[stages]]
name = "Lead"
probability = 0.1
[[stages]]
name = "Won"
kind = "won"
probability = 1.0
required = ["account_id", "value"]

A stage may also say `expected_days`, and what `planning.stage_rules` describes: form, gates, effects and so on.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

from crm.tables import StageKind
from planning.errors import TableError
from planning.pipelines import Step
from planning.stage_rules import KEYS

KNOWN = {"name", "kind", "probability", "required", "owner_role", "expected_days", *KEYS}


def read_pipeline(path: Path) -> tuple[str, list[Step]]:
    """Name and stages of a pipeline.

    Raises:
        TableError: the file cannot be read, or a stage has a field that is missing, unknown or of the wrong kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found: Any = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}") from error
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise TableError(f"{path.name} cannot be read: {error}") from error
    if (
        not isinstance(found, dict)
        or not isinstance(found.get("name"), str)
        or not isinstance(found.get("stages"), list)
    ):
        raise TableError(f"{path.name} needs a name and a list of stages")
    return found["name"], [step_of(path.name, at, item) for at, item in enumerate(found["stages"], start=1)]


def step_of(source: str, at: int, item: Any) -> Step:
    """One stage."""
    where = f"{source}, stage {at}"
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise TableError(f"{where}: expected a name")
    if strange := sorted(set(item) - KNOWN):
        raise TableError(f"{where}: there is no field {strange[0]!r}; there are: {', '.join(sorted(KNOWN))}")
    kind, chance, required = item.get("kind", "open"), item.get("probability", 0.0), item.get("required", [])
    if kind not in list(StageKind):
        raise TableError(f"{where}: kind is {kind!r}, expected one of {', '.join(StageKind)}")
    if isinstance(chance, bool) or not isinstance(chance, int | float):
        raise TableError(f"{where}: probability is {chance!r}, expected a number from 0 to 1")
    if not isinstance(required, list) or not all(isinstance(one, str) for one in required):
        raise TableError(f"{where}: required is {required!r}, expected a list of fields")
    days = item.get("expected_days")
    if days is not None and (isinstance(days, bool) or not isinstance(days, int | float)):
        raise TableError(f"{where}: expected_days is {days!r}, expected a number of days")
    rules = {key: item[key] for key in KEYS if key in item}
    role = str(item.get("owner_role", ""))
    return Step(item["name"], StageKind(kind), float(chance), tuple(required), role, days, rules)
