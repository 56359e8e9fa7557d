"""Types of activities and visits, and weights of work, as data."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, is_postgresql, keep_columns, keep_ledger

revision = "0038"
down_revision = "0037"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
CHANNELS = ("phone_call", "mail", "visit", "meeting", "note")
COLUMNS = {"activity": "type", "visit": "type", "site": "visit_type"}
FIXED = ("code", "channel", "counts_as_visit", "workload_weight")


def upgrade() -> None:
    op.create_table(
        "activity_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("channel", sa.Enum(*CHANNELS, name="channel", **CODE), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("counts_as_visit", sa.Boolean(), nullable=False),
        sa.Column("workload_weight", sa.Float(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("duration_s IS NULL OR duration_s > 0", name=op.f("ck_activity_type_duration")),
        sa.CheckConstraint("workload_weight >= 0", name=op.f("ck_activity_type_weight")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_activity_type_validity")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_activity_type"),
        sa.UniqueConstraint("code", name="uq_activity_type_code"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "workload_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sales_force", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("access_min", sa.Float(), nullable=False),
        sa.Column("admin_min", sa.Float(), nullable=False),
        sa.Column("service_min", sa.Float(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("hours_share", sa.Float(), nullable=False),
        sa.Column("value_share", sa.Float(), nullable=False),
        sa.Column("potential_share", sa.Float(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint(
            "access_min >= 0 AND admin_min >= 0 AND service_min > 0", name=op.f("ck_workload_rules_minutes")
        ),
        sa.CheckConstraint(
            "hours_share > 0 AND value_share >= 0 AND potential_share >= 0", name=op.f("ck_workload_rules_shares")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workload_rules"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_workload_rules_sales_force", "workload_rules", ["sales_force", "valid_from"])
    for table in ("activity_type", "workload_rules"):
        keep_ledger(table)
    keep_columns("activity_type", FIXED)
    append_only("workload_rules", but_undo=True)
    for table, name in COLUMNS.items():
        # Alembic would add the foreign key by itself, which SQLite cannot do.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} VARCHAR "
            f"CONSTRAINT fk_{table}_{name} REFERENCES activity_type (code)"
        )
        keep_ledger(table)
    op.create_index("ix_activity_type", "activity", ["type", "at"])


def downgrade() -> None:
    op.drop_index("ix_activity_type", "activity")
    for table, name in COLUMNS.items():
        drop_ledger(table)
        op.drop_column(table, name)
        keep_ledger(table)
    for table in ("workload_rules", "activity_type"):
        drop_ledger(table)
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION activity_type_keeps_columns")
        op.execute("DROP FUNCTION workload_rules_is_append_only")
