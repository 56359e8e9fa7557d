"""Jobs over HTTP: asked for, followed, cancelled and taken up again by those who may."""

import json

import pytest
from sqlalchemy import update

from crm.act import Act
from crm.tables import Role, User
from planning.jobs import ask_job
from tests.api.test_proposals import uneven
from tests.api_users import bearer
from tests.planning.job_builders import work
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def north(site):
    """A territory of the small plan that has too much; its id."""
    return uneven(site)


def rebalance(site, territory, **more):
    return site.client.post(f"/api/territories/{territory}/rebalances", json={"tolerance": 0.15}, **more)


def test_a_rebalance_is_asked_for_once_computed_elsewhere_and_accepted(site, north):
    headers = {"Idempotency-Key": "k1"}
    answer = rebalance(site, north, headers=headers)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/api/jobs/{job['id']}" and job["state"] == "queued"
    again = rebalance(site, north, headers=headers)
    assert again.json() == job and again.headers["location"] == answer.headers["location"]
    assert len(site.get("/api/jobs")["items"]) == 1
    work(site.record)
    done = site.get(f"/api/jobs/{job['id']}")
    assert done["state"] == "done", done["error"]
    proposal = site.get(f"/api/proposals/{done['answer']['proposal_id']}")
    assert len(proposal["moves"]) == done["answer"]["moves"] == 1 and not proposal["stale"]
    assert site.client.post(f"/api/proposals/{proposal['id']}/accept", json={}).status_code == 200


@sqlite_only
def test_what_cannot_be_rebalanced_is_refused_at_once(site):
    assert rebalance(site, 4711).status_code == 404
    assert site.client.post("/api/territories/1/rebalances", json={"tolerance": 1.5}).status_code == 422
    assert site.get("/api/jobs")["items"] == []


@sqlite_only
def test_an_objection_is_priced_with_the_cheapest_swap(site, north):
    rebalanced = site.get(f"/api/jobs/{rebalance(site, north).json()['id']}")
    work(site.record)
    proposal = site.get(f"/api/jobs/{rebalanced['id']}")["answer"]["proposal_id"]
    moved = site.get(f"/api/proposals/{proposal}")["moves"][0]["site_id"]
    asked = {"tolerance": 0.15, "site_id": moved}
    answer = site.client.post(f"/api/territories/{north}/challenges", json=asked)
    assert answer.status_code == 202, answer.text
    work(site.record)
    found = site.get(f"/api/jobs/{answer.json()['id']}")["answer"]
    assert (
        found["wish"] == "stay" and found["moves_without"] == 1 and moved in [m["site_id"] for m in found["needless"]]
    )
    assert found["price"] is None or (found["price"] >= 0 and moved not in [m["site_id"] for m in found["added"]])
    gone = site.client.post(f"/api/territories/{north}/challenges", json={"site_id": 4711})
    assert gone.status_code == 404


def drill(site, by, **what):
    with site.record.write() as session:
        return ask_job(session, "drill", {"units": 3, "seconds": 0.0} | what, by=by, now=NOON)


@sqlite_only
def test_cancel_and_retry(site):
    job = drill(site, "boss")
    assert site.client.post(f"/api/jobs/{job}/retry", json={}).status_code == 409
    assert site.client.post(f"/api/jobs/{job}/cancel", json={}).json()["state"] == "cancelled"
    assert site.client.post(f"/api/jobs/{job}/cancel", json={}).status_code == 409
    assert site.client.post(f"/api/jobs/{job}/retry", json={}).json()["state"] == "queued"
    work(site.record)
    assert site.get(f"/api/jobs/{job}")["units_done"] == 3


@sqlite_only
def test_another_ones_job_is_not_there_for_a_rep(site):
    job = drill(site, "boss")
    ruth = bearer(site.record, "ruth", Role.REP)
    own = drill(site, "ruth")
    for method, tail in (("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/retry")):
        answer = site.client.request(method, f"/api/jobs/{job}{tail}", headers=ruth, json={})
        assert answer.status_code == 404, (method, tail)
    assert [item["id"] for item in site.client.get("/api/jobs", headers=ruth).json()["items"]] == [own]


@sqlite_only
def test_nobody_takes_the_name_under_which_the_command_line_asks(site):
    named = site.client.post("/api/users", json={"name": "Bailiwick", "role": "rep"})
    assert named.status_code == 409 and "program's own name" in named.json()["detail"]


@sqlite_only
def test_progress_is_a_stream_that_ends_with_the_job(site, monkeypatch):
    from api import job_events

    monkeypatch.setattr(job_events, "LOOK_S", 0.01)
    job = drill(site, "boss", poison=2, fault="error")
    looks = []
    seen = job_events.look

    def look(*words):
        if len(looks) == 1:
            work(site.record)
        looks.append(seen(*words))
        return looks[-1]

    monkeypatch.setattr(job_events, "look", look)
    answer = site.client.get(f"/api/jobs/{job}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [dict(line.split(": ", 1) for line in part.splitlines()) for part in answer.text.strip().split("\n\n")]
    assert [event.get("event") for event in events] == [None, "progress", "end"]
    last = json.loads(events[-1]["data"])
    assert last == site.get(f"/api/jobs/{job}") and last["failed"][0]["name"] == "unit 2"


@sqlite_only
def test_a_stream_ends_when_its_user_is_signed_out(site, monkeypatch):
    from api import job_events
    from planning.sign_in import NotSignedInError

    def out(*words):
        raise NotSignedInError("Sign in first.")

    monkeypatch.setattr(job_events, "who_has", out)
    assert "event:" not in site.client.get(f"/api/jobs/{drill(site, 'boss')}/events").text


@sqlite_only
def test_too_many_streams_are_asked_to_poll(site, monkeypatch):
    from api import job_events

    monkeypatch.setattr(job_events, "MOST_STREAMS", 0)
    answer = site.client.get(f"/api/jobs/{drill(site, 'boss')}/events")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "10"


@sqlite_only
def test_one_user_does_not_take_every_stream_and_sees_by_the_rights_of_now(site, monkeypatch):
    from api import job_events

    job = drill(site, "paul")
    streams = job_events.streams_of(site.client)  # its `app` has the state, as a request's has
    streams[1] = job_events.MOST_OF_ONE
    assert site.client.get(f"/api/jobs/{job}/events").status_code == 503
    streams[1] = 0
    looks = []

    def look(*words):
        looks.append(words)
        if len(looks) == 2:
            raise AssertionError("the stream went on")
        with site.record.write(Act("tests", "a rep now", NOON)) as session:
            session.execute(update(User).values(role=Role.REP))
        return seen(*words)

    seen = job_events.look
    monkeypatch.setattr(job_events, "look", look)
    assert "event:" not in site.client.get(f"/api/jobs/{job}/events").text
