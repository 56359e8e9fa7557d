"""Export: the record, or a part of it, as a zip of CSV files that spreadsheets open safely, and back again.

Every table is one CSV (UTF-8) with its column names; a manifest says the version of the schema, and the rows and
SHA-256 of every file. The same content gives the same bytes, from either database. What a spreadsheet would calculate
is marked with an apostrophe (see `neutral`), which is taken off again on the way back. Secrets (digests of passwords
and tokens) and what only concerns a running server are left out; a backup (`crm.backup`) has them.
"""

import csv
import hashlib
import io
import json
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import batched
from pathlib import Path
from typing import IO, Any, cast

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    select,
    tuple_,
)

from crm.backup import AT_ONCE, BackupError, Member, _sorted, next_ids, reflected, require_same
from crm.cells import neutral, original
from crm.columns import Instant, Record
from crm.database import Database, make_engine, reachable, upgrade
from crm.restore import known_version, set_next_ids, unguarded
from crm.versions import current, migrate

FORMAT = 1
MANIFEST = "manifest.json"
SECRETS = frozenset(
    {
        "second_factor",
        "recovery_code",
        "sign_in_step",
        "password",
        "access_token",
        "sign_in_failure",
        "intake_key",
        "kept_answer",
        "upload",
        "export_piece",
        "event_reader",
    }
)
"""Tables that no export has: secrets, and what only a running server is at work on."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip, so that the same content gives the same bytes."""
MOST_BYTES = 20 * 2**30
"""The most that an export may unpack to."""

PIECE = 256 * 1024
"""Bytes, at least, of a piece of the file."""

type Chosen = Mapping[str, Any]
"""By table, a condition for its rows; tables that are not named are left out."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an export holds; `complete` only when nothing but secrets is missing, `seen_by` whose view it is."""

    format: int
    complete: bool
    seen_by: str
    schema_version: str
    tables: Mapping[str, Member]
    next_ids: Mapping[str, int]


def write_export(
    connection: Connection, file: IO[bytes], *, chosen: Chosen | None = None, seen_by: str = ""
) -> Contents:
    """Write the whole record to `file`, or with `chosen` the rows somebody sees, in the snapshot of `connection`."""
    pieces = export_pieces(connection, chosen=chosen, seen_by=seen_by)
    while True:
        try:
            file.write(next(pieces))
        except StopIteration as end:
            contents: Contents = end.value
            return contents


def export_pieces(
    connection: Connection, *, chosen: Chosen | None = None, seen_by: str = ""
) -> Generator[bytes, None, Contents]:
    """The same file piece by piece, as it is made: what it takes of memory does not grow with the record.

    A file that was broken off has no end, which `read_export` notices.
    """
    version = current(connection)
    if version is None:
        raise BackupError("There is nothing to export: the database is empty.")
    tables = [table for table in reflected(connection).sorted_tables if table.name not in SECRETS]
    if chosen is not None:
        tables = [Record.metadata.tables[table.name] for table in tables if table.name in chosen]
    members, sink = {}, Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
        for table in sorted(tables, key=lambda table: table.name):
            condition = chosen[table.name] if chosen is not None else None
            digest, rows = hashlib.sha256(), -1  # the header is no row
            with pack.open(entry(f"{table.name}.csv"), "w", force_zip64=True) as member:
                for line in csv_lines(connection, table, condition):
                    digest.update(line)
                    member.write(line)
                    rows += 1
                    if sink.size >= PIECE:
                        yield sink.take()
            members[table.name] = Member(rows, digest.hexdigest())
        ids = next_ids(connection) if chosen is None else {}
        kept = {name: ids[name] for name in sorted(ids) if name in members and ids[name]}
        made = Contents(FORMAT, chosen is None, seen_by, version, members, kept)
        pack.writestr(entry(MANIFEST), json.dumps(asdict(made), indent=1, sort_keys=True))
    yield sink.take()
    return made


class Sink:
    """Takes what the zip is made of until somebody takes it on; it cannot go back."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, part: bytes) -> int:
        self.parts.append(bytes(part))
        self.size += len(part)
        return len(part)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        """All that was written since the last time."""
        taken, self.parts, self.size = b"".join(self.parts), [], 0
        return taken


def entry(name: str) -> zipfile.ZipInfo:
    """A file in the zip, with no date of its own."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def csv_lines(connection: Connection, table: Table, condition: Any = None) -> Iterator[bytes]:
    """Header and rows of a table in order of their keys, the columns in order of their names, the key first.

    Rows are read page by page within the snapshot: no statement takes long, however slowly the lines are taken.
    """
    columns, keys = ordered(table), list(table.primary_key)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")

    def taken() -> bytes:
        text = out.getvalue()
        out.seek(0)
        out.truncate()
        return text.encode()

    writer.writerow([column.name for column in columns])
    yield taken()
    writers = [cell_writer(column) for column in columns]
    sql = select(*columns).order_by(*keys).limit(AT_ONCE)
    if condition is not None:
        sql = sql.where(condition)
    page = connection.execute(sql).all()
    while page:
        for row in page:
            writer.writerow([write(value) for write, value in zip(writers, row, strict=True)])
            yield taken()
        if len(page) < AT_ONCE:
            return
        last = [page[-1]._mapping[key] for key in keys]
        beyond = keys[0] > last[0] if len(keys) == 1 else tuple_(*keys) > tuple(last)
        page = connection.execute(sql.where(beyond)).all()


def ordered(table: Table) -> list[Column[Any]]:
    """The columns of a table: its key, then the others by name."""
    return sorted(table.columns, key=lambda column: (not column.primary_key, column.name))


def cell_writer(column: Column[Any]) -> Callable[[Any], str]:
    """Writes a value of a column as a cell; nothing is an empty cell.

    An empty text is an empty cell too where the column cannot be without a value; elsewhere it is an apostrophe.
    """
    kind, optional = column.type, bool(column.nullable)

    def write(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(kind, JSON):
            return neutral(json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")))
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime):
            moment = Instant().process_result_value(value, None)  # type: ignore[arg-type]
            return moment.isoformat() if moment else ""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bytes | memoryview):
            return b64encode(bytes(value)).decode()
        if isinstance(value, int | float):
            return repr(float(value)) if isinstance(kind, Float) else repr(value)
        return neutral(str(value)) if value else "'" * optional

    return write


def cell_reader(column: Column[Any]) -> Callable[[str], Any]:
    """Reads the cells that `cell_writer` writes."""
    kind, optional = column.type, bool(column.nullable)
    plain: list[tuple[type, Callable[[str], Any]]] = [
        (JSON, lambda text: json.loads(original(text))),
        (Boolean, lambda text: {"true": True, "false": False}[text]),
        (Integer, int),
        (Float, float),
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (LargeBinary, b64decode),
    ]
    for of, read in plain:
        if isinstance(kind, of):
            return lambda text, read=read: None if text == "" else read(text)  # type: ignore[misc]
    return lambda text: None if text == "" and optional else original(text)


def read_export(path: Path, url: str) -> Contents:
    """Make the record in the empty database at `url` from a complete export, compared file by file.

    Raises:
        BackupError: no export, a part of a record only, or damaged; or the database is not empty. Nothing is left then.
        DatabaseVersionError: the export is of a newer program.
    """
    with opened(path) as (pack, contents):
        if not contents.complete:
            raise BackupError(f"{path.name} is the part of a record that {contents.seen_by} sees; expected all of one.")
        database = Database(make_engine(url, make_folder=True))
        try:
            with reachable(database.name), database.writing.begin() as connection:
                if current(connection) is not None and not is_fresh(connection):
                    raise BackupError(f"The database {database.name} is not empty: name a new one.")
                migrate(connection, known_version(contents.schema_version))
                fill(connection, pack, contents)
        finally:
            database.close()
    upgrade(url)
    return contents


def is_fresh(connection: Connection) -> bool:
    """True for a database that `bailiwick upgrade` has made and nobody has written to."""
    batches = reflected(connection).tables.get("change_batch")
    return batches is not None and connection.execute(select(batches.c.id).limit(1)).first() is None


def fill(connection: Connection, pack: zipfile.ZipFile, contents: Contents) -> None:
    """Put every row into its table, and compare what is there then with the manifest."""
    tables = [table for table in reflected(connection).sorted_tables if table.name not in SECRETS]
    if odd := {table.name for table in tables} ^ set(contents.tables):
        named = ", ".join(sorted(odd))
        raise BackupError(f"The tables are not those of version {contents.schema_version}: {named}.")
    with unguarded(connection, reflected(connection)):
        for table in reversed(tables):
            connection.execute(table.delete())
        for table in tables:
            for part in batched(rows_of(pack, table), AT_ONCE):
                connection.execute(table.insert(), list(part))
        set_next_ids(connection, contents.next_ids)
    for table in tables:
        digest, rows = hashlib.sha256(), -1
        for line in csv_lines(connection, table):
            digest.update(line)
            rows += 1
        require_same(table.name, contents.tables[table.name], Member(rows, digest.hexdigest()), "the database")


def rows_of(pack: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table in the file.

    Raises:
        BackupError: a cell that cannot be read; table, row and column are named.
    """
    columns = {column.name: column for column in table.columns}
    with pack.open(f"{table.name}.csv") as member, field_limit():
        reader = csv.reader(io.TextIOWrapper(member, encoding="utf-8", newline=""))
        header = next(reader, [])
        if set(header) != set(columns):
            odd = ", ".join(sorted(set(header) ^ set(columns)))
            raise BackupError(f"{table.name}.csv has other columns than version expects: {odd}.")
        readers = [(name, cell_reader(columns[name])) for name in header]
        for cells in reader:
            if len(cells) != len(header):
                raise BackupError(
                    f"{table.name}.csv, line {reader.line_num}: {len(cells)} cells, expected {len(header)}."
                )
            yield row_of(table.name, reader.line_num, readers, cells)


def row_of(
    table: str, line: int, readers: Iterable[tuple[str, Callable[[str], Any]]], cells: Iterable[str]
) -> dict[str, Any]:
    """One row in the types of its columns."""
    row = {}
    for (name, read), cell in zip(readers, cells, strict=True):
        try:
            row[name] = read(cell)
        except (ValueError, KeyError) as error:
            raise BackupError(f"{table}.csv, line {line}, {name}: {cell[:40]!r} cannot be read ({error}).") from error
    return row


@contextmanager
def field_limit() -> Iterator[None]:
    """Cells may be long: outlines of territories, pages."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    """An export whose files are as its manifest says.

    Raises:
        BackupError: it is none, is damaged, or would unpack to more than `MOST_BYTES`.
    """
    try:
        with zipfile.ZipFile(path) as pack:
            if sum(info.file_size for info in pack.infolist()) > MOST_BYTES:
                raise BackupError(f"{path.name} would unpack to more than {MOST_BYTES:,} bytes.")
            contents = manifest_of(pack)
            for name, wanted in contents.tables.items():
                require_same(name, wanted, Member(wanted.rows, digest_of(pack, f"{name}.csv")), "the file")
            yield pack, contents
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BackupError(f"{path.name} cannot be read as an export: {error}.") from error


def manifest_of(pack: zipfile.ZipFile) -> Contents:
    """What the file says of itself."""
    try:
        said = json.loads(pack.read(MANIFEST))
        tables = {name: Member(**member) for name, member in said.pop("tables").items()}
        made = Contents(tables=tables, **said)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupError("The file is no export of Bailiwick: it has no manifest.") from error
    if made.format != FORMAT:
        raise BackupError(f"The export has format {made.format}, this program reads {FORMAT}: use a newer Bailiwick.")
    return made


def digest_of(pack: zipfile.ZipFile, name: str) -> str:
    """The SHA-256 of a file in the zip."""
    try:
        with pack.open(name) as member:
            return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
    except KeyError:
        raise BackupError(f"The export lacks {name}.") from None
