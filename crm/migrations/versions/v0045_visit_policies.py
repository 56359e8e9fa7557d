"""How often and how long clients are visited, by segment and contract, as data."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, is_postgresql, keep_ledger

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.create_table(
        "visit_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visit_policy"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_policy_valid_from", "visit_policy", ["valid_from"])
    keep_ledger("visit_policy")
    append_only("visit_policy", but_undo=True)


def downgrade() -> None:
    drop_ledger("visit_policy")
    op.drop_table("visit_policy")
    if is_postgresql():
        op.execute("DROP FUNCTION visit_policy_is_append_only")
