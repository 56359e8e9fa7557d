"""Starting: settings, what is imported, what is refused."""

import subprocess
import sys

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.app import create_app
from api.cli_options import Refused
from api.settings import Settings
from api.settings_read import read_settings
from crm import DatabaseAddressError, DatabaseUnreachableError, DatabaseVersionError
from crm.database import open_database

HEAVY = ("geopandas", "pandas", "sklearn", "scipy", "numba", "folium", "dask", "ortools", "osrm", "pyarrow")


def test_starting_the_api_imports_nothing_heavy(record_url):
    code = (
        "import sys; from api.app import create_app; from api.settings import Settings; "
        f"create_app(Settings(database_url={record_url!r})).state.database.close(); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("BAILIWICK_DATABASE_URL", f"sqlite:///{tmp_path}/a.sqlite")
    monkeypatch.setenv("BAILIWICK_PORT", "8123")
    settings = Settings()
    assert (settings.database_url, settings.port) == (f"sqlite:///{tmp_path}/a.sqlite", 8123)
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "abc", "BAILIWICK_PORT: Input should be a valid integer"),
        ("HOST_NAMES", "www.example.org", "BAILIWICK_HOST_NAMES: JSON is expected, like"),
        ("SECRET_KEY", "short", "BAILIWICK_SECRET_KEY: expected 32 characters"),
        ("WORKERS", "0", "BAILIWICK_WORKERS: Input should be greater"),
        ("DASK_ADDRESS", "http://x", "BAILIWICK_DASK_ADDRESS: expected tls://"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named_and_not_shown(monkeypatch, name, value, says):
    monkeypatch.setenv(f"BAILIWICK_{name}", value)
    with pytest.raises(Refused) as raised:
        read_settings(Settings)
    assert str(raised.value).startswith(says)
    assert name in ("WORKERS", "DASK_ADDRESS") or value not in str(raised.value)


def test_what_was_typed_is_named_as_it_was_typed():
    with pytest.raises(Refused, match=r"^--port: Input should be less"):
        read_settings(Settings, port=99999)


def test_errors_of_a_database_tell_neither_values_nor_passwords(record):
    with pytest.raises(IntegrityError) as raised, record.write() as session:
        session.execute(text("INSERT INTO event_reader (id, url) VALUES (:id, :url)"), {"id": 7, "url": "hidden-one"})
    assert "hidden-one" not in str(raised.value).partition("DETAIL")[0]
    with pytest.raises(DatabaseAddressError) as odd:
        open_database("postgresql//sales:secret@db/sales")
    assert "secret" not in str(odd.value) and "sales:***@db" in str(odd.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_a_host_that_others_can_reach_must_be_meant(host):
    with pytest.raises(ValidationError, match="ALLOW_NETWORK"):
        Settings(host=host)
    assert Settings(host=host, allow_network=True).host == host


@pytest.mark.parametrize("password", ["bailiwick", "Sales", "changeme", "%70assword"])
def test_a_server_for_others_takes_no_password_that_everybody_knows(password):
    url = f"postgresql://sales:{password}@db/sales"
    assert Settings(database_url=url).database_url == url, "on one's own machine it may be"
    with pytest.raises(ValidationError, match="choose one of your own") as raised:
        Settings(database_url=url, allow_network=True)
    assert password not in str(raised.value)
    assert Settings(database_url="postgresql://sales:8Fh2kQ@db/sales", allow_network=True)
    with pytest.raises(ValidationError, match="of chance"):
        Settings(secret_key="change-me-" * 4)


def test_tiles_come_from_one_origin_that_is_known():
    assert Settings(tile_url="https://tile.example.org/{z}/{x}/{y}.png").tile_origin == "https://tile.example.org"
    with pytest.raises(ValidationError, match="https"):
        Settings(tile_url="javascript:alert(1)")


def test_a_database_without_tables_is_refused(tmp_path):
    with pytest.raises(DatabaseVersionError, match="bailiwick upgrade"):
        create_app(Settings(database_url=f"sqlite:///{tmp_path}/new.sqlite"))


def test_a_database_that_is_not_one_is_refused(tmp_path):
    for url, error in {
        "mysql://localhost/x": DatabaseAddressError,
        "nonsense": DatabaseAddressError,
        "sqlite://": DatabaseAddressError,
        f"sqlite:///{tmp_path}/no/such/folder/a.sqlite": DatabaseUnreachableError,
        "postgresql://nobody:secret@127.0.0.1:1/none": DatabaseUnreachableError,
    }.items():
        with pytest.raises(error) as raised:
            create_app(Settings(database_url=url))
        assert "secret" not in str(raised.value)
        assert "\n" not in str(raised.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "a.sqlite").write_text("not a database, but long enough to be taken for the header of one" * 20)
    with pytest.raises(DatabaseUnreachableError, match="not a database"):
        create_app(Settings(database_url=f"sqlite:///{tmp_path}/a.sqlite"))
