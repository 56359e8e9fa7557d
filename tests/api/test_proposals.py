"""Proposals over HTTP: looked at, accepted once as one act, refused when stale."""

from sqlalchemy import select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Assignment, Site, Workload
from planning.propose import propose
from tests.small_plan import NOON

ACT = Act("paul", "rebalance", NOON)
assignment, site_table, workload = table_of(Assignment), table_of(Site), table_of(Workload)


def uneven(site):
    """Make Rep 0's sites take twice the visits of Rep 1's; returns the id of Rep 0's territory."""
    with site.record.write(ACT) as session:
        session.execute(update(workload).values(drive_h=0.0, capacity_h=100.0))
        first = session.execute(select(assignment.c.territory_id).order_by(assignment.c.site_id)).first()[0]
        own = select(assignment.c.site_id).where(assignment.c.territory_id == first)
        more = {"visits_per_year": 24, "version": site_table.c.version + 1}
        session.execute(update(site_table).where(site_table.c.id.in_(own)).values(**more))
    return first


def proposed(site):
    """A proposal for the small plan made uneven."""
    uneven(site)
    return propose(site.record, site.plan_id, tolerance=0.15, act=ACT)


def test_a_proposal_is_accepted_once_and_undone_as_one_act(site):
    number = proposed(site)
    shown = site.get(f"/api/proposals/{number}")
    assert shown["state"] == "open" and shown["proven"] and len(shown["moves"]) == 1
    done = site.client.post(f"/api/proposals/{number}/accept", json={"why": "agreed"})
    assert done.status_code == 200 and done.json()["state"] == "accepted" and done.json()["moves"][0]["accepted"]
    assert site.client.post(f"/api/proposals/{number}/accept", json={}).status_code == 409
    batch = site.get("/api/batches", limit=1)["items"][0]
    assert batch["why"] == "agreed"
    assert site.client.post(f"/api/batches/{batch['id']}/undo", json={}).status_code == 200
    assert site.get(f"/api/proposals/{number}")["state"] == "open"


def test_a_stale_proposal_is_refused_and_can_only_be_declined(site):
    number = proposed(site)
    with site.record.write(ACT) as session:
        session.execute(update(site_table).where(site_table.c.id == 1).values(version=site_table.c.version + 1))
    assert site.get(f"/api/proposals/{number}")["stale"]
    answer = site.client.post(f"/api/proposals/{number}/accept", json={})
    assert answer.status_code == 409 and "have changed since" in answer.json()["detail"]
    assert site.client.post(f"/api/proposals/{number}/decline", json={}).json()["state"] == "declined"
