"""Trade equipment at outlets, and the service tasks that faults ask for."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0026"
down_revision = "0025"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
STATES = ("in_service", "faulty", "in_repair", "withdrawn")
TABLES = ("asset", "service_task")


def upgrade() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("serial_number", sa.String(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="state", **CODE), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name=op.f("ck_asset_withdrawn")),
        sa.CheckConstraint(
            "withdrawn_on IS NULL OR installed_on IS NULL OR withdrawn_on >= installed_on",
            name=op.f("ck_asset_dates"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_asset_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asset"),
        sa.UniqueConstraint("kind", "serial_number", name="uq_asset_kind_serial_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_asset_site_id", "asset", ["site_id"])
    op.create_table(
        "service_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Enum("low", "normal", "high", name="priority", **CODE), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(done_at IS NULL) = (done_by = '')", name=op.f("ck_service_task_done")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_service_task_asset_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_task"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_service_task_asset_id", "service_task", ["asset_id"])
    for table in TABLES:
        keep_ledger(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        drop_ledger(table)
        op.drop_table(table)
