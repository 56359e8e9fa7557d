"""Kept searches over HTTP."""

import pytest

from crm.tables import Role
from tests.api_users import bearer


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
