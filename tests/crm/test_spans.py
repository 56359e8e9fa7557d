"""A whole plan can be written in one act: every span is compared with those of its own site only."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text

from crm import Act
from crm.columns import table_of
from crm.tables import Account, Assignment, Site, Territory, TerritoryPlan

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITES = 1000


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_plan_written_in_one_act_looks_at_no_more_rows_than_it_has(record):
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
        rows = [{"plan_id": 1, "site_id": n, "territory_id": 1, "reason": "x", "valid_from": day} for n in made]
        session.execute(insert(lies), rows)
        read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'assignment'"
        assert session.scalar(text(read)) < 5 * SITES
