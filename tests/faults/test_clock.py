"""The clock is moved under the service, back and forth: nobody loses a job, a session or an answer by it."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from crm.tables import Role, TokenKind
from planning.record import save_plan
from planning.sign_in import (
    LONGEST_WAIT,
    SESSION,
    NotSignedInError,
    WaitError,
    count_failure,
    open_token,
    wait,
    who_has,
)
from tests.api_users import bearer
from tests.planning.job_builders import asked, seen, work
from tests.small_plan import NOON, small_plan

DAY = timedelta(days=1)


@pytest.fixture
def served(record, record_url):
    """A client, and the moment that the server believes it is."""
    save_plan(record, small_plan(), now=NOON)
    moment = [NOON]
    app = create_app(Settings(database_url=record_url), clock=lambda: moment[0])
    headers = bearer(record, "boss", Role.ADMIN)
    with TestClient(app, base_url="http://localhost", headers=headers, raise_server_exceptions=False) as client:
        yield client, moment


def note(client, key):
    body = {"account_id": 1, "kind": "note", "text": key}
    return client.post("/api/activities", json=body, headers={"Idempotency-Key": key})


def test_requests_are_answered_and_repeated_ones_once_whatever_the_clock_says(served):
    client, moment = served
    first = note(client, "k")
    assert first.status_code == 201
    for away in (-DAY, timedelta(hours=-1), timedelta(minutes=1), timedelta(hours=23)):
        moment[0] = NOON + away
        assert client.get("/api/me").status_code == 200
        again = note(client, "k")
        assert (again.status_code, again.json()) == (201, first.json()), away
        assert note(client, f"k {away}".replace(" ", "-")).status_code == 201
        listed = client.get("/api/batches").json()["items"]
        assert len({act["id"] for act in listed}) == len(listed)


def test_a_job_that_was_asked_for_in_the_future_is_done_and_nobody_takes_it_over(served, record):
    client, moment = served
    jumps = iter([NOON - 30 * DAY, NOON + 30 * DAY, NOON, NOON - 3650 * DAY] * 50)
    job = asked(record, units=30, seconds=0.0)
    work(record, clock=lambda: next(jumps))
    done = seen(record, job)
    assert done.state == "done" and done.answer == {"units": 30, "sum": 465}
    moment[0] = NOON - DAY
    assert client.get(f"/api/jobs/{job}").json()["state"] == "done"


def test_a_session_outlives_a_clock_that_goes_back_and_ends_by_one_that_goes_on(record):
    bearer(record, "anna", Role.REP)
    with record.write() as session:
        secret = open_token(session, 1, TokenKind.SESSION, "browser", NOON, NOON + SESSION)
    for moment in (NOON - 30 * DAY, NOON + 2 * DAY):
        with record.read() as session:
            assert who_has(session, secret, moment).viewer.name == "anna"
    with record.read() as session, pytest.raises(NotSignedInError):
        who_has(session, secret, NOON + SESSION)


def test_a_clock_that_goes_back_makes_nobody_wait_longer_for_the_next_try(record):
    with record.write() as session:
        for _ in range(30):
            count_failure(session, "anna", "10.0.0.1", NOON)
    with record.read() as session:
        with pytest.raises(WaitError) as caught:
            wait(session, "anna", "10.0.0.1", NOON - timedelta(seconds=5))
        assert 0 < caught.value.wait_s <= LONGEST_WAIT.total_seconds() + 6
        for moment in (NOON - 30 * DAY, NOON + LONGEST_WAIT):
            wait(session, "anna", "10.0.0.1", moment)
    with record.write() as session:
        count_failure(session, "anna", "10.0.0.1", NOON - 30 * DAY)
    with record.read() as session, pytest.raises(WaitError):
        wait(session, "anna", "10.0.0.1", NOON - 30 * DAY)
