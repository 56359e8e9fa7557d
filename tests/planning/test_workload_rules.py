"""How work is weighed is data: per sales force, from a day on, and the next plan uses it."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Site, Territory, Visit, Workload
from geo.place import Place
from planning.account_table import AccountRow
from planning.activity_types import add_type
from planning.demand import Demand
from planning.measure import deviations
from planning.options import PlanOptions
from planning.plan_needs import with_money
from planning.record import save_plan
from planning.record_errors import FaultyError, RefusedError
from planning.viewer import everything
from planning.workload_rules import NO_RULES, add_rules, all_rules, rules_on
from tests.planning.job_builders import asked, seen, work
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("paul", "measured in October", NOON)
BOSS = everything(MONDAY)
DAY = timedelta(days=1)


def add(session, why="measured in October", **values):
    return add_rules(session, BOSS, {"sales_force": "", "valid_from": MONDAY} | values, why=why, now=NOON)


def test_rules_are_those_of_the_sales_force_and_the_day(record):
    with record.write(ACT) as session:
        assert rules_on(session, "", MONDAY) is NO_RULES
        add_type(session, {"code": "audit", "label": "Audit", "channel": "visit", "workload_weight": 1.5})
        add(session, access_min=5)
        add(session, valid_from=MONDAY + 7 * DAY, admin_min=30, weights={"audit": 2})
        add(session, sales_force="Snacks", valid_from=MONDAY + 7 * DAY, hours_share=0.8, value_share=0.2)
        found = all_rules(session)
        assert found.on("", MONDAY - DAY) is NO_RULES, "nothing is weighed behind its first day"
        assert [found.weight("", MONDAY + day * DAY, "audit") for day in (0, 7)] == [1.5, 2]
        later, snacks = found.on("", MONDAY + 9 * DAY), found.on("Snacks", MONDAY + 9 * DAY)
        assert (later.access_min, later.admin_min, later.made_by) == (5, 30, BOSS.name)
        assert (snacks.access_min, snacks.value_share) == (5, 0.2), "it begins from the rules of all"
        assert found.on("Snacks", MONDAY).value_share == 0
        for values, says in (
            (
                {"weights": {"visit": 1}},
                r"weights.visit: expected the code of a type of activity \(audit\); got 'visit'",
            ),
            ({"potential_share": 0.1}, "to add up to 1; they are 1.1"),
        ):
            with pytest.raises(FaultyError, match=says):
                add(session, **values)
        with pytest.raises(RefusedError, match="has passed"):
            add(session, valid_from=MONDAY - DAY)
        with pytest.raises(RefusedError, match="reason is missing"):
            add(session, why=" ")


def accounts(*amounts):
    return [
        AccountRow(row, str(row), "", None, None, value=value, potential=potential)
        for row, (value, potential) in enumerate(amounts)
    ]


def demand(count):
    nothing = dict.fromkeys(("windows", "last_visit"), (None,) * count)
    zero = np.zeros(count)
    return Demand(
        account=np.arange(count),
        places=(Place(50, 8),) * count,
        xy_m=np.zeros((count, 2)),
        visits_a_year=np.full(count, 52.0),
        service_s=np.full(count, 3600),
        value=zero,
        locked=zero.astype(bool),
        remote_h_a_year=zero,
        **nothing,
    )


def test_sales_and_potential_count_beside_the_hours():
    rows = accounts((300.0, 10.0), (100.0, None), (None, 30.0))
    half = PlanOptions(starts_on=MONDAY, value_share=0.25, potential_share=0.25)
    found = with_money(demand(3), rows, half)
    assert found.money_share == 0.5 and found.money.tolist() == pytest.approx([0.5, 0.125, 0.375])
    assert found.balanced(np.full(3, 10.0)).tolist() == pytest.approx([12.5, 6.875, 10.625])
    assert found.balanced(np.full(3, 10.0)).sum() == pytest.approx(30)
    unknown = with_money(demand(3), accounts(*[(None, None)] * 3), half)
    assert unknown.money is None and unknown.balanced(np.ones(3)).tolist() == [1, 1, 1]
    only = with_money(demand(3), accounts((1.0, None), (1.0, None), (2.0, None)), half)
    assert only.money_share == 0.25, "the share of what nobody knows is left to the hours"


def test_deviations_are_of_hours_and_money_together():
    from types import SimpleNamespace

    found = with_money(demand(2), accounts((3.0, None), (1.0, None)), PlanOptions(starts_on=MONDAY, value_share=0.5))
    weeks = tuple(SimpleNamespace(workload_s=100.0, money=part) for part in found.money)
    assert deviations(weeks, np.array([0.5, 0.5]), found).tolist() == pytest.approx([0.25, -0.25])
    assert deviations(weeks, np.array([0.5, 0.5]), demand(2)).tolist() == [0, 0]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_next_plan_is_made_by_the_rules_of_its_first_day(record):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    site, visit = table_of(Site), table_of(Visit)
    with record.write(ACT) as session:
        add_type(session, {"code": "audit", "label": "Audit", "channel": "visit", "duration_s": 900})
        session.execute(update(site).values(visit_type="audit", service_s=0, visits_per_year=52))
        add(session, access_min=5, admin_min=30, weights={"audit": 3})
    job = asked(record, "zones", weeks=1)
    work(record)
    done = seen(record, job)
    assert done.state == "done", done.error
    with record.read() as session:
        load = session.execute(
            select(table_of(Workload)).join(Territory).where(Territory.plan_id == done.answer["plan_id"])
        ).all()
        made = session.execute(select(visit.c.type, visit.c.depart_s - visit.c.start_s).where(visit.c.id > 7)).all()
    assert {tuple(row) for row in made} == {("audit", 900 + 300)}
    assert sum(row.access_h for row in load) == pytest.approx(sum(row.visits for row in load) * 5 / 60)
    assert all(row.admin_h > 0 for row in load)
    for row in load:
        assert row.workload_h == pytest.approx(3 * row.service_h + row.drive_h, rel=1e-6)
