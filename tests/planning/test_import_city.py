"""A city's inspections as visits: every row of a published file is in the record, or says why it is not."""

import csv
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from crm import Act, open_database, upgrade
from crm.columns import table_of
from crm.tables import Account, AccountState, Activity, ActKind, Site
from planning.history import undo
from planning.import_fields import Setting
from planning.imports import commit_import, kind_of, stage_file
from planning.viewer import everything
from tests.api_content import content

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def bring(database, kind, path, **said):
    setting = Setting("tests", NOW, ZoneInfo("America/Los_Angeles"), **said)
    run = stage_file(database, kind_of(kind), path, setting)
    with database.write(Act("tests", f"import of {kind}", NOW, ActKind.IMPORT)) as session:
        return commit_import(session, run, now=NOW)


def ids(folder, name):
    """The businesses that a file names."""
    with (folder / name).open(encoding="cp1252") as file:
        return {row["business_id"] for row in csv.DictReader(file)}


def test_the_inspections_of_a_city_come_in_as_visits(tmp_path, shared_data):
    folder = shared_data("data/san-francisco")
    url = f"sqlite:///{tmp_path / 'record.sqlite'}"
    upgrade(url)
    database = open_database(url)
    bring(database, "accounts", folder / "businesses_2018.csv", whole=True)
    before = content(database)
    said = {"columns": {"outcome": "type", "text": "Score"}, "constants": {"kind": "visit"}}
    done = bring(database, "activities", folder / "inspections_2018.csv", **said, make_accounts=True)
    assert (done.rows_read, done.counts["create"]) == (26199, 26199)
    with database.read() as session:
        visits, site, account = table_of(Activity), table_of(Site), table_of(Account)
        made = select(func.count()).where(account.c.state == AccountState.PROSPECT)
        assert session.scalar(made.select_from(account)) == len(
            ids(folder, "inspections_2018.csv") - ids(folder, "businesses_2018.csv")
        )
        latest = dict(session.execute(select(visits.c.site_id, func.max(visits.c.at)).group_by(visits.c.site_id)).all())
        known = dict(session.execute(select(site.c.id, site.c.last_visit_on)).all())
        del latest[None]  # visits to accounts that were made for them, which have no site
        assert {key: at.date() for key, at in latest.items()} == {key: day for key, day in known.items() if day}
    with database.write(Act("tests", "undo", NOW, ActKind.UNDO, undoes=done.batch_id)) as session:
        undo(session, everything(NOW.date()), done.batch_id)
    assert content(database) == before
    database.close()
