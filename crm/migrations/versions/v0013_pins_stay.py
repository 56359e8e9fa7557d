"""A place that a person has set is changed by a person only, whoever writes: the database refuses all else."""

from alembic import op

from crm.migrations.ledger_triggers import is_postgresql

revision = "0013"
down_revision = "0012"

SAYS = "a pin is changed by nothing but a later pin"
MOVED = "OLD.level = 'manual' AND NEW.level <> 'manual'"
KINDS = "('edit', 'undo')"


def upgrade() -> None:
    if is_postgresql():
        kind = "SELECT kind FROM change_batch WHERE id = nullif(current_setting('bailiwick.batch', true), '')::int"
        op.execute(
            "CREATE FUNCTION site_pin_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF ({kind}) NOT IN {KINDS} THEN RAISE EXCEPTION '{SAYS}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER site_pin_stays BEFORE UPDATE ON site FOR EACH ROW WHEN ({MOVED}) "
            "EXECUTE FUNCTION site_pin_stays()"
        )
        return
    kind = "SELECT kind FROM change_batch JOIN ledger_now ON batch_id = change_batch.id"
    op.execute(
        f"CREATE TRIGGER site_pin_stays BEFORE UPDATE ON site WHEN {MOVED} "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}') WHERE ({kind}) NOT IN {KINDS}; END"
    )


def downgrade() -> None:
    if is_postgresql():
        op.execute("DROP TRIGGER site_pin_stays ON site")
        op.execute("DROP FUNCTION site_pin_stays()")
    else:
        op.execute("DROP TRIGGER site_pin_stays")
