"""Pipelines, opportunities and their moves."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, is_postgresql

revision = "0004"
down_revision = "0003"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}


def upgrade() -> None:
    op.create_table(
        "pipeline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline"),
        sa.UniqueConstraint("name", "edition", name="uq_pipeline_name_edition"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pipeline_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pipeline_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.Enum("open", "won", "lost", name="kind", **CODE), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name=op.f("ck_pipeline_stage_probability")),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], name="fk_pipeline_stage_pipeline_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline_stage"),
        sa.UniqueConstraint("pipeline_id", "name", name="uq_pipeline_stage_pipeline_id_name"),
        sa.UniqueConstraint("pipeline_id", "position", name="uq_pipeline_stage_pipeline_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "opportunity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "probability IS NULL OR probability BETWEEN 0 AND 1", name=op.f("ck_opportunity_probability")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_opportunity_account_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_opportunity_rep_id"),
        sa.ForeignKeyConstraint(["stage_id"], ["pipeline_stage.id"], name="fk_opportunity_stage_id"),
        sa.PrimaryKeyConstraint("id", name="pk_opportunity"),
        sa.UniqueConstraint("external_id", name="uq_opportunity_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_opportunity_account_id", "opportunity", ["account_id"])
    op.create_index("ix_opportunity_rep_id", "opportunity", ["rep_id"])
    op.create_index("ix_opportunity_stage_id", "opportunity", ["stage_id"])
    op.create_table(
        "stage_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("from_stage_id", sa.Integer(), nullable=True),
        sa.Column("to_stage_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["from_stage_id"], ["pipeline_stage.id"], name="fk_stage_move_from_stage_id"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_stage_move_opportunity_id"),
        sa.ForeignKeyConstraint(["to_stage_id"], ["pipeline_stage.id"], name="fk_stage_move_to_stage_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stage_move"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stage_move_opportunity_id", "stage_move", ["opportunity_id"])
    append_only("stage_move")


def downgrade() -> None:
    op.drop_table("stage_move")
    if is_postgresql():
        op.execute("DROP FUNCTION stage_move_is_append_only")
    op.drop_table("opportunity")
    op.drop_table("pipeline_stage")
    op.drop_table("pipeline")
