"""The service itself: names of requests, figures, the log, and limits that bite."""

import json
import logging

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.requests import Request

from api.app import create_app
from api.job_events import streams_of
from api.logs import JsonLines, TextLines
from api.metrics import sample
from api.rates import Rate, counted_as
from api.settings import Settings
from crm.database import open_database
from crm.tables import Role
from planning.jobs import ask_job
from planning.log_context import belonging
from tests.api_users import bearer
from tests.planning.job_builders import asked, work
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def limited(record, record_url):
    """Makes a client of an application with other limits."""

    def make(**settings):
        app = create_app(Settings(database_url=record_url, **settings), clock=lambda: NOON)
        return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)

    boss = bearer(record, "boss", Role.ADMIN)
    yield lambda **settings: (make(**settings), boss)


@sqlite_only
def test_every_request_has_a_name_that_its_job_and_its_log_line_bear(site, caplog):
    with caplog.at_level(logging.INFO, "bailiwick.api"):
        answer = site.client.get("/api/accounts/1?x=secret", headers={"X-Request-ID": "from-proxy-1"})
    assert answer.headers["x-request-id"] == "from-proxy-1"
    (line,) = [one for one in caplog.records if one.message == "request"]
    assert line.facts["path"] == "/api/accounts/{account_id}" and line.facts["status"] == 200
    assert "secret" not in JsonLines().format(line)
    strange = site.client.get("/health", headers={"X-Request-ID": 'bad "id"\\n'}).headers["x-request-id"]
    assert len(strange) == 16 and strange.isalnum()
    site.client.post("/api/territories/1/rebalances", json={}, headers={"X-Request-ID": "ask-0001"})
    with site.record.read() as session:
        assert session.execute(text("SELECT request_id FROM job")).scalar() == "ask-0001"


def test_a_line_of_the_log_is_an_object_that_says_what_it_belongs_to():
    record = logging.LogRecord("bailiwick.jobs", logging.WARNING, "x.py", 1, "unit %d\n lost", (7,), None)
    with belonging(job_id=3):
        line = json.loads(JsonLines().format(record))
    assert (line["message"], line["job_id"], line["level"]) == ("unit 7\n lost", 3, "warning")
    assert "job_id" not in json.loads(JsonLines().format(record))
    plain = TextLines("%(levelname)s %(message)s").format(record)
    assert plain == r"WARNING unit 7\n lost", "nobody begins a line of the log by a name"


@sqlite_only
def test_figures_are_for_administrators_and_count_requests_and_jobs(site):
    with site.record.write() as session:
        ask_job(session, "drill", {}, by="boss", now=NOON)
    site.get("/api/accounts")
    said = site.client.get("/metrics")
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = said.text.splitlines()
    assert 'bailiwick_requests_total{method="GET",path="/api/accounts",status="200"} 1' in lines
    assert 'bailiwick_request_seconds_bucket{method="GET",path="/api/accounts",le="+Inf"} 1' in lines
    assert 'bailiwick_jobs{kind="drill",state="queued"} 1' in lines
    assert 'bailiwick_job_attempts_total{end="lost"} 0' in lines
    assert "bailiwick_streams 0" in lines
    streams_of(Request({"type": "http", "app": site.client.app}))[1] += 2
    assert "bailiwick_streams 2" in site.client.get("/metrics").text.splitlines()
    assert site.client.get("/metrics", headers=bearer(site.record, "paul", Role.PLANNER)).status_code == 403
    assert sample("a", {"b": 'x"\\\n'}, 1) == 'a{b="x\\"\\\\\\n"} 1'


@sqlite_only
def test_a_server_that_is_about_to_end_is_not_ready(site):
    assert site.client.get("/ready").status_code == 204
    site.client.app.state.stopping = True
    assert site.client.get("/ready").status_code == 503


@sqlite_only
def test_a_body_is_only_so_large_whether_it_says_so_or_not(limited):
    client, boss = limited(max_body_bytes=2000)
    long = json.dumps({"source": "x" * 3000}).encode()
    said = client.post("/api/leads", content=long, headers=boss)
    assert said.status_code == 413 and said.headers["content-type"] == "application/problem+json"
    streamed = client.post("/api/leads", content=(long[at : at + 100] for at in range(0, len(long), 100)), headers=boss)
    assert streamed.status_code == 413
    assert (
        client.post("/api/imports?name=a.csv", content=b"id,name\n" + b"1,a\n" * 900, headers=boss).status_code == 201
    )


@sqlite_only
def test_an_address_is_answered_only_so_often(limited):
    client, boss = limited(requests_per_s=0.1)
    said = [client.get("/health").status_code for _ in range(3)]
    assert said == [200, 429, 429]
    assert 1 <= int(client.get("/health", headers=boss).headers["retry-after"]) <= 10  # whoever is said to ask


@sqlite_only
def test_a_user_asks_for_computations_and_imports_only_so_often(limited, record):
    client, boss = limited(solves_per_hour=2, imports_per_hour=1)
    asked = [client.post("/api/territories/1/rebalances", json={}, headers=boss) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [404, 404, 429]
    assert int(asked[-1].headers["retry-after"]) > 1000
    other = bearer(record, "paul", Role.PLANNER)
    assert client.post("/api/territories/1/rebalances", json={}, headers=other).status_code == 404
    files = [client.post("/api/imports?name=a.csv", content=b"id,name\n1,a\n", headers=boss) for _ in range(2)]
    assert [answer.status_code for answer in files] == [201, 429]


def test_whoever_has_a_network_is_counted_as_one():
    assert counted_as("2001:db8:1:2::7") == counted_as("2001:db8:1:2:ffff::1") != counted_as("2001:db8:1:3::7")
    assert counted_as("::ffff:192.0.2.1") == counted_as("192.0.2.1") == "192.0.2.1"
    assert counted_as("fe80::1%eth0") == "fe80::/64" and counted_as("testclient") == "testclient"


def test_a_bucket_fills_again():
    rate = Rate(2.0, 0.5)
    assert [rate.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 2.0]
    assert rate.take("b", 0.0) == 0.0
    assert rate.take("a", 1.0) == 1.0 and rate.take("a", 2.0) == 0.0 and rate.take("a", 2.0) > 0


@sqlite_only
def test_under_a_path_of_a_proxy_every_address_bears_it(limited):
    client, boss = limited(public_url="https://sales.example.org/crm")
    for prefix in ("", "/crm"):  # proxies that strip the path, and proxies that do not
        page = client.get(f"{prefix}/sign-in")
        assert page.status_code == 200
        assert page.headers["strict-transport-security"].startswith("max-age=")
        assert client.get(f"{prefix}/api/me", headers=boss).status_code == 200
        onward = client.get(f"{prefix}/map", follow_redirects=False)
        assert onward.status_code == 303 and onward.headers["location"].startswith("/crm/sign-in?")
    front = client.get("/crm", follow_redirects=False)
    assert front.status_code == client.get("/crm/", follow_redirects=False).status_code != 404


def slow(record):
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000) SELECT count(*) FROM n"
    with record.read() as session:
        session.execute(text(many))


@pytest.mark.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
def test_a_statement_that_thinks_too_long_is_ended_and_the_connection_still_good(record_url):
    record = open_database(record_url, statement_s=0.2)
    try:
        with pytest.raises(OperationalError, match=r"interrupted|statement timeout"):
            slow(record)
        with record.read() as session:
            assert session.scalar(text("SELECT count(*) FROM account")) == 0
    finally:
        record.close()


def test_settings_for_a_cluster_are_refused_where_anybody_could_use_it():
    for address, says in (
        ("tcp://10.0.0.5:8786", "this machine only"),
        ("tls://scheduler:8786", "BAILIWICK_DASK_CA"),
        ("http://scheduler", "expected tls://"),
    ):
        with pytest.raises(ValueError, match=says):
            Settings(dask_address=address)
    assert Settings(dask_address="tcp://127.0.0.1:8786").dask_address


@sqlite_only
def test_requests_and_jobs_are_spans_of_the_callers_trace(site):
    pytest.importorskip("opentelemetry.sdk", reason="the extra `telemetry` is not installed")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from planning.tracing import begin_tracing, end_tracing

    kept = InMemorySpanExporter()
    begin_tracing("tests", SimpleSpanProcessor(kept))
    try:
        trace = "0af7651916cd43dd8448eb211c80319c"
        site.client.get("/api/me", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        asked(site.record, units=1, seconds=0.0)
        work(site.record)
    finally:
        end_tracing()
    site.get("/api/me")
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert set(spans) == {"GET", "job drill"}
    assert f"{spans['GET'].context.trace_id:032x}" == trace
    assert spans["GET"].resource.attributes["service.name"] == "tests"
