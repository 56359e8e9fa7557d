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
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import batched
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, select

from crm.backup import AT_ONCE, BackupError, Member, next_ids, reflected, require_same
from crm.columns import Record
from crm.database import Database, make_engine, reachable, upgrade
from crm.export_table import TableFile, cell_reader, csv_lines
from crm.restore import known_version, set_next_ids, unguarded
from crm.versions import current, migrate
from crm.zip_stream import Checks, ZipStream, deflated

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
    made, sink = ZipStream(), Sink()
    members = {}
    for table in exported(connection, chosen):
        file = TableFile(connection, table, None if chosen is None else chosen[table.name])
        sink.write(made.begin(f"{table.name}.csv"))
        while file.following is not None:
            for piece in file.part():
                sink.write(piece)
                if sink.size >= PIECE:
                    yield sink.take()
        sink.write(made.end(file.checks))
        members[table.name] = file.member
    contents = contents_of(connection, members, complete=chosen is None, seen_by=seen_by)
    sink.write(last_pieces(made, contents))
    yield sink.take()
    return contents


def exported(connection: Connection, chosen: Chosen | None) -> list[Table]:
    """The tables of an export, by name: all but secrets, or those of which somebody sees something."""
    if current(connection) is None:
        raise BackupError("There is nothing to export: the database is empty.")
    tables = [table for table in reflected(connection).sorted_tables if table.name not in SECRETS]
    if chosen is not None:
        tables = [Record.metadata.tables[table.name] for table in tables if table.name in chosen]
    return sorted(tables, key=lambda table: table.name)


def contents_of(connection: Connection, members: Mapping[str, Member], *, complete: bool, seen_by: str) -> Contents:
    """What the manifest says."""
    ids = next_ids(connection) if complete else {}
    kept = {name: ids[name] for name in sorted(ids) if name in members and ids[name]}
    return Contents(FORMAT, complete, seen_by, current(connection) or "", members, kept)


def last_pieces(made: ZipStream, contents: Contents) -> bytes:
    """The manifest, and the end of the file."""
    text = json.dumps(asdict(contents), indent=1, sort_keys=True).encode()
    checks = Checks()
    checks.take(text)
    packed = b"".join(deflated([text]))
    checks.packed = len(packed)
    return made.begin(MANIFEST) + packed + made.end(checks) + made.finish()


class Sink:
    """Takes what the zip is made of until somebody takes it on."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, part: bytes) -> None:
        self.parts.append(part)
        self.size += len(part)

    def take(self) -> bytes:
        """All that was written since the last time."""
        taken, self.parts, self.size = b"".join(self.parts), [], 0
        return taken


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
    metadata = reflected(connection)
    tables = [table for table in metadata.sorted_tables if table.name not in SECRETS]
    if odd := {table.name for table in tables} ^ set(contents.tables):
        named = ", ".join(sorted(odd))
        raise BackupError(f"The tables are not those of version {contents.schema_version}: {named}.")
    with unguarded(connection, metadata):
        for table in reversed(tables):
            connection.execute(table.delete())
        for table in tables:
            for part in batched(rows_of(pack, table), AT_ONCE):
                connection.execute(table.insert(), list(part))
        set_next_ids(connection, metadata, contents.next_ids)
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
