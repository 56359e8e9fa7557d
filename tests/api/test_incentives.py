"""Incentives: rules become lines for each rep and period; run again nothing changes; what was paid is corrected later."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.act import Act
from crm.tables import Opportunity, Role, StageMove, VisitCompanion
from planning.demo_pipeline import seed_pipeline
from planning.incentive_events import owner_on
from planning.incentive_rules import Event, earn, read_rules, rounded
from planning.record_errors import FaultyError
from tests.api_content import content
from tests.api_users import bearer
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
RULES = {
    "currency": "EUR",
    "rules": [
        {"id": "commission", "on": "sale", "rate": 0.01, "steps": [{"from": 1000, "rate": 0.02}]},
        {"id": "=new", "on": "sale", "amount": 100, "segment": ["a"], "value_min": 600, "most": 150},
        {"id": "visits", "on": "visit", "amount": 2.5},
        {"id": "target", "on": "target", "steps": [{"from": 0.8, "amount": 200}, {"from": 1, "amount": 500}]},
    ],
}
NOVEMBER = {"name": "Field bonus", "first_on": "2026-11-01", "last_on": "2026-11-30"}
DECEMBER = {"name": "Field bonus", "first_on": "2026-12-01", "last_on": "2026-12-31"}


def send(site, method, path, body, status=200, version=None):
    match = {"If-Match": f'"{version}"'} if version else {}
    answer = site.client.request(method, path, json=body, headers=match)
    assert answer.status_code == status, answer.text
    return answer.json()


def sell(site, account, rep, value, day):
    """A sale won on a day of November 2026; returns its id."""
    with site.record.write(Act("tests", "sales", NOON)) as session:
        deal = Opportunity(
            account_id=account, rep_id=rep, stage_id=5, title="x", value=value, currency="EUR", created_at=NOON
        )
        session.add(deal)
        session.flush()
        at = NOON.replace(day=day)
        session.add(StageMove(opportunity_id=deal.id, to_stage_id=5, moved_at=at, moved_by="t"))
        return deal.id


@pytest.fixture
def sales(site):
    """Sales of 800 and 700 € at an account of Rep 0 by Rep 1, after the plan began, and one before it."""
    seed_pipeline(site.record, seed=1, now=NOON - timedelta(days=400), share=0.0)
    send(site, "POST", "/api/incentive-rules", {"name": "Field bonus", "rules": RULES}, 201)
    return [sell(site, 1, 2, 800.0, 24), sell(site, 1, 2, 700.0, 25), sell(site, 1, 2, 100.0, 2)]


def lines(site, run):
    found = site.get("/api/incentive-lines", run=run, limit=500)["items"]
    return {(item["rule"], item["event"], item["rep"]): item["hundredths"] for item in found}


def test_running_again_changes_nothing_and_credit_follows_who_owned_the_territory(site, sales):
    one, two, early = (f"sale {number}" for number in sales)
    ran = send(site, "POST", "/api/incentive-runs", NOVEMBER)
    run = ran["run"]["id"]
    assert (ran["added"], ran["run"]["lines"]) == (5, 5)
    assert lines(site, run) == {
        ("commission", early, "Rep 1"): 100,  # nobody owned it yet: the rep who sold it
        ("commission", one, "Rep 0"): 800,
        ("commission", two, "Rep 0"): 200 + 1000,  # 200 € at 1 %, 500 € at 2 %
        ("=new", one, "Rep 0"): 10_000,
        ("=new", two, "Rep 0"): 5_000,  # up to 150 € in all
    }
    before = content(site.record)
    again = send(site, "POST", "/api/incentive-runs", NOVEMBER)
    assert [again[name] for name in ("added", "changed", "removed", "same")] == [0, 0, 0, 5]
    assert content(site.record) == before
    send(site, "POST", "/api/incentive-runs", NOVEMBER | {"first_on": "2026-11-15"}, 409)
    paid = site.client.get(f"/api/incentive-runs/{run}/payroll")
    assert paid.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(paid.text)))
    assert [(row["rep"], row["rule"], row["amount"]) for row in rows] == [
        ("Rep 0", "'=new", "150.00"),
        ("Rep 0", "commission", "20.00"),
        ("Rep 1", "commission", "1.00"),
    ]


@sqlite_only
def test_what_was_paid_stays_and_is_corrected_in_the_next_run(site, sales):
    run = send(site, "POST", "/api/incentive-runs", NOVEMBER)["run"]
    send(site, "POST", f"/api/incentive-runs/{run['id']}/close", {}, 200, run["version"])
    send(site, "POST", "/api/incentive-runs", NOVEMBER, 409)
    paid = lines(site, run["id"])
    shares = {"shares": {"1": 0.5, "2": 0.5}, "since": "2026-11-01"}
    send(site, "PUT", f"/api/opportunities/{sales[0]}/credit", shares)
    december = send(site, "POST", "/api/incentive-runs", DECEMBER)["run"]
    assert lines(site, run["id"]) == paid
    one, two = f"sale {sales[0]}", f"sale {sales[1]}"
    assert lines(site, december["id"]) == {
        ("commission", one, "Rep 0"): -400,
        ("commission", one, "Rep 1"): 400,
        ("commission", two, "Rep 0"): -400,  # only 100 € of it lie above the step now
        ("=new", one, "Rep 0"): -5_000,
        ("=new", one, "Rep 1"): 5_000,
        ("=new", two, "Rep 0"): 5_000,
    }
    text = site.client.get(f"/api/incentive-runs/{december['id']}/payroll").text
    assert "Rep 0,Rep 0,commission,correction,EUR,2,-8.00" in text
    send(site, "POST", f"/api/incentive-runs/{december['id']}/close", {}, 200, december["version"])
    january = {"name": "Field bonus", "first_on": "2027-01-01", "last_on": "2027-01-31"}
    assert send(site, "POST", "/api/incentive-runs", january)["run"]["lines"] == 0, "a correction is booked once"


@sqlite_only
def test_visits_and_targets_pay_and_reps_see_their_own(site, sales):
    rep = site.get("/api/reps")["items"][0]["id"]
    visit = site.get(f"/api/reps/{rep}/routes/today")["stops"][0]
    send(site, "POST", f"/api/visits/{visit['visit_id']}/done", {"outcome": "order"}, 200, visit["version"])
    target = {"rep_id": 2, "first_on": "2026-11-01", "last_on": "2026-11-30", "amount": 1900, "currency": "EUR"}
    send(site, "POST", "/api/targets", target, 201)
    run = send(site, "POST", "/api/incentive-runs", NOVEMBER)["run"]["id"]
    found = lines(site, run)
    assert found["visits", f"visit {visit['visit_id']}", "Rep 0"] == 250
    assert found["target", "target in EUR", "Rep 1"] == 20_000  # 1,600 of 1,900 €
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=2)
    seen = site.client.get("/api/incentive-lines", headers=ruth).json()["items"]
    assert {item["rep"] for item in seen} == {"Rep 1"}


@sqlite_only
def test_a_joint_visit_pays_each_their_shares_or_its_leader(site, sales):
    ways = [{"id": joint, "on": "visit", "amount": 2.5, "joint": joint} for joint in ("share", "leader")]
    usual = {"id": "usual", "on": "visit", "amount": 2.5}
    there = {"id": "there", "on": "visit", "amount": 1, "territory": [""], "joint": "leader"}
    body = {"name": "Visits", "rules": {"currency": "EUR", "rules": [usual, *ways, there]}}
    send(site, "POST", "/api/incentive-rules", body, 201)
    stop = site.get("/api/reps/1/routes/today")["stops"][0]
    with site.record.write(Act("tests", "somebody comes along", NOON)) as session:
        session.add(VisitCompanion(visit_id=stop["visit_id"], rep_id=2))
    send(site, "POST", f"/api/visits/{stop['visit_id']}/done", {"outcome": "order"}, 200, stop["version"])
    run = send(site, "POST", "/api/incentive-runs", NOVEMBER | {"name": "Visits"})["run"]["id"]
    assert {(rule, rep): paid for (rule, _, rep), paid in lines(site, run).items()} == {
        ("usual", "Rep 0"): 250,
        ("usual", "Rep 1"): 250,
        ("share", "Rep 0"): 125,
        ("share", "Rep 1"): 125,
        ("leader", "Rep 0"): 250,
    }, "the account lies in a territory, so the last rule pays nothing"


@sqlite_only
def test_rules_with_faults_and_conditions_that_cannot_hold_are_refused_one_by_one(site):
    wrong = [
        {"id": "x", "on": "sale"},
        {"id": "y", "on": "target", "amount": 1},
        {"on": "call", "rate": -1, "z": 1},
        {"id": "j", "on": "sale", "amount": 1, "joint": "each"},
    ]
    body = {"name": "Bad", "rules": {"currency": "", "rules": wrong}}
    faults = send(site, "POST", "/api/incentive-rules", body, 422)["errors"]
    assert [fault["field"] for fault in faults] == [
        "body.rules.currency",
        "body.rules.rules.0.rate",
        "body.rules.rules.1.steps",
        "body.rules.rules.2.z",
        "body.rules.rules.2.id",
        "body.rules.rules.2.on",
        "body.rules.rules.2.rate",
        "body.rules.rules.3.joint",
    ]
    never = [
        {"id": "a", "on": "sale", "amount": 1, "outcome": ["order"], "value_min": 5, "value_max": 4},
        {"id": "b", "on": "visit", "amount": 1, "value_min": 10, "credit": "rep", "segment": []},
        {"id": "c", "on": "target", "steps": [{"from": 1, "amount": 1}], "territory": ["North"]},
        {"id": "d", "on": "visit", "amount": 1, "outcome": ["order"], "territory": [""]},
    ]
    body = {"name": "Never", "rules": {"currency": "EUR", "rules": never}}
    answer = send(site, "POST", "/api/incentive-rules", body, 422)
    assert [fault["field"].removeprefix("body.rules.rules.") for fault in answer["errors"]] == [
        "0.outcome",
        "0.value_max",
        "1.value_min",
        "1.credit",
        "1.segment",
        "2.territory",
    ]
    assert "a target is no territory's; it has no conditions" in answer["errors"][-1]["expected"]
    send(site, "POST", "/api/incentive-runs", NOVEMBER, 404)


@given(st.dictionaries(st.integers(1, 9), st.decimals(0, 10**6, places=5), min_size=1))
def test_rounding_never_gives_or_takes_a_hundredth(due):
    made = rounded(due)
    assert sum(made.values()) == (sum(due.values()) * 100).quantize(Decimal(1), "ROUND_HALF_UP")
    assert all(abs(made[rep] - due[rep] * 100) < 1 for rep in due)


def test_a_part_of_a_sale_pays_a_part():
    rules = read_rules({"currency": "EUR", "rules": [{"id": "x", "on": "sale", "amount": 0.01, "credit": "rep"}]})
    parts = {"rep": {1: 0.5, 2: 0.5}, "territory": {}}
    event = Event("sale", "sale 1", date(2026, 1, 1), Decimal(10), "EUR", parts, {})
    assert [(line.rep_id, line.hundredths) for line in earn(rules, [event])] == [(1, 1)], "one hundredth goes to one"
    with pytest.raises(FaultyError, match=r"rules: expected a list of 1 to 100 rules"):
        read_rules({"currency": "EUR", "rules": []})


def test_the_owner_of_a_day_is_whose_span_holds_it():
    spans = [(date(2026, 1, 1), date(2026, 2, 1), 1, "North"), (date(2026, 3, 1), None, 2, "South")]
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1))
    assert [found and found[2] for found in (owner_on(spans, day) for day in days)] == [None, 1, 1, None, 2]
