"""Incentives: rules with editions, runs by period, lines for payroll."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, is_postgresql, keep_ledger

revision = "0034"
down_revision = "0033"

TABLES = ("incentive_rules", "incentive_run", "incentive_line")


def upgrade() -> None:
    op.create_table(
        "incentive_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incentive_rules"),
        sa.UniqueConstraint("name", "edition", name="uq_incentive_rules_name_edition"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "incentive_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rules_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_incentive_run_span")),
        sa.ForeignKeyConstraint(["rules_id"], ["incentive_rules.id"], name="fk_incentive_run_rules_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incentive_run"),
        sa.UniqueConstraint("name", "first_on", name="uq_incentive_run_name_first_on"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incentive_run_rules_id", "incentive_run", ["rules_id"])
    op.create_table(
        "incentive_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("base", sa.Float(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("hundredths", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["incentive_run.id"], name="fk_incentive_line_run_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_incentive_line_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incentive_line"),
        sa.UniqueConstraint(
            "run_id",
            "earned_on",
            "rule",
            "event",
            "rep_id",
            "currency",
            name="uq_incentive_line_run_id_earned_on_rule_event_rep_id_currency",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incentive_line_rep_id", "incentive_line", ["rep_id", "run_id"])
    for table in TABLES:
        keep_ledger(table)
    append_only("incentive_rules", but_undo=True)


def downgrade() -> None:
    for table in reversed(TABLES):
        drop_ledger(table)
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION incentive_rules_is_append_only")
