"""Row policies of PostgreSQL for roles that only read: each is bound to a user, and sees what that user sees.

Who asks is `session_user`, the name somebody signed in to the database with: neither SET ROLE nor a setting changes it.
What that user sees is worked out by functions that run with the owner's rights, take nothing, and answer only for
whoever asks; they say once more in SQL what `planning.viewer` says. Which table shows which rows is said once, in
`planning.export.seen_rows`, for exports and policies alike. The owner of the tables, as which the program works, is
held by none of this.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, column, func, or_, select, table, text
from sqlalchemy.engine import make_url
from sqlalchemy.sql.elements import True_
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AccountPerson, Lead, Opportunity, Person, Rep, Task
from planning.export import May, seen_rows

SCHEMA = "bailiwick_sight"
POLICY = "bailiwick_sight"
BOUND = f"{SCHEMA}.reader"
bound = table("reader", column("role_name", String), column("user_id", Integer), schema=SCHEMA)
"""The table of roles and their users."""

lead, opportunity, task = table_of(Lead), table_of(Opportunity), table_of(Task)
person, rep, part = table_of(Person), table_of(Rep), table_of(AccountPerson)

COVERS = "{0}.valid_from <= {1} AND ({0}.valid_to IS NULL OR {0}.valid_to > {1})"
FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "today": ("date", "SELECT (now() AT TIME ZONE 'UTC')::date"),
    "user_id": (
        "integer",
        f"SELECT u.id FROM {BOUND} r JOIN @.app_user u ON u.id = r.user_id "
        "WHERE r.role_name = session_user AND u.active",
    ),
    "role": ("text", f"SELECT u.role FROM @.app_user u WHERE u.id = {SCHEMA}.user_id()"),
    "sees_all": ("boolean", f"SELECT coalesce({SCHEMA}.role() IN ('planner', 'admin'), false)"),
    "forces": (
        "TABLE (plan_id integer, day date)",
        f"SELECT DISTINCT ON (p.sales_force) p.id, greatest(p.valid_from, {SCHEMA}.today()) FROM @.territory_plan p "
        f"WHERE ({COVERS.format('p', f'{SCHEMA}.today()')}) OR p.state = 'published' "
        "ORDER BY p.sales_force, p.valid_from",
    ),
    "reps": (
        "SETOF integer",
        f"SELECT g.rep_id FROM @.rep_grant g WHERE g.user_id = {SCHEMA}.user_id() UNION "
        f"SELECT u.rep_id FROM @.app_user u WHERE u.id = {SCHEMA}.user_id() AND u.rep_id IS NOT NULL",
    ),
    "territories": (
        "SETOF integer",
        "WITH RECURSIVE held AS (SELECT t.id FROM @.territory t JOIN @.territory_holder h ON h.territory_id = t.id "
        f"JOIN {SCHEMA}.forces() f ON f.plan_id = t.plan_id AND {COVERS.format('h', 'f.day')} "
        f"WHERE h.rep_id IN (SELECT {SCHEMA}.reps()) "
        "UNION SELECT t.id FROM @.territory t JOIN held ON t.parent_id = held.id) SELECT id FROM held",
    ),
    "seen_reps": (
        "SETOF integer",
        f"SELECT {SCHEMA}.reps() UNION SELECT h.rep_id FROM @.territory_holder h "
        f"JOIN (SELECT DISTINCT day FROM {SCHEMA}.forces()) f ON {COVERS.format('h', 'f.day')} "
        f"WHERE {SCHEMA}.role() <> 'rep' AND h.role = 'primary' "
        f"AND h.territory_id IN (SELECT {SCHEMA}.territories())",
    ),
    "task_reps": (
        "SETOF integer",
        f"SELECT {SCHEMA}.reps() UNION SELECT s FROM {SCHEMA}.seen_reps() s WHERE {SCHEMA}.role() = 'manager'",
    ),
    "shared": (
        "TABLE (deal_id integer, account_id integer)",
        "SELECT t.opportunity_id, coalesce(t.account_id, o.account_id) FROM @.task t "
        "LEFT JOIN @.opportunity o ON o.id = t.opportunity_id LEFT JOIN @.pipeline_stage s ON s.id = o.stage_id "
        f"WHERE t.rep_id IN (SELECT {SCHEMA}.task_reps()) "
        "AND (t.state = 'open' OR (t.state = 'done' AND s.kind = 'open'))",
    ),
    "family": (
        "SETOF integer",
        "WITH RECURSIVE tree AS (SELECT g.account_id AS id FROM @.family_grant g "
        f"WHERE g.user_id = {SCHEMA}.user_id() UNION "
        "SELECT l.account_id FROM @.account_link l JOIN tree ON l.to_account_id = tree.id WHERE l.kind = 'owner' "
        f"AND (l.valid_from IS NULL OR l.valid_from <= {SCHEMA}.today()) "
        f"AND (l.valid_to IS NULL OR l.valid_to > {SCHEMA}.today())) SELECT id FROM tree",
    ),
    "accounts": (
        "SETOF integer",
        "SELECT s.account_id FROM @.site s JOIN @.assignment a ON a.site_id = s.id "
        f"JOIN {SCHEMA}.forces() f ON f.plan_id = a.plan_id AND {COVERS.format('a', 'f.day')} "
        f"WHERE a.territory_id IN (SELECT {SCHEMA}.territories()) UNION SELECT {SCHEMA}.family() UNION "
        f"SELECT account_id FROM {SCHEMA}.shared() WHERE account_id IS NOT NULL",
    ),
    "deals": ("SETOF integer", f"SELECT deal_id FROM {SCHEMA}.shared() WHERE deal_id IS NOT NULL"),
}
"""By name, what each answers and how, for whoever is signed in to the database; `@` is the schema of the tables."""


def ids(name: str) -> Any:
    """What a function answers, for IN."""
    return select(getattr(getattr(func, SCHEMA), name)())


def may() -> May:
    """What a role sees, by the functions."""
    all_of_it: ColumnElement[bool] = select(getattr(func, SCHEMA).sees_all()).scalar_subquery()

    def accounts(column: Any) -> ColumnElement[bool]:
        return or_(all_of_it, column.in_(ids("accounts")))

    deals = or_(opportunity.c.rep_id.in_(ids("reps")), opportunity.c.id.in_(ids("deals")))
    deals = or_(deals, accounts(opportunity.c.account_id))
    at_accounts = select(part.c.person_id).where(accounts(part.c.account_id))
    todo = or_(task.c.rep_id.in_(ids("task_reps")), task.c.opportunity_id.in_(select(opportunity.c.id).where(deals)))
    return May(
        accounts=accounts,
        people=or_(all_of_it, person.c.id.in_(at_accounts)),
        opportunities=deals,
        tasks=or_(todo, accounts(task.c.account_id)),
        leads=or_(lead.c.rep_id.in_(ids("reps")), accounts(lead.c.account_id)),
        reps=or_(all_of_it, rep.c.id.in_(ids("seen_reps"))),
    )


def policies() -> dict[str, str]:
    """By table, the condition of the rows that a role sees, in SQL."""
    somebody = select(getattr(func, SCHEMA).user_id()).scalar_subquery().is_not(None)
    rows = {name: somebody if isinstance(every, True_) else every for name, every in seen_rows(may()).items()}
    options: dict[str, Any] = {
        "dialect": make_url("postgresql+psycopg://").get_dialect()(),
        "compile_kwargs": {"literal_binds": True},
    }
    return {name: str(condition.compile(**options)) for name, condition in sorted(rows.items())}


def statements(schema: str) -> list[str]:
    """All that makes functions and policies what they are to be; they may be there already."""
    made = [
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC",
        f"CREATE TABLE IF NOT EXISTS {BOUND} (role_name name PRIMARY KEY, user_id integer NOT NULL)",
        f"REVOKE ALL ON {BOUND} FROM PUBLIC",
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",  # as is the rule from PostgreSQL 15 on
    ]
    for name, (answer, body) in FUNCTIONS.items():
        made.append(
            f"CREATE OR REPLACE FUNCTION {SCHEMA}.{name}() RETURNS {answer} LANGUAGE sql STABLE SECURITY DEFINER "
            f"SET search_path = pg_catalog, pg_temp AS $sight${body.replace('@', schema)}$sight$"
        )
    for name, condition in policies().items():
        made += [
            f"ALTER TABLE {schema}.{name} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS {POLICY} ON {schema}.{name}",
            f"CREATE POLICY {POLICY} ON {schema}.{name} FOR SELECT USING ({condition})",
        ]
    stamp = sha256("\n".join(made).encode()).hexdigest()[:16]
    return [*made, f"COMMENT ON SCHEMA {SCHEMA} IS '{stamp}'"]


def schema_of(session: Session) -> str:
    """Where the tables are, quoted."""
    return str(session.execute(text("SELECT quote_ident(current_schema())")).scalar_one())


def is_installed(session: Session) -> bool:
    """True when there are functions, and so maybe roles."""
    found = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    return session.execute(found, {"name": SCHEMA}).first() is not None


def is_current(session: Session) -> bool:
    """True when functions and policies are those of this version."""
    sql = text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name")
    stamp = session.scalar(sql, {"name": SCHEMA})
    return statements(schema_of(session))[-1] == f"COMMENT ON SCHEMA {SCHEMA} IS '{stamp}'"


def install(session: Session) -> None:
    """Make functions and policies what they are to be now, for all roles there are."""
    schema = schema_of(session)
    for statement in statements(schema):
        session.connection().exec_driver_sql(statement)
    for role in session.scalars(select(func.quote_ident(bound.c.role_name))).all():
        grant(session, role)


def grant(session: Session, role: str) -> None:
    """Let a role (quoted) read the tables that have a policy, and nothing else of ours."""
    schema = schema_of(session)
    session.connection().exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}")
    session.connection().exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
    tables = ", ".join(f"{schema}.{name}" for name in policies())
    session.connection().exec_driver_sql(f"GRANT SELECT ON {tables} TO {role}")


def suspend(session: Session) -> None:
    """Take the policies away before tables change. Rows stay closed: roles see nothing until `install`."""
    schema = schema_of(session)
    sql = text(
        "SELECT quote_ident(tablename) FROM pg_policies WHERE policyname = :name AND schemaname = current_schema()"
    )
    for name in session.scalars(sql, {"name": POLICY}).all():
        session.connection().exec_driver_sql(f"DROP POLICY {POLICY} ON {schema}.{name}")
