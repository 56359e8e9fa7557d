"""Questions that are asked often give what SQLAlchemy gives, and fail as it fails."""

from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import Integer, bindparam, func, literal, or_, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from crm import open_database
from crm.columns import table_of
from crm.often import Often
from crm.tables import Account, AccountState, Site, Visit, VisitState
from planning.record import save_plan
from planning.sign_in import TOKEN, digest
from planning.today import JOINED, ROUTES, STOPS
from tests.api_users import bearer
from tests.small_plan import NOON, small_plan

account, site, visit = table_of(Account), table_of(Site), table_of(Visit)


@pytest.fixture
def planned(record):
    """A record with a plan, and a user."""
    save_plan(record, small_plan(), now=NOON)
    return record, bearer(record, "rep", "rep", rep_id=1)["Authorization"].removeprefix("Bearer ")


def test_the_rows_are_those_that_sqlalchemy_gives(planned):
    record, secret = planned
    day = NOON.date()
    week = {"before": day - timedelta(1), "on": day, "after": day + timedelta(1)}
    asked = [
        (TOKEN, {"digest": digest(secret)}),
        (ROUTES, {"rep": 1, **week}),
        (STOPS, {"route": 1}),
        (JOINED, {"rep": 1, "first": day, "last": day}),
    ]
    with record.read() as session:
        for often, given in asked:
            plain = [tuple(row) for row in session.execute(often.select, given)]
            for _ in range(2):  # what was put together is kept
                found = often.rows(session, **given)
                assert [tuple(row) for row in found] == plain
                assert [[type(value) for value in row] for row in found] == [
                    [type(value) for value in row] for row in plain
                ]
        assert STOPS.rows(session, route=1) and ROUTES.rows(session, rep=1, **week)[0].rep_name
        assert STOPS.rows(session, route=999) == []


def test_constants_moments_and_codes_go_both_ways(planned):
    record, _ = planned
    often = Often(
        select(visit.c.id, visit.c.state, site.c.lat, site.c.id, account.c.created_at)
        .join(site, site.c.id == visit.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .where(or_(visit.c.state == VisitState.PLANNED, visit.c.state == VisitState.DONE))
        .where(account.c.state == bindparam("state", type_=account.c.state.type))
        .where(account.c.created_at <= bindparam("until", type_=account.c.created_at.type))
        .order_by(visit.c.id)
    )
    given = {"state": AccountState.ACTIVE, "until": NOON + timedelta(9)}
    with record.read() as session:
        plain = [tuple(row) for row in session.execute(often.select, given)]
        found = often.rows(session, **given)
        assert plain and [tuple(row) for row in found] == plain
        assert found[0].state is VisitState.PLANNED and found[0].created_at.tzinfo is not None
        assert found[0].id == plain[0][0]  # the first of two columns called id
        assert often.rows(session, **(given | {"until": NOON - timedelta(9999)})) == []


def test_a_list_of_values_is_refused(planned):
    record, _ = planned
    with record.read() as session, pytest.raises(ValueError, match="is a list"):
        Often(select(account.c.id).where(account.c.id.in_((1, 2)))).rows(session)


def test_a_missing_parameter_is_named(planned):
    record, _ = planned
    with record.read() as session, pytest.raises(KeyError, match="route"):
        STOPS.rows(session)


def test_it_fails_as_every_other_question(planned):
    record, _ = planned
    wrong = Often(select(func.no_such_function(account.c.id)).select_from(account))
    with record.read() as session, pytest.raises(DBAPIError) as told:
        wrong.rows(session)
    assert isinstance(told.value, (OperationalError, ProgrammingError)) and "no_such_function" in str(told.value)
    with record.read() as session, pytest.raises(DBAPIError) as plain:
        session.execute(wrong.select)
    assert type(told.value) is type(plain.value)
    with record.read() as session:
        assert STOPS.rows(session, route=1)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_ended_is_given_up(planned):
    record, _ = planned
    with record.read() as session:
        assert STOPS.rows(session, route=1)
        number = session.scalar(text("SELECT pg_backend_pid()"))
        with record.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
        with pytest.raises(OperationalError) as told:
            STOPS.rows(session, route=1)
        assert told.value.connection_invalidated
    with record.read() as session:
        assert STOPS.rows(session, route=1)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_its_time_is_limited_from_its_own_beginning(planned, record_url):
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < bindparam("last", type_=Integer)))
    count = Often(select(func.count()).select_from(numbers))
    limited = open_database(record_url, statement_s=0.3)
    try:
        with limited.read() as session:
            assert count.rows(session, last=10) == [(10,)]
            sleep(0.4)  # longer than a statement may take, but nothing was asked meanwhile
            assert count.rows(session, last=100_000) == [(100_000,)]
            with pytest.raises(OperationalError, match="interrupted"):
                count.rows(session, last=10**12)
    finally:
        limited.close()
