"""Backup: the whole record as one file, the same from either database and for either (see `crm.restore`).

The file is a zip with one member of JSON lines per table, in one snapshot of the database while others go on writing,
and a manifest with the version of the schema, the rows and SHA-256 of every member, and the ids to go on from. It is
written beside its place, synced, read again and compared, and only then gets its name.
"""

import hashlib
import io
import json
import os
import warnings
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, cast

from sqlalchemy import JSON, Connection, MetaData, Table, inspect, select, text
from sqlalchemy.exc import SAWarning

from crm.columns import Instant
from crm.database import Database
from crm.errors import RecordError
from crm.versions import current

FORMAT = 1
MANIFEST = "manifest.json"
AT_ONCE = 2_000
LEFT_OUT = frozenset({"alembic_version", "ledger_now", "export_piece"})
"""The version is in the manifest; the others say which write goes on, and hold files that can be asked for again."""


class BackupError(RecordError, ValueError):
    """The file is no backup, is damaged, or cannot be restored there; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One table in the file."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds; `last_batch` is the newest act of the ledger in it, `next_ids` the ids not to give again."""

    format: int
    made_at: str
    program: str
    database: str
    schema_version: str
    tables: Mapping[str, Member]
    next_ids: Mapping[str, int]
    last_batch: int

    @property
    def rows(self) -> int:
        return sum(member.rows for member in self.tables.values())


def back_up(database: Database, path: Path, *, now: datetime, program: str) -> Manifest:
    """Write the record as it is at this moment to `path`, and read it again; an older file there is replaced.

    Raises:
        OSError: the file cannot be written; nothing is left of it.
        BackupError: what was written is not what is read again: do not trust that disk.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        # Only the owner may read it: it holds personal data, and the digests of passwords.
        with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            made = _write(database, file, now, program)
            file.flush()
            os.fsync(file.fileno())
        check_backup(fresh)
        fresh.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return made


def _sync_folder(folder: Path) -> None:
    """Have the disk keep the file's name too, where folders can be synced."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write(database: Database, file: Any, now: datetime, program: str) -> Manifest:
    with (
        database.reading.connect().execution_options(stream_results=True) as connection,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack,
    ):
        version = current(connection)
        if version is None:
            raise BackupError("There is nothing to back up: the database is empty.")
        members = {}
        for table in reflected(connection).sorted_tables:
            with pack.open(f"{table.name}.jsonl", "w", force_zip64=True) as member:
                members[table.name] = _write_table(connection, table, member)
        last = connection.execute(text("SELECT coalesce(max(id), 0) FROM change_batch")).scalar_one()
        made = Manifest(
            FORMAT, now.isoformat(), program, connection.dialect.name, version, members, next_ids(connection), int(last)
        )
        pack.writestr(MANIFEST, json.dumps(asdict(made), indent=1))
    return made


def _write_table(connection: Connection, table: Table, member: Any) -> Member:
    digest, rows = hashlib.sha256(), 0
    for line in lines(connection, table):
        digest.update(line)
        member.write(line)
        rows += 1
    return Member(rows, digest.hexdigest())


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows of a table in order of their keys, each as one line of JSON with its values in order of the columns.

    The columns are ordered by name, so that the lines are the same from either database.
    """
    columns = sorted(table.columns, key=lambda column: column.name)
    for row in connection.execute(select(*columns).order_by(*table.primary_key)).yield_per(AT_ONCE):
        yield json.dumps([plain(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def plain(value: Any) -> Any:
    """A value for JSON; what JSON has no form for goes in a small object that names its type."""
    if isinstance(value, datetime):
        return {"at": Instant().process_result_value(value, None).isoformat()}  # type: ignore[arg-type, union-attr]
    if isinstance(value, date | time):
        return {"on" if isinstance(value, date) else "clock": value.isoformat()}
    if isinstance(value, bytes | memoryview):
        return {"bytes": b64encode(bytes(value)).decode()}
    if isinstance(value, dict | list):
        return {"json": _sorted(value)}
    return value


def _sorted(value: Any) -> Any:
    """JSON with its keys in order: PostgreSQL's JSONB has an order of its own, and JSON of ours may have been moved."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def parsed(value: Any) -> Any:
    """The value behind `plain`."""
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    read: dict[str, Callable[[Any], Any]] = {
        "at": datetime.fromisoformat,
        "on": date.fromisoformat,
        "clock": time.fromisoformat,
        "bytes": b64decode,
        "json": lambda one: one,
    }
    return read[kind](inner)


def read_manifest(pack: zipfile.ZipFile) -> Manifest:
    """What the file says of itself.

    Raises:
        BackupError: it is none of ours.
    """
    try:
        said = json.loads(pack.read(MANIFEST))
        tables = {name: Member(**member) for name, member in said.pop("tables").items()}
        made = Manifest(tables=tables, **said)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupError("The file is no backup of Bailiwick: it has no manifest.") from error
    if made.format != FORMAT:
        raise BackupError(f"The backup has format {made.format}, this program reads {FORMAT}: use a newer Bailiwick.")
    return made


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup and its manifest.

    Raises:
        BackupError: it is not one, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as pack:
            yield pack, read_manifest(pack)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BackupError(f"{path} cannot be read as a backup: {why}.") from error


def check_backup(path: Path) -> Manifest:
    """Read all of a backup and compare it with its manifest.

    Raises:
        BackupError: it is not one, or is damaged; the message names the table.
    """
    with opened(path) as (pack, manifest):
        for name, wanted in manifest.tables.items():
            digest, rows = hashlib.sha256(), 0
            for line in member_lines(pack, name):
                digest.update(line)
                rows += 1
            require_same(name, wanted, Member(rows, digest.hexdigest()), "the file")
        return manifest


def member_lines(pack: zipfile.ZipFile, table: str) -> Iterator[bytes]:
    """The lines of a table in the file."""
    try:
        with pack.open(f"{table}.jsonl") as member:
            yield from io.BufferedReader(cast(io.RawIOBase, member))
    except KeyError:
        raise BackupError(f"The backup lacks the table {table}.") from None
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise BackupError(f"The backup is damaged in the table {table}: {error}.") from error


def require_same(table: str, wanted: Member, found: Member, where: str) -> None:
    """Go on only when a table is as the manifest says.

    Raises:
        BackupError: it is not.
    """
    if found != wanted:
        rows = f"{found.rows} rows instead of {wanted.rows}" if found.rows != wanted.rows else "other values"
        raise BackupError(f"The table {table} has {rows} in {where} than the manifest says: the backup is damaged.")


def reflected(connection: Connection) -> MetaData:
    """The tables as they are in the database now, whatever its version."""
    metadata = MetaData()
    with warnings.catch_warnings():  # an index of an expression is not needed here
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
        metadata.reflect(connection, only=lambda name, _: name not in LEFT_OUT)
    for table in [metadata.tables[name] for name in LEFT_OUT if name in metadata.tables]:
        metadata.remove(table)
    for column in (column for table in metadata.sorted_tables for column in table.columns):
        if isinstance(column.type, JSON):
            column.type.none_as_null = True  # what was no value stays none
    return metadata


def next_ids(connection: Connection) -> dict[str, int]:
    """By table, the highest id that was ever given."""
    if connection.dialect.name == "sqlite":
        return {
            name: int(number) for name, number in connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        }
    found = {}
    for table, sequence in sequences(connection):
        last, called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
        found[table] = int(last) if called else 0
    return found


def sequences(connection: Connection) -> list[tuple[str, str]]:
    """PostgreSQL: every table with the sequence of its id."""
    found = []
    inspector = inspect(connection)
    for table in inspector.get_table_names():
        key = inspector.get_pk_constraint(table)["constrained_columns"]
        if len(key) == 1 and table not in LEFT_OUT:
            sql = text("SELECT pg_get_serial_sequence(:table, :key)")
            if name := connection.execute(sql, {"table": table, "key": key[0]}).scalar():
                found.append((table, str(name)))
    return found
