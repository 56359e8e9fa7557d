"""What blocks a visit without a day on every day, and the cheapest way to fit it in."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("unserved_visit", sa.Column("details", sa.String(), nullable=False, server_default=sa.text("''")))
    keep_ledger("unserved_visit")


def downgrade() -> None:
    drop_ledger("unserved_visit")
    op.drop_column("unserved_visit", "details")
    keep_ledger("unserved_visit")
