"""Leads from outside: forms, their keys, and ways to reach whoever sent one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0030"
down_revision = "0029"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
CONTACTS = ("phone", "mobile", "email", "post", "other")


def upgrade() -> None:
    op.create_table(
        "lead_intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("sales_force", sa.String(), nullable=False),
        sa.Column("needs_stamp", sa.Boolean(), nullable=False),
        sa.Column("least_s", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("least_s >= 0", name=op.f("ck_lead_intake_least_s")),
        sa.PrimaryKeyConstraint("id", name="pk_lead_intake"),
        sa.UniqueConstraint("name", name="uq_lead_intake_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "intake_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["intake_id"], ["lead_intake.id"], name="fk_intake_key_intake_id"),
        sa.PrimaryKeyConstraint("id", name="pk_intake_key"),
        sa.UniqueConstraint("digest", name="uq_intake_key_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_intake_key_intake_id", "intake_key", ["intake_id"])
    op.create_table(
        "lead_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*CONTACTS, name="kind", **CODE), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_lead_contact_lead_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_contact"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lead_contact_lead_id", "lead_contact", ["lead_id"])
    op.create_index("ix_lead_contact_key", "lead_contact", ["key"])
    for table in ("lead_intake", "lead_contact"):
        keep_ledger(table)
    op.create_index("ix_site_postcode", "site", ["postcode"])


def downgrade() -> None:
    op.drop_index("ix_site_postcode", "site")
    for table in ("lead_contact", "lead_intake"):
        drop_ledger(table)
    for table in ("lead_contact", "intake_key", "lead_intake"):
        op.drop_table(table)
