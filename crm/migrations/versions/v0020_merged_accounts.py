"""Merged accounts keep their ids in files; the industry of an account."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "account_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("was_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_key_account_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_account_key_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_key"),
        sa.UniqueConstraint("external_id", name="uq_account_key_external_id"),
        sqlite_autoincrement=True,
    )
    for column in ("account_id", "was_id", "site_id"):
        op.create_index(f"ix_account_key_{column}", "account_key", [column])
    keep_ledger("account_key")
    op.add_column("account", sa.Column("industry", sa.String(), server_default=sa.text("''"), nullable=False))
    keep_ledger("account")


def downgrade() -> None:
    drop_ledger("account")
    op.drop_column("account", "industry")
    keep_ledger("account")
    drop_ledger("account_key")
    op.drop_table("account_key")
