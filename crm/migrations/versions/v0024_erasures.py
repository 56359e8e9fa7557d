"""Persons to be forgotten: their rows of the ledger lose what names them, in the act that says so and no other."""

import sqlalchemy as sa
from alembic import op

from crm.migrations.ledger_triggers import append_only, is_postgresql

revision = "0024"
down_revision = "0023"

SAYS = "change rows are only ever added"
FIXED = ("id", "batch_id", "table_name", "row_id")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batch.id"], name="fk_erasure_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasure_row", "erasure", ["table_name", "row_id"])
    append_only("erasure")
    own = "erasure.table_name = OLD.table_name AND erasure.row_id = OLD.row_id AND erasure.batch_id"
    if is_postgresql():
        same = " AND ".join(f"NEW.{name} = OLD.{name}" for name in FIXED)
        now = "nullif(current_setting('bailiwick.batch', true), '')::int"
        op.execute(
            "CREATE OR REPLACE FUNCTION change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'UPDATE' AND {same} AND EXISTS (SELECT 1 FROM erasure WHERE {own} = {now}) THEN "
            f"RETURN NEW; END IF; RAISE EXCEPTION '{SAYS}'; END $$"
        )
        return
    differs = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    now = "(SELECT batch_id FROM ledger_now)"
    op.execute("DROP TRIGGER change_refuses_update")
    op.execute(
        "CREATE TRIGGER change_refuses_update BEFORE UPDATE ON change BEGIN "
        f"SELECT RAISE(ABORT, '{SAYS}') WHERE {differs} OR NOT EXISTS (SELECT 1 FROM erasure WHERE {own} = {now}); END"
    )


def downgrade() -> None:
    append_only("change")
    op.drop_table("erasure")
    if is_postgresql():
        op.execute("DROP FUNCTION erasure_is_append_only")
