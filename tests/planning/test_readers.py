"""A role of PostgreSQL that reads sees what its user sees, table by table, and can do nothing else."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from api.doctor import look_at_readers
from crm.act import Act
from crm.columns import Record, table_of
from crm.tables import (
    Account,
    AccountLink,
    AccountName,
    AccountPerson,
    Activity,
    Consent,
    ConsentState,
    ContactKind,
    ContactPoint,
    Lead,
    LinkKind,
    NameKind,
    Opportunity,
    Person,
    Role,
    Task,
    User,
)
from planning.demo_pipeline import seed_pipeline
from planning.export import seen
from planning.exports import viewer_named
from planning.readers import add_reader, list_readers, remove_reader, upgrade_record
from planning.record import save_plan
from planning.record_errors import MissingError, RefusedError
from planning.row_policies import is_current, policies
from planning.users import edit_user, get_user, set_families
from tests.api_users import bearer
from tests.small_plan import NOON, small_plan

on_postgresql = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
CLOSED = "closed to readers: plans, drafts, users, secrets, jobs, the ledger, what a server keeps for itself"
NOT_FOR_READERS = {
    *("account_need", "account_share", "app_user", "assignment", "change", "change_batch", "credit_split"),
    *("duplicate_pair", "erasure", "event", "event_reader", "export_piece", "family_grant", "import_row", "import_run"),
    *("incentive_rules", "incentive_run", "intake_key", "job", "job_attempt", "job_result", "job_unit", "kept_answer"),
    *("access_token", "lead_choice", "lead_intake", "lead_rules", "ledger_now", "password", "plan_page", "proposal"),
    *("proposal_move", "recovery_code", "rep_absence", "rep_grant", "rep_skill", "route", "saved_view", "scenario"),
    *("scenario_step", "second_factor", "settled_act", "sign_in_failure", "sign_in_step", "target", "territory"),
    *("territory_holder", "territory_plan", "transfer", "unserved_visit", "upload", "visit_companion", "win_model"),
    *("work_item", "work_queue", "workload", "workload_rules", "site_street", "account_text"),
    "visit_policy",
}
USERS = {
    "rita": {"role": Role.REP, "rep_id": 1},
    "rolf": {"role": Role.REP, "rep_id": 2},
    "nina": {"role": Role.REP},
    "mona": {"role": Role.MANAGER, "sees_reps": (2,)},
    "paul": {"role": Role.PLANNER},
}


def test_every_table_is_open_to_readers_by_a_policy_or_named_as_closed():
    assert not policies().keys() & NOT_FOR_READERS
    new = Record.metadata.tables.keys() - policies().keys() - NOT_FOR_READERS
    assert not new, f"say in planning.export.seen_rows who sees these tables, or name them here ({CLOSED}): {new}"
    assert policies().keys() <= Record.metadata.tables.keys() >= NOT_FOR_READERS


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sqlite_has_no_such_roles(record):
    with record.write() as session, pytest.raises(RefusedError, match="PostgreSQL"):
        add_reader(session, "anna")


@pytest.fixture
def roles(record):
    """A record with something in most tables, a role for every user; {user: (role, password)}."""
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin", page="<!doctype html>")
    seed_pipeline(record, now=NOON, share=1.0)
    for name, values in USERS.items():
        bearer(record, name, **values)
    with record.write(Act("tests", "more", NOON)) as session:
        accounts = list(session.scalars(select(Account.id).order_by(Account.id)))
        for account in accounts:
            person = Person(name=f"P{account}", key="p", created_at=NOON)
            session.add(person)
            session.flush()
            session.add(AccountPerson(account_id=account, person_id=person.id, role="buyer"))
            session.add(
                ContactPoint(person_id=person.id, kind=ContactKind.PHONE, value=f"+49 {account}", key=f"{account}")
            )
            session.add(Consent(person_id=person.id, purpose="mail", state=ConsentState.GIVEN, said_at=NOON))
            session.add(AccountName(account_id=account, kind=NameKind.BRAND, name="X", key="x"))
            session.add(Activity(account_id=account, kind="note", at=NOON, made_by="x"))
            session.add(Lead(source="web", trigger="t", payload={}, received_at=NOON, account_id=account))
        session.add(Lead(source="web", trigger="t", payload={}, received_at=NOON, rep_id=2))
        session.add(AccountLink(account_id=accounts[-2], to_account_id=accounts[-1], kind=LinkKind.OWNER))
        deals = list(session.scalars(select(Opportunity.id).order_by(Opportunity.id)))
        own = {"kind": "call", "title": "T", "made_at": NOON, "made_by": "x"}
        session.add(Task(opportunity_id=deals[0], rep_id=2, **own))
        session.add(Task(account_id=accounts[0], rep_id=2, **own))
        session.add(Task(account_id=accounts[1], rep_id=1, state="done", ended_at=NOON, **own))
        nina = session.scalar(select(User.id).where(User.name == "nina"))
        set_families(session, nina, [accounts[-1]])
    made = {}
    try:
        for name in USERS:
            with record.write() as session:
                made[name] = add_reader(session, name, f"t_{name}_{record.engine.url.database}")
        yield made
    finally:
        with record.write() as session:
            for one in list_readers(session):
                remove_reader(session, one.role)


def connected(record, role):
    name, password = role
    url = make_url(record.engine.url).set(username=name, password=password)
    return create_engine(url, isolation_level="AUTOCOMMIT")


def visible(connection, table):
    key = ", ".join(column.name for column in table.primary_key)
    return {tuple(row) for row in connection.execute(text(f"SELECT {key} FROM {table.name}"))}


def refused(connection, sql):
    with pytest.raises(DBAPIError) as error:
        connection.execute(text(sql))
    return error.value.orig.sqlstate


@on_postgresql
def test_readers_see_what_their_users_see_and_can_do_nothing(record, record_url, roles):
    today = datetime.now(UTC).date()
    seen_rows = {}
    for user, role in roles.items():
        with record.read() as session:
            chosen = seen(session, viewer_named(session, {"user": user}, today))
            wanted = {
                name: {tuple(row) for row in session.execute(select(*table.primary_key).where(chosen[name]))}
                for name, table in ((name, Record.metadata.tables[name]) for name in chosen)
            }
        engine = connected(record, role)
        with engine.connect() as connection:
            got = {name: visible(connection, Record.metadata.tables[name]) for name in policies()}
            assert got == wanted, (user, {name for name in got if got[name] != wanted[name]})
            seen_rows[user] = got
            for name in NOT_FOR_READERS:
                assert refused(connection, f"SELECT count(*) FROM {name}") == "42501", name
            connection.execute(text("SET default_transaction_read_only = off"))
            for name in ("account", "site", "activity", "opportunity", "app_user", "bailiwick_sight.reader"):
                assert refused(connection, f"DELETE FROM {name}") == "42501", name
            assert refused(connection, "UPDATE account SET name = 'x'") == "42501"
            assert refused(connection, "INSERT INTO code (id) VALUES (9)") == "42501"
            assert refused(connection, "TRUNCATE code") == "42501"
            assert refused(connection, "CREATE TABLE mine (id integer)") == "42501"
            assert refused(connection, "ALTER TABLE account DISABLE ROW LEVEL SECURITY") == "42501"
            assert refused(connection, "CREATE FUNCTION bailiwick_sight.sees_all() RETURNS boolean RETURN true")
            for other in (record.engine.url.username or "postgres", *(one for one, _ in roles.values())):
                if other != role[0]:
                    assert refused(connection, f'SET ROLE "{other}"') == "42501"
                    assert refused(connection, f'SET SESSION AUTHORIZATION "{other}"') == "42501"
            connection.execute(
                text("SELECT set_config('bailiwick.user', '5', false), set_config('role', 'none', false)")
            )
            connection.execute(text("SET row_security = on"))
            # Tables of one's own name stand before ours for one's own statements, and are no one's sight.
            connection.execute(text("CREATE TEMP TABLE app_user AS SELECT 1 AS id, 'admin' AS role, 1 AS rep_id"))
            assert visible(connection, table_of(Account)) == got["account"]
            connection.execute(text("SET row_security = off"))
            assert refused(connection, "SELECT * FROM account") == "42501"
        engine.dispose()
    everything = seen_rows["paul"]
    filled = {name for name, rows in everything.items() if rows}
    assert {"account", "site", "person", "contact_point", "activity", "opportunity", "lead", "task", "visit"} <= filled
    for user in ("rita", "rolf", "nina", "mona"):
        for name in ("account", "person", "activity", "opportunity", "contact_point", "lead"):
            assert 0 < len(seen_rows[user][name]) < len(everything[name]), (user, name)
    assert seen_rows["rita"]["account"] != seen_rows["rolf"]["account"]

    with record.write(Act("boss", "left", NOON)) as session:
        user_id = session.scalar(select(User.id).where(User.name == "paul"))
        sign_out_for_good(session, user_id)
    engine = connected(record, roles["paul"])
    with record.write() as session:
        assert is_current(session)
        session.execute(text("COMMENT ON SCHEMA bailiwick_sight IS 'older'"))
        assert list(look_at_readers(session))[1][0] == "wrong"
    upgrade_record(record_url)  # nothing to do, and the policies are there again
    with engine.connect() as connection:
        assert not any(visible(connection, Record.metadata.tables[name]) for name in policies())
    engine.dispose()
    with record.write() as session:
        with pytest.raises(RefusedError, match="already"):
            add_reader(session, "rita", roles["rita"][0])
        with pytest.raises(MissingError):
            remove_reader(session, "postgres")
        remove_reader(session, roles["rita"][0])
        assert session.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :n"), {"n": roles["rita"][0]}) is None
    with record.read() as session:  # the program sees all, as before
        assert list(look_at_readers(session)) == [("well", "4 readers by SQL (bailiwick reader list)")]
        assert session.scalar(select(func.count()).select_from(table_of(Account))) == len(everything["account"])


def sign_out_for_good(session, user_id):
    session.add(User(name="boss", role=Role.ADMIN, created_at=NOON))
    session.flush()
    edit_user(session, user_id, get_user(session, user_id).version, {"active": False}, by="boss", now=NOON)
