"""Sums as of any day, plan and fact, targets and credit, over HTTP."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.act import Act
from crm.columns import table_of
from crm.tables import Opportunity, Role, StageMove
from planning.demo_pipeline import default_pipeline
from tests.api_users import bearer
from tests.small_plan import NOON

DAY = timedelta(days=1)


def send(site, method, path, body=None, status=200, version=None, **headers):
    match = {} if version is None else {"If-Match": f'"{version}"'}
    answer = site.client.request(method, path, json=body, headers=match | headers)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
def sales(site):
    """Three sales: 1,000 € won on day 10, 500 € open since day 0, 300 $ lost on day 5 after an offer; ids in order."""
    with site.record.write(Act("tests", "sales", NOON)) as session:
        stages = default_pipeline(session)
        made = []
        for account, rep, value, money, path in (
            (1, 1, 1000.0, "EUR", ((0, 0), (4, 10))),
            (5, 2, 500.0, "EUR", ((1, 0),)),
            (1, 1, 300.0, "USD", ((0, 0), (2, 3), (5, 5))),
        ):
            deal = Opportunity(
                account_id=account,
                rep_id=rep,
                stage_id=stages[path[-1][0]],
                title="A sale",
                value=value,
                currency=money,
                created_at=NOON,
            )
            session.add(deal)
            session.flush()
            for place, day in path:
                at = NOON + day * DAY
                session.add(StageMove(opportunity_id=deal.id, to_stage_id=stages[place], moved_at=at, moved_by="t"))
            made.append(deal.id)
    return made


def rows(found, *names):
    return [tuple(item[name] for name in names) for item in found["items"]]


def test_accounts_are_summed_by_owner_and_each_counts_once(site):
    found = site.get("/api/rollups/accounts", by="territory")
    assert rows(found, "name", "accounts", "located", "value") == [
        ("Rep 0", 3, 3, 600.0),
        ("Rep 1", 3, 3, 1500.0),
        ("", 1, 0, 700.0),
    ]
    assert rows(site.get("/api/rollups/accounts", by="rep"), "name", "visits_a_year")[:2] == [
        ("Rep 0", 36.0),
        ("Rep 1", 36.0),
    ]
    assert rows(site.get("/api/rollups/accounts", by="state"), "id", "name", "accounts") == [(None, "active", 7)]
    before = site.get("/api/rollups/accounts", by="territory", on="2026-01-01")
    assert rows(before, "name", "accounts") == [("", 7)], "no plan was in force on that day"


def test_sales_are_summed_as_they_stood_on_the_day(site, sales):
    def at(day):
        found = site.get("/api/rollups/sales", by="stage", on=(NOON + day * DAY).date().isoformat())
        return rows(found, "name", "kind", "currency", "sales", "value")

    new, offer = "New business: ", 2
    names = [row[0].removeprefix(new) for row in at(0)]
    assert [row[1:] for row in at(0)] == [
        ("open", "EUR", 1, 1000.0),
        ("open", "USD", 1, 300.0),
        ("open", "EUR", 1, 500.0),
    ]
    assert len(set(names)) == 2 and len(at(3)) == 3 and offer
    assert {(row[1], row[4]) for row in at(10)} == {("open", 500.0), ("won", 1000.0), ("lost", 300.0)}
    assert at(-1) == []


def test_credit_is_divided_as_of_the_day_and_the_sum_stays(site, sales):
    path = f"/api/opportunities/{sales[0]}/credit"
    send(site, "PUT", path, {"shares": {"1": 0.6, "2": 0.3}}, 422)
    since = (NOON + 5 * DAY).date().isoformat()
    send(site, "PUT", path, {"shares": {"1": 0.6, "2": 0.4}, "since": since})
    assert site.get(path)["shares"] == {}, "not yet"
    assert site.get(path, on=since)["shares"] == {"1": 0.6, "2": 0.4}
    late = (NOON + 12 * DAY).date().isoformat()
    found = site.get("/api/rollups/sales", by="rep", on=late)
    euros = {(item["name"], item["kind"]): item["value"] for item in found["items"] if item["currency"] == "EUR"}
    assert euros == {("Rep 0", "won"): 600.0, ("Rep 1", "won"): 400.0, ("Rep 1", "open"): 500.0}
    fact = site.get("/api/plan-fact", by="month", first="2026-11-23", last=late)
    won = {item["rep"]: money["won"] for item in fact["items"] for money in item["revenue"] if money["won"]}
    assert won == {"Rep 0": 600.0, "Rep 1": 400.0}


def test_a_target_counts_with_the_share_of_its_days(site, sales):
    body = {"rep_id": 1, "first_on": "2026-11-29", "last_on": "2026-12-08", "amount": 1000, "currency": "EUR"}
    made = send(site, "POST", "/api/targets", body, 201)
    assert "has a target from 2026-11-29" in send(site, "POST", "/api/targets", body, 409)["detail"]
    found = site.get("/api/plan-fact", by="month", first="2026-11-01", last="2026-12-31")
    money = {(item["first"], item["rep"]): item["revenue"] for item in found["items"]}
    assert money["2026-11-01", "Rep 0"] == [{"currency": "EUR", "target": 200.0, "won": 0.0}]
    (december,) = money["2026-12-01", "Rep 0"]
    assert (round(december["target"], 6), december["won"]) == (800.0, 1000.0)
    november = next(item for item in found["items"] if item["rep"] == "Rep 0")
    assert november["planned"]["visits"] > 0 and november["done"]["visits"] == 0
    path = f"/api/targets/{made['id']}"
    assert send(site, "PATCH", path, {"amount": 10}, version=1)["amount"] == 10
    wrong = send(site, "PATCH", path, {"last_on": "2026-11-01"}, 409, version=2)
    assert wrong["detail"] == "last_on: 2026-11-01 comes before first_on, 2026-11-29."
    send(site, "DELETE", path, None, 412, version=1)
    send(site, "DELETE", path, version=2)
    assert site.get("/api/targets") == {"items": []}


def test_a_rep_sums_up_only_what_may_be_seen(site, sales):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    got = site.client.get("/api/rollups/accounts?by=rep", headers=ruth).json()["items"]
    assert [(item["name"], item["accounts"]) for item in got] == [("Rep 0", 3)]
    got = site.client.get("/api/rollups/sales?by=rep&on=2027-01-01", headers=ruth).json()["items"]
    assert {item["name"] for item in got} == {"Rep 0"}
    got = site.client.get("/api/plan-fact", headers=ruth).json()["items"]
    assert {item["rep"] for item in got} == {"Rep 0"}
    target = {"rep_id": 1, "first_on": "2026-11-01", "last_on": "2026-11-30", "amount": 1, "currency": "EUR"}
    assert site.client.post("/api/targets", json=target, headers=ruth).status_code == 403


def test_sums_agree_with_a_plain_count(site, sales):
    with site.record.reader() as session:
        deal = table_of(Opportunity)
        count, value = session.execute(select(func.count(), func.sum(deal.c.value)).select_from(deal)).one()
    for by in ("stage", "rep", "territory", "product"):
        items = site.get("/api/rollups/sales", by=by, on="2027-01-01")["items"]
        assert (sum(item["sales"] for item in items), sum(item["value"] for item in items)) == (count, value), by
