"""A whole plan can be written in one act: no span is compared with all the others of its plan by their index."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text

from crm import Act
from crm.columns import table_of
from crm.tables import Account, Assignment, Site, Territory, TerritoryPlan

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITES = 300


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_spans_are_never_compared_by_the_index_on_plans(record):
    day = NOW.date()
    plan = {"title": "x", "state": "published", "starts_on": day, "weeks": 4, "valid_from": day, "seed": 0}
    plan |= {"tolerance": 0.05, "max_deviation": 0.05, "visits_due": 0, "visits_planned": 0, "visits_unserved": 0}
    plan |= {"travel_source": "x", "travel_estimated": True, "notes": [], "defaults": {}, "created_at": NOW}
    made = range(1, SITES + 1)
    with record.write(Act("tests", "a plan", NOW)) as session:
        session.execute(insert(table_of(TerritoryPlan)), [plan])
        session.execute(insert(table_of(Territory)), [{"plan_id": 1, "zone": 0, "name": "all"}])
        account, site, lies = table_of(Account), table_of(Site), table_of(Assignment)
        session.execute(insert(account), [{"external_id": str(n), "name": str(n), "created_at": NOW} for n in made])
        session.execute(insert(site), [{"account_id": n} for n in made])
        session.execute(text("DROP INDEX ix_assignment_site_id"))  # the one to be used: is the other taken instead?
        rows = [{"plan_id": 1, "site_id": n, "territory_id": 1, "reason": "x", "valid_from": day} for n in made]
        session.execute(insert(lies), rows)
        scans = "SELECT pg_stat_get_xact_numscans('ix_assignment_plan_id'::regclass)"
        assert session.scalar(text(scans)) == 0
