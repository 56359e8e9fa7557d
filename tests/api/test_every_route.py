"""What must hold for every route there is, those of tomorrow included: the list comes from OpenAPI."""

import json

import pytest

HOSTILE = (
    "0",
    "-1",
    "99999",
    "9223372036854775807",
    "9223372036854775808",
    "1e3",
    "٣",
    "null",
    "today",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "%00",
    "a%00b",
    "%F0%9F%92%A9",
    "'; DROP TABLE account; --",
    "<script>alert(1)</script>",
    "..%2f..%2fetc%2fpasswd",
    "{}",
    "[]",
    '{"type":"Polygon","coordinates":[]}',
    '{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}',
    '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
    '{"type":"Polygon","coordinates":[[[0,0],[1e400,1],[1,0],[0,0]]]}',
    "1,2,3,4",
    "nan,nan,nan,nan",
    "x" * 5000,
)


# What a database may take differently; the rest is refused or taken before one is asked.
FOR_EVERY_DATABASE = {"9223372036854775807", "%00", "a%00b", "%F0%9F%92%A9", "0001-01-01", "'; DROP TABLE account; --"}
JSON_FOR_EVERY_DATABASE = (2**63, 1e308, "a\x00b", "\ud800", "'; --", "x" * 5000)


HOSTILE_JSON = (
    None,
    True,
    -1,
    0,
    2**63,
    1e308,
    "",
    "x" * 5000,
    "a\x00b",
    "\ud800",
    [],
    {},
    {"$ne": 1},
    "'; --",
    "\u202e",
)


TURNS = 3
"""A field gets every third value, the next field the ones beside: so all values reach every kind of field."""


def in_turn(values, turn):
    """The share of a list that is this turn's."""
    return tuple(values)[turn % TURNS :: TURNS]


sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For what no database has a part in."""


def is_sqlite(site):
    return site.record.engine.dialect.name == "sqlite"


def operations(client):
    for path, verbs in client.get("/openapi.json").json()["paths"].items():
        for method, said in verbs.items():
            yield path, method, said.get("parameters", [])


def test_no_route_fails_on_hostile_bodies(site):
    schema = site.client.get("/openapi.json").json()
    asked = 0
    for path, verbs in schema["paths"].items():
        for method, said in verbs.items():
            content = said.get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            target = path
            for item in said.get("parameters", []):
                target = target.replace("{" + item["name"] + "}", "1")
            name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            fields = schema["components"]["schemas"][name]["properties"]
            values = HOSTILE_JSON if is_sqlite(site) else JSON_FOR_EVERY_DATABASE
            bodies = [{field: value} for turn, field in enumerate(fields, asked) for value in in_turn(values, turn)]
            texts = [json.dumps(body) for body in (*bodies, *in_turn(values, asked))]
            texts += in_turn(("", "{", "NaN", "[" * 5000, "\x00", '{"value": Infinity}'), asked)
            for body in texts:
                headers = {"If-Match": '"1"', "Content-Type": "application/json"}
                answer = site.client.request(method, target, content=body, headers=headers)
                asked += 1
                assert answer.status_code < 500, (method, target, body, answer.text)
            for version in in_turn(("1", "*", '"x"', '"99999999999999"', "é", '"', ""), asked):
                answer = site.client.request(method, target, json={}, headers={"If-Match": version.encode()})
                assert answer.status_code < 500, (method, target, version, answer.text)
    assert asked > 200


def test_no_route_fails_on_hostile_values(site):
    asked = 0
    for turn, (path, method, parameters) in enumerate(operations(site.client)):
        inside = [item["name"] for item in parameters if item["in"] == "path"]
        query = [item["name"] for item in parameters if item["in"] == "query"]
        for value in in_turn(HOSTILE if is_sqlite(site) else sorted(FOR_EVERY_DATABASE), turn):
            target = path
            for name in inside:
                target = target.replace("{" + name + "}", value)
            urls = [target] if inside else []
            if "/routes/" in path:
                urls.append(path.replace("{rep_id}", "1").replace("{day}", value))
            plain = path.replace("{day}", "today")
            for name in inside:
                plain = plain.replace("{" + name + "}", "1")
            urls += [f"{plain}?{name}={value}" for name in query]
            for url in urls:
                answer = site.client.request(method, url)
                asked += 1
                assert answer.status_code < 500, (method, url, answer.text)
                if answer.status_code >= 400:
                    assert answer.headers["content-type"] == "application/problem+json", url
    assert asked > 200


@sqlite_only
def test_every_answer_is_described(site):
    paths = site.client.get("/openapi.json").json()["paths"]
    for path, method in ((path, method) for path, verbs in paths.items() for method in verbs):
        described = paths[path][method]
        assert {"404", "422", "500"} <= described["responses"].keys(), path
        assert {"200", "201", "202", "204"} & described["responses"].keys(), path
        assert described["description"], path
        for status in ("404", "422", "500"):
            assert list(described["responses"][status]["content"]) == ["application/problem+json"]


@sqlite_only
def test_every_field_of_an_answer_has_an_example(site):
    schemas = site.client.get("/openapi.json").json()["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for name, schema in schemas.items():
        for field, said in schema.get("properties", {}).items():
            nested = "$ref" in str(said) or said.get("type") == "array"
            assert nested or "examples" in said or "const" in said, f"{name}.{field}"


@sqlite_only
def test_every_reference_in_the_description_leads_somewhere(site):
    text = site.client.get("/openapi.json").text
    schemas = site.client.get("/openapi.json").json()["components"]["schemas"]
    for part in text.split("#/components/schemas/")[1:]:
        assert part.partition('"')[0] in schemas


@sqlite_only
@pytest.mark.parametrize("path", ["/", "/map", "/health", "/api/accounts", "/openapi.json", "/nothing", "/docs"])
def test_every_answer_tells_the_browser_what_it_may_not_do(site, path):
    headers = site.client.get(path, follow_redirects=False).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]


@sqlite_only
def test_an_unknown_path_and_method_are_problems(site):
    body = site.problem("/nothing", 404)
    assert (body["type"], body["instance"]) == ("urn:bailiwick:problem:not-found", "/nothing")
    answer = site.client.delete("/api/accounts")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert answer.json()["detail"] == "DELETE is not possible here."


@sqlite_only
@pytest.mark.parametrize(
    ("given", "status"),
    [("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("", 415), ("application/json", 422)],
)
def test_a_body_that_is_not_said_to_be_json_is_told_so(site, given, status):
    answer = site.client.post("/api/accounts", content=b'["a"]', headers={"Content-Type": given})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert ("Content-Type: application/json" in answer.json()["detail"]) == (status == 415)


@sqlite_only
def test_another_host_name_is_refused(site):
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io:8000", ""):
        answer = site.client.get("/api/accounts", headers={"Host": host})
        assert (answer.status_code, answer.json()["status"]) == (421, 421)
    for host in ("localhost:8000", "127.0.0.1", "[::1]:9", "LOCALHOST"):
        assert site.client.get("/health", headers={"Host": host}).status_code == 200


@sqlite_only
def test_a_failure_inside_is_a_problem_without_its_insides(site, monkeypatch):
    def fail(*args, **more):
        raise RuntimeError("a secret")

    monkeypatch.setattr("api.routes_plans.list_plans", fail)
    body = site.problem("/api/plans", 500)
    assert "secret" not in str(body)
    assert body["detail"] == "Something went wrong here; the server's log says what."


@sqlite_only
def test_the_page_of_documentation_loads_nothing(site):
    text = site.client.get("/docs").text
    assert "GET /api/accounts" in text
    assert "<script" not in text and "http:" not in text and "https:" not in text
