"""What a commit does is worked out before it has the write lock, and is the same however many rows there are."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from crm import bulk
from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, ActKind, ImportRow, RowState
from planning.import_fields import Setting
from planning.import_ready import made_ready
from planning.imports import choose, commit_import, import_rows, kind_of, stage_file
from planning.record_errors import RefusedError
from planning.record_rows import update_rows
from tests.api_content import content
from tests.small_plan import NOON

ACT = Act("tests", "an import", NOON, ActKind.IMPORT)
FILES = (
    ("accounts", "id,name,address,city,lat,lon,value\n" + "".join(f"k{n},Ö {n},Weg {n},Bonn,50.{n},7.1,0.{n}\n" for n in range(5))),
    (
        "people",
        "id,name,account,email,phone,consent purpose,consent\n"
        + "".join(f"p{n},Anna {n},k{n},a{n}@example.org,+49 228 {n}{n}{n},news,yes\n" for n in range(5)),
    ),
    ("accounts", "id,name,value,visits per year\n" + "".join(f"k{n},Neu {n},{n},{12 + n % 2}\n" for n in range(6))),
    ("leads", "id,source,account,received\n" + "".join(f"l{n},web,New {n % 2},2026-03-01\n" for n in range(5))),
)  # fmt: skip


def staged(record, folder, kind, rows, **said):
    path = folder / f"{kind}.csv"
    path.write_text(rows, encoding="utf-8")
    return stage_file(record, kind_of(kind), path, Setting("tests", NOON, ZoneInfo("UTC"), **said))


def commit(record, run):
    with record.read() as session:
        ready = made_ready(session, run, NOON)
    with record.write(ACT) as session:
        return commit_import(session, run, now=NOON, ready=ready)


def at_once(monkeypatch, rows):
    """From so many rows on, they are packed, a few to a statement."""
    monkeypatch.setattr(bulk, "MANY", rows - 1)
    monkeypatch.setattr(bulk, "MOST_VALUES", 30)


def brought(record, folder):
    """Everything that all the files make of an empty record, and what is noted with their rows."""
    for kind, rows in FILES:
        run = staged(record, folder, kind, rows, make_accounts=kind == "leads")
        done = commit(record, run)
        assert (done.counts["reject"], done.counts["review"]) == (0, 0), kind
        assert done.counts["create"] + done.counts["update"] == len(rows.splitlines()) - 1
    with record.read() as session:
        return content(record), session.execute(select(table_of(ImportRow))).all()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_many_rows_become_what_few_do(databases, template_url, tmp_path, monkeypatch):
    from crm.database import open_database

    found = []
    for rows in (1, 1000):
        url = databases.url(template_url)
        record = open_database(url)
        at_once(monkeypatch, rows)
        found.append(brought(record, tmp_path))
        record.close()
        databases.drop(url)
    packed, plain = found
    assert packed == plain
    assert [len(plain[0][name]) for name in ("account", "person", "lead")] == [8, 5, 5]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_packed_changes_of_one_row_follow_each_other(record, tmp_path, monkeypatch):
    at_once(monkeypatch, 1)
    commit(record, staged(record, tmp_path, *FILES[0]))
    with record.write(ACT) as session:
        update_rows(session, table_of(Account), [(1, {"name": "A"}), (2, {"name": "B"}), (1, {"name": "C"})])
        update_rows(session, table_of(Account), [(key, {"value": key / 2, "state": "dormant"}) for key in range(1, 6)])
    with record.read() as session:
        kept = session.execute(select(table_of(Account)).order_by(table_of(Account).c.id)).all()
    assert [(row.name, row.version) for row in kept[:3]] == [("C", 4), ("B", 3), ("Ö 2", 2)]
    assert [(row.value, row.state) for row in kept] == [(key / 2, "dormant") for key in range(1, 6)]


def test_a_row_that_is_decided_meanwhile_is_done_as_decided(record, tmp_path):
    commit(record, staged(record, tmp_path, "accounts", "id,name,city\nk1,Twin,Bonn\nk2,Twin,Ulm\n"))
    run = staged(record, tmp_path, "people", "id,name,account\np1,Anna,k1\np2,Bo,Twin\n")
    with record.read() as session:
        (open_row,) = import_rows(session, run, state=RowState.REVIEW, limit=9).rows
        early = made_ready(session, run, NOON)
    with record.write(Act("tests", "decided", NOON)) as session:
        choose(session, run, open_row.id, 1)
    with record.write(ACT) as session:
        done = commit_import(session, run, now=NOON, ready=early)
    assert done.counts["create"] == 2
    kept = content(record)
    assert {row["name"] for row in kept["person"].values()} == {"Anna", "Bo"}
    with pytest.raises(RefusedError, match="committed already"), record.write(ACT) as session:
        commit_import(session, run, now=NOON, ready=early)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_lock_is_not_held_for_reading_the_rows(record, tmp_path, monkeypatch):
    at_once(monkeypatch, 1)
    run = staged(record, tmp_path, *FILES[0])
    asked = []
    with record.read() as session:
        ready = made_ready(session, run, NOON)
    monkeypatch.setattr("crm.site_streets.street_form", lambda text: pytest.fail(f"{text} is worked out again"))
    event.listen(record.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with record.write(ACT) as session:
        commit_import(session, run, now=NOON, ready=ready)
    assert not [sql for sql in asked if "writes" in sql]
    tables = list(dict.fromkeys(sql.split()[2] for sql in asked if sql.startswith("INSERT")))
    assert tables == ["change_batch", "account", "site", "account_text", "site_street", "settled_act"]


def test_an_import_that_meets_its_accounts_already_there_is_refused_whole(record, tmp_path):
    runs = [staged(record, tmp_path, *FILES[0]) for _ in range(2)]
    with record.read() as session:
        early = made_ready(session, runs[1], NOON)
    commit(record, runs[0])
    before = content(record)
    with pytest.raises(RefusedError, match="has changed since the file was staged"), record.write(ACT) as session:
        commit_import(session, runs[1], now=NOON, ready=early)
    assert content(record) == before
