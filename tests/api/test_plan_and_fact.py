"""Expected sales of a part of the map, and a rep's day as planned against as done, over HTTP."""

import json

import pytest

from crm.act import Act
from crm.tables import Opportunity, Role, StageMove, Territory
from planning.demo_pipeline import default_pipeline
from tests.api_users import bearer
from tests.small_plan import NOON

WEST = {"type": "Polygon", "coordinates": [[[10, 50], [11, 50], [11, 50.4], [10, 50.4], [10, 50]]]}
"""Account 1 alone: the corners of its rectangle hold no other."""


@pytest.fixture
def sales(site):
    """Account 1: 1,000 € at 10 % and 200 € at 50 %, 300 $ won; account 5: 500 € at 10 %."""
    with site.record.write(Act("tests", "sales", NOON)) as session:
        stages = default_pipeline(session)
        for account, rep, value, money, place in (
            (1, 1, 1000.0, "EUR", 0),
            (1, 1, 200.0, "EUR", 2),
            (1, 1, 300.0, "USD", 4),
            (5, 2, 500.0, "EUR", 0),
        ):
            own = {"account_id": account, "rep_id": rep, "stage_id": stages[place], "title": "A sale"}
            deal = Opportunity(**own, value=value, currency=money, created_at=NOON)
            session.add(deal)
            session.flush()
            session.add(StageMove(opportunity_id=deal.id, to_stage_id=stages[place], moved_at=NOON, moved_by="t"))


def totals(found):
    return [(one["currency"], one["opportunities"], one["amount"], one["weighted"]) for one in found["totals"]]


def test_expected_sales_of_a_polygon_and_a_territory(site, sales):
    path = "/api/rollups/pipeline"
    assert totals(site.get(path)) == [("EUR", 3, 1700.0, 250.0)], "won sales are no longer expected"
    found = site.get(path, polygon=json.dumps(WEST))
    assert totals(found) == [("EUR", 2, 1200.0, 200.0)]
    assert [(one["name"], one["amount"]) for one in found["stages"]] == [
        ("Field sales: Lead", 1000.0),
        ("Field sales: Offer", 200.0),
    ]
    names = {row["name"]: row["id"] for row in site.get("/api/rollups/accounts", by="territory")["items"]}
    north, south = names["Rep 0"], names["Rep 1"]
    assert totals(site.get(path, territory=south)) == [("EUR", 1, 500.0, 50.0)]
    assert site.get(path, territory=south, polygon=json.dumps(WEST))["opportunities"] == 0
    with site.record.write(Act("tests", "tree", NOON)) as session:
        session.get(Territory, south).parent_id = north
    assert totals(site.get(path, territory=north)) == totals(site.get(path)), "what lies below counts too"
    assert site.get(path, on="2026-11-01")["opportunities"] == 0
    site.problem(path, 404, territory=999)
    site.problem(path, 422, polygon='{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}')


def test_expected_sales_are_those_that_one_may_see(site, sales):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    own = site.client.get("/api/rollups/pipeline", headers=ruth).json()
    assert totals(own) == [("EUR", 2, 1200.0, 200.0)]
    chosen = {"account_ids": [1, 5, 777]}
    assert totals(site.client.post("/api/rollups/pipeline", json=chosen, headers=ruth).json()) == totals(own)
    assert site.client.post("/api/rollups/pipeline", json=chosen).json()["opportunities"] == 3
    foreign = next(
        row["id"] for row in site.get("/api/rollups/accounts", by="territory")["items"] if row["name"] == "Rep 1"
    )
    assert site.client.get(f"/api/rollups/pipeline?territory={foreign}", headers=ruth).status_code == 404
