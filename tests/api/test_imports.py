"""Imports in two phases."""

import io
import zipfile

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from crm.backup import BackupError
from crm.export import read_export
from crm.tables import Role
from planning.export import export_pieces, export_to
from planning.viewer import everything
from tests.api_content import content
from tests.api_users import bearer
from tests.small_plan import NOON

HEADER = "id,name,lat,lon,visits per year,visit duration\n"


def stage(site, text, status=201, **query):
    body = text if isinstance(text, bytes) else text.encode()
    answer = site.client.post("/api/imports", params={"name": "accounts.csv"} | query, content=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def commit(site, run, status=200, **headers):
    answer = site.client.post(f"/api/imports/{run['id']}/commit", json={}, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def rows(site, run, **query):
    return site.get(f"/api/imports/{run['id']}/rows", **query)["items"]


def test_staging_says_what_each_row_would_do_and_changes_nothing(site):
    before = content(site.record)
    text = (
        HEADER
        + "a1,Renamed,50.25,10.5,12,30\na2,Account 2,50.5,10.5,12,30\nnew,New one,50.1,10.1,6,20\nnew,Again,50,10,1,1\n"
    )
    run = stage(site, text)
    assert (run["state"], run["rows_read"], run["source"]) == ("staged", 4, "accounts.csv")
    found = [(row["line"], row["external_id"], row["state"]) for row in rows(site, run)]
    assert found[:3] == [(2, "a1", "update"), (3, "a2", "unchanged"), (4, "new", "create")]
    assert sum(run["counts"].values()) == 4
    assert {"field": "name", "given": "Renamed", "note": "was Account 1"} in rows(site, run)[0]["reasons"]
    rejected = rows(site, run, state="reject")
    assert [row["line"] for row in rejected] == [5]
    assert rejected[0]["reasons"][0]["field"] == "id"
    assert content(site.record) == before


def test_committing_does_it_in_one_act_that_can_be_undone(site):
    before = content(site.record)
    run = stage(site, HEADER + "a1,Renamed,50.25,10.5,12,45\nnew,New one,50.1,10.1,6,20\n")
    done = commit(site, run)
    assert done["state"] == "committed"
    changed = site.get("/api/accounts/1")
    assert (changed["name"], changed["version"], changed["sites"][0]["service_s"]) == ("Renamed", 2, 2700)
    made = site.get("/api/accounts")["items"][-1]
    assert (made["external_id"], made["sites"][0]["lat"], made["sites"][0]["visits_per_year"]) == ("new", 50.1, 6.0)
    assert site.get(f"/api/batches/{done['batch_id']}")["kind"] == "import"
    assert site.client.post(f"/api/batches/{done['batch_id']}/undo", json={}).status_code == 200
    assert content(site.record) == before


def test_the_same_file_again_changes_nothing(site):
    text = HEADER + "a1,Renamed,50.25,10.5,12,45\nnew,New one,50.1,10.1,6,20\n"
    commit(site, stage(site, text))
    before = content(site.record)
    again = stage(site, text)
    assert again["counts"] == {"create": 0, "update": 0, "unchanged": 2, "close": 0, "review": 0, "reject": 0}
    assert commit(site, again)["batch_id"] is None
    assert content(site.record) == before


def test_empty_cells_change_nothing(site):
    run = stage(site, "id,name,lat,lon\na1,,,\n")
    assert run["counts"]["unchanged"] == 1


def test_a_file_that_says_never_comes_before_a_policy_until_it_says_more(site):
    def visits(account):
        (one,) = site.get(f"/api/accounts/{account}/visit-policy")["items"]
        return one["visits_by"], one["visits_per_year"]

    every = {"rows": [{"segment": "", "visits_per_year": 4}], "why": "agreed"}
    assert site.client.post("/api/visit-policies", json=every).status_code == 201
    agreed = {"wishes": {"load": 6}, "visits_per_year": 0}
    site.client.patch("/api/sites/2", json=agreed, headers={"If-Match": '"1"'})
    assert visits(2) == ("policy", 4), "who says what else was agreed says nothing of visits"
    never = HEADER + "a1,,,,never,\na2,,,,0,\nnew,New one,50.1,10.1,nie,\n"
    before = content(site.record)
    done = commit(site, stage(site, never))
    assert visits(1) == visits(2) == visits(8) == ("site", 0)
    months = {"visits_by_month": [0.0] * 12}
    assert site.get("/api/accounts/2")["sites"][0]["wishes"] == {"load": 6} | months
    again = stage(site, never)
    assert again["counts"]["unchanged"] == 3, rows(site, again)
    other = HEADER.replace("visit duration", "load") + "a1,,,,,3\na2,,,,6,\n"
    commit(site, stage(site, other))
    assert visits(1) == ("site", 0) and site.get("/api/accounts/1")["sites"][0]["wishes"] == {"load": 3} | months
    assert visits(2) == ("site", 6) and site.get("/api/accounts/2")["sites"][0]["wishes"] == {"load": 6}
    undone = site.get("/api/batches", limit=1)["items"][0]["id"]
    for batch in (undone, done["batch_id"]):
        assert site.client.post(f"/api/batches/{batch}/undo", json={}).status_code == 200
    assert content(site.record) == before
    version = site.get("/api/accounts/3")["sites"][0]["version"]
    for a_year, by in ((0, ("site", 0)), (12, ("site", 12)), (0, ("site", 0))):
        answer = site.client.patch(
            "/api/sites/3", json={"visits_per_year": a_year}, headers={"If-Match": f'"{version}"'}
        )
        assert answer.status_code == 200 and visits(3) == by
        version += 1
    nothing = site.client.patch("/api/sites/3", json={"wishes": None}, headers={"If-Match": f'"{version}"'})
    assert nothing.status_code == 200 and visits(3) == ("policy", 4)


def test_a_whole_file_closes_what_it_no_longer_has(site):
    run = stage(site, HEADER + "".join(f"a{n},Account {n},,,,\n" for n in range(1, 7)), whole=True)
    assert (run["counts"]["unchanged"], run["counts"]["close"]) == (6, 1)
    assert rows(site, run, state="close")[0]["external_id"] == "a7"
    commit(site, run)
    assert site.get("/api/accounts/7")["state"] == "closed"
    back = stage(site, HEADER + "a7,Account 7,,,,\n")
    assert back["counts"]["update"] == 1
    commit(site, back)
    assert site.get("/api/accounts/7")["state"] == "active"


def test_rejected_rows_keep_a_whole_file_from_closing_anything(site):
    run = stage(site, HEADER + "a1,Account 1,50,10,12,-30\na2,Account 2,,,,\n", whole=True)
    assert (run["counts"]["reject"], run["counts"]["close"]) == (1, 0)
    assert any("No account is closed" in note for note in run["notes"])


def test_an_account_that_changed_since_must_be_staged_again(site):
    run = stage(site, HEADER + "a1,Renamed,50.25,10.5,12,45\n")
    headers = {"If-Match": '"1"'}
    assert site.client.patch("/api/accounts/1", json={"name": "Mine"}, headers=headers).status_code == 200
    assert "stage it again" in commit(site, run, 409)["detail"]
    assert site.get("/api/accounts/1")["name"] == "Mine"


def test_an_import_is_committed_once(site):
    run = stage(site, HEADER + "new,New one,50.1,10.1,6,20\n")
    first = commit(site, run, **{"Idempotency-Key": "k"})
    assert commit(site, run, **{"Idempotency-Key": "k"}) == first
    assert "committed already" in commit(site, run, 409)["detail"]


def test_a_place_that_a_person_set_stays(site):
    headers = {"If-Match": '"1"'}
    site.client.patch("/api/sites/1", json={"lat": 50.75, "lon": 10.75}, headers=headers)
    commit(site, stage(site, HEADER + "a1,Account 1,50.25,10.5,12,30\n"))
    place = site.get("/api/accounts/1")["sites"][0]
    assert (place["lat"], place["lon"], place["level"]) == (50.75, 10.75, "manual")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 100,
        b"id\n",
        b"\xff\xfe\x00",
        b"PK\x03\x04 broken",
        b"name\n" + b"x" * 10000,
        b'"',
        b"a,b\n1\n2,3,4\n",
    ],
)
def test_a_file_that_is_no_table_is_refused_or_rejected_politely(site, body):
    for name in ("accounts.csv", "accounts.xlsx"):
        answer = site.client.post("/api/imports", params={"name": name}, content=body)
        assert answer.status_code in (201, 422), answer.text


def test_other_kinds_of_file_and_names_are_refused(site):
    for name in ("accounts.exe", "../a.csv", "a/b.csv", "a\x00.csv", "a\nb.csv", ".csv", "ж" * 130 + ".csv"):
        assert stage(site, b"id\n1\n", 422, name=name)["errors"][0]["field"] == "query.name"


def test_a_file_that_is_too_large_is_refused(site):
    site.client.app.state.settings = site.client.app.state.settings.model_copy(update={"max_upload_bytes": 100})
    assert stage(site, b"x" * 101, 413)["detail"] == "The file is larger than 100 bytes."


def test_a_city_of_2015_and_of_2018(bare_site, shared_data):
    """By id, 5,556 businesses stay, 1,994 go and 2,173 come; undoing the second file restores every byte."""
    folder = shared_data("data/san-francisco")
    first = stage(bare_site, (folder / "businesses_2015.csv").read_bytes(), name="businesses_2015.csv", whole=True)
    assert (first["counts"]["create"], first["counts"]["reject"]) == (7550, 16)
    commit(bare_site, first)
    before = content(bare_site.record)
    second = stage(bare_site, (folder / "businesses_2018.csv").read_bytes(), name="businesses_2018.csv", whole=True)
    counts = second["counts"]
    assert (counts["update"] + counts["unchanged"], counts["close"], counts["create"]) == (5556, 1994, 2173)
    done = commit(bare_site, second)
    assert bare_site.client.post(f"/api/batches/{done['batch_id']}/undo", json={}).status_code == 200
    assert content(bare_site.record) == before


def test_a_large_file_is_a_job_and_places_are_named_as_browsers_see_them(record, record_url):
    where = Settings(database_url=record_url, max_import_at_once_bytes=20, public_url="https://x.example/crm")
    headers = bearer(record, "boss", Role.ADMIN)
    with TestClient(create_app(where), base_url="https://x.example", headers=headers) as client:
        small = client.post("/api/imports?name=a.csv", content=b"id,name\nk,Firm\n")
        assert (small.status_code, small.headers["location"]) == (201, "/crm/api/imports/1")
        large = client.post("/api/imports?name=a.csv", content=b"id,name,city\nk,Firm,Bonn\n")
        assert (large.status_code, large.json()["kind"], large.json()["state"]) == (202, "import", "queued")
        assert large.headers["location"] == f"/crm/api/jobs/{large.json()['id']}"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_an_export_is_sent_while_it_is_made_and_one_broken_off_lets_go(site, tmp_path, monkeypatch):
    monkeypatch.setattr("crm.export.PIECE", 2000)
    monkeypatch.setattr("crm.export_table.AT_ONCE", 3)  # pages of three rows
    whole = tmp_path / "whole.zip"
    export_to(site.record, everything(NOON.date()), whole)
    answer = site.client.get("/api/export")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.content == whole.read_bytes()
    pieces = export_pieces(site.record, everything(NOON.date()))
    first = next(pieces)
    assert site.record.engine.pool.checkedout() == 1
    assert len(first) < len(answer.content) / 2
    pieces.close()
    assert site.record.engine.pool.checkedout() == 0
    broken = tmp_path / "broken.zip"
    broken.write_bytes(first)
    with pytest.raises(BackupError, match="cannot be read"):
        read_export(broken, f"sqlite:///{tmp_path}/new.sqlite")


def test_nobody_holds_an_export_open_for_others(site, monkeypatch):
    import time

    from api import routes_export

    site.client.app.state.taking.add(1)
    assert site.client.get("/api/export").status_code == 503
    site.client.app.state.taking.clear()
    closed = []

    def endless(*_):
        try:
            while True:
                time.sleep(0.01)
                yield b"x"
        finally:
            closed.append(True)

    monkeypatch.setattr(routes_export, "export_pieces", endless)
    monkeypatch.setattr(routes_export, "LONGEST_S", 0.1)
    try:
        body = site.client.get("/api/export").content
    except ConnectionAbortedError:
        body = b""
    assert closed and len(body) < 1000 and not site.client.app.state.taking


def test_a_job_makes_the_same_file_for_who_asked(site):
    from tests.planning.job_builders import work

    asked = site.client.post("/api/exports", json={}, headers={"Idempotency-Key": "e1"})
    assert (asked.status_code, asked.json()["title"]) == (202, "Export of what boss sees")
    assert site.client.post("/api/exports", json={}).status_code == 409  # one at a time
    work(site.record)
    job = site.get(asked.headers["location"])
    assert job["state"] == "done", job
    answer = site.client.get(f"/api/exports/{job['id']}")
    assert int(answer.headers["content-length"]) == len(answer.content) == job["answer"]["bytes"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
        assert pack.testzip() is None and "account.csv" in pack.namelist()
