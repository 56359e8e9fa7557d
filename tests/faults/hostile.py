"""Hostile rows and files for everything that reads files: made from a seed, brought in, and judged.

Rows mix what the fields hold in life with what breaks programs. They are staged and committed in the record as an
import is; every row must be accounted for, every refused one with its line and a reason, and a commit is whole or
nothing. Files are real-looking ones of every format with bytes changed, cut, doubled and mixed in; a reader may answer
with a table or with one sentence (`TableError`), and with nothing else.
"""

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
from tests.faults.hostile_files import HEADERS, changed, real_files, rows_file

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BATCH = 250
"""Rows of a file."""


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
