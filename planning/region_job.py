"""Building a region of a map extract that lies on the server's disk, as a job for administrators.

It is asked with `extract` (the name of a file in the folder of extracts), `name` (the folder it becomes among the
regions), `profiles` (car, bicycle, foot) and `street_map` (for a government's street file). Both are bare names: what
is asked can reach no other file. A region of that name that is there already is replaced in one step, at the end.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.tables import ActKind
from planning.errors import PlanningError
from planning.record_errors import MissingError, RefusedError
from planning.use_case import Asked, Installation, Prepared, Unit

EXTRACT = re.compile(r"[\w][\w.-]{0,120}\.(?:osm\.pbf|pbf|osm|gpkg|zip|csv|shp|geojson)", re.ASCII)
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
PROFILES = ("car", "bicycle", "foot")


@dataclass(frozen=True, slots=True)
class Offer:
    """An extract of which a region can be built: its name and bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Built:
    """A region that was built: the name of its folder, its own name, and whether it is the one in use."""

    name: str
    title: str
    addresses: int
    attribution: str
    in_use: bool


@dataclass(frozen=True, slots=True)
class Order:
    """What to build of what."""

    extract: Path
    folder: Path
    profiles: tuple[str, ...]
    street_map: str | None


class BuildRegion:
    """One unit."""

    act = ActKind.IMPORT
    limit_s = 12 * 3600.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        extract, name, _ = names_of(what)
        return f"Region {name} of {extract}"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        extract, name, profiles = names_of(asked.what)
        _, regions = folders(asked.here)
        source = extract_file(asked.here, extract)
        facts = source.stat()
        order = Order(source, regions / name, profiles, asked.what.get("street_map"))
        return Prepared([Unit(name, order, f"{facts.st_size} {facts.st_mtime_ns}")])

    def run(self, shared: Any, payload: Order) -> dict[str, Any]:
        from geo.region import build_region
        from geo.region_build import BuildOptions
        from geo.region_street_map import shipped_map
        from geo.road_profile import PROFILES as KINDS

        streets = shipped_map(payload.street_map) if payload.street_map else None
        chosen = tuple(KINDS[name] for name in payload.profiles)
        payload.folder.parent.mkdir(parents=True, exist_ok=True)
        region = build_region(payload.extract, payload.folder, options=BuildOptions(chosen, streets=streets))
        manifest = region.manifest
        return {
            "name": payload.folder.name,
            "title": region.name,
            "addresses": manifest.addresses,
            "shops": manifest.shops,
            "bounds": asdict(region.bounds),
            "road_km": {profile: round(facts.road_km) for profile, facts in manifest.profiles.items()},
            "attribution": region.attribution,
        }

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        (found,) = results.values()
        return found


def names_of(what: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """The extract, the region and the kinds of travellers that are asked for.

    Raises:
        RefusedError: something that is no bare name, or no kind of traveller.
    """
    extract, name = what.get("extract"), what.get("name")
    if not isinstance(extract, str) or not EXTRACT.fullmatch(extract):
        raise RefusedError(f"extract: expected the name of a file like bayern.osm.pbf, got {str(extract)[:80]!r}.")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise RefusedError(f"name: expected small letters, digits, - and _, like bayern; got {str(name)[:80]!r}.")
    profiles = what.get("profiles", ["car"])
    if not isinstance(profiles, list) or not profiles or any(one not in PROFILES for one in profiles):
        raise RefusedError(f"profiles: expected some of {', '.join(PROFILES)}, got {str(profiles)[:80]}.")
    street_map = what.get("street_map")
    if street_map is not None and (not isinstance(street_map, str) or not NAME.fullmatch(street_map)):
        raise RefusedError(f"street_map: expected a name like tiger, got {str(street_map)[:80]!r}.")
    return extract, name, tuple(dict.fromkeys(profiles))


def folders(here: Installation) -> tuple[Path, Path]:
    """Where extracts lie, and where regions go.

    Raises:
        PlanningError: the settings do not say.
    """
    if here.extracts is None or here.regions is None:
        raise PlanningError("Regions are built by jobs where BAILIWICK_EXTRACTS and BAILIWICK_REGIONS name folders.")
    return here.extracts, here.regions


def extract_file(here: Installation, name: str) -> Path:
    """An extract by its name; a link out of the folder is none.

    Raises:
        MissingError: there is no such file.
        PlanningError: the settings name no folder.
    """
    folder = folders(here)[0].resolve()
    path = (folder / name).resolve()
    if path.parent != folder or not path.is_file():
        raise MissingError(f"There is no extract {name}.")
    return path


def offers(here: Installation) -> list[Offer]:
    """The extracts that are there, by name.

    Raises:
        PlanningError: the settings name no folder.
    """
    folder = folders(here)[0]
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        try:
            if EXTRACT.fullmatch(path.name):
                found.append(Offer(path.name, extract_file(here, path.name).stat().st_size))
        except (MissingError, OSError):
            continue
    return found


def regions(here: Installation) -> list[Built]:
    """The regions that are there, by name.

    Raises:
        PlanningError: the settings name no folder.
    """
    from geo.errors import RegionMissing
    from geo.region_manifest import Manifest

    folder = folders(here)[1]
    if not folder.is_dir():
        return []
    used = here.region.resolve() if here.region else None
    found = []
    for path in sorted(folder.iterdir()):
        try:
            manifest = Manifest.read(path)
        except (RegionMissing, OSError, ValueError):
            continue
        in_use = path.resolve() == used
        found.append(Built(path.name, manifest.name, manifest.addresses, manifest.attribution, in_use))
    return found
