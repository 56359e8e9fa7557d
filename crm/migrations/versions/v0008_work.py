"""Queues of work, skills of reps, rules for leads and the choices made by them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, is_postgresql, keep_ledger

revision = "0008"
down_revision = "0007"

CODE: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 20}
TABLES = ("work_queue", "work_item", "rep_skill", "lead_rules", "lead_choice")


def upgrade() -> None:
    queues()
    op.create_table(
        "rep_skill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level >= 0", name=op.f("ck_rep_skill_level")),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_rep_skill_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rep_skill"),
        sa.UniqueConstraint("rep_id", "skill", name="uq_rep_skill_rep_id_skill"),
        sqlite_autoincrement=True,
    )
    choices()
    for table in TABLES:
        keep_ledger(table)
    append_only("lead_rules", but_undo=True)
    append_only("lead_choice", but_undo=True)


def queues() -> None:
    op.create_table(
        "work_queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lease_s", sa.Integer(), nullable=False),
        sa.Column("most_leased", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("lease_s > 0", name=op.f("ck_work_queue_lease")),
        sa.CheckConstraint("most_leased IS NULL OR most_leased > 0", name=op.f("ck_work_queue_most_leased")),
        sa.PrimaryKeyConstraint("id", name="pk_work_queue"),
        sa.UniqueConstraint("name", name="uq_work_queue_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "work_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("work_min", sa.Float(), nullable=False),
        sa.Column("state", sa.Enum("waiting", "leased", "done", name="state", **CODE), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column("leased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name=op.f("ck_work_item_lease_until")),
        sa.CheckConstraint("state = 'waiting' OR rep_id IS NOT NULL", name=op.f("ck_work_item_holder")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_work_item_account_id"),
        sa.ForeignKeyConstraint(["queue_id"], ["work_queue.id"], name="fk_work_item_queue_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_work_item_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_work_item"),
        sa.UniqueConstraint("queue_id", "external_id", name="uq_work_item_queue_id_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_work_item_account_id", "work_item", ["account_id"])
    for name, columns, where in (
        ("ix_work_item_next", ["queue_id", "priority", "id"], "state <> 'done'"),
        ("ix_work_item_held", ["rep_id", "queue_id"], "state = 'leased'"),
    ):
        op.create_index(name, "work_item", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def choices() -> None:
    op.create_table(
        "lead_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lead_rules"),
        sa.UniqueConstraint("name", "edition", name="uq_lead_rules_name_edition"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "lead_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("rules_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("chosen_rep_id", sa.Integer(), nullable=True),
        sa.Column("rep_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("override_why", sa.String(), nullable=False),
        sa.Column("work_min", sa.Float(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["chosen_rep_id"], ["rep.id"], name="fk_lead_choice_chosen_rep_id"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_lead_choice_opportunity_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_lead_choice_rep_id"),
        sa.ForeignKeyConstraint(["rules_id"], ["lead_rules.id"], name="fk_lead_choice_rules_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_choice"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lead_choice_opportunity_id", "lead_choice", ["opportunity_id"])
    op.create_index("ix_lead_choice_rules_id", "lead_choice", ["rules_id"])
    op.create_index("ix_lead_choice_rep_id", "lead_choice", ["rep_id", "given_at"])


def downgrade() -> None:
    for table in reversed(TABLES):
        drop_ledger(table)
        op.drop_table(table)
    if is_postgresql():
        for table in ("lead_rules", "lead_choice"):
            op.execute(f"DROP FUNCTION {table}_is_append_only")
