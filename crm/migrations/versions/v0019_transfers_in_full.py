"""What an account needs of its rep, and when the deals of accounts that moved were handed over."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "account_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level >= 0", name=op.f("ck_account_need_level")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_need_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_need"),
        sa.UniqueConstraint("account_id", "skill", name="uq_account_need_account_id_skill"),
        sqlite_autoincrement=True,
    )
    keep_ledger("account_need")
    op.add_column("proposal", sa.Column("deals_given_on", sa.Date(), nullable=True))
    keep_ledger("proposal")


def downgrade() -> None:
    drop_ledger("proposal")
    op.drop_column("proposal", "deals_given_on")
    keep_ledger("proposal")
    drop_ledger("account_need")
    op.drop_table("account_need")
