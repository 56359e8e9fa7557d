"""Two plans that were written to folders, side by side: what changed, who moved, what it gains."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clustering import PlanChange, Tolerance, ZoneProblem, compare_plans, match_zones, plan_of
from geo.place import Place
from geo.projection import LocalMetres
from planning.errors import PlanningError
from planning.plan_folder import ACCOUNTS_FILE, outlines_of, rows_of
from planning.staff import numbered_reps

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WIDEST = 0.99
FIGURES = ("accounts", "workload_h", "drive_h", "value", "deviation")
PER_WEEK = ("workload_h", "drive_h")


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """An account of a plan's folder; `hours` of visiting a year, `value` None where unknown."""

    id: str
    name: str
    rep: str
    place: Place
    hours: float
    value: float | None
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class SavedPlan:
    """What of a plan's folder is compared: accounts with a rep by id, the reps' figures by name, and outlines."""

    folder: Path
    title: str
    weeks: int
    accounts: Mapping[str, SavedAccount]
    reps: Mapping[str, Mapping[str, Any]]
    summary: Mapping[str, Any]
    outlines: "Mapping[str, BaseGeometry]"

    def a_week(self, name: str) -> float:
        """A figure in hours summed over the reps, per week planned."""
        return float(sum(rep[name] for rep in self.reps.values())) / self.weeks


@dataclass(frozen=True, slots=True)
class RepChange:
    """One rep's figures before and after, hours a week; `gained` and `lost` count accounts. `was`: the name before."""

    rep: str
    was: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    gained: int
    lost: int


@dataclass(frozen=True, slots=True, eq=False)
class PlanComparison:
    """`moved`: accounts of both plans whose rep changed, with the rep before as it is called now, or as it was.

    `by_ground`: reps were matched by the ground they share, since their names are only numbers. `change` is what
    `clustering.compare_plans` found on the accounts of both; None where they have none in common. `joined`, `left`:
    ids only one of the plans has.
    """

    before: SavedPlan
    after: SavedPlan
    by_ground: bool
    reps: tuple[RepChange, ...]
    moved: tuple[tuple[SavedAccount, str], ...]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    change: PlanChange | None


def read_saved_plan(folder: Path) -> SavedPlan:
    """A plan as `bailiwick plan` wrote it.

    Raises:
        PlanningError: the folder holds no plan, or one that cannot be read.
    """
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        zones = json.loads((folder / "zones.geojson").read_text(encoding="utf-8"))
        with (folder / ACCOUNTS_FILE).open(encoding="utf-8", newline="") as file:
            accounts = {row["id"]: _account(row) for row in rows_of(file) if row["rep"] and row["lat"]}
        return SavedPlan(
            folder,
            summary["title"],
            summary["weeks"],
            accounts,
            {rep["rep"]: rep for rep in summary["reps"]},
            summary,
            outlines_of(zones),
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PlanningError(f"{folder} holds no plan: {Path(str(error.filename)).name} is missing") from error
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise PlanningError(f"{folder} holds a plan that cannot be read: {error}") from error


def _account(row: Mapping[str, str]) -> SavedAccount:
    hours = float(row["visits_per_year"] or 0) * float(row["service_min"] or 0) / 60
    place = Place(lat=float(row["lat"]), lon=float(row["lon"]))
    value = float(row["value"]) if row["value"] else None
    return SavedAccount(row["id"], row["name"], row["rep"], place, hours, value, row["why"])


def compare_folders(before: SavedPlan, after: SavedPlan) -> PlanComparison:
    """Compare two plans by the ids of their accounts.

    Reps of one name are one rep; where the names are only the numbers that `plan` gives, those who share most hours.
    """
    common = [id_ for id_ in before.accounts if id_ in after.accounts]
    numbered = {rep.name for rep in numbered_reps(len(before.reps))} | {r.name for r in numbered_reps(len(after.reps))}
    by_ground = set(before.reps) | set(after.reps) <= numbered
    now_called = _names(before, after, common, by_ground)
    moved = tuple(
        (after.accounts[id_], now_called[before.accounts[id_].rep])
        for id_ in common
        if now_called[before.accounts[id_].rep] != after.accounts[id_].rep
    )
    return PlanComparison(
        before,
        after,
        by_ground,
        _rep_changes(before, after, now_called, moved),
        moved,
        tuple(id_ for id_ in after.accounts if id_ not in before.accounts),
        tuple(id_ for id_ in before.accounts if id_ not in after.accounts),
        _change(before, after, common, now_called),
    )


def _names(before: SavedPlan, after: SavedPlan, common: list[str], by_ground: bool) -> dict[str, str]:
    """What each rep of the first plan is called in the second; the old name for those who have left."""
    old, new = list(before.reps), list(after.reps)
    if not by_ground or not common:
        return {name: name for name in old}
    count = max(len(old), len(new))
    one = np.array([old.index(before.accounts[id_].rep) for id_ in common], dtype=np.int32)
    other = np.array([new.index(after.accounts[id_].rep) for id_ in common], dtype=np.int32)
    weight = np.array([after.accounts[id_].hours + 1e-9 for id_ in common])
    match = match_zones(one, other, weight, count)
    return {name: new[match[n]] if match[n] < len(new) else f"{name} (before)" for n, name in enumerate(old)}


def _change(before: SavedPlan, after: SavedPlan, common: list[str], now_called: dict[str, str]) -> PlanChange | None:
    """Balance, form and pieces of both on the hours of visiting of the accounts they have in common."""
    old = {now_called[before.accounts[id_].rep] for id_ in common}
    names = sorted(old | {after.accounts[id_].rep for id_ in common})
    if len(common) < max(2, len(names)):
        return None
    number = {name: place for place, name in enumerate(names)}
    places = [after.accounts[id_].place for id_ in common]
    problem = ZoneProblem(
        xy_m=LocalMetres(places).xy_m(places),
        load=np.array([after.accounts[id_].hours for id_ in common]),
        zones=len(names),
        band=Tolerance(WIDEST),
    )
    was = [number[now_called[before.accounts[id_].rep]] for id_ in common]
    now = [number[after.accounts[id_].rep] for id_ in common]
    return compare_plans(problem, plan_of(problem, was), plan_of(problem, now), match=False)


def _rep_changes(
    before: SavedPlan, after: SavedPlan, now_called: dict[str, str], moved: tuple[tuple[SavedAccount, str], ...]
) -> tuple[RepChange, ...]:
    was_called = {now: was for was, now in now_called.items()}
    names = [*after.reps, *(now for now in now_called.values() if now not in after.reps)]
    return tuple(
        RepChange(
            rep=name,
            was=was_called.get(name, ""),
            before=_figures(before, was_called.get(name, "")),
            after=_figures(after, name),
            gained=sum(account.rep == name for account, _ in moved),
            lost=sum(old == name for _, old in moved),
        )
        for name in names
    )


def _figures(plan: SavedPlan, rep: str) -> dict[str, float]:
    """A rep's figures, hours a week; empty for a rep the plan does not have."""
    found = plan.reps.get(rep)
    if found is None:
        return {}
    return {name: found[name] / (plan.weeks if name in PER_WEEK else 1) for name in FIGURES}
