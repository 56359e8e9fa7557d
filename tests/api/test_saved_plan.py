"""What saving a plan leaves in the record, seen over HTTP and in the tables."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, Assignment, Rep, Site, StageMove, TerritoryHolder, TerritoryPlan, Transfer, Visit
from planning.demo_pipeline import INVENTED, seed_pipeline
from planning.record import save_plan
from tests.small_plan import NOON

ACT = Act(by="tester", why="test", at=NOON)


def count(record, model, *conditions):
    with record.read() as session:
        return session.scalar(select(func.count()).select_from(table_of(model)).where(*conditions))


def test_every_part_of_a_plan_is_kept(site):
    sizes = {model: count(site.record, model) for model in (Account, Site, Rep, Assignment, Visit, Transfer)}
    assert sizes == {Account: 7, Site: 7, Rep: 3, Assignment: 6, Visit: 7, Transfer: 1}


def test_saving_the_same_plan_again_adds_a_plan_but_no_account(site, plan):
    save_plan(site.record, plan(), now=site.moment[0], time_zone="Europe/Berlin")
    assert count(site.record, Account) == 7
    assert count(site.record, Account, table_of(Account).c.version > 1) == 0
    states = [(item["id"], item["state"]) for item in site.get("/api/plans")["items"]]
    assert states == [(2, "published"), (1, "superseded")]


def test_a_changed_account_is_changed_in_place(site, plan):
    small = plan()
    changed = replace(small.accounts[1], name="Renamed", service_min=45.0)
    accounts = (small.accounts[0], changed, *small.accounts[2:])
    save_plan(site.record, plan(accounts=accounts), now=site.moment[0])
    body = site.get("/api/accounts/2")
    assert (body["name"], body["version"], body["sites"][0]["service_s"]) == ("Renamed", 2, 2700)
    assert site.get("/api/accounts/1")["version"] == 1


def test_a_later_plan_ends_the_ownership_of_the_one_before(site, plan):
    later = plan().starts_on + timedelta(weeks=2)
    save_plan(site.record, plan(starts_on=later), now=site.moment[0])
    for model in (Assignment, TerritoryHolder):
        table = table_of(model)
        with site.record.read() as session:
            spans = {tuple(row) for row in session.execute(select(table.c.valid_from, table.c.valid_to))}
        assert spans == {(plan().starts_on, later), (later, None)}
    assert site.get("/api/accounts/1")["sites"][0]["since"] == "2026-11-23"
    site.moment[0] += timedelta(weeks=2)
    assert site.get("/api/accounts/1")["sites"][0]["since"] == later.isoformat()


def test_an_earlier_plan_saved_later_leaves_no_backward_span(site, plan):
    save_plan(site.record, plan(starts_on=plan().starts_on - timedelta(weeks=1)), now=site.moment[0])
    for model in (Assignment, TerritoryHolder, TerritoryPlan):
        table = table_of(model)
        assert count(site.record, model, table.c.valid_to < table.c.valid_from) == 0
        assert count(site.record, model, table.c.valid_to == table.c.valid_from) > 0


def test_a_draft_changes_nothing_that_is_published(site, plan):
    draft = save_plan(site.record, plan(title="Draft"), now=site.moment[0], publish=False)
    assert site.get(f"/api/plans/{draft}")["state"] == "draft"
    assert site.get("/api/workloads")["plan_id"] == site.plan_id
    assert site.get("/api/accounts/1")["sites"][0]["territory_id"] == 1


def test_an_assumed_home_does_not_replace_a_given_one(site, plan):
    small = plan()
    given = replace(small.reps[0], home_assumed=False, home=replace(small.reps[0].home, lat=50.9))
    save_plan(site.record, plan(reps=(given, small.reps[1])), now=site.moment[0])
    save_plan(site.record, small, now=site.moment[0])
    homes = {rep["name"]: (rep["home_lat"], rep["home_assumed"]) for rep in site.get("/api/reps")["items"]}
    assert homes == {"Rep 0": (50.9, False), "Rep 1": (50.5, True), "Rep 9": (None, False)}


def test_a_plan_that_cannot_be_saved_leaves_nothing(bare_site, plan):
    small = plan()
    twice = (*small.accounts, small.accounts[0])
    with pytest.raises(DatabaseError):
        save_plan(bare_site.record, plan(accounts=twice), now=bare_site.moment[0])
    assert [count(bare_site.record, model) for model in (Account, TerritoryPlan, Rep)] == [0, 0, 0]


def test_seeded_opportunities_say_that_they_are_invented(site):
    made = seed_pipeline(site.record, now=site.moment[0], share=1.0)
    items = site.get("/api/opportunities")["items"]
    assert made == len(items) == 6
    assert {item["source"] for item in items} == {INVENTED}
    assert all(item["rep"] == ("Rep 0" if item["account_id"] <= 3 else "Rep 1") for item in items)
    assert seed_pipeline(site.record, now=site.moment[0]) == 0


def test_every_opportunity_stands_where_its_last_move_led(site):
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    move = table_of(StageMove)
    for item in site.get("/api/opportunities")["items"]:
        with site.record.read() as session:
            moves = session.execute(
                select(move).where(move.c.opportunity_id == item["id"]).order_by(move.c.moved_at)
            ).all()
        assert moves[0].from_stage_id is None
        assert [row.from_stage_id for row in moves[1:]] == [row.to_stage_id for row in moves[:-1]]
        assert moves[-1].to_stage_id == item["stage_id"]
        assert moves[-1].moved_at <= site.moment[0]


@pytest.mark.parametrize("act", ["UPDATE stage_move SET reason = 'x'", "DELETE FROM stage_move"])
def test_a_stage_move_is_never_rewritten(site, act):
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    with pytest.raises(DatabaseError, match="only ever added"), site.record.write(ACT) as session:
        session.execute(text(act))


def test_opportunities_can_be_asked_by_kind_rep_and_account(site):
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    every = site.get("/api/opportunities")["items"]
    rep = every[0]["rep_id"]
    for query, holds in (
        ({"kind": "open"}, lambda item: item["kind"] == "open"),
        ({"rep": rep}, lambda item: item["rep_id"] == rep),
        ({"account": 2}, lambda item: item["account_id"] == 2),
        ({"stage": every[0]["stage_id"]}, lambda item: item["stage_id"] == every[0]["stage_id"]),
    ):
        assert site.get("/api/opportunities", **query)["items"] == [item for item in every if holds(item)]
    assert site.problem("/api/opportunities", 422, kind="maybe")["errors"][0]["field"] == "query.kind"
