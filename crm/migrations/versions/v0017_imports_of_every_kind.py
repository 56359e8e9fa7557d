"""Imports of every kind of record; stages that ask for fields, a role or a reason; deals without an account."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, is_postgresql, keep_ledger
from crm.migrations.not_null import make_optional, make_required

revision = "0017"
down_revision = "0016"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
OLD_STATES = ("create", "update", "unchanged", "close", "reject")
STATES = ("create", "update", "unchanged", "close", "review", "reject")
OLD_COLUMNS = (
    ("account_id", sa.Integer(), True),
    ("account_version", sa.Integer(), True),
    ("site_id", sa.Integer(), True),
    ("site_version", sa.Integer(), True),
    ("account", sa.JSON(), False),
    ("site", sa.JSON(), False),
)
COLUMNS = (
    ("record_id", sa.Integer(), True),
    ("account_id", sa.Integer(), True),
    ("writes", sa.JSON(), False),
    ("targets", sa.JSON(), False),
    ("candidates", sa.JSON(), False),
)
BATCH = 1000


def upgrade() -> None:
    op.add_column("import_run", sa.Column("kind", sa.String(), nullable=False, server_default=sa.text("'accounts'")))
    op.add_column("import_run", sa.Column("options", sa.JSON(), nullable=True))
    make_anew(STATES, COLUMNS, (new_row(row) for row in set_aside()))
    op.add_column("pipeline", sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("pipeline_stage", sa.Column("required", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("pipeline_stage", sa.Column("owner_role", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("opportunity", sa.Column("product", sa.String(), nullable=False, server_default=sa.text("''")))
    make_optional("opportunity", "account_id")
    for table in ("pipeline", "pipeline_stage", "opportunity"):
        keep_ledger(table)


def downgrade() -> None:
    give_an_account()
    make_required("opportunity", "account_id")
    for table, column in (
        ("opportunity", "product"),
        ("pipeline_stage", "owner_role"),
        ("pipeline_stage", "required"),
        ("pipeline", "retired"),
    ):
        drop_ledger(table)
        op.drop_column(table, column)
        keep_ledger(table)
    rows = [row for row in set_aside() if row["run_kind"] == "accounts"]
    make_anew(OLD_STATES, OLD_COLUMNS, (old_row(row) for row in rows))
    op.execute("DELETE FROM import_run WHERE kind <> 'accounts'")
    op.drop_column("import_run", "options")
    op.drop_column("import_run", "kind")


def set_aside() -> list[dict[str, Any]]:
    """All staged rows, with the kind of their import; the table itself goes."""
    sql = "SELECT import_row.*, import_run.kind AS run_kind FROM import_row JOIN import_run ON import_run.id = run_id"
    rows = [dict(row) for row in op.get_bind().execute(sa.text(f"{sql} ORDER BY import_row.id")).mappings()]
    op.drop_table("import_row")
    return rows


def make_anew(
    states: tuple[str, ...], columns: tuple[tuple[str, Any, bool], ...], rows: Iterator[dict[str, Any]]
) -> None:
    """The table of staged rows with these columns, and what was in it."""
    made = op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("state", sa.Enum(*states, name="state", **CODE), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        *(sa.Column(name, kind, nullable=nullable) for name, kind, nullable in columns),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name="fk_import_row_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_row"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_row_state", "import_row", ["run_id", "state", "id"])
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            op.bulk_insert(made, batch)
            batch = []
    op.bulk_insert(made, batch)
    if is_postgresql():
        op.execute("SELECT setval(pg_get_serial_sequence('import_row', 'id'), max(id)) FROM import_row")


def new_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A staged account as a row of any kind."""
    writes = {name: value for name in ("account", "site") if (value := read(row[name]))}
    targets = {
        name: [row[f"{name}_id"], row[f"{name}_version"]]
        for name in ("account", "site")
        if row[f"{name}_id"] is not None
    }
    return common(row) | {
        "record_id": row["account_id"],
        "account_id": row["account_id"],
        "writes": writes,
        "targets": targets,
        "candidates": [],
    }


def old_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The way back."""
    writes, targets = read(row["writes"]), read(row["targets"])
    old = common(row)
    for name in ("account", "site"):
        target = targets.get(name, [None, None])
        old |= {f"{name}_id": target[0], f"{name}_version": target[1], name: writes.get(name, {})}
    return old | ({"state": "reject"} if row["state"] == "review" else {})


def common(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is the same before and after."""
    names = ("id", "run_id", "line", "state", "external_id")
    return {name: row[name] for name in names} | {"reasons": read(row["reasons"])}


def read(value: Any) -> Any:
    """JSON as the drivers give it: text on SQLite."""
    return json.loads(value) if isinstance(value, str) else value


def give_an_account() -> None:
    """Deals without an account get one that says so, since the version before knows no others."""
    bind = op.get_bind()
    if not bind.scalar(sa.text("SELECT count(*) FROM opportunity WHERE account_id IS NULL")):
        return
    now = "now()" if is_postgresql() else "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    batch = bind.scalar(
        sa.text(
            "INSERT INTO change_batch (at, made_by, kind, why) VALUES "
            f"({now}, 'bailiwick upgrade', 'upgrade', 'An account for deals that have none') RETURNING id"
        )
    )
    if is_postgresql():
        op.execute(f"SELECT set_config('bailiwick.batch', '{batch}', true)")
    else:
        op.execute(f"UPDATE ledger_now SET batch_id = {batch}")
    owner = bind.scalar(
        sa.text(
            "INSERT INTO account (external_id, name, state, segment, created_at, version) "
            f"VALUES ('without-account', 'Without an account', 'prospect', '', {now}, 1) RETURNING id"
        )
    )
    op.execute(f"UPDATE opportunity SET account_id = {owner}, version = version + 1 WHERE account_id IS NULL")
    if is_postgresql():
        op.execute("SELECT set_config('bailiwick.batch', '', true)")
    else:
        op.execute("UPDATE ledger_now SET batch_id = NULL")
