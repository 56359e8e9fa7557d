"""A proposal is computed on a version of the data, accepted once, whole or in part, and undone as one act."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import (
    ActKind,
    Assignment,
    Opportunity,
    Pipeline,
    PipelineStage,
    Proposal,
    Site,
    TerritoryHolder,
    Workload,
)
from planning.deal_handover import hand_over_deals
from planning.history import undo
from planning.proposals import accept, decline, get_proposal
from planning.propose import propose
from planning.record import save_plan
from planning.record_errors import MissingError, RefusedError
from planning.viewer import everything
from tests.small_plan import NOON, small_plan

ACT = Act("paul", "rebalance", NOON)
TODAY = NOON.date()
assignment, site, workload = table_of(Assignment), table_of(Site), table_of(Workload)


@pytest.fixture
def uneven(record):
    """The small plan, where Rep 0's three sites now take twice the visits of Rep 1's, with a proposal to ±15 %."""
    plan = save_plan(record, small_plan(), now=NOON)
    with record.write(ACT) as session:
        session.execute(update(workload).values(drive_h=0.0, capacity_h=100.0))
        first = session.execute(select(assignment.c.territory_id).order_by(assignment.c.site_id)).first()[0]
        own = select(assignment.c.site_id).where(assignment.c.territory_id == first)
        more = {"visits_per_year": 24, "version": site.c.version + 1}
        session.execute(update(site).where(site.c.id.in_(own)).values(**more))
    return record, propose(record, plan, tolerance=0.15, act=ACT)


def owners(record):
    with record.read() as session:
        rows = session.execute(
            select(assignment.c.site_id, assignment.c.territory_id).where(assignment.c.valid_to.is_(None))
        )
        return dict(tuple(row) for row in rows)


def view(record, number):
    with record.read() as session:
        return get_proposal(session, number)


def doing(record, do, *args, act=ACT):
    with record.write(act) as session:
        result = do(session, *args)
        return result, session.info["batch_id"]


def test_a_proposal_changes_nothing_until_it_is_accepted_and_then_does_so_once(uneven):
    record, number = uneven
    before, proposal = owners(record), view(record, number)
    assert proposal.state == "open" and not proposal.stale and proposal.feasible and proposal.moves
    assert all(one.terms == {"account": 1.0} and one.price == 1.0 for one in proposal.moves)
    assert doing(record, accept, number, TODAY)[0] == len(proposal.moves)
    expected = before | {one.site_id: one.to_territory_id for one in proposal.moves}
    assert owners(record) == expected
    assert view(record, number).state == "accepted" and all(one.accepted for one in view(record, number).moves)
    with pytest.raises(RefusedError, match="accepted already"):
        doing(record, accept, number, TODAY)
    assert owners(record) == expected


def test_accepting_is_one_act_and_undone_as_one(uneven):
    record, number = uneven
    before = owners(record)
    _, batch = doing(record, accept, number, TODAY + timedelta(days=1))
    assert owners(record) != before
    back = Act("paul", "undo", NOON, ActKind.UNDO, undoes=batch)
    doing(record, undo, everything(TODAY), batch, act=back)
    assert owners(record) == before
    assert view(record, number).state == "open"


def test_a_part_is_accepted_by_naming_its_sites(uneven):
    record, number = uneven
    moved = view(record, number).moves[0].site_id
    with pytest.raises(MissingError, match="does not move site 9999"):
        doing(record, accept, number, TODAY, {moved, 9999})
    before = owners(record)
    assert doing(record, accept, number, TODAY, set())[0] == 0
    assert owners(record) == before
    assert [one.accepted for one in view(record, number).moves] == [False] * len(view(record, number).moves)


def test_what_was_computed_on_other_data_is_refused(uneven):
    record, number = uneven
    with record.write(ACT) as session:
        session.execute(update(site).where(site.c.id == 1).values(visits_per_year=3, version=site.c.version + 1))
    assert view(record, number).stale
    with pytest.raises(RefusedError, match="have changed since proposal"):
        doing(record, accept, number, TODAY)


def test_a_declined_proposal_stays_closed(uneven):
    record, number = uneven
    doing(record, decline, number)
    with pytest.raises(RefusedError, match="declined already"):
        doing(record, accept, number, TODAY)


def test_what_is_not_there_cannot_be_proposed_for(record):
    with pytest.raises(MissingError, match="no plan 7"):
        propose(record, 7, tolerance=0.1, act=ACT)


def with_a_deal(record, number):
    """An open deal of the first account that would move, held by the old territory's rep; its id and both reps."""
    one, own = view(record, number).moves[0], table_of(TerritoryHolder)
    with record.write(ACT) as session:
        held = dict(tuple(row) for row in session.execute(select(own.c.territory_id, own.c.rep_id)))
        account = session.execute(select(site.c.account_id).where(site.c.id == one.site_id)).scalar_one()
        pipeline = Pipeline(name="Sales")
        session.add(pipeline)
        session.flush()
        step = PipelineStage(pipeline_id=pipeline.id, position=1, name="Offer", probability=0.5)
        session.add(step)
        session.flush()
        deal = Opportunity(
            account_id=account,
            rep_id=held[one.from_territory_id],
            stage_id=step.id,
            title="A deal",
            created_at=NOON,
        )
        session.add(deal)
        session.flush()
        return deal.id, held[one.from_territory_id], held[one.to_territory_id]


def rep_of(record, deal):
    with record.read() as session:
        own = table_of(Opportunity)
        return session.execute(select(own.c.rep_id).where(own.c.id == deal)).scalar_one()


def test_open_deals_follow_the_account_when_nothing_was_agreed(uneven):
    record, number = uneven
    deal, old, new = with_a_deal(record, number)
    assert old != new
    doing(record, accept, number, TODAY)
    assert rep_of(record, deal) == new


def test_open_deals_stay_with_the_old_owner_until_the_day_and_are_handed_over_then(uneven):
    record, number = uneven
    until, own = TODAY + timedelta(days=30), table_of(Proposal)
    with record.write(ACT) as session:
        session.execute(update(own).where(own.c.id == number).values(deals_until=until, version=own.c.version + 1))
    deal, old, new = with_a_deal(record, number)
    with pytest.raises(RefusedError, match="not accepted"):
        doing(record, hand_over_deals, number, until)
    doing(record, accept, number, TODAY)
    assert rep_of(record, deal) == old
    with pytest.raises(RefusedError, match="stay with their owners until"):
        doing(record, hand_over_deals, number, until - timedelta(days=1))
    assert doing(record, hand_over_deals, number, until)[0] == 1
    assert rep_of(record, deal) == new
    assert doing(record, hand_over_deals, number, until)[0] == 0
