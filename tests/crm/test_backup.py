"""A backup is whole, is checked, and makes the same record on either database."""

import stat
import threading
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from crm import upgrade
from crm.act import Act
from crm.backup import BackupError, back_up, check_backup
from crm.columns import Record, table_of
from crm.database import open_database
from crm.ledger import from_json
from crm.restore import restore
from crm.tables import Account, AccountState, Change, ChangeBatch, EventReader
from crm.tables_ledger import NOT_IN_LEDGER
from planning.record import save_plan
from tests.api_content import content
from tests.small_plan import NOON, small_plan

ACT = Act("tests", "a change", NOON)
account, change, batch = table_of(Account), table_of(Change), table_of(ChangeBatch)


@pytest.fixture
def filled(record):
    save_plan(record, small_plan(), now=NOON, page="<p>map")
    with record.write() as session:
        session.add(EventReader(url="http://127.0.0.1:9/in", after_id=0))
    return record


def other_kind(databases, tmp_path, request):
    """An empty database of the other kind."""
    if databases.kind == "postgresql":
        return f"sqlite:///{tmp_path}/other.sqlite"
    from tests.conftest import EmptyDatabases

    return EmptyDatabases("postgresql", tmp_path, request.getfixturevalue("postgresql")).url()


def test_a_backup_makes_the_same_record_on_the_other_kind_of_database(filled, databases, tmp_path, request):
    made = back_up(filled, tmp_path / "b.zip", now=NOON, program="1")
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    url = other_kind(databases, tmp_path, request)
    assert restore(tmp_path / "b.zip", url) == made
    copy = open_database(url)
    try:
        assert content(copy) == content(filled)
        with copy.write(ACT) as session:  # triggers, keys and ids work as before
            session.execute(update(account).values(name="Renamed", version=account.c.version + 1))
            session.add(Account(external_id="new", name="New", state=AccountState.ACTIVE, created_at=NOON))
            session.add(EventReader(url="http://127.0.0.1:9/other", after_id=0))
        with copy.read() as session, filled.read() as before:
            ids = [one.scalar(select(func.max(account.c.id))) for one in (session, before)]
            assert ids[0] > ids[1]
            changes = [one.scalar(select(func.count()).select_from(change)) for one in (session, before)]
            assert changes[0] == changes[1] + ids[1] + 1
        with pytest.raises(BackupError, match="not empty"):
            restore(tmp_path / "b.zip", url)
    finally:
        copy.close()


def test_a_backup_under_load_is_the_ledger_at_its_moment(filled, databases, tmp_path):
    ending = threading.Event()

    def write():
        while not ending.is_set():
            with filled.write(ACT) as session:
                session.execute(update(account).values(name=account.c.name + ".", version=account.c.version + 1))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(filled, tmp_path / "b.zip", now=NOON, program="1")
    finally:
        ending.set()
        writer.join()
    with filled.read() as session:
        assert session.scalar(select(func.max(batch.c.id))) >= made.last_batch
    url = databases.url()
    restore(tmp_path / "b.zip", url)
    copy = open_database(url)
    try:
        assert_is_its_ledger(copy, made.last_batch)
    finally:
        copy.close()
        databases.drop(url)


def assert_is_its_ledger(copy, last_batch):
    """Every row of every table is what the ledger's last change of it says."""
    with copy.read() as session:
        assert session.scalar(select(func.max(batch.c.id))) == last_batch
        said = {}
        for row in session.execute(select(change).order_by(change.c.id)).mappings():
            said[row["table_name"], row["row_id"]] = row["after"]
        for name, table in Record.metadata.tables.items():
            if name in NOT_IN_LEDGER:
                continue
            key = next(iter(table.primary_key)).name
            rows = {row[key]: dict(row) for row in session.execute(select(table)).mappings()}
            kept = {row_id: after for (of, row_id), after in said.items() if of == name and after is not None}
            assert rows.keys() == kept.keys(), name
            for row_id, row in rows.items():
                assert row == {c.name: from_json(c.type, kept[row_id][c.name]) for c in table.columns}, name


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_damaged_backup_is_refused_and_leaves_nothing(filled, tmp_path):
    path, url = tmp_path / "b.zip", f"sqlite:///{tmp_path}/new.sqlite"
    back_up(filled, path, now=NOON, program="1")
    with zipfile.ZipFile(path) as pack:
        members = {name: pack.read(name) for name in pack.namelist()}
    for name, bad, says in (
        ("account.jsonl", members["account.jsonl"].replace(b"a1", b"a9"), "account has other values"),
        ("account.jsonl", members["account.jsonl"].split(b"\n", 1)[1], "account has 6 rows instead of 7"),
        ("account.jsonl", None, "lacks the table account"),
        ("manifest.json", b"{}", "no manifest"),
    ):
        with zipfile.ZipFile(path, "w") as pack:
            for member, data in (members | {name: bad}).items():
                if data is not None:
                    pack.writestr(member, data)
        with pytest.raises(BackupError, match=says):
            restore(path, url)
    path.write_bytes(b"not a zip at all")
    with pytest.raises(BackupError, match="cannot be read as a backup"):
        check_backup(path)
    assert not Path(url.removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_backup_that_fails_leaves_the_last_one(filled, tmp_path, monkeypatch):
    path = tmp_path / "b.zip"
    back_up(filled, path, now=NOON, program="1")
    before = path.read_bytes()
    monkeypatch.setattr("crm.backup.check_backup", lambda _: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        back_up(filled, path, now=NOON, program="1")
    assert path.read_bytes() == before and list(tmp_path.glob("*.new")) == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_an_older_backup_is_brought_to_our_version(databases, tmp_path):
    url = databases.url()
    upgrade(url, "0007")
    old = open_database(url, check=False)
    made = back_up(old, tmp_path / "old.zip", now=NOON, program="1")
    old.close()
    assert made.schema_version == "0007"
    restore(tmp_path / "old.zip", f"sqlite:///{tmp_path}/new.sqlite")
    open_database(f"sqlite:///{tmp_path}/new.sqlite").close()
