"""Files and shapes that are far too large are refused in a sentence, before they have cost anything."""

import asyncio
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.app import create_app
from api.settings import Settings
from crm.tables import Role
from planning.errors import TableError
from planning.files import read_accounts
from tests.api_users import bearer
from tests.faults.hostile import memory_mb
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
TWO_GB = 2_000_000_000


def test_a_file_of_two_gigabytes_is_refused_without_being_read(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"id,address\n")
        file.truncate(TWO_GB)
    before_mb = memory_mb()
    with pytest.raises(TableError, match=r"2,000 MB, more than the limit"):
        read_accounts(path)
    assert memory_mb() - before_mb < 50


@sqlite_only
def test_an_upload_of_two_gigabytes_is_read_no_further_than_the_limit(record, record_url):
    headers = bearer(record, "boss", Role.ADMIN)
    app = create_app(Settings(database_url=record_url, max_upload_bytes=3_000_000), clock=lambda: NOON)
    given, said = [], []

    async def receive():
        given.append(1)
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": len(given) < 2000}

    async def send(message):
        said.append(message)

    names = {**headers, "Host": "localhost", "Content-Length": str(TWO_GB)}
    raw = [(name.lower().encode(), value.encode()) for name, value in names.items()]
    scope = {"type": "http", "method": "POST", "path": "/api/imports", "raw_path": b"/api/imports", "headers": raw}
    scope |= {"query_string": b"name=large.csv&kind=accounts", "client": ("127.0.0.1", 1), "server": ("localhost", 80)}
    scope |= {"scheme": "http", "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"}}
    with ThreadPoolExecutor(1) as other:  # a browser test before this one may keep a loop of its own in this thread
        other.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    assert said[0]["status"] == 413 and len(given) <= 4
    assert "3,000,000 bytes" in json.loads(said[1]["body"])["detail"]


def bomb(size):
    """A workbook whose sheet unpacks to so many bytes."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(size // 1_000_000):
            sheet.write(b" " * 1_000_000)
    return packed.getvalue()


@sqlite_only
def test_a_workbook_that_unpacks_to_half_a_gigabyte_is_refused_over_http(record, record_url):
    from fastapi.testclient import TestClient

    data = bomb(450_000_000)
    assert len(data) < 1_000_000
    before_mb = memory_mb()
    headers = bearer(record, "boss", Role.ADMIN)
    app = create_app(Settings(database_url=record_url), clock=lambda: NOON)
    with TestClient(app, base_url="http://localhost", headers=headers, raise_server_exceptions=False) as client:
        answer = client.post("/api/imports?name=a.xlsx&kind=accounts", content=data)
        assert answer.status_code == 422 and "would unpack to 450 MB" in answer.json()["detail"], answer.text
        text = '{"type":"Polygon","coordinates":[[' + "[1.5,2.5]," * 1_000_000 + "[1.5,2.5]]]}"
        assert client.post("/api/scenarios", content=text.encode()).status_code == 413
        assert client.get("/api/accounts", params={"polygon": text[:20_000]}).status_code == 422
        deep = client.post("/api/activities", content=b"[" * 1_000_000, headers={"Content-Type": "application/json"})
        assert deep.status_code in (400, 422), deep.text[:200]
    assert memory_mb() - before_mb < 300


def test_a_million_corners_in_a_file_cost_little_and_give_a_place_or_a_sentence(tmp_path):
    ring = ",".join(f"[{n / 1e5},{n % 7}]" for n in range(1_000_000))
    feature = (
        f'{{"type":"Feature","properties":{{"id":1}},"geometry":{{"type":"Polygon","coordinates":[[{ring},[0,0]]]}}}}'
    )
    path = tmp_path / "deep.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}')
    before_mb = memory_mb()
    table = read_accounts(path)
    assert table.rows_read == 1 and memory_mb() - before_mb < 600
