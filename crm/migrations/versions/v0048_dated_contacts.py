"""Ways to reach people have days on which they count, and a consent may be about one way only."""

from alembic import op

from crm.migrations.ledger_triggers import append_only, drop_ledger, is_postgresql, keep_ledger

revision = "0048"
down_revision = "0047"

KINDS = ("phone", "mobile", "email", "post", "other")


def upgrade() -> None:
    named = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute("ALTER TABLE contact_point ADD COLUMN valid_from DATE")
    # With the column, since SQLite adds no CHECK to a table that is there.
    op.execute(
        "ALTER TABLE contact_point ADD COLUMN valid_to DATE CONSTRAINT ck_contact_point_validity "
        "CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from)"
    )
    op.execute(
        f"ALTER TABLE consent ADD COLUMN channel VARCHAR(20) CONSTRAINT ck_consent_channel CHECK (channel IN ({named}))"
    )
    for table in ("contact_point", "consent"):
        keep_ledger(table)
    append_only("consent", but_undo=True, but="person_id")


def downgrade() -> None:
    drop_ledger("contact_point")
    op.drop_column("contact_point", "valid_to")
    op.drop_column("contact_point", "valid_from")
    keep_ledger("contact_point")
    drop_ledger("consent")
    drop_refusal()
    op.drop_column("consent", "channel")
    keep_ledger("consent")
    append_only("consent", but_undo=True, but="person_id")


def drop_refusal() -> None:
    """SQLite: the trigger that names the columns of consents; it is made anew without the one that goes."""
    if not is_postgresql():
        op.execute("DROP TRIGGER consent_refuses_update")
