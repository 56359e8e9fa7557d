"""Every kind of long work in processes of a real Dask cluster, one after the other, on what the one before made.

A town's extract becomes a region; addresses are looked up in it; territories are built on its roads, published, and
their days planned anew; duplicates are looked for; the record is given out. Nothing of it may only work at home.
"""

import os
import socket
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from api.cli_geocoders import all_geocoders
from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, Route, Site, TerritoryPlan, Visit
from planning.compute import DaskEngine, EngineOptions
from planning.drafts import publish_draft
from planning.jobs import ask_job, attempts_of
from planning.record import save_plan
from planning.use_case import Installation
from tests.geo.conftest import Town, add_houses, add_roads, add_shops
from tests.planning.job_builders import seen, work
from tests.small_plan import MONDAY, NOON, small_plan

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signal"),
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
]
site, visit, route = table_of(Site), table_of(Visit), table_of(Route)
plan, account = table_of(TerritoryPlan), table_of(Account)
ME = f"{socket.gethostname()}:{os.getpid()}"
NAMES = ("Cafe Nord", "Café Nord", "Zum Hirsch", "Bäckerei Huber", "Kiosk", "Optik Blau", "Radhaus")
ACT = Act("me", "a town", NOON)
NEXT_MONDAY = (MONDAY + timedelta(weeks=1)).isoformat()


def done(record, engine, here, kind, **what):
    """Ask for a job, have it computed by the cluster, and see that it was."""
    with record.write() as session:
        job = ask_job(session, kind, what, by="me", now=NOON)
    work(record, engine, here=here)
    view = seen(record, job)
    assert view.state == "done" and not view.units_failed, (kind, view.error, view.failed)
    with record.read() as session:
        places = {one.worker for one in attempts_of(session, job)}
    assert places and ME not in places
    return view


def town(folder):
    """The extract of a town of streets and numbers."""
    made = Town()
    for add in (add_roads, add_houses, add_shops):
        add(made)
    (folder / "extracts").mkdir()
    made.write(folder / "extracts" / "gridton.osm.pbf")


def test_a_town_is_planned_by_jobs_alone(record, tmp_path):
    town(tmp_path)
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    with record.write(ACT) as session:
        for number in range(1, 8):
            where = {"line": f"Street {number} {1 + number % 5}", "city": "Gridton", "country": ""}
            session.execute(update(site).where(site.c.id == number).values(level="city", **where))
    here = Installation(None, tmp_path / "regions", tmp_path / "extracts")
    with closing(DaskEngine(EngineOptions(workers=1, niceness=0))) as engine:
        built = done(record, engine, here, "region", extract="gridton.osm.pbf", name="gridton").answer
        assert (built["addresses"], built["road_km"]) == (51, {"car": 36})
        here = Installation(tmp_path / "regions" / "gridton", geocoders=all_geocoders)
        found = done(record, engine, here, "geocode", which="rough").answer
        assert (found["looked_up"], found["not_found"]) == (7, 0)
        draft = done(record, engine, here, "zones", starts_on=NEXT_MONDAY, weeks=1, tolerance=0.5, rebuild=True).answer
        assert (draft["territories"], draft["accounts"], draft["unplaced"]) == (2, 7, 0)
        with record.write(ACT) as session:
            version = session.scalar(select(plan.c.version).where(plan.c.id == draft["plan_id"]))
            publish_draft(session, draft["plan_id"], version, MONDAY)
        days = done(record, engine, here, "cycles", starts_on=NEXT_MONDAY, weeks=4, rep_ids=None)
        assert days.units == 2 and days.answer["plan_id"] == draft["plan_id"]
        assert "straight" not in days.answer["travel_source"].lower()
        with record.write(ACT) as session:
            for number, name in enumerate(NAMES, start=1):
                session.execute(update(account).where(account.c.id == number).values(name=name))
            session.execute(update(site).where(site.c.id == 2).values(line="Street 1 2"))
        assert done(record, engine, here, "dedupe").answer["pairs"] == 1
    with record.read() as session:
        levels = set(session.scalars(select(site.c.level)))
        planned = session.execute(select(visit).where(visit.c.day >= MONDAY + timedelta(weeks=1))).all()
    assert levels == {"rooftop"}
    assert len(planned) == days.answer["visits_due"] - days.answer["visits_unserved"] > 0
