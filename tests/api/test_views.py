"""Kept searches over HTTP."""

import pytest

from crm.tables import Role
from planning.demo_pipeline import seed_pipeline
from tests.api_users import bearer
from tests.small_plan import NOON


def send(site, method, path, body=None, status=200, version=None, headers=None):
    match = {} if version is None else {"If-Match": f'"{version}"'}
    answer = site.client.request(method, path, json=body, headers=match | (headers or {}))
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_search_is_kept_used_changed_and_ended(site):
    body = {"of": "accounts", "name": "West", "query": {"bbox": "10,50,11,51", "state": "active"}}
    made = send(site, "POST", "/api/views", body, 201)
    path = f"/api/views/{made['id']}"
    assert (made["own"], made["owner"], made["version"]) == (True, "boss", 1)
    page = site.get(f"{path}/accounts", limit=2)
    assert [item["external_id"] for item in page["items"]] == ["a1", "a2"]
    rest = site.get(f"{path}/accounts", limit=2, cursor=page["next"])
    assert [item["external_id"] for item in rest["items"]] == ["a3"]
    assert "searches accounts" in site.problem(f"{path}/opportunities", 404)["detail"]
    assert "already" in send(site, "POST", "/api/views", body, 409)["detail"]
    send(site, "PATCH", path, {"query": {"state": "closed"}}, version=1)
    assert site.get(f"{path}/accounts")["items"] == []
    send(site, "PATCH", path, {"name": "x"}, 412, version=1)
    send(site, "DELETE", path, version=2)
    site.problem(path, 404)
    undo = send(site, "POST", f"/api/batches/{site.get('/api/batches', limit=1)['items'][0]['id']}/undo", {})
    assert undo and site.get(path)["name"] == "West"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"bbox": "1,2"}, "query.bbox"),
        ({"state": "gone"}, "body.query.state"),
        ({"nothing": "1"}, "body.query.nothing"),
        ({"rep": "0"}, "body.query.rep"),
    ],
)
def test_a_search_that_the_list_cannot_make_is_refused(bare_site, query, field):
    body = {"of": "accounts", "name": "West", "query": query}
    (error,) = send(bare_site, "POST", "/api/views", body, 422)["errors"]
    assert error["field"] == field


def test_a_shared_search_finds_what_each_may_see_and_only_its_owner_changes_it(site):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    private, shared = (
        send(site, "POST", "/api/views", {"of": "accounts", "name": name, "query": {}, "shared": name == "b"}, 201)
        for name in ("a", "b")
    )
    assert [item["name"] for item in send(site, "GET", "/api/views", headers=ruth)["items"]] == ["b"]
    send(site, "GET", f"/api/views/{private['id']}", status=404, headers=ruth)
    path = f"/api/views/{shared['id']}"
    found = send(site, "GET", f"{path}/accounts", headers=ruth)["items"]
    assert [item["external_id"] for item in found] == ["a1", "a2", "a3"]
    refused = send(site, "PATCH", path, {"name": "c"}, 409, version=1, headers=ruth)
    assert refused["detail"] == f"View {shared['id']} is boss's: keep one of your own."
    send(site, "DELETE", path, None, 409, version=1, headers=ruth)
    ada = bearer(site.record, "ada", Role.ADMIN)
    send(site, "DELETE", f"/api/views/{private['id']}", None, 404, version=1, headers=ada)
    send(site, "DELETE", path, version=1, headers=ada)


def test_a_view_of_the_map_keeps_filters_colours_columns_and_place(bare_site):
    query = {"rules": '[{"key": "segment", "words": ["B"]}]', "color": "due", "columns": "value,last", "sort": "-value"}
    body = {"of": "map", "name": "Due in the west", "query": query | {"bbox": "10,50,11,51"}}
    assert send(bare_site, "POST", "/api/views", body, 201)["query"] == body["query"]
    assert [one["name"] for one in bare_site.get("/api/views", of="map")["items"]] == ["Due in the west"]
    for wrong, field in (
        ({"rules": "{"}, "body.query.rules"),
        ({"bbox": "1,2"}, "query.bbox"),
        ({"q": "1"}, "body.query.q"),
    ):
        (error,) = send(bare_site, "POST", "/api/views", body | {"query": wrong}, 422)["errors"]
        assert error["field"] == field


def test_sales_are_found_by_territory_pipeline_product_day_and_value(site):
    seed_pipeline(site.record, now=NOON)
    (pipeline,) = site.get("/api/pipelines")["items"]
    territory = site.get("/api/accounts/1")["sites"][0]["territory_id"]
    stage = pipeline["stages"][0]["id"]
    sales = {}
    for account, value, day in ((1, 50, "2026-12-31"), (5, 500, "2027-01-01"), (1, None, None)):
        body = {"title": "x", "account_id": account, "stage_id": stage, "value": value, "expected_on": day}
        sales[account, value] = send(site, "POST", "/api/opportunities", body | {"product": f"p{value}"}, 201)["id"]
    near, far, open_ended = sales.values()

    def found(**query):
        return {one["id"] for one in site.get("/api/opportunities", limit=500, **query)["items"]} & set(sales.values())

    assert found(territory=territory) == {near, open_ended}
    assert found(pipeline=pipeline["id"]) == {near, far, open_ended}
    assert found(product="p500") == {far}
    assert found(expected_from="2026-12-31", expected_until="2026-12-31") == {near}, "both days are included"
    assert found(expected_from="2027-01-01") == {far}
    assert found(least_value=50) == {near, far}
    site.problem("/api/opportunities", 404, territory=999)
    query = {"territory": str(territory), "expected_until": "2026-12-31", "least_value": "10"}
    view = send(site, "POST", "/api/views", {"of": "opportunities", "name": "North", "query": query}, 201)
    kept = site.get(f"/api/views/{view['id']}/opportunities", limit=500)["items"]
    assert {one["id"] for one in kept} & set(sales.values()) == {near}


def test_leads_are_found_by_source_rep_and_account(site):
    ids = []
    for source in ("web", "fair"):
        body = {"source": source, "trigger": "t", "payload": {}}
        ids.append(send(site, "POST", "/api/leads", body, 201)["id"])
    send(site, "POST", f"/api/leads/{ids[0]}/match", {"account_id": 2}, version=1)
    send(site, "POST", f"/api/leads/{ids[1]}/qualify", {"rep_id": 1}, version=1)
    for query, wanted in (({"source": "web"}, ids[0]), ({"account": 2}, ids[0]), ({"rep": 1}, ids[1])):
        assert [one["id"] for one in site.get("/api/leads", **query)["items"]] == [wanted]
