"""Workload in the record: days add up to weeks, territories to the one above, owners of an account to the whole."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from balancing import InvalidWork
from balancing.workload import Basis, Work, total
from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, PlanState, Territory, Visit, VisitCompanion, VisitState
from planning.account_shares import set_shares, shares_on
from planning.overview import get_plan
from planning.plan_fact import plan_and_fact
from planning.plan_workload import bases, plan_evenness, plan_workloads, sums_above
from planning.record import save_plan
from planning.record_errors import MissingError, RefusedError
from planning.viewer import everything
from planning.workload_periods import rep_periods, territory_periods, together
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("tester", "test", NOON)
ALL = everything(MONDAY)
SUNDAY = MONDAY + timedelta(days=6)


@pytest.fixture
def planned(record):
    """The small plan; both territories lie in one called All. Rep 0 has visits on Monday and Wednesday, Rep 1 on Monday."""
    save_plan(record, small_plan(), now=NOON)
    with record.write(ACT) as session:
        above = Territory(plan_id=1, zone=99, name="All")
        session.add(above)
        session.flush()
        session.execute(update(Territory).where(table_of(Territory).c.zone < 2).values(parent_id=above.id))
    return record


def rows(record, of=rep_periods, by="week", first=MONDAY, last=SUNDAY):
    with record.read() as session:
        return of(session, ALL, first=first, last=last, period=by)


def test_days_add_up_to_the_week_and_the_week_to_the_routes(planned):
    days, weeks = rows(planned, by="day").rows, rows(planned).rows
    assert [(row.name, row.first, row.planned.visits) for row in days] == [
        ("Rep 0", MONDAY, 2),
        ("Rep 1", MONDAY, 3),
        ("Rep 0", MONDAY + timedelta(days=2), 2),
    ]
    for week in weeks:
        assert total(row.planned for row in days if row.id == week.id) == week.planned
    assert [(row.name, row.planned.service_s, row.planned.travel_s) for row in weeks] == [
        ("Rep 0", 4 * 1800, 6 * 1800),
        ("Rep 1", 3 * 1800, 4 * 1800),
    ]
    assert rows(planned, by="year").rows[0].planned == weeks[0].planned


def test_territories_add_up_to_the_one_above(planned):
    found = {row.name: row.planned for row in rows(planned, territory_periods).rows}
    assert found["All"] == found["Rep 0"] + found["Rep 1"]
    assert found["All"].visits == 7


def test_the_owners_of_a_shared_account_carry_it_once_together(planned):
    before = total(row.planned for row in rows(planned).rows)
    with planned.write(ACT) as session:
        set_shares(session, 1, {1: 0.25, 2: 0.75}, since=MONDAY + timedelta(days=1))
        assert shares_on(session, [1, 2], MONDAY) == {}
    after = {row.name: row.planned for row in rows(planned).rows}
    assert total(after.values()) == before
    assert (after["Rep 0"].visits, after["Rep 1"].visits) == (3.25, 3.75), "only the visit of Wednesday is split"
    with planned.write(ACT) as session:
        set_shares(session, 1, {}, since=MONDAY + timedelta(days=2))
    assert {row.name: row.planned.visits for row in rows(planned).rows} == {"Rep 0": 4, "Rep 1": 3}


@pytest.mark.parametrize(
    ("account", "shares", "error", "says"),
    [
        (99, {1: 1.0}, MissingError, "no account 99"),
        (1, {99: 1.0}, MissingError, "no rep 99"),
        (1, {1: 0.5, 2: 0.6}, InvalidWork, r"they add up to 1\.1, expected 1"),
    ],
)
def test_shares_that_cannot_be_are_refused(planned, account, shares, error, says):
    with pytest.raises(error, match=says), planned.write(ACT) as session:
        set_shares(session, account, shares, since=MONDAY)


def test_a_division_does_not_reach_behind_a_later_one(planned):
    with planned.write(ACT) as session:
        set_shares(session, 1, {1: 1.0}, since=MONDAY)
    with pytest.raises(RefusedError, match="divided anew from 2026-11-23 on"), planned.write(ACT) as session:
        set_shares(session, 1, {2: 1.0}, since=MONDAY - timedelta(days=1))


def test_what_was_done_stands_beside_what_was_planned(planned):
    visit = table_of(Visit)
    with planned.write(ACT) as session:
        session.execute(update(visit).where(visit.c.id == 1).values(state=VisitState.DONE, done_at=NOON))
        session.execute(update(visit).where(visit.c.id == 2).values(state=VisitState.CANCELLED))
        session.add(Visit(site_id=3, rep_id=2, day=MONDAY, state=VisitState.DONE, done_at=NOON))
    first, second = rows(planned).rows
    assert (first.planned.visits, first.done.visits, first.done.service_s) == (3, 1, 1800)
    assert (second.planned.visits, second.done.visits, second.done.service_s) == (3, 1, 1800), "made without a route"


def test_the_past_keeps_the_plan_that_was_in_force(planned):
    later = MONDAY + timedelta(days=2)
    save_plan(planned, small_plan(later), now=NOON)
    days = rows(planned, by="day", last=MONDAY + timedelta(days=13)).rows
    assert [(row.name, row.first.day, row.planned.visits) for row in days] == [
        ("Rep 0", 23, 2),
        ("Rep 1", 23, 3),
        ("Rep 0", 25, 2),
        ("Rep 1", 25, 3),
        ("Rep 0", 27, 2),
    ], "Wednesday's route of the first plan does not count any more"


def test_a_plans_figures_their_sum_above_and_how_they_are_known(planned):
    with planned.read() as session:
        items = plan_workloads(session, ALL, 1)
        (above,) = sums_above(session, ALL, 1, items)
        plan = get_plan(session, None)
        assert plan.state == PlanState.PUBLISHED and session.scalar(select(table_of(Account).c.id)) == 1
    assert (above.territory, above.workload_h, above.visits, above.value) == ("All", 10.0, 8, 2100.0)
    known = bases(plan)
    assert set(known) >= {"visits", "drive_h", "value", "potential", "net_h_a_year"}
    assert (known["drive_h"], known["service_h"], known["value"]) == ("estimated", "planned", "measured")
    even = {row.metric: row for row in plan_evenness(items)}
    assert even["hours"].gini == 0 and even["value"].spread == 900.0
    assert plan_evenness(()) == ()


def test_no_such_period_is_refused(planned):
    with pytest.raises(InvalidWork, match="expected day, week, month, year"):
        rows(planned, by="decade", last=date(2026, 11, 24))


def test_a_joint_visit_counts_for_everybody_who_makes_it_and_once_for_all(planned):
    """On Monday Rep 1 comes along on the first visit of Rep 0, who shares that account with somebody else besides."""
    visit = table_of(Visit)
    with planned.write(ACT) as session:
        first = session.scalars(select(visit.c.id).where(visit.c.rep_id == 1).order_by(visit.c.id)).first()
        session.add(VisitCompanion(visit_id=first, rep_id=2))
        session.execute(update(visit).where(visit.c.id == first).values(state=VisitState.DONE, done_at=NOON))
    before = {row.name: row.planned for row in rows(planned, territory_periods).rows}
    assert before["All"].visits == 7 and before["All"] == before["Rep 0"] + before["Rep 1"]
    found = {row.name: (row.planned.visits, row.done.visits, row.done.service_s) for row in rows(planned).rows}
    assert found == {"Rep 0": (4, 1, 1800), "Rep 1": (4, 1, 1800)}
    with planned.read() as session:
        items, (whole,) = plan_and_fact(session, ALL, first=MONDAY, last=SUNDAY, period="week")
    assert [(one.rep, one.planned.visits, one.done.visits) for one in items] == [("Rep 0", 4, 1), ("Rep 1", 4, 1)]
    assert (whole.planned.visits, whole.done.visits) == (7, 1)
    assert whole.planned.travel_s == total(one.planned for one in items).travel_s, "the way there is its leader's"


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sets(st.sampled_from("abcd"), max_size=3), st.sampled_from("xyz")))
)
def test_sums_of_joint_visits_are_the_same_whoever_may_be_seen(made):
    """Territories and the sum over reps have every visit once, those of which only a companion may be seen too."""
    for seen in (None, {"a", "b", "c", "d"}, {"d"}, {"b", "d"}):
        found = []
        for leader, others, zone in made:
            row = SimpleNamespace(rep_id=leader, territory_id=zone, day=MONDAY, type=None)
            found += together(row, Work(1, service_s=60), Basis.PLANNED, sorted(others - {leader}), seen)
        shown = [made for made in made if seen is None or seen & {made[0], *made[1]}]
        mine = [one for one in found if seen is None or one.rep in seen]
        assert total(one.work for one in mine if not one.again).visits == len(shown)
        assert total(one.work for one in found if one.zone).visits == len(made)
        for rep in "abcd":
            assert sum(one.rep == rep for one in found) == sum(rep in {leader, *others} for leader, others, _ in made)
