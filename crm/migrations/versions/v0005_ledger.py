"""The ledger of every change, and the answers kept for requests that come again."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from crm.migrations.ledger_triggers import append_only, drop_ledger, enter_existing, is_postgresql, keep_ledger

revision = "0005"
down_revision = "0004"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ROW = sa.JSON().with_variant(JSONB(), "postgresql")
KINDS = ("edit", "import", "plan", "undo", "upgrade")
TABLES = (
    *("account", "site", "rep", "territory_plan", "territory", "territory_holder", "assignment", "workload"),
    *("transfer", "route", "visit", "unserved_visit", "pipeline", "pipeline_stage", "opportunity", "stage_move"),
)


def upgrade() -> None:
    op.create_table(
        "change_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="kind", **CODE), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("undoes_change_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["undoes_id"], ["change_batch.id"], name="fk_change_batch_undoes_id"),
        sa.PrimaryKeyConstraint("id", name="pk_change_batch"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_batch_undoes_id", "change_batch", ["undoes_id"])
    op.create_table(
        "change",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("before", ROW, nullable=True),
        sa.Column("after", ROW, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batch.id"], name="fk_change_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_batch_id", "change", ["batch_id"])
    op.create_index("ix_change_row", "change", ["table_name", "row_id", "id"])
    op.create_table(
        "ledger_now",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batch.id"], name="fk_ledger_now_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_now"),
    )
    op.create_table(
        "kept_answer",
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("asked_by", "key", name="pk_kept_answer"),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"])
    op.execute("INSERT INTO ledger_now (id) VALUES (1)")
    enter_existing(TABLES, "now()" if is_postgresql() else "strftime('%Y-%m-%d %H:%M:%f000', 'now')")
    for table in TABLES:
        keep_ledger(table)
    for table in ("change_batch", "change"):
        append_only(table)
    append_only("stage_move", but_undo=True)


def downgrade() -> None:
    append_only("stage_move")
    for table in TABLES:
        drop_ledger(table)
    for table in ("kept_answer", "ledger_now", "change", "change_batch"):
        op.drop_table(table)
    if is_postgresql():
        for name in ("change_is_append_only", "change_batch_is_append_only", "ledger_write"):
            op.execute(f"DROP FUNCTION {name}")
