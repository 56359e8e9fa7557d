"""Restoring a backup: into an empty database of either kind, compared row by row with what the backup says.

The tables of the backup's version are made, filled without triggers and with foreign keys checked at the end, and all
that is there then is compared with the manifest, in one transaction; after it the schema is brought to ours.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, func, select, text
from sqlalchemy.schema import AddConstraint, DropConstraint

from crm.backup import (
    AT_ONCE,
    BackupError,
    Manifest,
    Member,
    check_backup,
    lines,
    member_lines,
    opened,
    parsed,
    reflected,
    require_same,
    sequences,
)
from crm.database import Database, make_engine, reachable, upgrade
from crm.errors import DatabaseVersionError
from crm.versions import current, migrate, newest


def restore(path: Path, url: str) -> Manifest:
    """Make the record in the empty database at `url` from a backup, compare it, and bring it to our version.

    Raises:
        BackupError: the file is damaged, or the database is not empty; nothing is left in it.
        DatabaseVersionError: the backup is of a newer program.
    """
    manifest = check_backup(path)
    database = Database(make_engine(url, make_folder=True))
    try:
        with reachable(database.name), database.writing.begin() as connection, opened(path) as (pack, _):
            if current(connection) is not None:
                raise BackupError(f"The database {database.name} is not empty: restore into a new one.")
            migrate(connection, known_version(manifest.schema_version))
            fill(connection, pack, manifest)
    finally:
        database.close()
    upgrade(url)
    return manifest


def known_version(version: str) -> str:
    """The version of a backup's schema.

    Raises:
        DatabaseVersionError: this program does not know it.
    """
    if version > newest():
        raise DatabaseVersionError(
            f"The backup has version {version}, this program works with {newest()}: "
            "restore it with the Bailiwick that made it, or a newer one."
        )
    return version


def fill(connection: Connection, pack: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put every row of the file into the tables, and compare what is there then.

    Raises:
        BackupError: tables or rows differ from the manifest.
    """
    metadata = reflected(connection)
    names = {table.name for table in metadata.sorted_tables}
    if names != set(manifest.tables):
        odd = ", ".join(sorted(names ^ set(manifest.tables)))
        raise BackupError(f"The backup's tables are not those of version {manifest.schema_version}: {odd}.")
    with unguarded(connection, metadata):
        for table in metadata.sorted_tables:
            connection.execute(table.delete())  # what migrations put there is in the file too
        for table in metadata.sorted_tables:
            columns = sorted(column.name for column in table.columns)
            for part in batched(member_lines(pack, table.name), AT_ONCE):
                rows = [dict(zip(columns, map(parsed, json.loads(line)), strict=True)) for line in part]
                connection.execute(table.insert(), rows)
        set_next_ids(connection, metadata, manifest.next_ids)
    for table in metadata.sorted_tables:
        digest, count = hashlib.sha256(), 0
        for line in lines(connection, table):
            digest.update(line)
            count += 1
        require_same(table.name, manifest.tables[table.name], Member(count, digest.hexdigest()), "the database")


@contextmanager
def unguarded(connection: Connection, metadata: MetaData) -> Iterator[None]:
    """Without triggers, and with foreign keys checked at the end: rows come table by table, in order of their keys."""
    if connection.dialect.name == "postgresql":
        keys = [key for table in metadata.sorted_tables for key in table.foreign_key_constraints]
        for key in keys:
            connection.execute(DropConstraint(key))
        for table in metadata.sorted_tables:
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
        yield
        for table in metadata.sorted_tables:
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')
        for key in keys:
            connection.execute(AddConstraint(key))
        return
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    triggers: Sequence[Any] = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


def set_next_ids(connection: Connection, metadata: MetaData, highest: Mapping[str, int]) -> None:
    """Never give an id again that was given before, nor one that is there: SQLite does not count all tables."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DELETE FROM sqlite_sequence")
        rows = [{"name": name, "seq": number} for name, number in highest.items()]
        if rows:
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), rows)
        return
    for table, sequence in sequences(connection):
        (key,) = metadata.tables[table].primary_key
        there = connection.execute(select(func.max(key))).scalar() or 0
        if number := max(there, highest.get(table, 0)):
            connection.execute(
                text("SELECT setval(CAST(:name AS regclass), :number)"), {"name": sequence, "number": number}
            )
