"""Building regions: CPU seconds from a raw source to routable and geocodable.

`--instances` holds OpenStreetMap extracts (.osm.pbf) and street files that a shipped column map fits. `cost` is CPU
seconds of the build, the engine's tools included; every build runs in a process of its own, whose peak memory (or its
largest tool's) is given. The check routes between addresses and looks addresses up again, both read from the source a
second time, without the code that built the region.

`--size 8` also builds eight copies of the largest extract, side by side and joined by a road, and says what a state of
five million addresses takes if it goes on like that.
"""

import csv
import os
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import osmium
import shapely

from benchmarks.check_travel import check_matrix, straight_m
from benchmarks.contract import Options, Row
from benchmarks.region_tiles import tile
from geo.address import Address
from geo.errors import ExtractError
from geo.place import Place
from geo.region import Region, build_region, open_region
from geo.region_build import BuildOptions
from geo.region_street_map import StreetMap, shipped, shipped_map

SAMPLE = 60
FAR_M = 150.0
OSM = ".osm.pbf"
STATE_ADDRESSES = 5_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """An address whose place the source states."""

    address: Address
    place: Place


class Built(NamedTuple):
    """What a build took."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    fault: str = ""


def run(options: Options) -> Iterator[Row]:
    rows = []
    for source in [one for instance in options.instances for one in _sources(instance)]:
        columns = None if source.name.endswith(OSM) else _fitting_map(source)
        if columns or source.name.endswith(OSM):
            row, disk_mb = _built(source, columns, options.seed)
            rows.append((source, row, disk_mb))
            yield row
    extracts = [one for one in rows if one[0].name.endswith(OSM) and one[1].feasible]
    if options.size and extracts:
        source, small, small_mb = max(extracts, key=lambda one: one[1].n)
        with TemporaryDirectory() as folder:
            copies = int(options.size)
            path = tile(source, copies, Path(folder) / f"{copies} times {source.name}")
            large, disk_mb = _built(path, None, options.seed)
        yield replace(large, why=f"{large.why}; {_projected((small, small_mb), (large, disk_mb))}")


def _sources(instance: Path) -> list[Path]:
    known = (path for path in ([instance] if instance.is_file() else instance.iterdir()))
    return sorted(path for path in known if path.name.endswith(OSM) or path.suffix == ".csv")


def _projected(small: tuple[Row, float], large: tuple[Row, float]) -> str:
    """What a state takes when every further address costs what it cost from the small to the large extract."""
    addresses = large[0].n - small[0].n

    def at(one: float, other: float) -> float:
        return other + (other - one) / addresses * (STATE_ADDRESSES - large[0].n)

    minutes = at(small[0].cpu_s, large[0].cpu_s) / 60
    memory_gb, disk_gb = at(small[0].peak_mb or 0, large[0].peak_mb or 0) / 1000, at(small[1], large[1]) / 1000
    return (
        f"{STATE_ADDRESSES / 1e6:.0f} M addresses: {minutes:.0f} CPU minutes, {memory_gb:.1f} GB of memory, "
        f"{disk_gb:.1f} GB of disk"
    )


def _fitting_map(source: Path) -> StreetMap | None:
    """The shipped column map all of whose columns a CSV has."""
    with source.open(encoding="utf-8", errors="replace") as file:
        header = set(next(csv.reader(file), []))
    maps = (shipped_map(name) for name in shipped())
    return next((m for m in maps if "geometry" in m.columns and set(m.columns.values()) <= header), None)


def _built(source: Path, columns: StreetMap | None, seed: int) -> tuple[Row, float]:
    """What a build took and whether the region is right; and the megabytes it fills."""
    with TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            done = pool.submit(_build, source, Path(folder) / "region", columns).result()
        if done.fault:
            return Row(source.name, 0, None, None, False, done.fault, done.cpu_s, done.wall_s), 0.0
        region = open_region(Path(folder) / "region")
        known = _from_extract(source, seed) if columns is None else _from_streets(source, columns, seed)
        faults = _faults(region, known, seed)
        disk_mb = sum(path.stat().st_size for path in region.data.iterdir()) / 1e6
        facts, addresses = region.manifest.profiles["car"], region.manifest.addresses
        why = f"{facts.road_km:,.0f} road km, {region.manifest.shops} shops, {facts.algorithm or 'graph'}, "
        why += f"{source.stat().st_size / 1e6:.1f} MB to {disk_mb:.1f} MB; {'; '.join(faults) or 'routes and finds'}"
        cpu_s, wall_s = done.cpu_s, done.wall_s
        row = Row(region.name, addresses, cpu_s, None, not faults, why, cpu_s, wall_s, peak_mb=done.peak_mb)
        return row, disk_mb


def _build(source: Path, folder: Path, columns: StreetMap | None) -> Built:
    """Build in this process, which has done nothing else but load what it needs."""
    _load()
    cpu, wall = _cpu_s(), time.perf_counter()
    fault = ""
    try:
        build_region(source, folder, options=BuildOptions(streets=columns))
    except ExtractError as error:
        fault = str(error)
    cpu, wall = _cpu_s() - cpu, time.perf_counter() - wall
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Built(cpu, wall, kilobytes / 1024, fault)


def _load() -> None:
    """Import what a build uses, and load its compiled code, on a town of one street."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "street.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for number in (1, 2):
                tags = {"addr:street": "Street", "addr:housenumber": str(number)}
                writer.add_node(osmium.osm.mutable.Node(id=number, location=(0.001 * number, 0.0), tags=tags))
            street = {"highway": "residential", "name": "Street"}
            writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags=street))
        build_region(path, Path(folder) / "region")


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
