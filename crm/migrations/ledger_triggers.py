"""Triggers that write the ledger, for use in migrations.

A migration that adds a table calls `keep_ledger(table)`; one that adds or removes a column calls it again.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

NO_BATCH = "a change needs a batch: who made it, and why"
POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION ledger_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch integer := nullif(current_setting('bailiwick.batch', true), '')::integer;
    old_row jsonb;
    new_row jsonb;
BEGIN
    IF batch IS NULL THEN
        RAISE EXCEPTION '{NO_BATCH}';
    END IF;
    IF TG_OP <> 'INSERT' THEN
        old_row := to_jsonb(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_row := to_jsonb(NEW);
    END IF;
    INSERT INTO change (batch_id, table_name, row_id, before, after)
    VALUES (batch, TG_TABLE_NAME, (coalesce(new_row, old_row) ->> TG_ARGV[0])::integer, old_row, new_row);
    RETURN NULL;
END $$
"""


def keep_ledger(table: str) -> None:
    """Record every INSERT, UPDATE and DELETE of `table` from now on; renews the triggers when they are there."""
    key = key_of(table)
    if is_postgresql():
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(
            f"CREATE OR REPLACE TRIGGER {table}_ledger AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION ledger_write('{key}')"
        )
        return
    old, new = row_as_json(table, "OLD"), row_as_json(table, "NEW")
    for act, row, before, after in (
        ("insert", "NEW", "NULL", new),
        ("update", "NEW", old, new),
        ("delete", "OLD", old, "NULL"),
    ):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_ledger_{act}")
        op.execute(
            f"CREATE TRIGGER {table}_ledger_{act} AFTER {act.upper()} ON {table} BEGIN "
            f"SELECT RAISE(ABORT, '{NO_BATCH}') WHERE (SELECT batch_id FROM ledger_now) IS NULL; "
            "INSERT INTO change (batch_id, table_name, row_id, before, after) "
            f"SELECT batch_id, '{table}', {row}.{key}, {before}, {after} FROM ledger_now; END"
        )


def enter_existing(tables: Iterable[str], at: str) -> None:
    """Enter rows that are older than the ledger, so that it tells the whole story; `at` is an SQL expression."""
    filled = [table for table in tables if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}"))]
    if not filled:
        return
    op.execute(
        "INSERT INTO change_batch (at, made_by, kind, why) "
        f"VALUES ({at}, 'bailiwick upgrade', 'upgrade', 'There before the ledger began')"
    )
    batch = op.get_bind().scalar(sa.text("SELECT max(id) FROM change_batch"))
    for table in filled:
        row = "to_jsonb(kept)" if is_postgresql() else row_as_json(table, "kept")
        op.execute(
            "INSERT INTO change (batch_id, table_name, row_id, before, after) "
            f"SELECT {batch}, '{table}', kept.{key_of(table)}, NULL, {row} FROM {table} AS kept ORDER BY 3"
        )


def drop_ledger(table: str) -> None:
    """Record `table` no more."""
    if is_postgresql():
        op.execute(f"DROP TRIGGER {table}_ledger ON {table}")
        return
    for act in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER {table}_ledger_{act}")


def append_only(table: str, *, but_undo: bool = False, but: str = "") -> None:
    """Refuse every UPDATE and DELETE of `table`.

    With `but_undo` an act that undoes another may delete; with `but` an UPDATE may change that column and no other.
    """
    says = f"{table} rows are only ever added"
    kept = [column["name"] for column in columns_of(table) if column["name"] != but] if but else []
    if is_postgresql():
        undoing = (
            "SELECT undoes_id FROM change_batch WHERE id = nullif(current_setting('bailiwick.batch', true), '')::int"
        )
        unless = f"IF TG_OP = 'DELETE' AND ({undoing}) IS NOT NULL THEN RETURN OLD; END IF;" if but_undo else ""
        if but:
            same = f"to_jsonb(NEW) - '{but}' = to_jsonb(OLD) - '{but}'"
            unless += f" IF TG_OP = 'UPDATE' THEN IF {same} THEN RETURN NEW; END IF; END IF;"
        op.execute(
            f"CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {unless} RAISE EXCEPTION '{says}'; END $$"
        )
        op.execute(
            f"CREATE OR REPLACE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()"
        )
        return
    undoing = "SELECT undoes_id FROM change_batch JOIN ledger_now ON batch_id = change_batch.id"
    for act in ("UPDATE", "DELETE"):
        unless = f" WHERE ({undoing}) IS NULL" if but_undo and act == "DELETE" else ""
        if but and act == "UPDATE":
            unless = f" WHERE {' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in kept)}"
        op.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{act.lower()}")
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{says}'){unless}; END"
        )


def keep_columns(table: str, columns: Iterable[str]) -> None:
    """Refuse every UPDATE of `table` that changes one of `columns`."""
    names = tuple(columns)
    says = f"{', '.join(names)} of {table} never change"
    if is_postgresql():
        changed = " OR ".join(f"to_jsonb(NEW.{name}) IS DISTINCT FROM to_jsonb(OLD.{name})" for name in names)
        op.execute(
            f"CREATE OR REPLACE FUNCTION {table}_keeps_columns() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {changed} THEN RAISE EXCEPTION '{says}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE OR REPLACE TRIGGER {table}_keeps_columns BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_keeps_columns()"
        )
        return
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names)
    op.execute(f"DROP TRIGGER IF EXISTS {table}_keeps_columns")
    op.execute(
        f"CREATE TRIGGER {table}_keeps_columns BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{says}') WHERE {changed}; END"
    )


def row_as_json(table: str, alias: str) -> str:
    """SQLite: an expression for a whole row as JSON, exact to the last bit."""
    pairs = (f"'{column['name']}', {value_as_json(column, alias)}" for column in columns_of(table))
    return f"json_object({', '.join(pairs)})"


def value_as_json(column: Any, alias: str) -> str:
    """SQLite: a column of a row for json_object.

    Numbers with a fraction go through quote(), which writes as many digits as reading them back needs; json_object
    alone writes fifteen. Bytes become hexadecimal digits.
    """
    name, kind = f"{alias}.{column['name']}", column["type"]
    if isinstance(kind, sa.Float):
        return f"json(lower(quote({name})))"
    if isinstance(kind, sa.JSON):
        return f"json({name})"
    if isinstance(kind, sa.LargeBinary):
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END"
    return name


def columns_of(table: str) -> list[Any]:
    """The columns as the database has them now."""
    return list(sa.inspect(op.get_bind()).get_columns(table))


def key_of(table: str) -> str:
    """The name of the primary key, which is one column."""
    (key,) = sa.inspect(op.get_bind()).get_pk_constraint(table)["constrained_columns"]
    return str(key)


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
