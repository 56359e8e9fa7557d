"""Revenue targets, credit for sales that several made, and searches that users keep."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_target_span")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_target_amount")),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_target_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_target"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_target_rep_id", "target", ["rep_id", "first_on"])
    keep_ledger("target")
    op.create_table(
        "credit_split",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_credit_split_share")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_credit_split_validity")),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name="fk_credit_split_opportunity_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_credit_split_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_split"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_credit_split_opportunity_id", "credit_split", ["opportunity_id"])
    op.create_index("ix_credit_split_rep_id", "credit_split", ["rep_id"])
    op.create_index(
        "uq_credit_split_open",
        "credit_split",
        ["opportunity_id", "rep_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    keep_ledger("credit_split")
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_saved_view_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("user_id", "of", "name", name="uq_saved_view_user_id_of_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_saved_view_user_id", "saved_view", ["user_id"])
    keep_ledger("saved_view")


def downgrade() -> None:
    for table in ("saved_view", "credit_split", "target"):
        drop_ledger(table)
        op.drop_table(table)
