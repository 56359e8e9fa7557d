"""Queues, rules and choices over HTTP, from start to end."""

from datetime import timedelta

import pytest

from crm.act import Act
from crm.tables import Opportunity, Role
from planning.demo_pipeline import default_pipeline
from tests.api_users import bearer
from tests.small_plan import NOON


def send(site, method, path, body, status=200, **more):
    answer = site.client.request(method, path, json=body, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
def queue(site):
    made = send(site, "POST", "/api/queues", {"name": "Calls", "lease_s": 600, "most_leased": 2})
    items = [{"external_id": f"c{n}", "title": f"Call {n}"} for n in range(5)]
    assert send(site, "POST", f"/api/queues/{made['id']}/items", {"items": items}) == {"added": 5, "known": 0}
    return made["id"]


def test_an_item_is_pulled_renewed_returned_taken_by_another_and_done(site, queue):
    (held,) = send(site, "POST", f"/api/queues/{queue}/reps/1/pulls", {})["items"]
    assert (held["external_id"], held["lease_until"]) == ("c0", "2026-11-23T12:10:00Z")
    item = f"/api/reps/1/work-items/{held['id']}"
    site.moment[0] = NOON + timedelta(minutes=9)
    assert send(site, "POST", f"{item}/renew", {"lease": 1})["lease_until"] == "2026-11-23T12:19:00Z"
    assert [row["id"] for row in site.get("/api/reps/1/work-items")["items"]] == [held["id"]]
    assert send(site, "POST", f"{item}/return", {"lease": 1})["state"] == "waiting"
    (again,) = send(site, "POST", f"/api/queues/{queue}/reps/2/pulls", {})["items"]
    assert (again["id"], again["lease"]) == (held["id"], 2)
    lost = send(site, "POST", f"{item}/complete", {"lease": 1}, 409)
    assert lost["detail"] == "Rep 1 does not hold item 1 by lease 1: another lease has begun."
    done = send(site, "POST", f"/api/reps/2/work-items/{held['id']}/complete", {"lease": 2, "outcome": "sold"})
    assert (done["state"], done["outcome"]) == ("done", "sold")
    (said,) = site.get("/api/queues")["items"]
    assert (said["waiting"], said["leased"], said["done"]) == (4, 0, 1)


def test_a_pull_that_comes_again_with_its_key_is_answered_as_the_first_time(site, queue):
    path, headers = f"/api/queues/{queue}/reps/1/pulls", {"Idempotency-Key": "k1"}
    first = send(site, "POST", path, {}, headers=headers)
    assert send(site, "POST", path, {}, headers=headers) == first
    assert len(send(site, "POST", path, {"count": 5})["items"]) == 1, "two at most, and one was held"
    assert "as many as 'Calls' allows" in send(site, "POST", path, {}, 409)["detail"]


def test_a_rep_pulls_only_for_oneself_and_sees_nothing_of_the_rules(site, queue):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    assert send(site, "POST", f"/api/queues/{queue}/reps/1/pulls", {}, headers=ruth)["items"]
    send(site, "POST", f"/api/queues/{queue}/reps/2/pulls", {}, 404, headers=ruth)
    send(site, "GET", "/api/lead-rules", None, 403, headers=ruth)


@pytest.fixture
def leads(site):
    """An open lead with each of the first three accounts."""
    with site.record.write(Act("tests", "leads", NOON)) as session:
        (first, *_) = default_pipeline(session)
        for number in (1, 2, 3):
            session.add(Opportunity(account_id=number, stage_id=first, title="Lead", created_at=NOON))
    rules = {"name": "New leads", "rules": {"rule": [{"id": "even", "order": "least_loaded"}]}}
    return send(site, "POST", "/api/lead-rules", rules)


def test_rules_with_faults_are_refused_with_each_fault(site):
    bad = {"name": "x", "rules": {"rule": [{"id": "a", "order": "lottery", "size_min": "x"}]}}
    answer = send(site, "POST", "/api/lead-rules", bad, 422)
    assert [row["field"] for row in answer["errors"]] == ["body.rules", "body.rules"]
    assert answer["errors"][0]["expected"].startswith("rule 1 “a”, size_min: given 'x'")
    send(site, "POST", "/api/lead-rules", {"name": "x", "rules": {"rule": [{"id": "a\x00"}]}}, 422)
    assert site.get("/api/lead-rules") == {"items": []}


def test_a_dry_run_then_the_whole_then_fairness_and_undo(site, leads):
    assert (leads["edition"], leads["rules"]["version"]) == (1, 1)
    path = f"/api/lead-rules/{leads['id']}"
    run = send(site, "POST", f"{path}/dry-runs", {"segment": "A"})
    assert [row["rep"] for row in run["dealt"]] == ["Rep 0", "Rep 1", "Rep 0"]
    assert [(row["rep"], row["after_min"]) for row in run["tallies"]] == [("Rep 0", 60.0), ("Rep 1", 30.0)]
    made = send(site, "POST", f"{path}/assignments", {"why": "the week's leads"})
    assert [row["rep"] for row in made["items"]] == ["Rep 0", "Rep 1", "Rep 0"]
    again = site.get(f"/api/lead-choices/{made['items'][0]['id']}")
    assert again["same"] and again["inputs"]["lead"]["type"] == "A"
    fair = site.get("/api/lead-fairness")
    assert [row["metric"] for row in fair["metrics"]] == ["leads", "work_min", "value"]
    assert fair["metrics"][0]["amount"] == {"Rep 0": 2.0, "Rep 1": 1.0}
    batch = site.get("/api/batches", limit=1)["items"][0]
    assert batch["why"] == "the week's leads"
    send(site, "POST", f"/api/batches/{batch['id']}/undo", {})
    assert site.get("/api/lead-choices")["items"] == []
    assert {row["rep"] for row in site.get("/api/opportunities")["items"]} == {None}


def test_one_lead_against_the_rules_needs_its_version_and_its_reason(site, leads):
    path, body = "/api/opportunities/1/assignments", {"rules_id": leads["id"], "rep_id": 2}
    send(site, "POST", path, body, 428)
    assert "needs a reason" in send(site, "POST", path, body, 409, headers={"If-Match": '"1"'})["detail"]
    made = send(site, "POST", path, body | {"why": "knows them"}, headers={"If-Match": '"1"'})
    assert (made["rep"], made["chosen_rep"], made["overridden"]) == ("Rep 1", "Rep 0", True)
    send(site, "POST", path, body | {"why": "again"}, 412, headers={"If-Match": '"1"'})
    (listed,) = site.get("/api/lead-choices", overridden=True)["items"]
    assert listed["override_why"] == "knows them"
    assert site.get("/api/lead-fairness")["overrides"][0]["by"] == "boss"


def test_skills_are_set_and_read(site):
    assert send(site, "PUT", "/api/reps/1/skills", {"skills": {"cold": 2}})["skills"] == {"cold": 2.0}
    assert site.get("/api/reps/1/skills")["skills"] == {"cold": 2.0}
    send(site, "PUT", "/api/reps/99/skills", {"skills": {}}, 404)
