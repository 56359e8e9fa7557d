"""The order in which acts were committed, for readers who go on where they stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "settled_act",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batch.id"], name="fk_settled_act_batch_id"),
        sa.PrimaryKeyConstraint("number", name="pk_settled_act"),
        sa.UniqueConstraint("batch_id", name="uq_settled_act_batch_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("settled_act")
