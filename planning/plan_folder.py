"""The reps of a plan that was written to a folder, as candidates for new work."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balancing.lead import Candidate, Lead
from geo.great_circle import great_circle_m
from geo.place import Place
from planning.errors import PlanningError
from planning.formula_text import as_meant

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

ACCOUNTS_FILE = "accounts.csv"
FAR_M = 50_000


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """What of a plan matters for new work. `outlines`: the ground of every rep's territory, EPSG:4326."""

    title: str
    starts_at: datetime
    candidates: tuple[Candidate, ...]
    outlines: "Mapping[str, BaseGeometry]"

    def located(self, leads: Sequence[Lead]) -> tuple[Lead, ...]:
        """The leads with the territory they lie in; on a border the first by name counts."""
        return tuple(replace(lead, territory=self.territory_at(lead.place)) for lead in leads)

    def far_m(self, lead: Lead, rep: str | None) -> float | None:
        """How far the lead lies from the rep's nearest place, where that is out of proportion; None where it is not.

        Out of proportion: over 50 km, and farther than the rep's own places lie from home.
        """
        own = next((one.places for one in self.candidates if one.id == rep), ())
        if lead.place is None or not own:
            return None
        reach_m = float(great_circle_m([own[0]], own).max())
        away_m = float(great_circle_m([lead.place], own).min())
        return away_m if away_m > max(FAR_M, reach_m) else None

    def territory_at(self, place: Place | None) -> str:
        from shapely import intersects_xy

        if place is None:
            return ""
        holding = (name for name in sorted(self.outlines) if intersects_xy(self.outlines[name], place.lon, place.lat))
        return next(holding, "")


def read_plan_folder(folder: Path, skills: Mapping[str, Mapping[str, float]] | None = None) -> PlanFolder:
    """A plan as `bailiwick plan` wrote it; `skills` by rep.

    Each rep begins with the minutes that the plan's weeks ask (`load_min`), and has the rest of the hours left
    (`room_min`); territories are called as their reps.

    Raises:
        PlanningError: the folder holds no plan, or its files were changed so that they cannot be read.
    """
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        zones = json.loads((folder / "zones.geojson").read_text(encoding="utf-8"))
        with (folder / ACCOUNTS_FILE).open(encoding="utf-8", newline="") as file:
            places = places_by_rep(rows_of(file))
    except FileNotFoundError as error:
        raise PlanningError(f"{folder} holds no plan: {Path(str(error.filename)).name} is missing") from error
    except ValueError as error:
        raise PlanningError(f"{folder} holds a plan that cannot be read: {error}") from error
    known = {rep["rep"] for rep in summary["reps"]}
    if strangers := sorted(set(skills or {}) - known):
        raise PlanningError(
            f"{strangers[0]} has skills but no territory; the plan's reps are {', '.join(sorted(known))}"
        )
    most_h = max((rep["capacity_h"] for rep in summary["reps"]), default=0.0)
    return PlanFolder(
        title=summary["title"],
        starts_at=datetime.combine(datetime.fromisoformat(summary["starts_on"]).date(), time(), UTC),
        candidates=tuple(
            candidate(rep, places.get(rep["rep"], ()), (skills or {}).get(rep["rep"], {}), most_h, summary["starts_on"])
            for rep in summary["reps"]
        ),
        outlines=outlines_of(zones),
    )


def outlines_of(zones: Mapping[str, Any]) -> "dict[str, BaseGeometry]":
    """The ground of each rep's territory, where one was drawn."""
    from shapely import prepare
    from shapely.geometry import shape

    outlines = {}
    for feature in zones["features"]:
        if feature["geometry"]:
            outlines[feature["properties"]["rep"]] = shape(feature["geometry"])
    for outline in outlines.values():
        prepare(outline)
    return outlines


def rows_of(file: Iterable[str]) -> Iterator[dict[str, str]]:
    """The rows of a CSV file that a plan wrote, its text as it was meant."""
    for row in csv.DictReader(file):
        yield {name: as_meant(cell) for name, cell in row.items()}


def owners_in(folder: Path) -> dict[str, str]:
    """The rep of every account that has one, by the account's id.

    Raises:
        PlanningError: the folder holds no plan.
    """
    try:
        with (folder / ACCOUNTS_FILE).open(encoding="utf-8", newline="") as file:
            return {row["id"]: row["rep"] for row in rows_of(file) if row["rep"]}
    except (FileNotFoundError, KeyError) as error:
        raise PlanningError(f"{folder} holds no plan: {ACCOUNTS_FILE} is missing or not as it was written") from error


def places_by_rep(rows: Iterable[Mapping[str, str]]) -> dict[str, tuple[Place, ...]]:
    """Where each rep's accounts lie."""
    found: dict[str, list[Place]] = {}
    for row in rows:
        if row["rep"] and row["lat"]:
            found.setdefault(row["rep"], []).append(Place(lat=float(row["lat"]), lon=float(row["lon"])))
    return {rep: tuple(places) for rep, places in found.items()}


def candidate(
    rep: Mapping[str, Any], places: Sequence[Place], skills: Mapping[str, float], most_h: float, starts_on: str
) -> Candidate:
    """One rep of the summary."""
    home = Place(lat=rep["home"]["lat"], lon=rep["home"]["lon"])
    return Candidate(
        rep["rep"],
        places=(home, *places),
        territories=frozenset({rep["rep"]}),
        skills=dict(skills),
        load_min=60 * rep["workload_h"],
        room_min=60 * (rep["capacity_h"] - rep["workload_h"]),
        share_of_full_time=rep["capacity_h"] / most_h if most_h else 1.0,
        free_since=datetime.combine(datetime.fromisoformat(starts_on).date(), time(), UTC),
    )
