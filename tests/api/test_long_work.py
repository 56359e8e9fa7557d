"""Long work over HTTP: asked for by those who may, refused at once where it cannot be meant."""

from datetime import timedelta

import pytest

from crm.tables import Role
from tests.api_users import bearer
from tests.planning.job_builders import work
from tests.small_plan import MONDAY

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
NEXT_MONDAY = (MONDAY + timedelta(weeks=1)).isoformat()


def ended(site, answer):
    """The job that was asked for, after it was worked on."""
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/jobs/{answer.json()['id']}"
    work(site.record)
    return site.get(answer.headers["location"])


@sqlite_only
def test_territories_are_built_published_and_taken_back(site):
    body = {"starts_on": NEXT_MONDAY, "weeks": 1, "tolerance": 0.3, "title": "Spring"}
    job = ended(site, site.client.post("/api/plans", json=body))
    assert job["state"] == "done", job
    draft = site.get(f"/api/plans/{job['answer']['plan_id']}")
    assert (draft["state"], draft["title"]) == ("draft", "Spring")
    publish = f"/api/plans/{draft['id']}/publish"
    assert site.client.post(publish, json={}).status_code == 428
    assert site.client.post(publish, json={}, headers={"If-Match": '"99"'}).status_code == 412
    answer = site.client.post(publish, json={"why": "spring"}, headers={"If-Match": f'"{draft["version"]}"'})
    assert answer.status_code == 200 and answer.json()["state"] == "published", answer.text
    assert site.get(f"/api/plans/{site.plan_id}")["state"] == "superseded"
    act = site.get("/api/batches", limit=1)["items"][0]
    assert site.client.post(f"/api/batches/{act['id']}/undo", json={}).status_code in (200, 201)
    assert site.get(f"/api/plans/{site.plan_id}")["state"] == "published"
    assert site.get(f"/api/plans/{draft['id']}")["state"] == "draft"


@sqlite_only
def test_days_are_asked_for_once_for_each_key(site):
    path, body = f"/api/plans/{site.plan_id}/days", {"starts_on": NEXT_MONDAY, "weeks": 5}
    first = site.client.post(path, json=body, headers={"Idempotency-Key": "k"})
    again = site.client.post(path, json=body, headers={"Idempotency-Key": "k"})
    assert first.json() == again.json()
    job = ended(site, first)
    assert job["answer"]["reps"] == 2 and len(site.get("/api/jobs")["items"]) == 1
    assert site.client.post("/api/plans/4711/days", json=body).status_code == 404
    for wrong in ({"weeks": 0}, {"rep_ids": []}, {"starts_on": "1066-10-14"}, {"access_min": -1}, {"surprise": 1}):
        assert site.client.post(path, json=body | wrong).status_code == 422, wrong


@sqlite_only
def test_regions_and_lookups_say_what_the_settings_do_not_name(site):
    assert "BAILIWICK_EXTRACTS" in site.problem("/api/regions", 404)["detail"]
    region = {"extract": "town.osm.pbf", "name": "town"}
    assert site.client.post("/api/regions", json=region).status_code == 404
    job = ended(site, site.client.post("/api/lookups", json={"which": "all"}))
    assert job["state"] == "failed" and "BAILIWICK_GEOCODER_SERVICE" in job["error"]
    assert site.client.post("/api/lookups", json={"which": "some"}).status_code == 422


@sqlite_only
def test_duplicates_are_looked_for_and_gone_through(site, monkeypatch):
    accounts = {item["external_id"]: item for item in site.get("/api/accounts")["items"]}
    for key in ("a1", "a2", "a4", "a5"):
        headers = {"If-Match": f'"{accounts[key]["version"]}"'}
        assert site.client.patch(
            f"/api/accounts/{accounts[key]['id']}", json={"name": "Cafe"}, headers=headers
        ).is_success
        sites = accounts[key]["sites"]
        place = {"lat": 50.0 + (key in ("a4", "a5")), "lon": 10.0}
        headers = {"If-Match": f'"{sites[0]["version"]}"'}
        assert site.client.patch(f"/api/sites/{sites[0]['id']}", json=place, headers=headers).is_success
    job = ended(site, site.client.post("/api/duplicates/searches", json={}))
    assert job["answer"] == {"accounts": 7, "pairs": 6, "new": 6, "gone": 0}
    first, second, *rest = site.get("/api/duplicates")["items"]
    assert second["score"] > 0.9 and {one["score"] for one in rest} == {0.5}  # of one name in one town
    assert {first["one"]["external_id"], second["one"]["external_id"]} == {"a1", "a4"}
    (own,) = [rep["id"] for rep in site.get("/api/reps")["items"] if rep["external_id"] == "Rep 0"]
    mona = bearer(site.record, "mona", Role.MANAGER, sees_reps=(own,))
    (seen,) = site.client.get("/api/duplicates", headers=mona).json()["items"]
    foreign = first if seen["id"] == second["id"] else second
    said = {"json": {"state": "two"}, "headers": {"If-Match": '"1"'}}
    assert (
        site.client.patch(f"/api/duplicates/{foreign['id']}", **said | {"headers": mona | said["headers"]}).status_code
        == 404
    )
    answer = site.client.patch(f"/api/duplicates/{first['id']}", **said)
    assert (answer.json()["state"], answer.json()["version"]) == ("two", 2), answer.text
    assert site.client.patch(f"/api/duplicates/{first['id']}", **said).status_code == 412
    page = site.get("/api/duplicates", limit=1)
    assert [item["id"] for item in page["items"]] == [second["id"]]
    page = site.get("/api/duplicates", limit=4, cursor=page["next"])
    assert [item["id"] for item in page["items"]] == [one["id"] for one in rest] and page["next"] is None
    for cursor in ("x", "MS4wIDA", "bmFuIDE", "\x00"):
        assert site.client.get("/api/duplicates", params={"cursor": cursor}).status_code == 422, cursor
