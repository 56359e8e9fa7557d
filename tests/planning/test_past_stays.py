"""Months that are over stay as they were, whatever is merged, realigned or ended since; sums lead to the same rows."""

from dataclasses import asdict, replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Opportunity, StageMove, Visit, VisitState
from planning.account_search import OwnedOn
from planning.activity_types import add_type, edit_type
from planning.demo_pipeline import default_pipeline
from planning.find_accounts import get_account
from planning.merge import Merge, merge_accounts
from planning.plan_fact import plan_and_fact
from planning.record import save_plan
from planning.rollups import account_sums, sales_sums
from planning.sales_rows import AskedRows, sales_rows
from planning.viewer import everything
from planning.workload_periods import territory_periods
from tests.small_plan import MONDAY, NOON, small_plan

BEGAN = MONDAY - timedelta(weeks=120)
"""28 months ago."""
AFTER = MONDAY + timedelta(weeks=1)


def act(day, why):
    return Act("tests", why, NOON + (day - MONDAY))


@pytest.fixture
def history(record):
    """Two dozen sales with their moves, and the visits of the first weeks, of 28 months ago until today."""
    chance = Random(7)
    save_plan(record, small_plan(BEGAN), now=NOON + (BEGAN - MONDAY), time_zone="UTC")
    with record.write(act(BEGAN, "sales")) as session:
        stages = default_pipeline(session)
        add_type(session, {"code": "audit", "label": "Audit", "channel": "visit", "workload_weight": 2.0})
        made = {"state": VisitState.DONE, "done_at": NOON + (BEGAN - MONDAY), "type": "audit"}
        session.execute(update(table_of(Visit)).values(made))
        for number in range(24):
            account = chance.randint(1, 6)
            places = [0, *sorted(chance.sample(range(1, 4), chance.randint(0, 3))), *chance.sample([4, 5], 1)]
            own = {"account_id": account, "rep_id": 1 + (account > 3), "stage_id": stages[places[-1]]}
            first = NOON + (BEGAN - MONDAY) + timedelta(days=chance.randint(0, 600))
            deal = Opportunity(**own, title=f"s{number}", value=10.0 * number, currency="EUR", created_at=first)
            session.add(deal)
            session.flush()
            for step, place in enumerate(places):
                moved = {"opportunity_id": deal.id, "to_stage_id": stages[place], "moved_by": "t"}
                session.add(StageMove(**moved, moved_at=first + timedelta(days=40 * step)))
    return record


def reports(record, viewer):
    """Every report of five days of the past, with the rows behind the sums of sales."""
    found = {}
    with record.read() as session:
        for days in range(10, 840, 200):
            on = OwnedOn(BEGAN + timedelta(days=days))
            for by in ("stage", "rep", "territory"):
                sums = sales_sums(session, viewer, by, on)
                found[days, by] = sums
                for one in sums:
                    asked = AskedRows(by, one.id, one.name, one.kind, one.currency)
                    rows, more = sales_rows(session, viewer, asked, on, limit=100)
                    assert more is None and (len(rows), sum(row.value for row in rows)) == (one.sales, one.value)
                    shown = ("opportunity_id", "rep_id", "stage", "moved_at", "share", "value")
                    found[days, by, one.id, one.kind] = [[asdict(row)[name] for name in shown] for row in rows]
            for by in ("territory", "rep", "segment"):
                found[days, "accounts", by] = account_sums(session, viewer, by, on)
        span = {"first": BEGAN, "last": BEGAN + timedelta(days=700), "period": "month"}
        found["plan and fact"] = plan_and_fact(session, viewer, **span)
        found["territories"] = territory_periods(session, viewer, **span).rows
    return found


def test_merge_realignment_and_the_end_of_a_type_leave_the_past_as_it_was(history):
    before = reports(history, everything(MONDAY))
    assert before["plan and fact"][1][0].types[0].type == "audit" and len(before["plan and fact"][1]) > 10
    with history.write(act(MONDAY, "they are one firm")) as session:
        viewer = everything(MONDAY)
        one, five = (get_account(session, viewer, key, on=OwnedOn(MONDAY)) for key in (1, 5))
        merge_accounts(session, viewer, 1, one.version, Merge(5, five.version), today=MONDAY)
    with history.write(act(MONDAY, "no more audits")) as session:
        edit_type(session, 1, 1, {"valid_to": MONDAY, "label": "Old audit"})
    merged = reports(history, everything(MONDAY))
    assert [key for key, was in before.items() if merged[key] != was] == []
    small = small_plan(MONDAY)
    moved = [replace(one, zone=1 - one.zone, rep=f"Rep {1 - one.zone}") for one in small.accounts[:4] if one.id != "a5"]
    again = replace(small, accounts=(*moved, *small.accounts[4:]))
    save_plan(history, again, now=NOON, time_zone="UTC")
    after = reports(history, everything(AFTER))
    assert [key for key, was in before.items() if after[key] != was] == []
    with history.read() as session:
        deals = session.scalars(select(table_of(Opportunity).c.account_id)).all()
    assert 5 not in deals and len(deals) == 24
    with history.write(act(AFTER, "all is different now")) as session:
        other = {"value": 77.0, "currency": "USD", "rep_id": 2, "probability": 0.5, "product": "other"}
        session.execute(update(table_of(Opportunity)).values(other))
    edited = reports(history, everything(AFTER))
    assert [key for key, was in before.items() if edited[key] != was] == ["plan and fact"], "known today"
