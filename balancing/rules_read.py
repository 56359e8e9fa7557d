"""Rules from data (TOML or JSON): every fault is found and named before any rule is used.

name = "New leads"
version = 3

[[rule]]
id = "large shops in the centre"
priority = 10                     # lower comes first
type = ["retail"]                 # also industry, territory, region (code or name): one word or several
size_min = 50                     # also size_max, value_min
polygon = [[13.3, 52.4], [13.5, 52.4], [13.5, 52.6]]    # longitude, latitude; or a GeoJSON geometry
reps = ["Anna", "Ben"]            # left out: everybody
needs = { cooling = 2 }           # least levels
weights = { cooling = 3, english = 1 }
filters = ["room"]
order = ["skills", { by = "nearest", step = 5000 }, "least_loaded"]
otherwise = "next"                # or "stop": nobody else may get it
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from balancing.choice import Step, Strategy
from balancing.errors import InvalidRules
from balancing.rules import Area, Condition, Rule, RuleSet
from balancing.strategies import STRATEGIES

FIELDS = (
    *("id", "priority", "type", "industry", "territory", "region", "size_min", "size_max", "value_min", "polygon"),
    *("reps", "needs", "weights", "filters", "order", "otherwise"),
)


def read_rules(path: Path) -> RuleSet:
    """Rules from a TOML or JSON file.

    Raises:
        InvalidRules: not readable, or with every fault of every rule.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise InvalidRules((f"{path}: {error.strerror or error}",)) from error
    except ValueError as error:
        raise InvalidRules((f"{path.name} cannot be read: {error}",)) from error
    return rules_of(data)


def rules_of(data: Any) -> RuleSet:
    """Rules from plain values, as TOML or JSON give them.

    Raises:
        InvalidRules: with one sentence per fault that names rule, field, what was given and what was expected.
    """
    if not isinstance(data, Mapping):
        raise InvalidRules((f"given {shown(data)}, expected name, version and rules",))
    faults: list[str] = []
    unknown = sorted(set(map(str, data)) - {"name", "version", "rule"})
    faults += [f"{name}: not known here, expected name, version or rule" for name in unknown]
    name, version, rows = data.get("name", "Rules"), data.get("version", 1), data.get("rule")
    if not isinstance(name, str) or not name.strip():
        faults.append(f"name: given {shown(name)}, expected a text")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        faults.append(f"version: given {shown(version)}, expected a whole number of 1 or more")
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        faults.append(f"rule: given {shown(rows)}, expected at least one rule")
        rows = []
    rules: list[Rule] = []
    for number, row in enumerate(rows, start=1):
        reading = Reading(number, row)
        rule = reading.rule()
        if rule.id in {known.id for known in rules}:
            reading.fault("id", rule.id, "an id that no other rule has")
        rules.append(rule)
        faults += reading.faults
    if faults:
        raise InvalidRules(tuple(faults))
    return RuleSet(name, version, tuple(rules), data)


class Reading:
    """Reads one rule; collects its faults and goes on with harmless values."""

    def __init__(self, number: int, row: Any) -> None:
        self.faults: list[str] = []
        self.row: Mapping[str, Any] = row if isinstance(row, Mapping) else {}
        said = self.row.get("id")
        self.name = f"rule {number}" + (f" “{said}”" if isinstance(said, str) and said else "")
        if not isinstance(row, Mapping):
            self.faults.append(f"{self.name}: given {shown(row)}, expected a table with fields")
        for field in sorted(set(map(str, self.row)) - set(FIELDS)):
            self.faults.append(f"{self.name}, {field}: not known, expected one of {', '.join(FIELDS)}")

    def fault(self, field: str, given: Any, expected: str) -> None:
        self.faults.append(f"{self.name}, {field}: given {shown(given)}, expected {expected}")

    def rule(self) -> Rule:
        said = self.row.get("id")
        if not isinstance(said, str) or not said.strip():
            self.fault("id", said, "a text")
            said = ""
        otherwise = self.row.get("otherwise", "next")
        if otherwise not in ("next", "stop"):
            self.fault("otherwise", otherwise, "next or stop")
            otherwise = "next"
        return Rule(
            id=said,
            priority=self.number("priority", negative=True) or 0.0,
            when=self.condition(),
            strategy=self.strategy(),
            reps=self.words("reps"),
            needs=self.levels("needs"),
            weights=self.levels("weights"),
            otherwise=otherwise,
        )

    def condition(self) -> Condition:
        size_min, size_max = self.number("size_min"), self.number("size_max")
        if size_min is not None and size_max is not None and size_min > size_max:
            self.fault("size_max", size_max, f"no less than size_min, {size_min:g}")
        return Condition(
            types=self.words("type"),
            industries=self.words("industry"),
            territories=self.words("territory"),
            regions=self.words("region"),
            size_min=size_min,
            size_max=size_max,
            value_min=self.number("value_min", negative=True),
            area=self.area(),
        )

    def strategy(self) -> Strategy:
        filters = self.row.get("filters", [])
        order = self.row.get("order", ["least_loaded"])
        names = [filters] if isinstance(filters, str) else filters
        steps = [order] if isinstance(order, str | Mapping) else order
        if not isinstance(names, list) or any(not isinstance(name, str) or name not in STRATEGIES for name in names):
            self.fault("filters", filters, f"names out of {', '.join(STRATEGIES)}")
            names = []
        if not isinstance(steps, list) or not steps:
            self.fault("order", order, f"at least one of {', '.join(STRATEGIES)}")
            steps = []
        made = tuple(step for item in steps if (step := self.step(item)) is not None)
        return Strategy(made or (Step("least_loaded"),), tuple(names))

    def step(self, item: Any) -> Step | None:
        said: Any = {"by": item} if isinstance(item, str) else item
        expected = f'a name out of {", ".join(STRATEGIES)}, or {{by = "nearest", step = 5000}}'
        if not isinstance(said, Mapping) or not set(said) <= {"by", "step"} or not isinstance(said.get("by"), str):
            self.fault("order", item, expected)
            return None
        width = said.get("step", 0)
        if said["by"] not in STRATEGIES or not is_number(width) or width < 0:
            self.fault("order", item, expected)
            return None
        return Step(said["by"], float(width))

    def words(self, field: str) -> frozenset[str]:
        said = self.row.get(field, [])
        words = [said] if isinstance(said, str) else said
        if not isinstance(words, list) or any(not isinstance(word, str) or not word.strip() for word in words):
            self.fault(field, said, "a text or a list of texts")
            return frozenset()
        if field in self.row and not words:
            self.fault(field, said, "at least one text; leave the field out where it does not matter")
        return frozenset(words)

    def number(self, field: str, *, negative: bool = False) -> float | None:
        said = self.row.get(field)
        if said is None:
            return None
        if not is_number(said) or (said < 0 and not negative):
            self.fault(field, said, "a number" + ("" if negative else " of 0 or more"))
            return None
        return float(said)

    def levels(self, field: str) -> dict[str, float]:
        said = self.row.get(field, {})
        if not isinstance(said, Mapping) or any(not is_number(level) or level < 0 for level in said.values()):
            self.fault(field, said, "skills with numbers of 0 or more")
            return {}
        return {str(skill): float(level) for skill, level in said.items()}

    def area(self) -> Area | None:
        said = self.row.get("polygon")
        if said is None:
            return None
        expected = "at least three [longitude, latitude] pairs that enclose ground, or a GeoJSON Polygon"
        try:
            return polygon(said)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            self.fault("polygon", said, expected)
            return None


def polygon(said: Any) -> Area:
    """A polygon from a ring of pairs or a GeoJSON geometry.

    Raises:
        ValueError: it crosses itself, is empty, or lies beyond the earth's degrees.
    """
    if isinstance(said, Mapping):
        if said["type"] not in ("Polygon", "MultiPolygon"):
            raise ValueError(said["type"])
        area = Area(dict(said))
    else:
        points = [[float(lon), float(lat)] for lon, lat in said]
        area = Area({"type": "Polygon", "coordinates": [[*points, points[0]]]})
    outline = area.outline
    west, south, east, north = outline.bounds
    inside = west >= -180 and east <= 180 and south >= -90 and north <= 90
    if not outline.is_valid or outline.area <= 0 or not inside:
        raise ValueError("no such ground")
    return area


def is_number(value: Any) -> bool:
    """A finite number that is no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def shown(value: Any) -> str:
    """What was given, short enough for a sentence."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
