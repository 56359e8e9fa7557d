"""Types of activities, segments, reasons and pipelines are data: made by API, used at once, ended without a loss."""

import csv
import io
import zipfile

import pytest

from crm.tables import Role
from tests.api.test_people import send
from tests.api_users import bearer

TODAY = "2026-11-23"
TASTING = {"code": "tasting", "label": "Tasting", "channel": "visit", "duration_s": 1200, "outcomes": ["met"]}


@pytest.fixture
def ruth(site):
    return bearer(site.record, "ruth", Role.REP, rep_id=1)


def classifiers(site):
    """A pipeline, a type of visit, outcomes, a reason for losing and a segment, by the API."""
    stages = [{"name": "Offer"}, {"name": "Signed", "kind": "won"}, {"name": "Off", "kind": "lost"}]
    pipeline = send(site, "POST", "/api/pipelines", {"name": "Leasing", "stages": stages}, 201)
    codes = {}
    for name, value in (("outcome", "met"), ("outcome", "sold"), ("loss_reason", "rent"), ("segment", "gold")):
        body = {"list_name": name, "code": value, "label": value.title()}
        codes[value] = send(site, "POST", "/api/codes", body, 201)
    made = site.client.post("/api/activity-types", json=TASTING)
    assert made.status_code == 201, made.text
    return pipeline, made.json(), codes, made.headers["Bailiwick-Act"]


def faults(site, method, path, body, headers, version=None):
    refused = send(site, method, path, body, 422, version=version, headers=headers)
    return {one["field"]: one["expected"] for one in refused["errors"]}


def rows_of(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return list(csv.DictReader(io.StringIO(pack.read(f"{name}.csv").decode(), newline="")))


def test_new_classifiers_are_used_at_once_and_ended_without_losing_what_has_them(site, ruth):
    pipeline, tasting, codes, act = classifiers(site)
    offer, off = pipeline["stages"][0]["id"], pipeline["stages"][2]["id"]
    account = site.get("/api/accounts/1")
    send(site, "PATCH", "/api/accounts/1", {"segment": "gold"}, version=account["version"], headers=ruth)
    place = account["sites"][0]
    typed = {"visit_type": "tasting"}
    send(site, "PATCH", f"/api/sites/{place['id']}", typed, version=place["version"], headers=ruth)
    deal = send(
        site, "POST", "/api/opportunities", {"title": "x", "stage_id": offer, "account_id": 1}, 201, headers=ruth
    )
    body = {"account_id": 1, "type": "tasting", "outcome": "met"}
    noted = send(site, "POST", "/api/activities", body, 201, headers=ruth)
    assert (noted["kind"], noted["type"]) == ("visit", "tasting"), "the kind is that of its type"
    stop = site.get("/api/reps/1/routes/2026-11-23")["stops"][0]
    path = f"/api/visits/{stop['visit_id']}/done"
    wrong = faults(site, "POST", path, {"outcome": "sold", "type": "tasting"}, ruth, version=1)
    assert wrong == {"body.outcome": "Expected one of met for the type tasting; got 'sold'."}
    send(site, "POST", path, {"outcome": "met", "type": "tasting"}, version=1, headers=ruth)
    lost = {"stage_id": off, "why": "rent"}
    send(site, "POST", f"/api/opportunities/{deal['id']}/moves", lost, version=deal["version"], headers=ruth)
    assert faults(site, "POST", "/api/activities", body | {"type": "dance"}, ruth) == {
        "body.type": "Expected a type of activity (tasting); got 'dance', which there is not."
    }
    assert (
        "which is a type of visit"
        in faults(site, "POST", "/api/activities", body | {"kind": "mail"}, ruth)["body.type"]
    )

    undone = site.client.post(f"/api/batches/{act}/undo", json={})
    assert (undone.status_code, "Something made since refers to it" in undone.text) == (409, True)

    ended = send(site, "PATCH", f"/api/activity-types/{tasting['id']}", {"valid_to": TODAY}, version=1)
    assert ended["valid_to"] == TODAY and site.get("/api/activity-types", on=TODAY)["items"] == []
    for value in ("rent", "gold"):
        send(site, "PATCH", f"/api/codes/{codes[value]['id']}", {"active": False}, version=1)
    send(site, "PATCH", f"/api/pipelines/{pipeline['id']}", {"retired": True}, version=1)
    assert "which ended on 2026-11-23" in faults(site, "POST", "/api/activities", body, ruth)["body.type"]
    early = send(site, "POST", "/api/activities", body | {"at": "2026-11-22T09:00:00Z"}, 201, headers=ruth)
    assert early["type"] == "tasting", "what comes late from a device counts with its own day"
    other = site.get("/api/accounts/2")
    send(site, "PATCH", "/api/accounts/2", {"segment": "gold"}, 409, version=other["version"], headers=ruth)
    again = {"title": "y", "stage_id": offer, "account_id": 1}
    send(site, "POST", "/api/opportunities", again, 409, headers=ruth)

    kept = send(site, "PATCH", f"/api/activities/{noted['id']}", {"text": "again in May"}, version=1, headers=ruth)
    assert (kept["type"], kept["text"]) == ("tasting", "again in May")
    found = site.client.get("/api/activities?type=tasting", headers=ruth).json()["items"]
    assert len(found) == 3 and {one["type"] for one in found} == {"tasting"}
    overview = site.client.get("/api/accounts/1/overview", headers=ruth).json()
    assert overview["account"]["segment"] == "gold" and "tasting" in {one["type"] for one in overview["activities"]}
    (fact,) = site.client.get("/api/plan-fact", headers=ruth).json()["items"]
    assert [(one["type"], one["done"]["visits"]) for one in fact["types"]] == [(None, 0.0), ("tasting", 1.0)]

    part = site.client.get("/api/export", headers=ruth).content
    assert [row["code"] for row in rows_of(part, "activity_type")] == ["tasting"]
    assert sorted(row["type"] for row in rows_of(part, "activity")) == ["tasting"] * 3
