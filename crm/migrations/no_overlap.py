"""Triggers that refuse two spans of time of the same thing with a day in common, for use in migrations.

A span runs from `valid_from` until the day before `valid_to` (open without one); a row without `valid_from` has none.
"""

from collections.abc import Sequence

from alembic import op

from crm.migrations.ledger_triggers import is_postgresql


def refuse_overlap(
    table: str, keys: Sequence[str], says: str, *, only: str = "", lock: bool = False, hold: str = "", by: str = ""
) -> None:
    """Refuse rows of `table` alike in `keys` whose spans overlap.

    `only` is a condition on a row, written with `{row}` for its name. On PostgreSQL two transactions that write the
    same key follow each other: with `lock` by a lock on the key, for tables of which one transaction writes few rows;
    with `hold` by one on the row of that table which a row refers to (`site` by `site_id`), for any number of them.
    `by` is the one key whose index is to serve, where those of the others find too many rows.
    """
    asks = overlap(table, keys, only, by)
    when = only.format(row="NEW") or "TRUE"
    if is_postgresql():
        key = " || '/' || ".join(f"NEW.{name}" for name in keys)
        held = f"PERFORM pg_advisory_xact_lock(hashtextextended('{table}/' || {key}, 0));" if lock else ""
        if hold:
            held = f"PERFORM 1 FROM {hold} WHERE id = NEW.{hold}_id FOR NO KEY UPDATE;"
        op.execute(
            f"CREATE FUNCTION {table}_has_no_overlap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF ({when}) AND NEW.valid_from IS NOT NULL THEN {held} "
            f"IF EXISTS ({asks}) THEN RAISE EXCEPTION '{says}'; END IF; END IF; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_has_no_overlap AFTER INSERT OR UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_has_no_overlap()"
        )
        return
    for act in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER {table}_has_no_overlap_{act.lower()} AFTER {act} ON {table} "
            f"WHEN ({when}) AND NEW.valid_from IS NOT NULL "
            f"BEGIN SELECT RAISE(ABORT, '{says}') WHERE EXISTS ({asks}); END"
        )


def overlap(table: str, keys: Sequence[str], only: str, by: str = "") -> str:
    """A query for rows other than NEW whose spans share a day with NEW's; a span without a day shares none."""
    plain = {name: "" if by in ("", name) else " + 0" for name in keys}  # no index serves an expression
    same = " AND ".join(f"other.{name}{added} = NEW.{name}" for name, added in plain.items())
    fits = f" AND ({only.format(row='other')})" if only else ""
    return (
        f"SELECT 1 FROM {table} AS other WHERE {same} AND other.id <> NEW.id{fits} "
        "AND (other.valid_to IS NULL OR (other.valid_from < other.valid_to AND NEW.valid_from < other.valid_to)) "
        "AND (NEW.valid_to IS NULL OR (NEW.valid_from < NEW.valid_to AND other.valid_from < NEW.valid_to))"
    )


def allow_overlap(table: str) -> None:
    """Refuse nothing any more."""
    if is_postgresql():
        op.execute(f"DROP TRIGGER {table}_has_no_overlap ON {table}")
        op.execute(f"DROP FUNCTION {table}_has_no_overlap()")
        return
    for act in ("insert", "update"):
        op.execute(f"DROP TRIGGER {table}_has_no_overlap_{act}")
