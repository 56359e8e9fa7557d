"""Weeks that are planned already, kept beside the plan until all of it is written: a plan that was stopped goes on.

What is kept is asked for by the problem itself (clients, days, travel, rules, search, seed and version), so that
nothing is taken over that would come out differently; it is checked like any other answer before it is used.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as metadata_version
from pathlib import Path
from typing import Any

import numpy as np

from geo.limits import Limits
from routing.cycle_check import check_cycle
from routing.cycle_problem import Broken, Call, CyclePlan, CycleProblem, CycleUnserved, MostVisits, Night, Promise
from routing.problem import DayPlan, Stop, Window


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A folder of planned weeks, one file per rep and set of accounts."""

    folder: Path

    def find(self, problem: CycleProblem, limits: Limits, seed: int) -> CyclePlan | None:
        """The plan that was kept for exactly this question; None when there is none that passes the check."""
        path = self._path(problem, limits, seed)
        if not path.exists():
            return None
        try:
            plan = plan_from(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, OSError):
            return None
        return None if check_cycle(problem, plan) else plan

    def keep(self, problem: CycleProblem, limits: Limits, seed: int, plan: CyclePlan) -> None:
        """Write a plan down; it appears under its name only when it is whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(problem, limits, seed)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(as_json(plan)), encoding="utf-8")
        fresh.replace(path)

    def clear(self) -> None:
        """Forget everything: the plan is written."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, problem: CycleProblem, limits: Limits, seed: int) -> Path:
        return self.folder / f"{fingerprint(problem, limits, seed)}.json"


def fingerprint(problem: CycleProblem, limits: Limits, seed: int) -> str:
    """A short name of everything the answer depends on."""
    asked = (
        *(_version(), limits, seed, problem.starts_on, problem.weeks, problem.rules, problem.cycle_began),
        *(problem.most_week_s, problem.lodgings, problem.days, sorted(problem.holidays.items())),
        *(_sorted(client) for client in problem.clients),
    )
    digest = hashlib.sha256(repr(asked).encode())
    digest.update(np.ascontiguousarray(problem.matrix.duration_s).tobytes())
    for weekday, travel in sorted(problem.by_hour.items()):
        digest.update(f"{weekday} {[(hours.start_s, hours.end_s) for hours in travel.rush]}".encode())
        for matrix in (travel.matrix, *(hours.matrix for hours in travel.rush)):
            digest.update(np.ascontiguousarray(matrix.duration_s).tobytes())
    return digest.hexdigest()[:32]


def _sorted(value: Any) -> Any:
    """A client's fields, sets in order: their order is not the same in every process."""
    fields = {name: getattr(value, name) for name in value.__slots__}
    return [(name, sorted(field) if isinstance(field, frozenset) else field) for name, field in fields.items()]


def _version() -> str:
    try:
        return metadata_version("bailiwick")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"


def as_json(plan: CyclePlan) -> dict[str, Any]:
    """Plain values; dates as text."""
    return {
        "days": [asdict(day) for day in plan.days],
        **{name: getattr(plan, name).tolist() for name in ("due", "planned", "calls_due")},
        **{name: [asdict(row) for row in getattr(plan, name)] for name in ("unserved", "calls", "uncalled", "nights")},
        "broken": [_broken_as_json(one) for one in plan.broken],
        "notes": list(plan.notes),
        "drive_s": plan.drive_s,
        "service_s": plan.service_s,
        "most": None if plan.most is None else asdict(plan.most),
    }


def _broken_as_json(one: Broken) -> dict[str, Any]:
    row = asdict(one)
    row["promise"] |= {"first": one.promise.first.isoformat(), "last": one.promise.last.isoformat()}
    return row


def plan_from(kept: dict[str, Any]) -> CyclePlan:
    """The plan behind `as_json`.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    due, planned, calls_due = (np.array(kept[name], np.int32) for name in ("due", "planned", "calls_due"))
    return CyclePlan(
        days=tuple(_day(row) for row in kept["days"]),
        unserved=tuple(CycleUnserved(**row) for row in kept["unserved"]),
        uncalled=tuple(CycleUnserved(**row) for row in kept["uncalled"]),
        calls=tuple(Call(**row) for row in kept["calls"]),
        nights=tuple(Night(**row) for row in kept["nights"]),
        broken=tuple(_broken(row) for row in kept["broken"]),
        notes=tuple(kept["notes"]),
        drive_s=int(kept["drive_s"]),
        service_s=int(kept["service_s"]),
        due=due,
        planned=planned,
        calls_due=calls_due,
        most=_most(kept["most"]),
    )


def _most(row: dict[str, Any] | None) -> MostVisits | None:
    return None if row is None else MostVisits(row["visits"], row["due"], tuple(row["clash"]))


def _day(row: dict[str, Any]) -> DayPlan:
    stops = tuple(Stop(**stop) for stop in row["stops"])
    lunch = tuple(row["lunch"]) if row["lunch"] else None
    return DayPlan(**{**row, "stops": stops, "lunch": lunch, "unserved": (), "reloads": tuple(row["reloads"])})


def _broken(row: dict[str, Any]) -> Broken:
    asked = row["promise"]
    window = Window(**asked["window"]) if asked["window"] else None
    days = date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
    return Broken(row["client"], Promise(*days, window, asked["price_s"]), row["reason"])
