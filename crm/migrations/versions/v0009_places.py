"""How the place of a site was found: score, source, sentence, runner-up, distance to the road, doubts."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import drop_ledger, keep_ledger

revision = "0009"
down_revision = "0008"

TEXTS = ("place_source", "place_why", "runner_up", "doubts", "place_attribution")
NUMBERS = ("place_score", "runner_up_m", "snap_m")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("site", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    for name in NUMBERS:
        op.add_column("site", sa.Column(name, sa.Float(), nullable=True))
    op.add_column("site", sa.Column("place_scores", sa.JSON(), nullable=True))
    keep_ledger("site")


def downgrade() -> None:
    drop_ledger("site")
    for name in (*TEXTS, *NUMBERS, "place_scores"):
        op.drop_column("site", name)
    keep_ledger("site")
