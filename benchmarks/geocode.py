"""How well addresses are found: messy spellings, numbers that are missing from the index, a city's businesses.

`--instances` holds region folders, or folders of them, or address indexes (`*addresses.sqlite`). Each gives rows

- `NAME messy CLASS` and `NAME messy`: share of spellings not answered within 50 m, percent, as cost;
- `NAME holdout`: a fifth of the house numbers is taken out of a copy and asked for: median metres off as cost.

A `*businesses*.csv` beside them (columns address, city, postal_code, latitude, longitude) is asked of the index whose
streets lie around its places: row `NAME FILE`, median metres off as cost, for rows whose address begins with a number;
row `NAME FILE without number`, how many of the others are marked better than by their street: none but corners are
expected to be.

`feasible` says whether the row keeps to what is expected: at most 2 % of all spellings and 5 % of a class off; 15 ms a
spelling; nothing marked rooftop or interpolated on a wrong street, at least 60 % of the numbers taken out answered
interpolated or better, median 30 m; 97 % of the businesses interpolated or better, median 12 m, 95th percentile 80 m.
Distances are measured from the index's own records. A street is the wrong one if its title differs, unless by
two letters at most and the answer is within 100 m (one street spelt in two ways by the source).
`--size N` = spellings in a class (default 200), the hold-out asks for twice as many. `--size N/M` also makes an index
of M addresses from the first region's, under other names, and measures what it takes: row `NAME × M`, milliseconds of a
misspelt address as cost, 15 ms expected.

With BAILIWICK_NOMINATIM_URL set to a server of one's own that holds the same region, geopy's answers stand beside ours.
"""

import csv
import io
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from charset_normalizer import from_path
from rapidfuzz.distance import OSA

from benchmarks.contract import Options, Row, peak_mb
from benchmarks.large_addresses import large_addresses
from benchmarks.messy_addresses import Known, Messy, messy_set
from benchmarks.nominatim_peer import METHOD, nominatim_metres
from geo.address import Address
from geo.address_answer import AddressAnswer
from geo.address_build import build_address_index
from geo.address_fold import fold
from geo.address_index import AddressIndex
from geo.address_parse import corner_parts
from geo.great_circle import great_circle_m
from geo.located import Level
from geo.place import Place
from geo.region import open_region

NEAR_M = 50.0
MOST_OFF, MOST_OFF_IN_CLASS = 2.0, 5.0  # percent
MOST_MS = 15.0
LEAST_HELD, MOST_HELD_M = 60.0, 30.0
LEAST_BUSINESSES, MOST_BUSINESS_M, MOST_BUSINESS_P95_M = 97.0, 12.0, 80.0
SPELT_TWICE_M, SPELT_TWICE_LETTERS = 100.0, 2
EACH = 200
HELD_OUT = 5  # one number in so many


def run(options: Options) -> Iterator[Row]:
    """Rows for every index; see above."""
    each, large = _size(options)
    indexes = _indexes(options)
    for name, path in indexes.items():
        known = known_addresses(path)
        if known and large:
            yield _large_row(name, known, large, each, options.seed)
            large = 0
        if known:
            asked = messy_set(known, each, options.seed)
            yield from _messy_rows(name, path, asked)
            yield from _peer_rows(name, asked)
            yield _held_out_row(name, path, known, 2 * each, options.seed)
    for folder in options.instances:
        for table in sorted(folder.glob("*businesses*.csv")):
            yield from _business_rows(table, indexes)


def _size(options: Options) -> tuple[int, int]:
    """Spellings in a class, and addresses of a large index (0 = none)."""
    each, _, large = (options.size or str(EACH)).partition("/")
    if not each.isdigit() or not (large or "0").isdigit():
        raise ValueError(f"--size must look like 200 or 200/500000, got {options.size}")
    return int(each), int(large or 0)


def _indexes(options: Options) -> dict[str, Path]:
    """Every address index by the name of its region."""
    found: dict[str, Path] = {}
    for folder in options.instances:
        for manifest in sorted([*folder.glob("manifest.json"), *folder.glob("*/manifest.json")]):
            region = open_region(manifest.parent)
            found[region.name] = region.geocoder().path
        for path in sorted(folder.glob("*addresses.sqlite")):
            found[path.name.removesuffix("addresses.sqlite").strip("-_.") or folder.name] = path
    if not found:
        where = ", ".join(map(str, options.instances)) or "no folder (give --instances DIR)"
        raise FileNotFoundError(f"no region and no *addresses.sqlite in {where}")
    return found


def known_addresses(path: Path) -> list[Known]:
    """Every address of an index once, with all places recorded for it."""
    rows = sqlite3.connect(path).execute(
        "SELECT title, written, number.city, postcode, number.lat, number.lon FROM number "
        "JOIN street ON street.id = street WHERE own ORDER BY street, main, suffix, seq"
    )
    found: dict[tuple[str, str, str], tuple[str, list[Place]]] = {}
    for street, number, city, postcode, lat, lon in rows:
        found.setdefault((street, number, city), (postcode, []))[1].append(Place(lat=lat, lon=lon))
    return [Known(*key, postcode, tuple(places)) for key, (postcode, places) in found.items()]


def metres_off(answer: AddressAnswer, known: Known) -> float:
    """Metres to the nearest place recorded for the address; infinite without an answer."""
    return float(great_circle_m([answer.place], known.places).min()) if answer.place else float("inf")


def _messy_rows(name: str, path: Path, asked: Sequence[Messy]) -> Iterator[Row]:
    index = AddressIndex(path)
    index.find(Address("warm up 1"))
    off: dict[str, list[float]] = {}
    started, wall = time.process_time(), time.perf_counter()
    answers = index.geocode([Address(messy.line) for messy in asked])
    cpu_s, wall_s = time.process_time() - started, time.perf_counter() - wall
    for messy, answer in zip(asked, answers, strict=True):
        off.setdefault(messy.kind, []).append(metres_off(answer, messy.known))
    for kind, metres in off.items():
        share = _share(metre > NEAR_M for metre in metres)
        yield _row(
            f"{name} messy {kind}", len(metres), share, share <= MOST_OFF_IN_CLASS, "% not within 50 m", 0.0, 0.0
        )
    everything = [metre for metres in off.values() for metre in metres]
    share, each_ms = _share(metre > NEAR_M for metre in everything), 1000 * cpu_s / len(asked)
    why = f"% not within 50 m; {each_ms:.1f} ms each"
    good = share <= MOST_OFF and each_ms <= MOST_MS
    yield _row(f"{name} messy", len(asked), share, good, why, cpu_s, wall_s)


def _peer_rows(name: str, asked: Sequence[Messy]) -> Iterator[Row]:
    """The same spellings asked of a real Nominatim, if one is up."""
    answered = nominatim_metres(asked)
    if answered is None:
        return
    metres, cpu_s, wall_s = answered
    for kind in dict.fromkeys(messy.kind for messy in asked):
        of_kind = [off for off, messy in zip(metres, asked, strict=True) if messy.kind == kind]
        share = _share(off > NEAR_M for off in of_kind)
        text = "% not within 50 m"
        yield Row(f"{name} messy {kind}", len(of_kind), share, None, True, text, 0.0, 0.0, method=METHOD)
    share = _share(off > NEAR_M for off in metres)
    text = f"% not within 50 m; {1000 * wall_s / len(asked):.1f} ms each"
    yield Row(f"{name} messy", len(asked), share, None, True, text, cpu_s, wall_s, method=METHOD)


def _large_row(name: str, known: Sequence[Known], count: int, each: int, seed: int) -> Row:
    """Build an index of so many addresses and ask it for misspelt streets, which is what takes longest."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "addresses.sqlite"
        before_mb, started = peak_mb(), time.process_time()
        counts = build_address_index(large_addresses(known, count, seed), path, source="invented")
        build_s, build_mb = time.process_time() - started, peak_mb() - before_mb
        asked = [m for m in messy_set(known_addresses(path), each, seed) if "typo" in m.kind]
        index = AddressIndex(path)
        index.find(Address("warm up 1"))
        started, wall = time.process_time(), time.perf_counter()
        answers = index.geocode([Address(messy.line) for messy in asked])
        cpu_s, wall_s = time.process_time() - started, time.perf_counter() - wall
        index.close()
        disk_mb = path.stat().st_size / 1e6
    each_ms = 1000 * cpu_s / len(asked)
    share = _share(metres_off(a, m.known) > NEAR_M for a, m in zip(answers, asked, strict=True))
    why = (
        f"ms a misspelt address; {share:.1f} % not within 50 m; {counts.streets:,} streets; built in {build_s:.0f} s, "
        f"{build_mb:,.0f} MB of memory, {disk_mb:.0f} MB on disk"
    )
    return _row(f"{name} × {counts.numbers:,}", len(asked), each_ms, each_ms <= MOST_MS, why, cpu_s, wall_s)


def _held_out_row(name: str, path: Path, known: Sequence[Known], count: int, seed: int) -> Row:
    """Ask for numbers that are no longer there."""
    chance = Random(seed)
    held = sorted(chance.sample(range(len(known)), len(known) // HELD_OUT))
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "addresses.sqlite"
        shutil.copy(path, copy)
        _take_out(copy, [known[at] for at in held])
        asked = [known[at] for at in chance.sample(held, min(count, len(held)))]
        index = AddressIndex(copy)
        started, wall = time.process_time(), time.perf_counter()
        answers = index.geocode([Address(f"{a.street} {a.number}", a.city, a.postcode) for a in asked])
        cpu_s, wall_s = time.process_time() - started, time.perf_counter() - wall
        index.close()
    exact = [(a, k) for a, k in zip(answers, asked, strict=True) if a.level.at_least(Level.INTERPOLATED)]
    wrong = [a for a, k in exact if not _on_street(a, k)]
    share = 100 * len(exact) / max(len(asked), 1)
    off_m = median([metres_off(a, k) for a, k in exact] or [float("inf")])
    why = f"median metres off; {share:.1f} % interpolated or better, {len(wrong)} on a wrong street"
    good = not wrong and share >= LEAST_HELD and off_m <= MOST_HELD_M
    return _row(f"{name} holdout", len(asked), off_m, good, why, cpu_s, wall_s)


def _take_out(path: Path, held: Sequence[Known]) -> None:
    """Remove numbers from an index, and streets and names of which nothing is left."""
    db = sqlite3.connect(path)
    with db:
        db.executemany(
            "DELETE FROM number WHERE written = ? AND city = ? AND street IN (SELECT id FROM street WHERE title = ?)",
            [(a.number, a.city, a.street) for a in held],
        )
        db.execute(
            "DELETE FROM street WHERE id NOT IN (SELECT street FROM number) AND id NOT IN (SELECT street FROM block)"
        )
        db.execute("DELETE FROM name WHERE id NOT IN (SELECT name FROM street)")
    db.close()


def _on_street(answer: AddressAnswer, known: Known) -> bool:
    """Whether the answer is on the street asked for; "Kaivopiha, Mannerheimintie" is Mannerheimintie too."""
    if answer.matched is None:
        return False
    found, near = fold(answer.matched.line), metres_off(answer, known) <= SPELT_TWICE_M
    names = [fold(name) for name in known.street.split(",")]
    return any(found.startswith(name) or (near and _alike(name, found)) for name in names)


def _alike(name: str, found: str) -> bool:
    return OSA.distance(name, found.rpartition(" ")[0]) <= SPELT_TWICE_LETTERS


def _business_rows(table: Path, indexes: dict[str, Path]) -> Iterator[Row]:
    """Businesses with coordinates, asked for by their address alone."""
    text = str(from_path(table).best() or "")
    with_place = [r for r in csv.DictReader(io.StringIO(text)) if abs(float(r.get("latitude") or 0)) > 1]
    asked = [r for r in with_place if r["address"].strip()[:1].isdigit()]
    places = [Place(lat=float(r["latitude"]), lon=float(r["longitude"])) for r in asked]
    around = {name: _inside(path, places) for name, path in indexes.items()}
    name = max(around, key=lambda each: around[each])
    if not asked or not around[name]:
        return
    index = AddressIndex(indexes[name])
    started, wall = time.process_time(), time.perf_counter()
    answers = index.geocode([Address(r["address"], r["city"], r["postal_code"]) for r in asked])
    cpu_s, wall_s = time.process_time() - started, time.perf_counter() - wall
    exact = [(a, p) for a, p in zip(answers, places, strict=True) if a.place and a.level.at_least(Level.INTERPOLATED)]
    off = sorted(float(great_circle_m([a.place], [p])[0, 0]) for a, p in exact if a.place)
    share, p95 = 100 * len(exact) / len(asked), off[int(0.95 * len(off))]
    why = f"median metres off; {share:.2f} % interpolated or better, p95 {p95:.0f} m"
    yield _without_number_row(f"{name} {table.stem} without number", index, with_place)
    good = share >= LEAST_BUSINESSES and median(off) <= MOST_BUSINESS_M and p95 <= MOST_BUSINESS_P95_M
    yield _row(f"{name} {table.stem}", len(asked), median(off), good, why, cpu_s, wall_s)


def _without_number_row(name: str, index: AddressIndex, rows: Sequence[dict[str, str]]) -> Row:
    """Piers, corners, "Off the Grid": nothing but a corner may be known better than to its street."""
    asked = [r for r in rows if not r["address"].strip()[:1].isdigit()]
    started, wall = time.process_time(), time.perf_counter()
    answers = index.geocode([Address(r["address"], r["city"], r["postal_code"]) for r in asked])
    cpu_s, wall_s = time.process_time() - started, time.perf_counter() - wall
    exact = [r for r, a in zip(asked, answers, strict=True) if a.level.at_least(Level.INTERPOLATED)]
    corners = [r for r in exact if corner_parts(r["address"])]
    waiting = sum(a.needs_review for a in answers)
    why = f"marked interpolated or better, {len(corners)} of them corners; {waiting} for review"
    return _row(name, len(asked), len(exact), len(exact) == len(corners), why, cpu_s, wall_s)


def _inside(path: Path, places: Sequence[Place]) -> int:
    """How many places lie within the extent of an index's streets."""
    query = "SELECT min(lat), max(lat), min(lon), max(lon) FROM street"
    south, north, west, east = sqlite3.connect(path).execute(query).fetchone()
    return sum(south <= p.lat <= north and west <= p.lon <= east for p in places)


def _share(wrong: Iterator[bool]) -> float:
    """Percent that are true."""
    values = list(wrong)
    return 100 * sum(values) / len(values) if values else 0.0


def _row(name: str, n: int, cost: float, good: bool, why: str, cpu_s: float, wall_s: float) -> Row:
    return Row(name, n, round(cost, 2), None, good, why, cpu_s, wall_s)
