"""All that happened with an account in one order, and what was changed of people and sales."""

from datetime import timedelta

import pytest

from crm.tables import Role
from planning.demo_pipeline import seed_pipeline
from tests.api_users import bearer
from tests.small_plan import NOON


def do(site, method, path, body, version=None, status=(200, 201)):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    answer = site.client.request(method, f"/api/{path}", json=body, headers=headers)
    assert answer.status_code in status, answer.text
    return answer.json()


@pytest.fixture
def busy(site):
    """Account 1 with something of every kind; the ids of its sale and its person."""
    seed_pipeline(site.record, now=NOON)
    stages = site.get("/api/pipelines")["items"][0]["stages"]
    sale = do(site, "POST", "opportunities", {"title": "Fridge", "account_id": 1, "stage_id": stages[0]["id"]})
    for hours, kind in ((1, "phone_call"), (2, "note")):
        at = (NOON - timedelta(hours=hours)).isoformat()
        outcome = {"outcome": "met"} if kind == "phone_call" else {}
        do(site, "POST", "activities", {"account_id": 1, "kind": kind, "at": at, "text": kind} | outcome)
    do(site, "POST", "tasks", {"account_id": 1, "kind": "call", "title": "Ask again"})
    lead = do(site, "POST", "leads", {"source": "web", "trigger": "a form", "payload": {"name": "x"}})
    do(site, "POST", f"leads/{lead['id']}/match", {"account_id": 1}, lead["version"])
    do(site, "PATCH", "accounts/1", {"name": "Renamed", "why": "told by phone"}, 1)
    do(site, "PUT", "accounts/1/names", {"names": [{"kind": "brand", "name": "Brand"}]}, 2)
    do(site, "PUT", "accounts/1/names", {"names": []}, 3)
    person = do(site, "POST", "people", {"name": "Eva", "roles": [{"account_id": 1}], "contacts": []})
    return sale, person


def pages(site, path, **query):
    found, cursor = [], {}
    while True:
        page = site.get(path, limit=3, **query, **cursor)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_every_event_is_there_once_in_order_and_by_kind(site, busy):
    whole = site.get("/api/accounts/1/timeline", limit=200)["items"]
    assert {one["kind"] for one in whole} == {
        *("phone_call", "note", "task", "lead", "sale", "change", "owner", "visit"),
    }
    moments = [one["at"] for one in whole]
    assert moments == sorted(moments, reverse=True)
    assert pages(site, "/api/accounts/1/timeline") == whole, "no page begins too early or too late"
    for kinds in (["visit"], ["note", "sale"], ["owner", "visit", "change"]):
        assert pages(site, "/api/accounts/1/timeline", kind=kinds) == [one for one in whole if one["kind"] in kinds]
    planned = next(one for one in whole if one["kind"] == "visit")
    assert (planned["state"], planned["day_only"], planned["rep"]) == ("planned", True, "Rep 0")
    renamed = next(one for one in whole if one["text"] == "told by phone")
    assert (renamed["kind"], renamed["what"], renamed["by"]) == ("change", "account", "boss")
    assert renamed["change"]["fields"] == {"name": ["Account 1", "Renamed"]}
    called = next(one for one in whole if one["kind"] == "phone_call")
    assert (called["contact"]["id"], called["contact"]["person"], called["change"]) == (called["id"], None, None)
    until = NOON - timedelta(minutes=30)
    early = site.get("/api/accounts/1/timeline", until=until.isoformat(), limit=200)["items"]
    assert [one for one in whole if one["at"] < until.isoformat().replace("+00:00", "Z")] == early
    late = site.get("/api/accounts/1/timeline", since=until.isoformat(), limit=200)["items"]
    assert late + early == whole
    site.problem("/api/accounts/1/timeline", 422, cursor="bm8")
    site.problem("/api/accounts/1/timeline", 422, kind="fax")


def test_nothing_of_either_is_lost_in_a_merge(site, busy):
    do(site, "POST", "activities", {"account_id": 2, "kind": "note", "text": "of the other"})
    before = [one for number in (1, 2) for one in site.get(f"/api/accounts/{number}/timeline", limit=200)["items"]]
    other = site.get("/api/accounts/2")
    do(site, "POST", "accounts/1/merges", {"other_id": 2, "other_version": other["version"]}, 4)
    after = site.get("/api/accounts/1/timeline", limit=200)["items"]
    kept = {(one["table"], one["id"]) for one in after}
    lost = [one for one in before if (one["table"], one["id"]) not in kept and one["kind"] != "owner"]
    assert not lost


def test_a_rep_sees_it_of_own_accounts(site, busy):
    rep = site.get("/api/accounts/1")["sites"][0]["rep_id"]
    own = bearer(site.record, "ruth", Role.REP, rep_id=rep)
    mine = site.client.get("/api/accounts/1/timeline", headers=own)
    assert mine.json()["items"] == site.get("/api/accounts/1/timeline")["items"]
    assert site.client.get("/api/accounts/5/timeline", headers=own).status_code == 404


def test_changes_of_names_people_and_sales_are_told_even_when_they_are_gone(site, busy):
    sale, person = busy
    names = [one for one in site.get("/api/accounts/1/history", limit=200)["items"] if one["table"] == "account_name"]
    assert [one["act"] for one in names] == ["removed", "added"]
    do(site, "PATCH", f"opportunities/{sale['id']}", {"value": 900, "why": "counted again"}, sale["version"])
    told = site.get(f"/api/opportunities/{sale['id']}/history")["items"]
    assert (told[0]["fields"]["value"], told[0]["why"], told[0]["made_by"]) == ([None, 900.0], "counted again", "boss")
    contacts = {"contacts": [{"kind": "email", "value": "eva@example.org"}]}
    known = do(site, "PATCH", f"people/{person['id']}", contacts, person["version"])
    do(site, "PATCH", f"people/{person['id']}", {"contacts": []}, known["version"])
    told = site.get(f"/api/people/{person['id']}/history", limit=200)["items"]
    assert [one["act"] for one in told if one["table"] == "contact_point"] == ["removed", "added"]
    assert {one["table"] for one in told} == {"person", "account_person", "contact_point"}
    rep = site.get("/api/accounts/1")["sites"][0]["rep_id"]
    own = bearer(site.record, "ruth", Role.REP, rep_id=rep)
    do(site, "PATCH", f"people/{person['id']}", {"roles": [{"account_id": 1}, {"account_id": 5}]}, known["version"] + 1)
    everything = site.get(f"/api/people/{person['id']}/history", limit=200)["items"]
    seen = site.client.get(f"/api/people/{person['id']}/history?limit=200", headers=own).json()["items"]
    hidden = [one for one in everything if one not in seen]
    assert [one["fields"]["account_id"][1] for one in hidden] == [5]
