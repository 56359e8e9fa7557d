"""What a year asks of a rep; shares of accounts."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0011"
down_revision = "0010"

FIGURES = ("access_h", "admin_h", "visits_a_year", "work_h_a_year", "net_h_a_year", "potential", "gap")


def upgrade() -> None:
    for name in FIGURES:
        op.add_column("workload", sa.Column(name, sa.Float(), nullable=True))
    keep_ledger("workload")
    op.create_table(
        "account_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_account_share_share")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_account_share_validity")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_share_account_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_account_share_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_share"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_share_account_id", "account_share", ["account_id"])
    op.create_index("ix_account_share_rep_id", "account_share", ["rep_id"])
    open_ones = sa.text("valid_to IS NULL")
    op.create_index(
        "uq_account_share_open",
        "account_share",
        ["account_id", "rep_id"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
    keep_ledger("account_share")


def downgrade() -> None:
    drop_ledger("account_share")
    op.drop_table("account_share")
    drop_ledger("workload")
    for name in FIGURES:
        op.drop_column("workload", name)
    keep_ledger("workload")
