"""Merged people keep their ids in files, and take along what they agreed to."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, keep_ledger

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "person_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("was_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_key_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person_key"),
        sa.UniqueConstraint("external_id", name="uq_person_key_external_id"),
        sqlite_autoincrement=True,
    )
    for column in ("person_id", "was_id"):
        op.create_index(f"ix_person_key_{column}", "person_key", [column])
    keep_ledger("person_key")
    append_only("consent", but_undo=True, but="person_id")


def downgrade() -> None:
    append_only("consent", but_undo=True)
    drop_ledger("person_key")
    op.drop_table("person_key")
