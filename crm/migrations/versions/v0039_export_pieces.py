"""Files that jobs make for somebody to fetch, piece by piece."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "export_piece",
        sa.Column("job_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_export_piece_job_id"),
        sa.PrimaryKeyConstraint("job_id", "unit", "number", name="pk_export_piece"),
    )


def downgrade() -> None:
    op.drop_table("export_piece")
