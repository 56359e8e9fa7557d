"""Travel-time matrices: how fast, and how far the plain graph and the straight line are from the engine.

`--instances` holds region folders (as `bailiwick region build` makes them) or extracts, from which regions are built
first; `--size` is the number of places (default 1000), addresses of the region chosen by `--seed`. `cost` is entries
(duration and distance) per CPU second, or what `why` says. A folder with a street file and a published table of road
distances (`*network_distance*.csv`) adds the error against that table.
"""

import csv
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from benchmarks.check_travel import check_matrix
from benchmarks.contract import OURS, Options, Row
from geo.great_circle import GreatCircle
from geo.matrix_cache import MatrixCache
from geo.place import Place
from geo.region import Region, build_region, open_region
from geo.region_build import BuildOptions
from geo.region_street_map import shipped_map
from geo.travel import TravelMatrix

SIZE = 1000
REPEATS = 3
CLIENTS = 9  # added one by one
LEAST_S = 30  # nearer pairs say more about rounding than about roads
PLACES = "SELECT lat, lon FROM number ORDER BY street, main, suffix, seq"


class Spent(NamedTuple):
    """What a piece of work took."""

    cpu_s: float
    wall_s: float


def run(options: Options) -> Iterator[Row]:
    size = int(options.size or SIZE)
    with TemporaryDirectory() as folder:
        for region in _regions(options, Path(folder)):
            yield from _measured(region, size, options.seed, Path(folder))
        for instance in options.instances:
            for table in sorted(instance.glob("*network_distance*.csv")):
                yield _against_published(table, Path(folder))


def _regions(options: Options, folder: Path) -> Iterator[Region]:
    for instance in options.instances:
        for manifest in sorted({*instance.glob("manifest.json"), *instance.glob("*/manifest.json")}):
            yield open_region(manifest.parent)
        for extract in [instance] if instance.is_file() else sorted(instance.glob("*.osm.pbf")):
            yield build_region(extract, folder / extract.name.removesuffix(".osm.pbf"))


def _addresses(region: Region, size: int, seed: int) -> list[Place]:
    """Addresses of the region; points along its roads where it has none with a place of their own."""
    db = sqlite3.connect(region.data / "addresses.sqlite")
    try:
        known = db.execute(PLACES).fetchall()
    finally:
        db.close()
    if len(known) < size:
        facts = next(iter(region.manifest.profiles.values()))
        with np.load(region.data / facts.roads) as roads:
            known = list(zip(roads["shape_lat"].tolist(), roads["shape_lon"].tolist(), strict=True))
    chosen = np.random.default_rng(seed).permutation(len(known))[:size]
    return [Place(*known[at]) for at in chosen]


def _measured(region: Region, size: int, seed: int, folder: Path) -> Iterator[Row]:
    places = _addresses(region, size, seed)
    reference: TravelMatrix | None = None
    for backend in _backends(region, "car"):
        times = region.travel_times(backend=backend)
        matrix, spent = _timed(lambda times=times: times.matrix(places))  # type: ignore[misc]
        faults = check_matrix(matrix, times, places, seed)
        why = "; ".join(faults) or f"{int((matrix.duration_s < 0).sum())} unreachable"
        if reference is None:
            reference, method = matrix, OURS
        else:
            why, method = f"{why}; off the engine: {_apart(matrix, reference)}", "our graph"
        yield _row(region, method, matrix, spent, why=why, feasible=not faults)
        if backend == "osrm":
            yield _inside_engine(region, places)
        yield _one_more(region, backend, places, folder)
    for profile in [name for name in region.manifest.profiles if name != "car"]:
        yield from _other_profile(region, profile, places, seed)
    if reference is not None:
        estimate, spent = _timed(lambda: GreatCircle().matrix(places))
        factor = _scale(estimate, reference)
        why = f"off the roads: {_apart(estimate, reference)}; times {factor:.2f}: {_apart(estimate, reference, factor)}"
        yield _row(region, "straight line", estimate, spent, why=why)


def _other_profile(region: Region, profile: str, places: list[Place], seed: int) -> Iterator[Row]:
    """The same for bicycles and walkers, as far as the region was built for them."""
    reference: TravelMatrix | None = None
    for backend in _backends(region, profile):
        times = region.travel_times(profile, backend=backend)
        matrix, spent = _timed(lambda times=times: times.matrix(places))  # type: ignore[misc]
        faults = check_matrix(matrix, times, places, seed)
        off = "" if reference is None else f"off the engine: {_apart(matrix, reference)}; "
        reference = matrix if reference is None else reference
        why = off + ("; ".join(faults) or f"{int((matrix.duration_s < 0).sum())} unreachable")
        yield _row(region, f"{profile}, {backend}", matrix, spent, why=why, feasible=not faults)


def _backends(region: Region, profile: str) -> list[str]:
    has_engine = bool(region.manifest.profiles[profile].algorithm)
    return ["osrm", "dijkstra"] if has_engine else ["dijkstra"]


def _timed(work: Callable[[], TravelMatrix]) -> tuple[TravelMatrix, Spent]:
    """The answer, and the least it took in three rounds after one that loads what is needed."""
    answer = work()
    rounds = []
    for _ in range(REPEATS):
        cpu, wall = time.process_time(), time.perf_counter()
        answer = work()
        rounds.append(Spent(time.process_time() - cpu, time.perf_counter() - wall))
    return answer, min(rounds)


def _row(region: Region, method: str, matrix: TravelMatrix, spent: Spent, *, why: str, feasible: bool = True) -> Row:
    rate = matrix.duration_s.size / spent.cpu_s
    return Row(region.name, len(matrix), rate, None, feasible, why, spent.cpu_s, spent.wall_s, method=method)


def _apart(matrix: TravelMatrix, reference: TravelMatrix, factor: float = 1.0) -> str:
    """How far times are from a reference's, as shares of it."""
    both = (reference.duration_s >= LEAST_S) & (matrix.duration_s >= 0)
    off = np.abs(matrix.duration_s[both] * factor / reference.duration_s[both] - 1)
    return f"median {100 * np.median(off):.1f} %, p90 {100 * np.percentile(off, 90):.1f} %"


def _scale(matrix: TravelMatrix, reference: TravelMatrix) -> float:
    both = (reference.duration_s >= LEAST_S) & (matrix.duration_s > 0)
    return float(np.median(reference.duration_s[both] / matrix.duration_s[both]))


def _inside_engine(region: Region, places: list[Place]) -> Row:
    """The engine's own table of durations and distances, left in the engine's objects."""
    import osrm

    facts = region.manifest.profiles["car"]
    engine = osrm.OSRM(
        storage_config=str(region.data / "car.osrm"),
        algorithm=facts.algorithm,
        use_shared_memory=False,
        max_locations_distance_table=len(places) + 1,
    )
    roads = [snap.road for snap in region.travel_times().snap(places) if snap.road is not None]
    asked = osrm.TableParameters(
        coordinates=[(road.lon, road.lat) for road in roads],
        radiuses=[25.0] * len(roads),
        annotations=["duration", "distance"],
        generate_hints=False,
    )
    asked.skip_waypoints = True
    spent = min(_table_time(engine, asked) for _ in range(REPEATS))
    rate = len(roads) ** 2 / spent.cpu_s
    why = f"{facts.algorithm}, duration and distance, not yet in arrays"
    return Row(region.name, len(roads), rate, None, True, why, spent.cpu_s, spent.wall_s, method="inside the engine")


def _table_time(engine: Any, asked: Any) -> Spent:
    cpu, wall = time.process_time(), time.perf_counter()
    engine.Table(asked)
    return Spent(time.process_time() - cpu, time.perf_counter() - wall)


def _one_more(region: Region, backend: str, places: list[Place], folder: Path) -> Row:
    """One more client on a matrix that the cache holds: look up the old, compute the new row and column, keep them.

    In a process that has the matrix at hand, and in a fresh one that has only the cache's file.
    """
    path = folder / f"{region.name}-{backend}.sqlite"
    times = region.travel_times(backend=backend, cache=MatrixCache(path))
    plain = region.travel_times(backend=backend)
    old, new = places[: -CLIENTS - 2], places[-CLIENTS - 2 :]
    times.matrix(old)
    times.matrix([*old, new[0]])
    rounds, matrix = [], times.matrix(old)
    for at in range(2, len(new)):
        cpu, wall = time.process_time(), time.perf_counter()
        matrix = times.matrix([*old, *new[:at]])
        rounds.append(Spent(time.process_time() - cpu, time.perf_counter() - wall))
    expected = plain.matrix([*old, *new[:-1]])
    same = bool((matrix.duration_s == expected.duration_s).all() and (matrix.distance_m == expected.distance_m).all())
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        kept_s, fresh_s = pool.submit(_in_fresh_process, region.folder, backend, path, [*old, *new]).result()
    spent = sorted(rounds)[len(rounds) // 2]
    why = f"{1000 * spent.cpu_s:.0f} ms for one more client (least {1000 * min(rounds).cpu_s:.0f}); in a fresh process "
    why += f"{1000 * kept_s:.0f} ms for what is kept, then {1000 * fresh_s:.0f}; {'same' if same else 'DIFFERS'}"
    rate = (2 * len(old) + 1) / spent.cpu_s
    method = f"one more, {backend}"
    return Row(region.name, len(old) + 1, rate, None, same, why, spent.cpu_s, spent.wall_s, method=method)


def _in_fresh_process(folder: Path, backend: str, cache: Path, places: list[Place]) -> tuple[float, float]:
    """CPU seconds for the matrix that the file holds, and then for one more client."""
    region = open_region(folder)
    region.travel_times(backend=backend).matrix(places[:2])  # opens the engine, loads compiled code
    times = region.travel_times(backend=backend, cache=MatrixCache(cache))
    started = time.process_time()
    times.matrix(places[:-1])
    kept = time.process_time()
    times.matrix(places)
    return kept - started, time.process_time() - kept


def _against_published(table: Path, folder: Path) -> Row:
    """Our shortest roads against a published table; ends more than a kilometre off our roads are left out."""
    options = BuildOptions(streets=shipped_map("san_francisco"), use_engine=False)
    region = build_region(table.parent / "street_segments.csv", folder / "streets", options=options)
    times = region.travel_times(backend="shortest")
    with table.open(encoding="utf-8") as file:
        rows = [(row["name"], row["DestinationName"], float(row["distance"])) for row in csv.DictReader(file)]
    known = _named_places(table.parent)
    names = sorted({name for start, end, _ in rows for name in (start, end)} & set(known))
    position = {name: at for at, name in enumerate(names)}
    places = [known[name] for name in names]
    cpu, wall = time.process_time(), time.perf_counter()
    matrix = times.matrix(places)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    used = [(position[a], position[b], metres) for a, b, metres in rows if a in position and b in position]
    pairs = [(matrix.distance_m[a, b], metres) for a, b, metres in used if matrix.distance_m[a, b] >= 0 and metres > 0]
    ours, published = np.array(pairs, float).T
    off = np.abs(ours / published - 1)
    faults = check_matrix(matrix, times, places, 1, by_distance=True)
    why = f"mean absolute error {100 * off.mean():.1f} %, median {100 * np.median(off):.1f} %; "
    why += "; ".join(faults) or f"{len(rows) - len(pairs)} of {len(rows)} pairs end off our roads"
    cost, reference = float(ours.mean()), float(published.mean())
    return Row(region.name, len(places), cost, reference, not faults, why, cpu, wall, method=OURS)


def _named_places(folder: Path) -> dict[str, Place]:
    """Places by name from every table of the folder that has a NAME, a long and a lat column."""
    found: dict[str, Place] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", errors="replace") as file:
            reader = csv.DictReader(file)
            if {"NAME", "long", "lat"} <= set(reader.fieldnames or ()):
                found |= {row["NAME"]: Place(float(row["lat"]), float(row["long"])) for row in reader}
    return found
