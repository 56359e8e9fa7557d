"""The price of a transfer in the record is the whole sum of its terms; skills, reach, shares and caps hold."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert, select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import (
    Account,
    AccountShare,
    Activity,
    Assignment,
    Opportunity,
    Pipeline,
    PipelineStage,
    Proposal,
    Rep,
    Site,
    TerritoryHolder,
    Workload,
)
from planning.deal_handover import hand_over_due
from planning.proposal_inputs import read_inputs
from planning.proposals import accept, get_proposal
from planning.propose import propose, suggest
from planning.record import save_plan
from planning.record_errors import RefusedError
from planning.rep_skills import needs_of, set_needs, set_skills
from planning.transfer_rules import rules_of
from tests.small_plan import NOON, small_plan

ACT = Act("paul", "rebalance", NOON)
TODAY = NOON.date()
assignment, site, workload, rep = table_of(Assignment), table_of(Site), table_of(Workload), table_of(Rep)
ALL = {"account": 1, "revenue": 2, "tenure": 3, "open_deals": 4, "visits": 5, "travel": 0.5}
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def uneven(record):
    """The small plan, where Rep 0's three sites take twice the visits of Rep 1's."""
    plan = save_plan(record, small_plan(), now=NOON)
    with record.write(ACT) as session:
        session.execute(update(workload).values(drive_h=0.0, capacity_h=100.0))
        first = session.execute(select(assignment.c.territory_id).order_by(assignment.c.site_id)).first()[0]
        own = select(assignment.c.site_id).where(assignment.c.territory_id == first)
        more = {"visits_per_year": 24, "version": site.c.version + 1}
        session.execute(update(site).where(site.c.id.in_(own)).values(**more))
    return record, plan


def inputs_of(record, plan):
    with record.read() as session:
        return read_inputs(session, plan, TODAY)


def found(record, plan, rules=None, tolerance=0.15):
    return suggest(inputs_of(record, plan), tolerance=tolerance, today=TODAY, rules=rules_of(rules))


def with_deal(record, place):
    """An open deal of a site's account with the site's rep, and a contact agreed on."""
    with record.write(ACT) as session:
        row = session.execute(select(site).where(site.c.id == place)).one()
        session.add(pipeline := Pipeline(name="Sales"))
        session.flush()
        session.add(stage := PipelineStage(pipeline_id=pipeline.id, position=1, name="Offer", probability=0.5))
        session.flush()
        session.add(Opportunity(account_id=row.account_id, rep_id=1, stage_id=stage.id, title="A", created_at=NOON))
        agreed = {"account_id": row.account_id, "kind": "phone_call", "at": NOON, "made_by": "x"}
        session.execute(insert(table_of(Activity)), [agreed | {"next_contact_on": TODAY + timedelta(days=3)}])


def test_every_term_is_counted_and_shown_with_the_move(uneven):
    record, plan = uneven
    with_deal(record, 3)
    earlier = TODAY - timedelta(days=731)
    with record.write(ACT) as session:
        for table in (assignment, table_of(TerritoryHolder)):
            session.execute(update(table).values(valid_from=earlier))
    inputs = inputs_of(record, plan)
    assert inputs.promised.tolist() == [2, 1, 2, 1, 1, 1]  # visits of the plan's week, and the contact agreed on
    assert inputs.deals.tolist() == [0, 0, 1, 0, 0, 0]
    answer = found(record, plan, {"weights": ALL})
    (one,) = answer["moves"]
    place = inputs.sites.tolist().index(one["site_id"])
    assert one["terms"].pop("extra travel") >= 0
    expected = {"account": 1.0, "revenue": 2 * inputs.value[place] / inputs.value.mean(), "years with the rep": 3.0}
    assert one["terms"] == pytest.approx(
        expected | {"open deals": 4 * inputs.deals[place], "promised visits": 5 * inputs.promised[place]}
    )
    assert one["price"] >= sum(one["terms"].values())


def test_years_go_back_through_plans_as_long_as_the_rep_is_the_same(uneven):
    record, _ = uneven
    later = small_plan(TODAY + timedelta(days=28))
    second = save_plan(record, later, now=NOON)
    since = inputs_of(record, second).since
    assert set(since) == {small_plan().starts_on}


def test_an_account_goes_only_to_a_rep_who_can(uneven):
    record, plan = uneven
    free = found(record, plan)["moves"]
    account = table_of(Account)
    with record.write(ACT) as session:
        for number in session.scalars(select(account.c.id)).all():
            set_needs(session, number, {"cooling": 2})
        assert needs_of(session, 1) == {"cooling": 2}
        set_skills(session, 2, {"Cooling": 1.0})
    assert free and not found(record, plan)["feasible"]
    with record.write(ACT) as session:
        set_skills(session, 2, {"Cooling": 2.0})
    assert found(record, plan)["moves"][0]["site_id"] == free[0]["site_id"]


def test_an_account_goes_only_to_a_rep_who_can_be_there_and_back_in_a_day(uneven):
    record, plan = uneven
    with record.write(ACT) as session:
        session.execute(
            update(rep).where(rep.c.id == 2).values(home_lat=50.5, home_lon=11.5, home_assumed=False, version=2)
        )
    assert inputs_of(record, plan).allowed().all()
    with record.write(ACT) as session:
        session.execute(update(rep).where(rep.c.id == 2).values(shift_end_s=28_800 + 3600, version=3))
    allowed = inputs_of(record, plan).allowed()
    assert allowed[:, 0].all() and not allowed[:3, 1].any() and allowed[3:, 1].all()


def test_a_shared_account_stays_and_its_hours_are_split(uneven):
    record, plan = uneven
    before = inputs_of(record, plan)
    with record.write(ACT) as session:
        parts = [{"account_id": 1, "rep_id": number, "share": 0.5, "valid_from": TODAY} for number in (1, 2)]
        session.execute(insert(table_of(AccountShare)), parts)
    after = inputs_of(record, plan)
    assert after.hours[0] == before.hours[0] / 2 and after.locked.tolist() == [True] + [False] * 5
    assert after.capacity[0] == before.capacity[0] and after.capacity[1] < before.capacity[1]


def test_caps_on_what_changes_hands_hold(uneven):
    record, plan = uneven
    assert not found(record, plan, {"hours_share": 0.05})["feasible"]
    assert not found(record, plan, {"most_given": 0})["feasible"]
    assert found(record, plan, {"accounts_share": 0.2})["feasible"]
    both = found(record, plan, {"revenue_band": 3.0})
    assert (
        both["feasible"] and sum(one["after_value"] for one in both["figures"]) == inputs_of(record, plan).value.sum()
    )
    assert not found(record, plan, {"revenue_band": 0.01})["feasible"]
    with pytest.raises(RefusedError, match="unknown 'years'"):
        rules_of({"weights": {"years": 1}})
    with pytest.raises(RefusedError, match="more than 0"):
        rules_of({"weights": {"account": 0}})


def test_the_workload_is_counted_anew_and_the_deals_follow_on_their_day(uneven):
    record, plan = uneven
    until = TODAY + timedelta(days=30)
    number = propose(record, plan, tolerance=0.15, act=ACT, deals_until=until)
    with record.read() as session:
        move = get_proposal(session, number).moves[0]
        rows = {row.territory_id: row for row in session.execute(select(workload))}
    with_deal(record, move.site_id)
    with record.write(ACT) as session:
        accept(session, number, TODAY)
    with record.read() as session:
        after = {row.territory_id: row for row in session.execute(select(workload))}
    here, there = move.from_territory_id, move.to_territory_id
    assert [after[key].accounts - rows[key].accounts for key in (here, there)] == [-1, 1]
    assert after[there].service_h - rows[there].service_h == pytest.approx(24 * 0.5 * 7 / 365.25)
    assert sum(row.value for row in after.values()) == pytest.approx(sum(row.value for row in rows.values()))
    shares = np.array([row.deviation * row.capacity_h for row in after.values()])
    assert shares.sum() == pytest.approx(0.0, abs=1e-9)
    deal = table_of(Opportunity)
    assert hand_over_due(record, NOON) == 0
    assert hand_over_due(record, NOON + timedelta(days=30)) == 1
    assert hand_over_due(record, NOON + timedelta(days=31)) == 0
    with record.read() as session:
        assert session.execute(select(deal.c.rep_id)).scalar_one() == 2
        own = table_of(Proposal)
        assert session.execute(select(own.c.deals_given_on)).scalar_one() == until
