"""A city's inspections as visits: every row of a published file is in the record, or says why it is not.

A sixth of the city's businesses with all their inspections: the whole city takes six times as long and says no more.
"""

import csv
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from crm import Act
from crm.columns import table_of
from crm.tables import Account, AccountState, Activity, ActKind, Site
from planning.history import undo
from planning.import_fields import Setting
from planning.imports import commit_import, kind_of, stage_file
from planning.viewer import everything
from tests.api_content import content

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERY = 6
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def bring(database, kind, path, **said):
    setting = Setting("tests", NOW, ZoneInfo("America/Los_Angeles"), **said)
    run = stage_file(database, kind_of(kind), path, setting)
    with database.write(Act("tests", f"import of {kind}", NOW, ActKind.IMPORT)) as session:
        return commit_import(session, run, now=NOW)


def some(source, folder):
    """The rows of a file that are about a sixth of the businesses, as a file; and these businesses."""
    path = folder / source.name
    with source.open(encoding="cp1252", newline="") as file, path.open("w", encoding="cp1252", newline="") as out:
        rows = csv.DictReader(file)
        writer = csv.DictWriter(out, rows.fieldnames)
        writer.writeheader()
        kept = [row for row in rows if int(row["business_id"]) % EVERY == 0]
        writer.writerows(kept)
    return path, [row["business_id"] for row in kept]


def test_the_inspections_of_a_city_come_in_as_visits(record, tmp_path, shared_data):
    folder, database = shared_data("data/san-francisco"), record
    businesses, listed = some(folder / "businesses_2018.csv", tmp_path)
    inspections, inspected = some(folder / "inspections_2018.csv", tmp_path)
    bring(database, "accounts", businesses, whole=True)
    before = content(database)
    said = {"columns": {"outcome": "type", "text": "Score"}, "constants": {"kind": "visit"}}
    done = bring(database, "activities", inspections, **said, make_accounts=True)
    assert (done.rows_read, done.counts["create"]) == (len(inspected), len(inspected))
    assert len(inspected) > 4000 and set(inspected) - set(listed)
    with database.read() as session:
        visits, site, account = table_of(Activity), table_of(Site), table_of(Account)
        made = select(func.count()).where(account.c.state == AccountState.PROSPECT)
        assert session.scalar(made.select_from(account)) == len(set(inspected) - set(listed))
        latest = dict(session.execute(select(visits.c.site_id, func.max(visits.c.at)).group_by(visits.c.site_id)).all())
        known = dict(session.execute(select(site.c.id, site.c.last_visit_on)).all())
        del latest[None]  # visits to accounts that were made for them, which have no site
        assert {key: at.date() for key, at in latest.items()} == {key: day for key, day in known.items() if day}
    with database.write(Act("tests", "undo", NOW, ActKind.UNDO, undoes=done.batch_id)) as session:
        undo(session, everything(NOW.date()), done.batch_id)
    assert content(database) == before
