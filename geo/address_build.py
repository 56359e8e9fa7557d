"""From address records to an index that finds them."""

import os
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import mkstemp

from geo.address_fold import fold
from geo.address_group import grouped
from geo.address_number import house_numbers
from geo.address_record import AddressPoint, AddressRange, AddressRecord, KilometrePost, StreetLine
from geo.address_schema import APPLICATION_ID, INDEXES, TABLES, VERSION, cell_of
from geo.address_street import StreetName, letter_pairs, street_name
from geo.place import Place

CORNER_DIGITS = 6  # lines that agree to so many decimals of a degree meet


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """What went into an index, and how many records had to be left out because nothing could be read from them."""

    streets: int
    numbers: int
    blocks: int
    corners: int
    left_out: int


def build_address_index(records: Iterable[AddressRecord], path: Path, *, source: str) -> IndexCounts:
    """Write an index of `records` to `path`; a file that is there is replaced at the end, in one step.

    The same records in the same order give the same answers.

    Args:
        source: what the records come from, with date or version and attribution; every answer repeats it.

    Raises:
        OSError: the folder cannot be written to.
    """
    handle, name = mkstemp(prefix=path.name + ".", suffix=".unfinished", dir=path.parent)
    os.close(handle)
    unfinished = Path(name)
    try:
        db = sqlite3.connect(unfinished, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.executescript(TABLES)
            db.execute("BEGIN")
            counts = _Build(db).run(records, source)
            db.execute("COMMIT")
            db.executescript(INDEXES)
            db.execute("ANALYZE")
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {VERSION}")
        finally:
            db.close()
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return counts


@dataclass(slots=True)
class _Build:
    """An index in the making."""

    db: sqlite3.Connection
    names: dict[StreetName, int] = field(default_factory=dict)
    towns: dict[str, tuple[str, list[Place]]] = field(default_factory=dict)
    postcodes: dict[str, tuple[str, list[Place]]] = field(default_factory=dict)
    met: dict[tuple[float, float], dict[int, int]] = field(default_factory=dict)
    streets: int = 0
    numbers: int = 0
    blocks: int = 0

    def run(self, records: Iterable[AddressRecord], source: str) -> IndexCounts:
        by_name: dict[StreetName, list[AddressRecord]] = defaultdict(list)
        left_out = 0
        for record in records:
            name = street_name(record.street)
            if not name.core or (isinstance(record, AddressPoint) and not house_numbers(record.number)):
                left_out += 1
                continue
            by_name[name].append(record)
        for name, members in by_name.items():
            self._add_name(name)
            for street in grouped(members):
                self._add_street(name, street)
        self._add_areas()
        corners = self._add_corners()
        self.db.executemany("INSERT INTO about VALUES (?, ?)", [("source", source)])
        return IndexCounts(self.streets, self.numbers, self.blocks, corners, left_out)

    def _add_name(self, name: StreetName) -> None:
        number = self.names[name] = len(self.names) + 1
        self.db.execute("INSERT INTO name VALUES (?, ?, ?, ?)", (number, name.core, name.kind, name.digits))
        self.db.execute("INSERT INTO name_pairs (rowid, pairs) VALUES (?, ?)", (number, " ".join(letter_pairs(name))))

    def _add_street(self, name: StreetName, members: list[AddressRecord]) -> None:
        self.streets += 1
        number = self.streets
        cities = Counter(m.city for m in members if m.city)
        codes = Counter(m.postcode for m in members if not isinstance(m, KilometrePost) and m.postcode)
        middle = _middle([at for m in members for at in _places(m)])
        row = (
            number, self.names[name], _most(m.street for m in members), _most(m.city for m in members),
            "\n".join(sorted({fold(c) for c in cities})), "\n".join(sorted({fold(c) for c in codes})),
            _most(m.region for m in members), _most(m.country for m in members), middle.lat, middle.lon,
        )  # fmt: skip
        self.db.execute("INSERT INTO street VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._add_numbers(number, [m for m in members if isinstance(m, AddressPoint)])
        for member in members:
            if isinstance(member, KilometrePost):
                values = (number, member.distance_km, member.place.lat, member.place.lon)
                self.db.execute("INSERT INTO kilometre VALUES (?, ?, ?, ?)", values)
            elif not isinstance(member, AddressPoint):
                self._add_line(number, self.names[name], member)
            self._note_areas(member, _places(member)[0])

    def _add_numbers(self, street: int, points: list[AddressPoint]) -> None:
        """Each number of each point; `own` is 0 for the 14 in "12-16", which has the place only by inclusion."""
        taken: Counter[str] = Counter()
        rows = []
        for point in points:
            for at, number in enumerate(house_numbers(point.number)):
                own = at == 0 or ";" in point.number
                lat, lon = point.place.lat, point.place.lon
                rows.append(
                    (street, number.main, number.suffix, taken[number.key], int(own), point.number, lat, lon,
                     cell_of(lat, lon), point.city, point.postcode, point.entity)
                )  # fmt: skip
                taken[number.key] += 1
        self.db.executemany("INSERT INTO number VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self.numbers += len(points)

    def _add_line(self, street: int, name: int, record: AddressRange | StreetLine) -> None:
        for place in record.line:
            self.met.setdefault((round(place.lat, CORNER_DIGITS), round(place.lon, CORNER_DIGITS)), {})[name] = street
        if isinstance(record, StreetLine):
            first = last = -1
            parity, side = 2, ""
        else:
            first, last, side = record.first, record.last, record.side.value
            parity = first % 2 if first % 2 == last % 2 else 2
        self.blocks += 1
        line = array("d", [degree for place in record.line for degree in (place.lat, place.lon)]).tobytes()
        row = (
            self.blocks, street, min(first, last), max(first, last), parity, first, last, side, line, record.city,
            record.postcode, record.entity,
        )  # fmt: skip
        self.db.execute("INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        cells = {cell_of(place.lat, place.lon) for place in _dense(record.line)}
        self.db.executemany("INSERT INTO block_cell VALUES (?, ?)", [(cell, self.blocks) for cell in sorted(cells)])

    def _note_areas(self, record: AddressRecord, place: Place) -> None:
        code = "" if isinstance(record, KilometrePost) else record.postcode
        for text, known in ((record.city, self.towns), (code, self.postcodes)):
            if fold(text):
                known.setdefault(fold(text), (text, []))[1].append(place)

    def _add_areas(self) -> None:
        for table, known in (("town", self.towns), ("postcode", self.postcodes)):
            rows = [(key, name, *_median(places)) for key, (name, places) in known.items()]
            self.db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)

    def _add_corners(self) -> int:
        """Where lines of different names share a point."""
        rows = [
            (one, other, lat, lon)
            for (lat, lon), here in self.met.items()
            if len(here) > 1
            for one in here.values()
            for other in here.values()
            if one != other
        ]
        self.db.executemany("INSERT INTO corner VALUES (?, ?, ?, ?)", rows)
        return len(rows) // 2


def _places(record: AddressRecord) -> tuple[Place, ...]:
    return record.line if isinstance(record, AddressRange | StreetLine) else (record.place,)


def _most(texts: Iterable[str]) -> str:
    """The commonest text that is not empty; of equals the first."""
    counted = Counter(t for t in texts if t)
    return counted.most_common(1)[0][0] if counted else ""


def _median(places: list[Place]) -> tuple[float, float]:
    return median(p.lat for p in places), median(p.lon for p in places)


def _middle(places: list[Place]) -> Place:
    """The one of the places that is nearest to the middle of them."""
    lat, lon = _median(places)
    return min(places, key=lambda p: (p.lat - lat) ** 2 + (p.lon - lon) ** 2)


def _dense(line: tuple[Place, ...]) -> Iterator[Place]:
    """Points along a line, no farther apart than half a cell of the grid."""
    for a, b in pairwise(line):
        steps = int(max(abs(b.lat - a.lat), abs(b.lon - a.lon)) * 800) + 1
        for i in range(steps):
            yield Place(lat=a.lat + (b.lat - a.lat) * i / steps, lon=a.lon + (b.lon - a.lon) * i / steps)
    yield line[-1]
