"""Hostile rows and files for everything that reads files: made from a seed, brought in, and judged.

Rows mix what the fields hold in life with what breaks programs. They are staged and committed in the record as an
import is; every row must be accounted for, every refused one with its line and a reason, and a commit is whole or
nothing. Files are real-looking ones of every format with bytes changed, cut, doubled and mixed in; a reader may answer
with a table or with one sentence (`TableError`), and with nothing else.
"""

import csv
import io
import json
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.errors import RecordError
from crm.tables import ActKind, RowState
from planning.errors import TableError
from planning.import_fields import Setting
from planning.import_kinds import KINDS, Kind
from planning.imports import commit_import, get_import, import_rows, stage_file
from planning.record_errors import AskError
from planning.weekdays import parse_weekdays  # noqa: F401  (loads the words of weekdays before anything is measured)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BATCH = 250
"""Rows of a file."""

HEADERS: Mapping[str, Sequence[str]] = {
    "accounts": ("id", "name", "street", "city", "postcode", "country", "lat", "lon", "visits", "minutes", "sales",
                 "potential", "last visit", "opening hours", "segment", "status"),
    "people": ("id", "name", "account", "role", "email", "phone", "newsletter", "language"),
    "leads": ("id", "source", "name", "company", "email", "phone", "arrived", "trigger", "city"),
    "opportunities": ("id", "title", "account", "stage", "value", "close date", "rep", "pipeline", "created"),
    "activities": ("id", "account", "kind", "date", "duration", "text", "rep", "person", "next contact"),
    "reps": ("id", "name", "lat", "lon", "weekdays", "shift start", "shift end", "time zone", "holidays"),
    "codes": ("list", "code", "label", "name", "kind", "order"),
    "policy": ("segment", "visits", "minutes", "channel"),
    "reps file": ("rep", "home", "lat", "lon", "weekdays", "shift", "days per year", "part time", "skills", "holidays"),
    "shares": ("account", "rep", "share"),
    "pins": ("id", "address", "lat", "lon", "note"),
    "leads file": ("id", "name", "lat", "lon", "type", "industry", "size", "skills", "arrived"),
}  # fmt: skip
GOOD = (
    "a1", "a2", "a3", "a4", "Account 1", "Account 7", "Rep 0", "Rep 1", "Anna Berg", "B", "anna@x.example", "50.25",
    "10.5", "11,5", "12", "weekly", "30", "0:45", "2026-03-02", "02.03.2026", "3/2/2026 14:05", "Mo-Fr 09:00-17:00",
    "active", "call", "visit", "note", "yes", "no", "DE", "DE-BY", "Europe/Berlin", "Town", "Street 4", "09:00", "17:00",
    "Prospecting", "Won", "Lost", "0.5", "60 %", "1 234,50", "€ 90", "Mon, Tue", "cooling:3; english", "web", "+49 30 1",
)  # fmt: skip
BAD = (
    "", " ", "\t", "-1", "0", "nan", "inf", "-inf", "1e309", "1e-400", "9" * 400, "0x1f", "1_000", "٣", "½", "NULL", "None",
    "\x00", "a\x00b", "\x1b[31m", "\u202e", "\ufeff", "\ud83d", "💩", "é" * 300, "x" * 5000, "'", '"', '""', '"a', "a\nb",
    "\r", "=1+1", "@SUM(A1)", "'; DROP TABLE account; --", "<script>alert(1)</script>", "../../etc/passwd", "{}", "[]",
    "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "31/31/2026", "24:00", "25:61", "-0:30", "2026-03-29 02:30",
    "90.0001", "180.5", "-91", "5820000", "52520008", "49°30'N", "1;2;3", "a,b", "|", "\\", "%s%n", "${x}", "True", "Mo-Fr 9-",
    "2026-W53-1", "1.797e308", "00000000000000000000001", "1,2,3.4", "٫", "Z" * 255, "\u0130", "ß", "ﬀ", "1900-02-29",
)  # fmt: skip


@dataclass
class Outcome:
    """What was fed, and what went wrong with it."""

    rows: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    began_mb: float = 0.0
    most_mb: float = 0.0
    slowest_s: float = 0.0

    def __str__(self) -> str:
        fed = ", ".join(f"{count:,} {name}" for name, count in self.rows.items())
        mutants = ", ".join(f"{count:,} {name}" for name, count in self.files.items())
        states = ", ".join(f"{count:,} {name}" for name, count in sorted(self.states.items()))
        return (
            f"rows: {fed} ({states}); changed files: {mutants}; {self.refused:,} files refused in a sentence; "
            f"memory {self.began_mb:.0f} → {self.most_mb:.0f} MB, slowest file {self.slowest_s:.1f} s of CPU; "
            f"{len(self.faults)} faults"
        )

    def fault(self, what: str) -> None:
        self.faults.append(what[:600])


def memory_mb() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cell(chance: Random) -> str:
    """What stands in a cell: in half of them something from life."""
    kind = chance.random()
    if kind < 0.55:
        return chance.choice(GOOD)
    if kind < 0.85:
        return chance.choice(BAD)
    if kind < 0.93:
        return chance.choice(GOOD) + chance.choice(BAD)
    return "".join(
        chr(chance.choice((chance.randrange(32, 127), chance.randrange(0xD7FF)))) for _ in range(chance.randrange(9))
    )


def rows_file(headers: Sequence[str], rows: int, chance: Random) -> bytes:
    """A delimited file of so many rows, some of them too short, too long or quoted wrongly."""
    names = [name for name in headers if chance.random() < 0.9] or list(headers[:1])
    names += ["surplus"] * (chance.random() < 0.2) + [names[0]] * (chance.random() < 0.05)
    text = io.StringIO(newline="")
    delimiter = chance.choice(",,,;\t")
    writer = csv.writer(text, delimiter=delimiter, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    writer.writerow(names)
    for number in range(rows):
        cells = [
            f"n{chance.randrange(10 * rows)}" if at == 0 and chance.random() < 0.7 else cell(chance)
            for at in range(len(names))
        ]
        cells = cells[: chance.randrange(len(cells) + 1)] if chance.random() < 0.02 else cells
        if chance.random() < 0.01:
            text.write(f'n{number}{delimiter}"open{delimiter}{cell(chance)}\n'.replace("\x00", ""))
        else:
            writer.writerow(cells)
    return text.getvalue().encode(chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace")


def feed_rows(database: Database, kind: Kind, rows: int, seed: int, folder: Path, outcome: Outcome) -> None:
    """Bring hostile rows of one kind into the record, file by file."""
    chance = Random(f"{seed} {kind.name}")
    setting = Setting(by="hostile", now=NOW, zone=UTC, make_accounts=True)
    path = folder / f"{kind.name}.csv"
    for begin in range(0, rows, BATCH):
        path.write_bytes(rows_file(HEADERS[kind.name], min(BATCH, rows - begin), chance))
        outcome.rows[kind.name] += min(BATCH, rows - begin)
        name = f"{kind.name}, seed {seed}, file {begin // BATCH}"
        began_s = time.process_time()
        try:
            bring_in(database, kind, path, setting, outcome, name)
        except TableError as error:
            polite(str(error), outcome, name)
        except Exception as error:
            outcome.fault(f"{name}: {type(error).__name__}: {error}")
        outcome.slowest_s = max(outcome.slowest_s, time.process_time() - began_s)


def bring_in(database: Database, kind: Kind, path: Path, setting: Setting, outcome: Outcome, name: str) -> None:
    """Stage a file, look at its report, commit it, and compare the record with what was said."""
    made = stage_file(database, kind, path, setting)
    with database.read() as session:
        run = get_import(session, made)
        rows, after = [], 0
        while True:
            page = import_rows(session, made, after=after, limit=500)
            rows += page.rows
            if page.after is None:
                break
            after = page.after
    outcome.states.update({state: number for state, number in run.counts.items() if number})
    of_file = [row for row in rows if row.line is not None]
    if len(of_file) != run.rows_read:
        outcome.fault(f"{name}: {run.rows_read} rows read, {len(of_file)} reported")
    for row in of_file:
        said = [one for one in row.reasons if one.get("field") and one.get("note")]
        if row.state == RowState.REJECT and not said:
            outcome.fault(f"{name}, line {row.line}: refused without a reason: {row.reasons}")
    before = count(database, kind)
    try:
        with database.write(Act("hostile", "hostile rows", NOW, ActKind.IMPORT)) as session:
            done = commit_import(session, made, now=NOW)
    except (AskError, RecordError) as error:
        polite(str(error), outcome, name)
        if count(database, kind) != before:
            outcome.fault(f"{name}: refused, and yet half imported")
        return
    if count(database, kind) - before != done.counts.get("create", 0):
        outcome.fault(f"{name}: {done.counts} said, {count(database, kind) - before} rows more")


def count(database: Database, kind: Kind) -> int:
    with database.read() as session:
        return int(session.scalar(select(func.count()).select_from(table_of(kind.table))) or 0)


def polite(said: str, outcome: Outcome, name: str) -> None:
    """A refusal is one sentence on one line."""
    outcome.refused += 1
    if not said or "\n" in said or "Traceback" in said or len(said) > 1500:
        outcome.fault(f"{name}: refused with {said[:200]!r}")


def readers() -> Mapping[str, Callable[[Path], Any]]:
    """Everything else that reads a file, by the name of its headers."""
    from planning.files import read_accounts, read_policy, read_reps
    from planning.leads_file import read_leads
    from planning.pins import read_pins
    from planning.pipeline_file import read_pipeline
    from planning.shares_file import read_shares

    return {
        "accounts": read_accounts,
        "policy": read_policy,
        "reps file": read_reps,
        "shares": read_shares,
        "pins": read_pins,
        "leads file": partial(read_leads, arrived_at=NOW),
        "pipeline": read_pipeline,
    }


def feed_reader(name: str, read: Callable[[Path], Any], rows: int, seed: int, folder: Path, outcome: Outcome) -> None:
    """Have a reader read hostile rows; a file of few rows, so that more than the first fault of a file is met."""
    chance = Random(f"{seed} {name}")
    path = folder / "rows.csv"
    for begin in range(0, rows, 10):
        path.write_bytes(rows_file(HEADERS[name], 10, chance))
        outcome.rows[f"{name} (read)"] += 10
        attempt(read, path, f"{name}, seed {seed}, file {begin // 10}", outcome)


def attempt(read: Callable[[Path], Any], path: Path, name: str, outcome: Outcome) -> None:
    """A table or a sentence; anything else is a fault."""
    began_s = time.process_time()
    try:
        read(path)
    except TableError as error:
        polite(str(error), outcome, name)
    except Exception as error:
        outcome.fault(f"{name}: {type(error).__name__}: {error}")
    outcome.slowest_s = max(outcome.slowest_s, time.process_time() - began_s)


def real_files(folder: Path) -> dict[str, bytes]:
    """A small real-looking file of accounts in every format, and a pipeline."""
    import geopandas as gpd
    from openpyxl import Workbook
    from shapely.geometry import Point

    header = ["id", "name", "street", "city", "lat", "lon", "visits", "last visit", "sales"]
    rows = [
        [f"a{n}", f"Account {n}", f"Street {n}", "Town", 50 + n / 100, 10.5, 12, "2026-03-02", 100.5 * n]
        for n in range(12)
    ]
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    book = Workbook()
    for row in (header, *rows):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    frame = gpd.GeoDataFrame(
        {"id": range(12), "name": [str(n) for n in range(12)]}, geometry=[Point(10.5, 50)] * 12, crs="EPSG:4326"
    )
    frame.to_file(folder / "real.gpkg", driver="GPKG")
    frame.to_parquet(folder / "real.parquet")
    stages = [{"name": "Open", "probability": 0.1}, {"name": "Won", "kind": "won", "probability": 1.0}]
    return {
        "csv": text.getvalue().encode(),
        "xlsx": packed.getvalue(),
        "geojson": frame.to_json().encode(),
        "gpkg": (folder / "real.gpkg").read_bytes(),
        "parquet": (folder / "real.parquet").read_bytes(),
        "json": json.dumps({"name": "Sales", "stages": stages}).encode(),
    }


TOKENS = (
    *(one.encode("utf-8", "replace") for one in BAD if one),
    b"\xff\xfe",
    b"PK\x03\x04",
    b"PAR1",
    b"\x80" * 9,
    b"null",
    b"1e999",
)


def changed(data: bytes, chance: Random) -> bytes:
    """A file with one to six changes: bytes flipped, a piece cut, doubled or moved, hostile text put in, the end lost."""
    made = bytearray(data)
    for _ in range(chance.randrange(1, 7)):
        if not made:
            break
        at, upto = sorted(chance.randrange(len(made) + 1) for _ in range(2))
        upto = min(upto, at + chance.choice((1, 8, 64, 4096)))
        kind = chance.randrange(6)
        if kind == 0:
            for place in range(at, min(upto, len(made))):
                made[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del made[at:upto]
        elif kind == 2:
            made[at:at] = made[at:upto] * chance.randrange(1, 4)
        elif kind == 3:
            made[at:at] = chance.choice(TOKENS)
        elif kind == 4:
            piece = made[at:upto]
            del made[at:upto]
            where = chance.randrange(len(made) + 1)
            made[where:where] = piece
        else:
            del made[chance.randrange(len(made)) :]
    return bytes(made)


def feed_files(files: int, seed: int, folder: Path, outcome: Outcome, formats: Sequence[str] | None = None) -> None:
    """Have every reader read so many changed files of every format."""
    real, reading = real_files(folder), readers()
    for suffix, data in real.items():
        if formats is not None and suffix not in formats:
            continue
        chance = Random(f"{seed} {suffix}")
        path = folder / f"changed.{suffix}"
        names = ["pipeline"] if suffix == "json" else [name for name in reading if name != "pipeline"]
        for number in range(files):
            path.write_bytes(changed(data, chance))
            outcome.files[suffix] += 1
            name = names[number % len(names)] if number % 3 else names[0]
            attempt(reading[name], path, f"{name}, {suffix}, seed {seed}, file {number}", outcome)


def kinds() -> Iterator[Kind]:
    """Every kind of record that can be imported."""
    yield from KINDS.values()


def run(database: Database, folder: Path, *, rows: int, files: int, seed: int) -> Outcome:
    """Everything; the database has the small plan in it."""
    outcome = Outcome()
    warm(folder)
    outcome.began_mb = memory_mb()
    for kind in kinds():
        feed_rows(database, kind, rows, seed, folder, outcome)
    for name, read in readers().items():
        if name in HEADERS:
            feed_reader(name, read, rows, seed, folder, outcome)
    feed_files(files, seed, folder, outcome)
    outcome.most_mb = memory_mb()
    return outcome


def warm(folder: Path) -> None:
    """Load what reading files loads, so that it counts in nobody's memory."""
    for suffix, data in real_files(folder).items():
        if suffix != "json":
            path = folder / f"real.{suffix}"
            path.write_bytes(data)
            readers()["accounts"](path)
