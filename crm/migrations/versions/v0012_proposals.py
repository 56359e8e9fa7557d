"""Proposed transfers and what became of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0012"
down_revision = "0011"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("data_version", sa.String(), nullable=False),
        sa.Column("tolerance", sa.Float(), nullable=False),
        sa.Column("state", sa.Enum("open", "accepted", "declined", name="state", **CODE), nullable=False),
        sa.Column("feasible", sa.Boolean(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("bound", sa.Float(), nullable=False),
        sa.Column("gap", sa.Float(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("deals_until", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_proposal_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposal_plan_id", "proposal", ["plan_id"])
    op.create_table(
        "proposal_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("from_territory_id", sa.Integer(), nullable=False),
        sa.Column("to_territory_id", sa.Integer(), nullable=False),
        sa.Column("price", sa.Float(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_territory_id <> to_territory_id", name=op.f("ck_proposal_move_elsewhere")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_proposal_move_proposal_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_proposal_move_site_id"),
        sa.ForeignKeyConstraint(["from_territory_id"], ["territory.id"], name="fk_proposal_move_from_territory_id"),
        sa.ForeignKeyConstraint(["to_territory_id"], ["territory.id"], name="fk_proposal_move_to_territory_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal_move"),
        sa.UniqueConstraint("proposal_id", "site_id", name="uq_proposal_move_proposal_id_site_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposal_move_proposal_id", "proposal_move", ["proposal_id"])
    op.create_index("ix_proposal_move_site_id", "proposal_move", ["site_id"])
    for table in ("proposal", "proposal_move"):
        keep_ledger(table)


def downgrade() -> None:
    for table in ("proposal_move", "proposal"):
        drop_ledger(table)
        op.drop_table(table)
