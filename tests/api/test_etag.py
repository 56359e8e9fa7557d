"""Clients that know nothing but HTTP: HEAD wherever there is GET, and the version of one thing as its ETag."""

import pytest

from api.app import OPEN, SIGNED_IN
from api.describe import described

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def test_the_etag_of_one_thing_is_what_a_change_is_sent_with(site):
    read = site.client.get("/api/accounts/1")
    assert read.headers["etag"] == f'"{read.json()["version"]}"'
    headers = {"If-Match": read.headers["etag"]}
    changed = site.client.patch("/api/accounts/1", json={"name": "Another"}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert site.client.get("/api/accounts/1").headers["etag"] == f'"{changed.json()["version"]}"' != headers["If-Match"]
    day = site.client.get("/api/reps/1/routes/today")
    assert day.headers["etag"] == f'"{day.json()["version"]}"'


def test_every_get_of_one_thing_says_its_version_in_the_header_and_is_described_so(site):
    routes = [route for module in (*SIGNED_IN, *OPEN) for route in module.router.routes]
    tagged = {route.path for route in routes if hasattr(route.endpoint, "__wrapped__")} | {
        "/api/reps/{rep_id}/routes/{day}"
    }
    paths = described(site.client.app)["paths"]
    answers = {path: one["get"]["responses"].get("200", {}) for path, one in paths.items() if "get" in one}
    said = {path for path, one in answers.items() if "ETag" in one.get("headers", {})}
    assert said == tagged
    assert "/api/people/{person_id}" in said
    assert "/api/people" not in said


def test_head_is_get_without_content(site):
    for path in ("/api/accounts/1", "/api/accounts", "/", "/health", "/api/accounts/4711", "/api/export"):
        got = site.client.get(path, follow_redirects=False)
        head = site.client.head(path, follow_redirects=False)
        same = {name for name in got.headers if name not in ("x-request-id", "content-security-policy")}
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert {name: head.headers[name] for name in same} == {name: got.headers[name] for name in same}
    assert site.client.head("/api/exports").status_code == 405
    assert site.client.head("/api/accounts", headers={"Authorization": "Bearer no"}).status_code == 401
    assert 'method="HEAD",path="/api/accounts/{account_id}",status="200"' in site.client.get("/metrics").text
