"""Building regions: CPU seconds from a raw source to routable and geocodable.

`--instances` holds OpenStreetMap extracts (.osm.pbf) and street files that a shipped column map fits. `cost` is CPU
seconds of the build, the engine's tools included. The check routes between addresses and looks addresses up again,
both read from the source a second time, without the code that built the region.
"""

import csv
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import osmium
import shapely

from benchmarks.check_travel import check_matrix, straight_m
from benchmarks.contract import Options, Row
from geo.address import Address
from geo.errors import ExtractError
from geo.place import Place
from geo.region import Region, build_region
from geo.region_build import BuildOptions
from geo.region_street_map import StreetMap, shipped, shipped_map

SAMPLE = 60
FAR_M = 150.0


@dataclass(frozen=True, slots=True)
class Known:
    """An address whose place the source states."""

    address: Address
    place: Place


def run(options: Options) -> Iterator[Row]:
    for instance in options.instances:
        sources = [instance] if instance.is_file() else sorted(instance.iterdir())
        for source in sources:
            if source.name.endswith(".osm.pbf"):
                yield _built(source, None, options.seed)
            elif source.suffix == ".csv" and (columns := _fitting_map(source)):
                yield _built(source, columns, options.seed)


def _fitting_map(source: Path) -> StreetMap | None:
    """The shipped column map all of whose columns a CSV has."""
    with source.open(encoding="utf-8", errors="replace") as file:
        header = set(next(csv.reader(file), []))
    maps = (shipped_map(name) for name in shipped())
    return next((m for m in maps if "geometry" in m.columns and set(m.columns.values()) <= header), None)


def _built(source: Path, columns: StreetMap | None, seed: int) -> Row:
    with TemporaryDirectory() as folder:
        cpu, wall = _cpu_s(), time.perf_counter()
        try:
            region = build_region(source, Path(folder) / "region", options=BuildOptions(streets=columns))
        except ExtractError as error:
            return Row(source.name, 0, None, None, False, str(error), _cpu_s() - cpu, time.perf_counter() - wall)
        cpu, wall = _cpu_s() - cpu, time.perf_counter() - wall
        known = _from_extract(source, seed) if columns is None else _from_streets(source, columns, seed)
        faults = _faults(region, known, seed)
        disk_mb = sum(path.stat().st_size for path in region.data.iterdir()) / 1e6
        facts = region.manifest.profiles["car"]
        why = f"{facts.road_km:,.0f} road km, {region.manifest.shops} shops, {facts.algorithm or 'graph'}, "
        why += f"{source.stat().st_size / 1e6:.1f} MB to {disk_mb:.1f} MB; {'; '.join(faults) or 'routes and finds'}"
        return Row(region.name, region.manifest.addresses, cpu, None, not faults, why, cpu, wall)


def _cpu_s() -> float:
    """CPU seconds of this process and of the tools it ran."""
    return sum(os.times()[:4])


def _faults(region: Region, known: list[Known], seed: int) -> list[str]:
    times = region.travel_times()
    places = [one.place for one in known]
    faults = check_matrix(times.matrix(places), times, places, seed)
    answers = region.geocoder().geocode([one.address for one in known])
    pairs = zip(answers, known, strict=True)
    lost = sum(found.place is None or straight_m(found.place, one.place) > FAR_M for found, one in pairs)
    return faults + ([f"{lost} of {len(known)} addresses not found within {FAR_M:.0f} m"] if lost else [])


def _from_extract(source: Path, seed: int) -> list[Known]:
    """House numbers of the extract that appear once."""
    wanted = osmium.filter.KeyFilter("addr:housenumber")
    by_address: dict[Address, list[Place]] = {}
    for thing in osmium.FileProcessor(str(source), osmium.osm.NODE).with_filter(wanted):
        tags = thing.tags
        if isinstance(thing, osmium.osm.Node) and "addr:street" in tags:
            line = f"{tags['addr:street']} {tags['addr:housenumber']}"
            address = Address(line, tags.get("addr:city") or "", tags.get("addr:postcode") or "")
            by_address.setdefault(address, []).append(Place(thing.lat, thing.lon))
    once = [Known(address, places[0]) for address, places in by_address.items() if len(places) == 1]
    return _sample(once, seed)


def _from_streets(source: Path, columns: StreetMap, seed: int) -> list[Known]:
    """The number in the middle of blocks' left sides, at the middle of their lines."""
    names = columns.columns
    found = []
    with source.open(encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            first, last = (int(row[names[key]] or 0) for key in ("left_first", "left_last"))
            if first > 0 and last > 0 and row.get(names["class"], "") in columns.highway:
                middle = shapely.from_wkt(row[names["geometry"]]).interpolate(0.5, normalized=True)
                number = first + (last - first) // 4 * 2
                address = Address(f"{number} {row[names['street']]}", columns.city, row[names["postcode"]])
                found.append(Known(address, Place(middle.y, middle.x)))
    return _sample(found, seed)


def _sample(known: list[Known], seed: int) -> list[Known]:
    order = np.random.default_rng(seed).permutation(len(known))[:SAMPLE]
    return [known[at] for at in order]
