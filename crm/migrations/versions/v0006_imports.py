"""Imports in two phases; opening hours of a site and potential of an account."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0006"
down_revision = "0005"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
ROW_STATES = ("create", "update", "unchanged", "close", "reject")


def upgrade() -> None:
    op.add_column("site", sa.Column("opening_hours", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("account", sa.Column("potential", sa.Float(), nullable=True))
    for table in ("site", "account"):
        keep_ledger(table)
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Enum("staged", "committed", name="state", **CODE), nullable=False),
        sa.Column("staged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staged_by", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("recognised", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batch.id"], name="fk_import_run_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("state", sa.Enum(*ROW_STATES, name="state", **CODE), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_version", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("site_version", sa.Integer(), nullable=True),
        sa.Column("account", sa.JSON(), nullable=False),
        sa.Column("site", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name="fk_import_row_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_row"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_row_state", "import_row", ["run_id", "state", "id"])


def downgrade() -> None:
    op.drop_table("import_row")
    op.drop_table("import_run")
    for table, column in (("account", "potential"), ("site", "opening_hours")):
        drop_ledger(table)
        op.drop_column(table, column)
        keep_ledger(table)
