"""Exports: the same bytes from either database and after a round trip, harmless in a spreadsheet, and no more than
may be seen."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest

from crm import Act, open_database, upgrade
from crm.backup import BackupError
from crm.cells import neutral, original
from crm.export import read_export
from crm.tables import Account, Person, Role, StageKind
from planning.activities import add_activity
from planning.activity_types import add_type
from planning.deals import add_opportunity
from planning.demo_pipeline import seed_pipeline
from planning.export import export_to
from planning.pipelines import Step, add_pipeline, get_pipeline
from planning.record import save_plan
from planning.viewer import Viewer, everything
from planning.workload_rules import add_rules
from tests.api_content import content
from tests.api_users import bearer
from tests.conftest import EmptyDatabases
from tests.small_plan import NOON, small_plan

ALL = everything(NOON.date())
NASTY = ("=1+1", "'quoted", "-5", "@sum", "\tx", " two\r\nlines", 'a "b", c', "", "‰ Кафе", "+49 30")


def fill(record):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin", page="<!doctype html>")
    seed_pipeline(record, now=NOON, share=1.0)
    work_on(record)
    with record.write(Act("tests", "=cmd|' /C calc'!A0", NOON)) as session:
        for number, text in enumerate(NASTY):
            session.add(Account(external_id=f"x{number}", name=text, value=0.1 + 0.2, created_at=NOON))
            session.add(Person(external_id=text, name=text, key="", created_at=datetime(1, 1, 2, tzinfo=UTC)))


def work_on(record):
    """A sale in a pipeline that sets things off."""
    call = {"do": "create_task", "title": "=call", "kind": "call", "to": {"rep_id": 1}}
    rules = {"effects": [call], "timers": [{"after_days": 2, "effects": [call]}]}
    with record.write(Act("tests", "a process", NOON)) as session:
        made = add_pipeline(session, "Process", (Step("Lead", rules=rules), Step("Won", StageKind.WON, 1.0)))
        values = {"title": "x", "stage_id": get_pipeline(session, made).stages[0].id, "rep_id": 1, "probability": 0.4}
        add_opportunity(session, ALL, values, at=NOON)
        add_type(session, {"code": "audit", "label": "=audit", "channel": "visit", "duration_s": 900})
        add_activity(session, ALL, {"account_id": 1, "type": "audit", "kind": "visit", "outcome": "met", "at": NOON})
        weights = {"sales_force": "", "valid_from": NOON.date(), "weights": {"audit": 0.1 + 0.2}}
        add_rules(session, ALL, weights, why="=measured", now=NOON)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def table(path, name):
    with zipfile.ZipFile(path) as pack:
        return list(csv.DictReader(io.StringIO(pack.read(f"{name}.csv").decode(), newline="")))


@pytest.mark.parametrize("text", [*NASTY, "''", "'=", "plain", "|x", "％", "＝1"])
def test_a_neutral_cell_is_no_formula_and_reads_back(text):
    assert original(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_everything_goes_out_and_into_an_empty_database_of_the_other_kind(record, databases, postgresql, tmp_path):
    fill(record)
    bearer(record, "boss", Role.ADMIN)
    first, again, other = (tmp_path / f"{name}.zip" for name in ("first", "again", "other"))
    made = export_to(record, ALL, first)
    export_to(record, ALL, again)
    assert digest(first) == digest(again)
    assert made.complete
    assert not {"password", "access_token"} & set(made.tables)
    names = {row["external_id"]: row["name"] for row in table(first, "account")}
    assert (names["x0"], names["x1"], names["x2"]) == ("'=1+1", "''quoted", "'-5")
    assert "'=cmd" in {row["why"][:5] for row in table(first, "change_batch")}

    others = EmptyDatabases("postgresql" if databases.kind == "sqlite" else "sqlite", tmp_path, postgresql)
    url = others.url()
    try:
        read_export(first, url)
        second = open_database(url)
        assert content(second) == content(record)
        export_to(second, ALL, other)
        assert digest(other) == digest(first)
        with second.write(Act("tests", "goes on", NOON)) as session:
            session.add(Account(external_id="next", name="Next", created_at=NOON))
        second.close()
        with pytest.raises(BackupError, match="is not empty"):
            read_export(first, url)
    finally:
        others.drop(url)


def test_a_rep_takes_away_only_what_the_rep_sees(record, tmp_path):
    fill(record)
    with record.read() as session:
        own = session.connection().exec_driver_sql("SELECT id FROM rep WHERE external_id = 'Rep 0'").scalar_one()
    path = tmp_path / "part.zip"
    made = export_to(record, Viewer(1, "ruth", Role.REP, own, date(2026, 11, 23)), path)
    assert {row["external_id"] for row in table(path, "account")} == {"a1", "a2", "a3"}
    assert {row["rep_id"] for row in table(path, "opportunity")} == {str(own)}
    assert [row["title"] for row in table(path, "task")] == ["'=call"]
    assert len(table(path, "stage_timer")) == len(table(path, "stage_effect")) == len(table(path, "win_estimate")) == 1
    assert "change" not in made.tables
    assert "app_user" not in made.tables
    with pytest.raises(BackupError, match="the part of a record that ruth sees"):
        read_export(path, f"sqlite:///{tmp_path / 'new.sqlite'}")


def test_a_damaged_or_foreign_file_leaves_nothing_behind(tmp_path):
    old = f"sqlite:///{tmp_path / 'old.sqlite'}"
    upgrade(old)
    record = open_database(old)
    with record.write(Act("tests", "one", NOON)) as session:
        session.add(Account(external_id="a1", name="Account 1", created_at=NOON))
    whole, bad = tmp_path / "whole.zip", tmp_path / "bad.zip"
    export_to(record, ALL, whole)
    record.close()
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    with zipfile.ZipFile(whole) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    said = json.loads(files["manifest.json"])
    for change, message in (
        ({"account.csv": files["account.csv"].replace(b"Account 1", b"Account X")}, "table account has other values"),
        ({"manifest.json": b"{}"}, "no manifest"),
        ({"manifest.json": json.dumps(said | {"format": 99}).encode()}, "has format 99"),
        ({"manifest.json": json.dumps(said | {"schema_version": "9999"}).encode()}, "has version 9999"),
    ):
        with zipfile.ZipFile(bad, "w") as pack:
            for name, data in (files | change).items():
                pack.writestr(name, data)
        with pytest.raises(Exception, match=message):
            read_export(bad, url)
    for data in (b"", b"PK\x03\x04", b"name,id\n"):
        bad.write_bytes(data)
        with pytest.raises(BackupError, match="cannot be read as an export"):
            read_export(bad, url)
    read_export(whole, url)
