"""When reps work and when they are away; why a visit was skipped or left out of its day."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0015"
down_revision = "0014"

HOURS = (
    ("weekdays", sa.String(), "'01234'"),
    ("shift_start_s", sa.Integer(), "28800"),
    ("shift_end_s", sa.Integer(), "61200"),
    ("holidays", sa.String(), "''"),
)


def upgrade() -> None:
    for name, kind, default in HOURS:
        op.add_column("rep", sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
    keep_ledger("rep")
    op.add_column("visit", sa.Column("why", sa.String(), nullable=False, server_default=sa.text("''")))
    keep_ledger("visit")
    op.create_table(
        "rep_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_rep_absence_span")),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_rep_absence_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rep_absence"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rep_absence_rep_id", "rep_absence", ["rep_id", "first_on"])
    keep_ledger("rep_absence")


def downgrade() -> None:
    drop_ledger("rep_absence")
    op.drop_table("rep_absence")
    drop_ledger("visit")
    op.drop_column("visit", "why")
    keep_ledger("visit")
    drop_ledger("rep")
    for name, _, _ in HOURS:
        op.drop_column("rep", name)
    keep_ledger("rep")
