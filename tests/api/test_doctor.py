"""`doctor` finds what is wrong, goes on after it, and ends with code 1; `backup` and `restore` say what they did."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.doctor import examine, looked
from api.settings import Settings
from crm.act import Act
from crm.tables import Role
from planning.jobs import ask_job
from planning.users import NewUser, add_user
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def found(settings, now=NOON):
    return {(one.piece, one.state): one.says for one in examine(settings, None, engine=False, now=now)}


def test_a_sound_installation_is_well_and_what_waits_too_long_is_wrong(record, record_url):
    said = found(Settings(database_url=record_url))
    assert "nobody may sign in yet" in said["database", "note"]
    with record.write(Act("tests", "x", NOON)) as session:
        add_user(session, NewUser("boss", Role.ADMIN, "", None, ()), now=NOON)
        ask_job(session, "drill", {}, by="boss", now=NOON)
    assert not [piece for piece, state in found(Settings(database_url=record_url)) if state == "wrong"]
    late = found(Settings(database_url=record_url), NOON + timedelta(minutes=9))
    assert late["database", "wrong"].startswith("a job has waited for 9 minutes: is there a worker?")


@sqlite_only
def test_each_piece_is_looked_at_whatever_happened_to_another(record_url, tmp_path):
    other = tmp_path / "no" / "x.sqlite"
    settings = Settings(database_url=f"sqlite:///{other}", host="10.0.0.1", allow_network=True, telemetry=False)
    said = found(settings)
    assert "HTTPS only" in said["settings", "wrong"]
    assert "cannot be used" in said["database", "wrong"] and "there is no folder" in said["disk", "wrong"]
    assert said["program", "well"].startswith("bailiwick")
    (odd,) = looked("engine", lambda: (_ for _ in ()).throw(OSError("no route to host")))
    assert (odd.state, odd.says) == ("wrong", "OSError: no route to host")


@sqlite_only
def test_backup_and_restore_from_the_command_line(record_url, tmp_path):
    run, file, new = CliRunner().invoke, str(tmp_path / "b.zip"), f"sqlite:///{tmp_path}/new.sqlite"
    assert "Read again and compared" in run(app, ["backup", file, "--database", record_url]).stdout
    assert "is whole" in run(app, ["restore", file, "--check"]).stdout
    assert "was restored and compared" in run(app, ["restore", file, "--database", new]).stdout
    again = run(app, ["restore", file, "--database", new])
    assert again.exit_code and "not empty" in str(again.exception)
    assert run(app, ["doctor", "--database", new]).exit_code == 0
