"""Readers of the published one-day formats: Solomon, VRPLIB, team orienteering (KUL)."""

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FleetInstance:
    """One day of a fleet of equal vehicles; row 0 is the depot.

    `legs` (n, n) are distances and times alike, in the file's unit; solvers take whole numbers of 1 / `scale` of it.
    `prize` None: everybody must be served; with `scores` the sum of the prizes collected counts and nothing else.
    """

    name: str
    legs: Floats
    scale: int
    service: Floats
    opens: Floats
    closes: Floats
    demand: NDArray[np.int64]
    capacity: int | None
    vehicles: int
    prize: Floats | None = None
    scores: bool = False
    reference: float | None = None


def read_solomon(path: Path) -> FleetInstance:
    """Solomon's format; real-valued distances, the reference from `BKS.json` beside it.

    `NAME_distance` is the best known for distance alone; where there is only `NAME`, the fleet is as many vehicles as
    that plan uses.

    Raises:
        ValueError: what was found where something else was expected.
    """
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        at = next(k for k, row in enumerate(rows) if [word.upper() for word in row] == ["NUMBER", "CAPACITY"])
        vehicles, capacity = int(rows[at + 1][0]), int(rows[at + 1][1])
        table = np.array([[float(word) for word in row] for row in rows[at + 2 :] if row[0].isdigit()])
        if table.ndim != 2 or table.shape[1] != 7:
            raise ValueError(f"expected customers with 7 columns, got shape {table.shape}")
    except (IndexError, ValueError, StopIteration) as fault:
        raise ValueError(f"{path.name} is not in Solomon's format: {fault or 'no line NUMBER CAPACITY'}") from fault
    reference, fleet = solomon_reference(path)
    return FleetInstance(
        path.stem,
        apart(table[:, 1:3]),
        1000,
        table[:, 6],
        table[:, 4],
        table[:, 5],
        table[:, 3].astype(np.int64),
        capacity,
        fleet or vehicles,
        reference=reference,
    )


def solomon_reference(path: Path) -> tuple[float | None, int | None]:
    """The best known distance, and the fleet it is for where that matters."""
    known = path.with_name("BKS.json")
    if not known.exists():
        return None, None
    table = {name.lower(): entry for name, entry in json.loads(known.read_text(encoding="utf-8")).items()}
    if entry := table.get(f"{path.stem.lower()}_distance"):
        return float(entry["best_known_cost"]), None
    entry = table.get(path.stem.lower())
    return (float(entry["best_known_cost"]), int(entry["solved_with_vehicles"])) if entry else (None, None)


def read_orienteering(path: Path, vehicles: int) -> FleetInstance:
    """A file of the team orienteering sets: distances cut to one decimal (Cordeau's pr files: two).

    Raises:
        ValueError: what was found where something else was expected.
    """
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()][2:]
    try:
        table = np.array([[float(v) for v in [*row[1:5], *row[-2:]]] for row in rows if len(row) >= 8])
        if len(table) < 2 or len(table) != len(rows):
            raise ValueError(f"expected rows of 8 columns or more after two lines, got {len(table)} of {len(rows)}")
    except ValueError as fault:
        raise ValueError(f"{path.name} is not in the team orienteering format: {fault}") from fault
    scale = 100 if path.stem.startswith("pr") else 10
    legs = np.floor(apart(table[:, :2]) * scale + 1e-9) / scale
    blank = np.zeros(len(table), np.int64)
    return FleetInstance(
        f"{path.stem}-m{vehicles}",
        legs,
        scale,
        table[:, 2],
        table[:, 4],
        table[:, 5],
        blank,
        None,
        vehicles,
        prize=table[:, 3],
        scores=True,
    )


def read_vrplib(path: Path) -> FleetInstance:
    """VRPLIB: coordinates or an explicit full matrix, windows, prizes; the reference from the `.sol` beside it.

    Prize-collecting sets count tenths, cut (as DIMACS did), prizes times ten; all others whole distances, rounded.

    Raises:
        ValueError: what was found where something else was expected.
    """
    try:
        fields, sections = vrplib_parts(path.read_text(encoding="utf-8"))
        n = int(fields["DIMENSION"])
        collecting = "PRIZE_SECTION" in sections
        unit = 10 if collecting else 1
        legs = vrplib_legs(fields, sections, n, collecting)
        windows = column(sections, "TIME_WINDOW_SECTION", n, 2)
        demand = column(sections, "DEMAND_SECTION", n, 1)
        service = column(sections, "SERVICE_TIME_SECTION", n, 1)
        if "SERVICE_TIME" in fields and service is None:
            service = np.full((n, 1), float(fields["SERVICE_TIME"]))
            service[0] = 0
        capacity = int(fields["CAPACITY"]) if "CAPACITY" in fields else None
    except (KeyError, IndexError, ValueError) as fault:
        raise ValueError(f"{path.name} is not a VRPLIB file this reader knows: {fault}") from fault
    blank = np.zeros((n, 1))
    loads = (blank if demand is None else demand)[:, 0].astype(np.int64)
    prize = column(sections, "PRIZE_SECTION", n, 1)
    return FleetInstance(
        path.stem,
        legs,
        1,
        (blank if service is None else service)[:, 0] * unit,
        np.zeros(n) if windows is None else windows[:, 0] * unit,
        np.full(n, 1e8) if windows is None else windows[:, 1] * unit,
        loads,
        capacity,
        int(fields["VEHICLES"]) if "VEHICLES" in fields else enough_vehicles(loads, capacity),
        prize=None if prize is None else prize[:, 0] * unit,
        reference=vrplib_reference(path),
    )


def enough_vehicles(loads: NDArray[np.int64], capacity: int | None) -> int:
    """Where the fleet is unlimited: a tenth and two more than the loads need at least."""
    return len(loads) - 1 if not capacity else min(len(loads) - 1, math.ceil(1.1 * loads.sum() / capacity) + 2)


def vrplib_parts(text: str) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    """The fields `NAME : value` and the rows of every section."""
    fields: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] | None = None
    for line in text.splitlines():
        words = line.split()
        if not words or words[0] == "EOF":
            continue
        if words[0].endswith("_SECTION"):
            rows = sections.setdefault(words[0], [])
        elif re.match(r"[A-Z_]+\s*:", line):
            name, _, value = line.partition(":")
            fields[name.strip()] = value.strip().strip('"')
        elif rows is not None:
            rows.append(words)
    return fields, sections


def vrplib_legs(fields: dict[str, str], sections: dict[str, list[list[str]]], n: int, collecting: bool) -> Floats:
    kind = fields.get("EDGE_WEIGHT_TYPE", "")
    if kind == "EXPLICIT":
        if fields.get("EDGE_WEIGHT_FORMAT", "FULL_MATRIX") != "FULL_MATRIX":
            raise ValueError(f"EDGE_WEIGHT_FORMAT must be FULL_MATRIX, got {fields['EDGE_WEIGHT_FORMAT']}")
        flat = np.array([float(word) for row in sections["EDGE_WEIGHT_SECTION"] for word in row])
        return flat.reshape(n, n)
    if kind != "EUC_2D":
        raise ValueError(f"EDGE_WEIGHT_TYPE must be EUC_2D or EXPLICIT, got {kind!r}")
    xy = column(sections, "NODE_COORD_SECTION", n, 2)
    if xy is None:
        raise ValueError("there is no NODE_COORD_SECTION")
    return np.floor(10 * apart(xy) + 1e-9) if collecting else np.rint(apart(xy))


def column(sections: dict[str, list[list[str]]], name: str, n: int, width: int) -> Floats | None:
    """The values of a section by node, the first node first; None where there is none."""
    if name not in sections:
        return None
    values = np.array([[float(word) for word in row[1 : 1 + width]] for row in sections[name]])
    if values.shape != (n, width):
        raise ValueError(f"{name} must have {n} rows of {width} values, got shape {values.shape}")
    return values


def vrplib_reference(path: Path) -> float | None:
    known = path.with_suffix(".sol")
    if not known.exists():
        return None
    costs = [
        line.split()[-1] for line in known.read_text(encoding="utf-8").splitlines() if line.lower().startswith("cost")
    ]
    return float(costs[0]) if costs else None


def apart(xy: Floats) -> Floats:
    distances: Floats = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return distances
