"""What stages ask for and set off: tasks, timers, effects, events; estimates of the chances of sales."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, is_postgresql, keep_ledger

revision = "0029"
down_revision = "0028"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
ADDED = (("pipeline_stage", "expected_days"), ("pipeline_stage", "rules"), ("stage_move", "migrated"))
KEPT = ("task", "stage_timer", "stage_effect", "win_model", "win_estimate")
ONLY_ADDED = ("stage_effect", "win_model", "win_estimate")


def upgrade() -> None:
    op.add_column("pipeline_stage", sa.Column("expected_days", sa.Float(), nullable=True))
    op.add_column("pipeline_stage", sa.Column("rules", sa.JSON(), nullable=True))
    op.add_column("stage_move", sa.Column("migrated", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table in ("pipeline_stage", "stage_move"):
        keep_ledger(table)
    make_tasks()
    make_timers_and_effects()
    make_events()
    make_estimates()
    for table in KEPT:
        keep_ledger(table)
    for table in ONLY_ADDED:
        append_only(table, but_undo=True)
    append_only("event")


def make_tasks() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Enum("open", "done", "cancelled", name="state", **CODE), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(opportunity_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_task_subject")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_task_ended")),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_task_opportunity_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_task_account_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_task_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_task_opportunity_id", "task", ["opportunity_id"])
    op.create_index("ix_task_account_id", "task", ["account_id"])
    op.create_index("ix_task_rep_id", "task", ["rep_id", "state"])


def make_timers_and_effects() -> None:
    op.create_table(
        "stage_timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("stage_move_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Enum("pending", "fired", "cancelled", name="state", **CODE), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name=op.f("ck_stage_timer_ended")),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_stage_timer_opportunity_id"),
        sa.ForeignKeyConstraint(["stage_move_id"], ["stage_move.id"], name="fk_stage_timer_stage_move_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stage_timer"),
        sa.UniqueConstraint("stage_move_id", "position", name="uq_stage_timer_stage_move_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stage_timer_opportunity_id", "stage_timer", ["opportunity_id"])
    op.create_index("ix_stage_timer_due", "stage_timer", ["state", "due_at"])
    op.create_table(
        "stage_effect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage_move_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["stage_move_id"], ["stage_move.id"], name="fk_stage_effect_stage_move_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stage_effect"),
        sa.UniqueConstraint("stage_move_id", "cause", "position", name="uq_stage_effect_stage_move_id_cause_position"),
        sqlite_autoincrement=True,
    )


def make_events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batch.id"], name="fk_event_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_batch_id", "event", ["batch_id"])


def make_estimates() -> None:
    op.create_table(
        "win_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pipeline", sa.String(), nullable=False),
        sa.Column("deals", sa.Integer(), nullable=False),
        sa.Column("won", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_win_model"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_win_model_pipeline", "win_model", ["pipeline"])
    op.create_table(
        "win_estimate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Enum("manual", "model", name="source", **CODE), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "probability IS NULL OR probability BETWEEN 0 AND 1", name=op.f("ck_win_estimate_probability")
        ),
        sa.CheckConstraint("(source = 'model') = (model_id IS NOT NULL)", name=op.f("ck_win_estimate_model")),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_win_estimate_opportunity_id"),
        sa.ForeignKeyConstraint(["model_id"], ["win_model.id"], name="fk_win_estimate_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_win_estimate"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_win_estimate_opportunity_id", "win_estimate", ["opportunity_id"])
    op.create_index("ix_win_estimate_model_id", "win_estimate", ["model_id"])


def downgrade() -> None:
    op.drop_table("event")
    for table in ("win_estimate", "win_model", "stage_effect", "stage_timer", "task"):
        drop_ledger(table)
        op.drop_table(table)
    if is_postgresql():
        for table in ("event", *ONLY_ADDED):
            op.execute(f"DROP FUNCTION {table}_is_append_only")
    for table in ("pipeline_stage", "stage_move"):
        drop_ledger(table)
    for table, column in ADDED:
        op.drop_column(table, column)
    for table in ("pipeline_stage", "stage_move"):
        keep_ledger(table)
