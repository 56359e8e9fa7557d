"""Scenarios and the map over HTTP: blocks of bytes, versions, repeated requests, what a manager is shown."""

import json
import zlib
from datetime import timedelta

import numpy as np
import pytest

from crm.act import Act
from crm.tables import DocumentForm, DocumentKind, Role, VisitDocument
from tests.api_users import bearer
from tests.small_plan import MONDAY, NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
TYPES = {"Float32Array": "f4", "Int32Array": "i4", "Uint32Array": "u4", "Uint16Array": "u2", "Uint8Array": "u1"}


def block(site, path, **more):
    """What a page reads of a block: its head and its arrays."""
    answer = site.client.get(path, **more)
    assert answer.status_code == 200, answer.text
    body = zlib.decompress(answer.content)
    size = int.from_bytes(body[:4], "little")
    head = json.loads(body[4 : 4 + size])
    arrays = {
        name: np.frombuffer(body, f"<{TYPES[kind]}", count, 4 + size + offset)
        for name, kind, offset, count in head["arrays"]
    }
    return head["meta"], arrays


def draft(site, name="Spring", **more):
    answer = site.client.post("/api/scenarios", json={"name": name}, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def do(site, scenario, version, body, act="steps", **headers):
    return site.client.post(
        f"/api/scenarios/{scenario}/{act}", json=body, headers={"If-Match": f'"{version}"'} | headers
    )


def test_the_blocks_of_a_plan_hold_what_the_record_holds(site):
    meta, arrays = block(site, "/api/plans/1/points")
    assert arrays["site"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert arrays["zone"].tolist() == [0, 0, 0, 1, 1, 1, -1]
    assert np.isnan(arrays["lat"][6]) and arrays["lat"][0] == 50.25
    assert meta["words"]["segment"] == ["A"] and meta["today"] == (MONDAY - MONDAY.fromordinal(719_163)).days
    assert arrays["next"][0] == meta["today"]
    names, _ = block(site, "/api/plans/1/names")
    assert names["name"][0] == "Account 1" and names["why"][6] == "no coordinates and no address"
    meta, arrays = block(site, "/api/plans/1/ground")
    assert [zone["name"] for zone in meta["zones"]] == ["Rep 0", "Rep 1"]
    assert meta["zones"][0]["color"] != meta["zones"][1]["color"]
    assert meta["zones"][0]["load"]["workload_h"] == 5.0 and arrays["ends"][-1] == 10
    tag = site.client.get("/api/plans/1/ground").headers["etag"]
    assert site.client.get("/api/plans/1/ground", headers={"If-None-Match": tag}).status_code == 304


def test_the_map_knows_when_somebody_was_there_last_and_looked_at_the_shelf(site):
    visit = site.get("/api/reps/1/routes/2026-11-23")["stops"][0]
    noted = {"account_id": 3, "site_id": 3, "kind": "visit", "outcome": "met", "at": "2026-11-20T09:00:00Z"}
    assert site.client.post("/api/activities", json=noted).status_code == 201
    with site.record.write(Act("tests", "an audit", NOON)) as session:
        form = {"name": "Shelf", "edition": 1, "kind": DocumentKind.SHELF, "definition": {}, "made_at": NOON}
        session.add(made := DocumentForm(**form, made_by="tests"))
        session.flush()
        who = {"rep_id": 1, "made_by": "ruth", "made_at": NOON, "received_at": NOON, "answers": {}}
        session.add(VisitDocument(form_id=made.id, visit_id=visit["visit_id"], **who))
    meta, arrays = block(site, "/api/plans/1/points")
    ago = {name: (meta["today"] - arrays[name]).tolist() for name in ("last", "audit")}
    assert ago["last"][2] == 3
    assert [days == 0 for days in ago["audit"]] == [number == visit["site_id"] for number in arrays["site"].tolist()]


@sqlite_only
def test_a_step_is_done_once_on_the_version_that_was_read(site):
    number = draft(site)
    assert site.client.post("/api/scenarios", json={"name": "Spring"}).status_code == 409
    move = {"kind": "move", "sites": [1], "territory": 1}
    assert site.client.post(f"/api/scenarios/{number}/steps", json=move).status_code == 428
    done = do(site, number, 1, move, **{"Idempotency-Key": "one"})
    assert done.status_code == 200, done.text
    assert done.json()["sites"] == [1] and done.json()["keys"] == [1] and done.json()["territories"][0]["rings"] is None
    assert do(site, number, 1, move, **{"Idempotency-Key": "one"}).json() == done.json()
    late = do(site, number, 1, {"kind": "lock", "sites": [2]})
    assert late.status_code == 412 and "boss changed this scenario meanwhile" in late.json()["detail"]
    assert late.json()["version"] == 2
    assert do(site, number, 2, {"kind": "move", "sites": [77], "territory": 1}).status_code == 404
    back = do(site, number, 2, None, "undo").json()
    assert (back["keys"], back["scenario"]["redo"]) == ([0], "1 account to Rep 1")
    assert do(site, number, 3, None, "undo").status_code == 409
    assert [step["done"] for step in site.get(f"/api/scenarios/{number}/steps")["items"]] == [False]
    batches = site.get("/api/batches")["items"]
    assert all("cenario" not in batch["why"] for batch in batches)  # drafts are no acts of the record
    copy = site.client.post("/api/scenarios", json={"name": "Copy", "like": number}).json()
    assert copy["position"] == 0 and copy["plan_id"] == 1
    gone = site.client.patch(f"/api/scenarios/{number}", json={"discarded": True}, headers={"If-Match": '"3"'})
    assert gone.status_code == 200
    assert [one["name"] for one in site.get("/api/scenarios")["items"]] == ["Copy"]


@sqlite_only
def test_a_published_scenario_is_what_the_map_shows_from_its_day_on(site):
    number = draft(site)
    do(site, number, 1, {"kind": "move", "sites": [1], "territory": 1})
    later = MONDAY + timedelta(days=7)
    early = do(site, number, 2, {"starts_on": "2026-11-01"}, "publish")
    assert early.status_code == 409 and "days gone by" in early.json()["detail"]
    made = do(site, number, 2, {"starts_on": later.isoformat(), "why": "agreed"}, "publish")
    assert made.status_code == 201 and made.json()["state"] == "published" and made.json()["title"] == "Spring"
    assert "Two squares" in site.client.get("/map").text
    site.moment[0] = NOON + timedelta(days=7)
    page = site.client.get("/map").text
    assert "<h1>Spring</h1>" in page and f"plans/{made.json()['id']}/points" in page
    assert site.get("/api/workloads")["plan_id"] == made.json()["id"]


@sqlite_only
def test_the_page_is_small_and_its_policy_is_strict(site):
    answer = site.client.get("/map")
    policy = answer.headers["content-security-policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert len(answer.content) <= 15_000
    assert "unsafe" not in policy and "default-src 'none'" in policy and f'nonce="{nonce}"' in answer.text
    assert "onclick" not in answer.text and "style=" not in answer.text
    for name in ("live_page.js", "leaflet.js", "live.css"):
        address = answer.text.partition('href="/static/')[2].partition("/")[0]
        assert site.client.get(f"/static/{address}/{name}").status_code == 200


@sqlite_only
def test_a_manager_is_shown_the_own_part_and_drafts_about_it(site):
    (own,) = [rep["id"] for rep in site.get("/api/reps")["items"] if rep["external_id"] == "Rep 0"]
    mona = {"headers": bearer(site.record, "mona", Role.MANAGER, sees_reps=(own,))}
    _, arrays = block(site, "/api/plans/1/points", **mona)
    assert arrays["site"].tolist() == [1, 2, 3]
    meta, _ = block(site, "/api/plans/1/ground", **mona)
    assert [zone["name"] for zone in meta["zones"]] == ["Rep 0"]
    assert "account 5" not in site.client.get("/api/plans/1/names", **mona).text.lower()
    other = draft(site, "Head office")
    assert site.client.get("/api/scenarios", **mona).json()["items"] == []
    do(site, other, 1, {"kind": "split", "territory": 0, "name": "Half"})
    assert site.client.get("/api/scenarios", **mona).json()["items"][0]["name"] == "Head office"
    headers = {"If-Match": '"2"'} | mona["headers"]
    lock = {"kind": "lock", "sites": [4]}
    assert site.client.post(f"/api/scenarios/{other}/steps", json=lock, headers=headers).status_code == 409
    assert do(site, other, 2, lock).status_code == 200
    assert site.client.get("/api/scenarios", **mona).json()["items"] == []
    assert site.client.get(f"/api/plans/1/ground?scenario={other}", **mona).status_code == 404


@sqlite_only
def test_transfers_for_the_same_state_are_computed_once_and_found_again(site):
    made = draft(site)
    ask = f"/api/scenarios/{made}/curves"
    assert site.client.get(ask).json() == {"job": None}
    first = site.client.post(ask, json={})
    assert first.status_code == 202 and first.json()["state"] == "queued"
    again = site.client.post(ask, json={})
    assert again.status_code == 202 and again.headers["location"] == first.headers["location"]
    assert site.client.get(ask).json()["job"]["id"] == first.json()["id"]
    assert site.client.post(ask, json={"tolerances": [0.3]}).json()["id"] != first.json()["id"]
    do(site, made, 1, {"kind": "move", "sites": [1], "territory": 1})
    assert site.client.get(ask).json() == {"job": None}
    do(site, made, 2, None, "undo")
    assert site.client.get(ask).json()["job"]["id"] == first.json()["id"]
