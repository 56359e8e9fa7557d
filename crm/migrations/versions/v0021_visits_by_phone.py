"""Visits made by telephone or video: they take time in a day, but no way."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("visit", sa.Column("by_phone", sa.Boolean(), nullable=False, server_default=sa.false()))
    keep_ledger("visit")


def downgrade() -> None:
    drop_ledger("visit")
    op.drop_column("visit", "by_phone")
    keep_ledger("visit")
