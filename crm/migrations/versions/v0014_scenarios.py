"""Scenarios and their steps."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("discarded", sa.Boolean(), nullable=False),
        sa.Column("published_plan_id", sa.Integer(), nullable=True),
        sa.Column("last_act", sa.String(), nullable=False),
        sa.Column("touched", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["territory_plan.id"], name="fk_scenario_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_scenario"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_scenario_plan_id", "scenario", ["plan_id"])
    op.create_table(
        "scenario_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("delta", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name="fk_scenario_step_scenario_id"),
        sa.PrimaryKeyConstraint("id", name="pk_scenario_step"),
        sa.UniqueConstraint("scenario_id", "number", name="uq_scenario_step_scenario_id_number"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("scenario_step")
    op.drop_table("scenario")
