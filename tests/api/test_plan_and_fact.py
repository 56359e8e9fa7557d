"""Expected sales of a part of the map, and a rep's day as planned against as done, over HTTP."""

import json
from datetime import timedelta

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


def test_a_day_is_compared_with_what_was_reported_of_it(site):
    site.moment[0] = NOON + timedelta(hours=9)
    stops = site.get("/api/reps/1/routes/2026-11-23")["stops"]
    first, second = stops  # to end at 9.30 and 10.30 in Berlin
    done(site, second, "2026-11-23T09:40:00+01:00")
    done(site, first, "2026-11-23T10:30:00+01:00")
    noted = {
        "account_id": 5,
        "rep_id": 1,
        "kind": "visit",
        "outcome": "met",
        "site_id": 5,
        "at": "2026-11-23T13:00:00+01:00",
    }
    answer = site.client.post("/api/activities", json=noted)
    assert answer.status_code == 201, answer.text
    fact = site.get("/api/reps/1/plan-fact/2026-11-23")
    assert [(one["state"], one["place"], one["late_s"], one["why"]) for one in fact["stops"]] == [
        ("done", 2, 3600, ""),
        ("done", 1, -3000, ""),
    ]
    assert [(one["account_id"], one["place"]) for one in fact["extra"]] == [(5, 3)]
    counts = {name: fact[name] for name in ("planned", "done", "skipped", "on_time", "out_of_order", "mean_off_s")}
    assert counts == {"planned": 2, "done": 2, "skipped": 0, "on_time": 0, "out_of_order": 1, "mean_off_s": 3300}
    assert fact["planned_drive_s"] > 0 < fact["made_way"]["straight_m"] != fact["planned_way"]["straight_m"]


def done(site, stop, at):
    said = {"json": {"outcome": "ordered", "at": at}, "headers": {"If-Match": '"1"'}}
    answer = site.client.post(f"/api/visits/{stop['visit_id']}/done", **said)
    assert answer.status_code == 200, answer.text


def test_a_day_without_a_route_or_reports_is_an_answer_too(site):
    stop = site.get("/api/reps/1/routes/2026-11-25")["stops"][0]
    skip = {"json": {"why": "closed"}, "headers": {"If-Match": '"1"'}}
    assert site.client.post(f"/api/visits/{stop['visit_id']}/skip", **skip).status_code == 200
    wednesday = site.get("/api/reps/1/plan-fact/2026-11-25")
    assert (wednesday["skipped"], wednesday["stops"][0]["why"], wednesday["made_way"]["straight_m"]) == (1, "closed", 0)
    free = site.get("/api/reps/1/plan-fact/2026-11-24")
    assert (free["planned"], free["planned_drive_s"], free["stops"], free["extra"]) == (0, None, [], [])
    assert site.get("/api/reps/1/plan-fact/today")["done"] == 0
    for day in ("0001-01-01", "9999-12-31"):
        assert site.get(f"/api/reps/1/plan-fact/{day}")["planned"] == 0
    site.problem("/api/reps/99/plan-fact/today", 404)
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    got = [site.client.get(f"/api/reps/{rep}/plan-fact/today", headers=ruth).status_code for rep in (1, 2, 99)]
    assert got == [200, 404, 404]


def test_order_kept_but_for_the_fewest():
    from planning.day_fact import out_of_order

    assert [out_of_order(order) for order in ([], [1, 2, 3], [3, 1, 2], [3, 2, 1], [1, 3, 2, 4])] == [0, 0, 1, 2, 1]
