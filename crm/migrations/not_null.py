"""Making a column optional, or required again, for use in migrations."""

import re

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import is_postgresql


def make_optional(table: str, column: str) -> None:
    """Let `column` be empty."""
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL") if is_postgresql() else _rewrite(
        table, rf"\b{column} (\w+) NOT NULL", rf"{column} \1"
    )


def make_required(table: str, column: str) -> None:
    """Refuse an empty `column` again; there must be none left."""
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL") if is_postgresql() else _rewrite(
        table, rf"\b{column} (\w+)(?! NOT NULL)", rf"{column} \1 NOT NULL"
    )


def _rewrite(table: str, pattern: str, new: str) -> None:
    """SQLite: change the stored text of a table.

    SQLite's manual (lang_altertable.html, "If some future version …") allows this for constraints that do not change
    how rows are stored; making the table anew would have to switch off the foreign keys that point to it, which a
    transaction cannot.
    """
    bind = op.get_bind()
    text = bind.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"), {"name": table})
    changed, times = re.subn(pattern, new, str(text), count=1)
    if times != 1:
        raise RuntimeError(f"{table} is not made as expected: {pattern} is not in {text}")
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": changed, "name": table},
    )
    bind.exec_driver_sql(f"PRAGMA schema_version={int(version) + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")
