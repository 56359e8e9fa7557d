"""Plans, zones, workloads and the map."""

import gzip
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

from shapely.geometry import shape

from planning.record import save_plan


def test_zones_are_geojson_with_their_reps(site):
    answer = site.client.get(f"/api/plans/{site.plan_id}/zones")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert [item["properties"]["rep"] for item in body["features"]] == ["Rep 0", "Rep 1"]
    assert shape(body["features"][1]["geometry"]).bounds == (11, 50, 12, 51)
    assert body["features"][1]["bbox"] == [11, 50, 12, 51]
    assert body["features"][1]["properties"]["label"] == [11.5, 50.5]


def test_a_zone_that_was_not_drawn_has_no_geometry(site, plan):
    other = save_plan(site.record, plan(zones=()), now=site.moment[0])
    body = site.get(f"/api/plans/{other}/zones")
    assert [item["geometry"] for item in body["features"]] == [None, None]


def test_two_plans_are_compared_by_reps_and_by_sites_that_change_hands(site, plan):
    accounts = plan().accounts
    moved = replace(accounts[2], zone=1, rep="Rep 1")
    other = save_plan(site.record, plan(accounts=(*accounts[:2], moved, *accounts[3:])), now=site.moment[0])
    body = site.get(f"/api/plans/{other}/comparison", before=site.plan_id)
    assert (body["before"]["id"], body["after"]["id"]) == (site.plan_id, other)
    assert (body["sites"], body["only_before"], body["only_after"], body["moved_count"]) == (6, 0, 0, 1)
    [one] = body["moved"]
    assert (one["account"], one["from_rep"], one["to_rep"], one["hours_a_year"]) == (moved.name, "Rep 0", "Rep 1", 6.0)
    assert [(row["rep"], row["gained"], row["lost"]) for row in body["reps"]] == [("Rep 0", 0, 1), ("Rep 1", 1, 0)]
    assert all(row["before"]["workload_h"] == row["after"]["workload_h"] == 5.0 for row in body["reps"])
    assert site.get(f"/api/plans/{other}/comparison", before=site.plan_id, limit=0)["moved"] == []
    assert site.problem(f"/api/plans/{other}/comparison", 404, before=99)["detail"] == "There is no plan 99."


def test_workloads_are_those_of_the_published_plan(site):
    body = site.get("/api/workloads")
    assert (body["plan_id"], body["weeks"]) == (site.plan_id, 1)
    assert [(row["rep"], row["value"], row["workload_h"]) for row in body["items"]] == [
        ("Rep 0", 600.0, 5.0),
        ("Rep 1", 1500.0, 5.0),
    ]


def test_a_plan_tells_its_own_figures(site):
    body = site.get(f"/api/plans/{site.plan_id}")
    assert (body["title"], body["state"], body["valid_from"]) == ("Two squares", "published", "2026-11-23")
    assert (body["visits_due"], body["visits_planned"], body["visits_unserved"]) == (8, 7, 1)
    assert body["created_at"] == "2026-11-23T12:00:00Z"


def test_without_a_plan_everything_says_so(bare_site):
    assert bare_site.get("/api/plans") == {"items": []}
    assert bare_site.get("/api/accounts") == {"items": [], "next": None}
    for path in ("/api/workloads", "/map/saved"):
        assert bare_site.problem(path, 404)["detail"] == "No plan is published yet."
    assert bare_site.problem("/api/plans/1/zones", 404)["detail"] == "There is no plan 1."


def test_a_plan_without_a_map_says_so(site, plan):
    other = save_plan(site.record, plan(), now=site.moment[0])
    assert site.problem("/map/saved", 404)["detail"] == f"Plan {other} was saved without a map."
    assert site.client.get("/map/saved", params={"plan": site.plan_id}).text == "<!doctype html><p>map"


def test_the_front_page_is_the_map(site):
    answer = site.client.get("/")
    assert answer.status_code == 200 and "<h1>Two squares</h1>" in answer.text


def test_the_map_allows_exactly_its_own_scripts_and_styles(site, plan):
    script, style = "let a = '<b>&amp;';\n", "p { color: red }"
    page = f"<!doctype html><style>{style}</style><p>é</p><script>{script}</script>"
    save_plan(site.record, plan(), now=site.moment[0], page=page)
    answer = site.client.get("/map/saved")
    assert answer.text == page
    policy = answer.headers["content-security-policy"]
    for text in (script, style):
        assert f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_an_unchanged_map_is_not_sent_again(site):
    first = site.client.get("/map/saved")
    again = site.client.get("/map/saved", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    policy = "content-security-policy"
    assert again.headers[policy] == first.headers[policy], "a browser keeps the policy of the newer answer"


def test_the_map_is_sent_packed_only_to_those_who_take_it(site):
    plain = site.client.get("/map/saved", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with site.client.stream("GET", "/map/saved", headers={"Accept-Encoding": "gzip"}) as packed:
        assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
