"""GET /api/accounts and /api/accounts/{id}."""

import json


def ids(body):
    return [item["external_id"] for item in body["items"]]


def test_every_account_is_listed_with_its_owner(site):
    body = site.get("/api/accounts")
    assert ids(body) == ["a1", "a2", "a3", "a4", "a5", "a6", "a7"]
    assert body["next"] is None
    place = body["items"][3]["sites"][0]
    assert (place["rep"], place["territory"], place["since"]) == ("Rep 1", "Rep 1", "2026-11-23")
    assert (place["lat"], place["lon"]) == (50.25, 11.5)
    nowhere = body["items"][6]["sites"][0]
    assert (nowhere["rep_id"], nowhere["lat"], nowhere["why"]) == (None, None, "no coordinates and no address")


def test_a_box_holds_what_lies_in_it_and_on_its_edges(site):
    assert ids(site.get("/api/accounts", bbox="10,50,11,51")) == ["a1", "a2", "a3"]
    assert ids(site.get("/api/accounts", bbox="10.5,50.5,11.5,50.5")) == ["a2", "a5"]
    assert ids(site.get("/api/accounts", bbox="0,0,1,1")) == []


def test_a_box_may_cross_the_180th_meridian(site):
    assert ids(site.get("/api/accounts", bbox="11,50,-170,51")) == ["a4", "a5", "a6"]


def test_a_polygon_is_exact_inside_its_box(site):
    triangle = {"type": "Polygon", "coordinates": [[[10, 50], [12, 50], [12, 50.5], [10, 50]]]}
    assert ids(site.get("/api/accounts", polygon=json.dumps(triangle))) == ["a4"]


def test_pages_follow_each_other_without_gap_or_repeat(site):
    seen, cursor = [], None
    while True:
        body = site.get("/api/accounts", limit=2, bbox="10,50,12,51", **({"cursor": cursor} if cursor else {}))
        seen += ids(body)
        cursor = body["next"]
        if cursor is None:
            break
    assert seen == ["a1", "a2", "a3", "a4", "a5", "a6"]


def test_one_account(site):
    body = site.get("/api/accounts/2")
    assert (body["external_id"], body["value"], body["version"]) == ("a2", 200.0, 1)
    assert body["sites"][0]["reason"] == "nearest to the middle"


def test_a_missing_account_is_a_problem(site):
    assert site.problem("/api/accounts/99", 404)["detail"] == "There is no account 99."


def test_a_wrong_parameter_is_named(site):
    for name, value in {
        "bbox": "1,2,3",
        "limit": "0",
        "cursor": "nonsense",
        "polygon": '{"type":"Point","coordinates":[1,2]}',
    }.items():
        body = site.problem("/api/accounts", 422, **{name: value})
        assert [fault["field"] for fault in body["errors"]] == [f"query.{name}"]


def test_boxes_off_the_earth_are_refused(site):
    for box in ("0,1,1,0", "0,0,181,1", "0,0,nan,1", "0,-91,1,1", "inf,0,1,1"):
        assert site.problem("/api/accounts", 422, bbox=box)["errors"][0]["field"] == "query.bbox"


def test_accounts_by_what_they_are_and_whose(site):
    territory = site.get("/api/accounts/4")["sites"][0]["territory_id"]
    rep = site.get("/api/accounts/4")["sites"][0]["rep_id"]
    site.client.patch("/api/accounts/5", json={"state": "dormant", "segment": "B"}, headers={"If-Match": '"1"'})
    assert ids(site.get("/api/accounts", territory=territory)) == ["a4", "a5", "a6"]
    assert ids(site.get("/api/accounts", rep=rep, state="active")) == ["a4", "a6"]
    assert ids(site.get("/api/accounts", segment="B")) == ["a5"]
    assert ids(site.get("/api/accounts", rep=rep, bbox="10,50,12,50.6", state="active")) == ["a4"]
    assert ids(site.get("/api/accounts", rep=rep, on="2026-11-01")) == []
    assert ids(site.get("/api/accounts", rep=99)) == []
    assert site.problem("/api/accounts", 422, state="gone")["errors"][0]["field"] == "query.state"


def test_filtered_pages_follow_each_other_too(site):
    for query in ({"state": "active"}, {"rep": 1}, {"bbox": "10,50,12,51", "segment": "A"}):
        whole = ids(site.get("/api/accounts", **query))
        first = site.get("/api/accounts", limit=2, **query)
        rest = site.get("/api/accounts", cursor=first["next"], **query)
        assert ids(first) + ids(rest) == whole
