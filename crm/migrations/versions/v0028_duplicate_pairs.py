"""Accounts that may be one firm, as a search through the whole record found them."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    state = sa.Enum("open", "two", name="state", native_enum=False, create_constraint=True, length=20)
    op.create_table(
        "duplicate_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("account_id < other_id", name=op.f("ck_duplicate_pair_order")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_duplicate_pair_decided")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_duplicate_pair_account_id"),
        sa.ForeignKeyConstraint(["other_id"], ["account.id"], name="fk_duplicate_pair_other_id"),
        sa.PrimaryKeyConstraint("id", name="pk_duplicate_pair"),
        sa.UniqueConstraint("account_id", "other_id", name="uq_duplicate_pair_account_id_other_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duplicate_pair_other_id", "duplicate_pair", ["other_id"])
    op.create_index("ix_duplicate_pair_state", "duplicate_pair", ["state", "score", "id"])
    keep_ledger("duplicate_pair")


def downgrade() -> None:
    drop_ledger("duplicate_pair")
    op.drop_table("duplicate_pair")
