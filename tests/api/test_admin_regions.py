"""Administrative regions through the API: brought in by a worker, in lists, sums, rules, exports and the card."""

import io
import json
import zipfile

import numpy as np
import pytest
from shapely.geometry import box, mapping

from crm.act import Act
from crm.tables import Opportunity, Role, StageMove
from planning.demo_pipeline import seed_pipeline
from tests.api.test_people import send
from tests.api.test_scenarios import block
from tests.api_users import bearer
from tests.planning.job_builders import work
from tests.small_plan import NOON

WEST, EAST = box(9, 49, 11, 50.6), box(11, 49, 14, 51)
"""The small plan: three sites of Rep 0 at 10.5° east (the last at 50.75° north), three of Rep 1 at 11.5°."""
STATES = {"W": WEST, "E": EAST}


def geojson(shapes):
    features = [
        {"type": "Feature", "properties": {"code": code, "name": f"State {code}"}, "geometry": mapping(shape)}
        for code, shape in shapes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def bring(site, shapes=STATES, status=202, headers=None, **query):
    asked = {"name": "states.geojson", "level": "state", "valid_from": "2026-01-01"} | query
    kind = {"Content-Type": "application/octet-stream"} | (headers or {})
    answer = site.client.post("/api/admin-regions", params=asked, content=geojson(shapes), headers=kind)
    assert answer.status_code == status, answer.text
    if status != 202:
        return answer.json()
    work(site.record)
    job = site.get(answer.headers["location"])
    assert job["state"] == "done", job
    return job["answer"]["edition_id"]


@pytest.fixture
def ruth(site):
    return bearer(site.record, "ruth", Role.REP, rep_id=1)


def accounts(site, headers=None, **query):
    answer = site.client.get("/api/accounts", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return [item["external_id"] for item in answer.json()["items"]]


def sell(site):
    """An open sale of every account, on top of the demo's pipeline."""
    seed_pipeline(site.record, seed=1, now=NOON)
    with site.record.write(Act("tests", "sales", NOON)) as session:
        facts = {"stage_id": 1, "title": "A sale", "value": 100.0, "currency": "EUR", "created_at": NOON}
        deals = [Opportunity(account_id=account, **facts) for account in range(1, 8)]
        session.add_all(deals)
        session.flush()
        session.add_all(
            StageMove(opportunity_id=one.id, to_stage_id=1, moved_at=NOON, moved_by="tests") for one in deals
        )


def test_accounts_are_found_and_summed_up_by_region(site, ruth):
    made = bring(site, title="States", source="drawn here")
    assert accounts(site, region="W") == ["a1", "a2"] and accounts(site, region="state:E") == ["a4", "a5", "a6"]
    assert accounts(site, region="state:") == ["a3"]
    assert accounts(site, ruth, region="E") == []
    assert accounts(site, region="W", bbox="10,50,11,50.3") == ["a1"]
    wrong = site.problem("/api/accounts", 422, region="Q")
    assert wrong["errors"][0]["field"] == "query.region" and "levels on 2026-11-23: state" in wrong["detail"]
    site.problem("/api/accounts", 422, region="W", on="2025-12-31")
    sums = site.get("/api/rollups/accounts", by="region", level="state")["items"]
    assert [(row["name"], row["accounts"]) for row in sums] == [
        ("State E", 3),
        ("State W", 2),
        ("no place known", 1),
        ("outside of all regions", 1),
    ]
    assert site.problem("/api/rollups/accounts", 422, by="region")["errors"][0]["field"] == "query.level"
    (edition,) = site.get("/api/admin-regions")["items"]
    assert (edition["id"], edition["sites"], edition["outside"], edition["in_force"]) == (made, 5, 1, True)
    own = site.client.get(f"/api/admin-regions/{made}", headers=ruth).json()["items"]
    assert [(row["code"], row["sites"]) for row in own] == [("E", 0), ("W", 2)]  # counted is what one sees
    drawn = site.get(f"/api/admin-regions/{made}/outlines")["features"]
    assert [(one["properties"]["code"], one["geometry"]["type"]) for one in drawn] == [
        ("E", "Polygon"),
        ("W", "Polygon"),
    ]
    (lies,) = site.get("/api/accounts/3/overview")["regions"]
    assert (lies["level"], lies["code"], lies["found"], lies["since"]) == ("state", None, "outside", "2026-01-01")
    kept = {"of": "accounts", "name": "West", "query": {"region": "W"}}
    view = send(site, "POST", "/api/views", kept, 201)["id"]
    assert [one["external_id"] for one in site.get(f"/api/views/{view}/accounts")["items"]] == ["a1", "a2"]


def test_the_map_knows_the_region_of_every_site_and_draws_the_outlines_near(site, ruth):
    made = bring(site, STATES | {"FAR": box(60, 10, 61, 11)}, source="drawn here")
    meta, arrays = block(site, "/api/plans/1/points")
    (level,) = meta["levels"]
    assert level["level"] == "state" and level["edition_id"] == made and level["source"] == "drawn here"
    assert level["codes"] == ["E", "FAR", "W"] and level["names"] == ["State E", "State FAR", "State W"]
    assert arrays["region_0"].tolist() == [4, 4, 1, 2, 2, 2, 0]  # 0: no place known, 1: outside, then by code
    _, own = block(site, "/api/plans/1/points", headers=ruth)
    assert own["region_0"].tolist() == [4, 4, 1]
    path = f"/api/plans/1/regions/{made}"
    meta, arrays = block(site, path)
    assert meta["codes"] == ["E", "W"] and meta["pieces"] == [[[0]], [[1]]]
    corners = np.cumsum(arrays["points"].reshape(-1, 2), axis=0) / 1e6
    assert corners[:, 0].min() == 49 and corners[:, 1].max() == 14
    first = site.client.get(path)
    assert site.client.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert block(site, path, headers=ruth)[0]["codes"] == ["W"]  # what reaches to her accounts
    site.problem("/api/plans/1/regions/99", 404)
    site.problem(f"/api/plans/99/regions/{made}", 404)


def test_accounts_are_found_by_words_in_a_region(site):
    bring(site)

    def found(**query):
        items = site.get("/api/accounts-by-words", words="account", **query)["items"]
        return [one["external_id"] for one in items]

    assert found(region="W") == ["a1", "a2"] and found(region="state:") == ["a3"]
    assert found(region="W", territory=2) == []
    site.problem("/api/accounts-by-words", 422, words="account", region="Q")


def test_the_pipeline_of_a_region_is_that_of_its_polygon(site):
    sell(site)
    bring(site)
    for code, shape in STATES.items():
        polygon = site.get("/api/rollups/pipeline", polygon=json.dumps(mapping(shape)))
        assert site.get("/api/rollups/pipeline", region=code) == polygon and polygon["opportunities"]
    site.problem("/api/rollups/pipeline", 422, region="W", polygon=json.dumps(mapping(WEST)))
    site.problem("/api/rollups/pipeline", 422, region="state:")
    rows = site.get("/api/rollups/sales", by="region", level="state")["items"]
    whole = site.get("/api/rollups/sales", by="stage")["items"]
    assert {"State W", "State E"} <= {row["name"] for row in rows}
    assert sum(row["sales"] for row in rows) == sum(row["sales"] for row in whole)


def test_rules_give_leads_away_by_region(site):
    sell(site)
    bring(site)
    rules = [
        {"id": "the west", "priority": 1, "region": ["w"], "reps": ["Rep 1"]},
        {"id": "the rest", "priority": 2, "reps": ["Rep 0"]},
    ]
    made = send(site, "POST", "/api/lead-rules", {"name": "By state", "rules": {"rule": rules}}, 200)
    deals = {one["id"]: one["account_id"] for one in site.get("/api/opportunities", kind="open")["items"]}
    answer = send(site, "POST", f"/api/lead-rules/{made['id']}/assignments", {}, 200)
    given = {row["opportunity_id"]: row["rule"] for row in answer["items"]}
    where = {account: "the west" if account in (1, 2) else "the rest" for account in range(1, 8)}
    assert given and given == {key: where[deals[key]] for key in given} and len(set(given.values())) == 2
    choice = site.get(f"/api/lead-choices/{answer['items'][0]['id']}")
    assert choice["same"], "a kept choice comes out the same with the regions kept beside it"


def test_a_file_with_faults_is_refused_with_all_of_them_and_exports_hold_regions(site, ruth):
    over = bring(site, {"A": box(0, 0, 2, 1), "B": box(1, 0, 3, 1)}, 422)
    assert "A and B lie over each other" in over["detail"]
    assert "a code" in bring(site, {"": WEST}, 422)["detail"]
    assert "ends in" in bring(site, STATES, 422, name="states.xlsx")["detail"]
    bring(site, STATES, 403, headers=ruth)
    assert site.get("/api/admin-regions")["items"] == []
    bring(site)
    whole = zipfile.ZipFile(io.BytesIO(site.client.get("/api/export", headers=ruth).content))
    rows = whole.read("site_region.csv").decode().splitlines()
    assert len(rows) == 4 and len(whole.read("admin_region.csv").decode().splitlines()) == 3  # headers with them
