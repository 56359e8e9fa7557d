"""Who says nothing of visits gets those of the policy: of its segment or contract, from a day on."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, ActKind, Site
from planning.account_search import OwnedOn
from planning.history import undo
from planning.record import save_plan
from planning.record_accounts import known_sites
from planning.record_errors import FaultyError, RefusedError
from planning.rollups import account_sums
from planning.viewer import everything
from planning.visit_policies import NO_POLICY, PolicyRow, add_policy, effects, policy_of_account, policy_on
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("paul", "agreed with sales", NOON)
BOSS = everything(MONDAY)
WEEK = timedelta(days=7)
account, site = table_of(Account), table_of(Site)
ROWS = (
    PolicyRow("A", visits_per_year=12, service_min=45),
    PolicyRow("B", visits_per_year=6),
    PolicyRow("A", contract=True, visits_per_year=26),
    PolicyRow("", contract=True, visits_per_year=20),
    PolicyRow("", visits_per_year=2),
)
SAID = (  # segment, own visits a year, what was agreed, and the visits that come of it
    ("A", 0, None, 12),
    ("A", 4, None, 4),
    ("B", 0, {"contract": True}, 20),
    ("A", 0, {"contract": True}, 26),
    ("A", 0, {"visits_by_month": [0] * 12}, 0),
    ("C", 0, {"weekdays": [0]}, 2),
    ("B", 0, None, 6),
)
"""Of the seven sites of the small plan."""


@pytest.fixture
def saved(record):
    """The small plan, with sites that say what `SAID` says."""
    plan_id = save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin", page="")
    with record.write(ACT) as session:
        for number, (segment, visits, wishes, _) in enumerate(SAID, 1):
            session.execute(update(account).where(account.c.id == number).values(segment=segment))
            values = {"visits_per_year": visits, "wishes": wishes, "service_s": 1800 if number == 2 else 0}
            session.execute(update(site).where(site.c.account_id == number).values(values))
    return plan_id


def visits(session, plan_id, day):
    return [one.account.visits_per_year for one in known_sites(session, plan_id, day)]


def test_what_a_client_says_comes_first_then_its_contract_then_its_segment(record, saved):
    with record.write(ACT) as session:
        assert policy_on(session, MONDAY) is NO_POLICY
        before = visits(session, saved, MONDAY)
        add_policy(session, BOSS, MONDAY + WEEK, ROWS, why="agreed", now=NOON)
        assert visits(session, saved, MONDAY) == before == [0, 4, 0, 0, 0, 0, 0], "not before its day"
        assert visits(session, saved, MONDAY + WEEK) == [one[3] for one in SAID]
        minutes = [one.account.service_min for one in known_sites(session, saved, MONDAY + WEEK)]
        assert minutes == [45, 30, None, 45, 45, None, None]
        kept = session.scalars(select(site.c.visits_per_year).order_by(site.c.id)).all()
        assert kept == before, "sites keep what they say themselves"
        (third,) = policy_of_account(session, BOSS, 3, MONDAY + WEEK)
        assert (third.visits_per_year, third.visits_by, third.service_s, third.service_by) == (
            20,
            "policy",
            None,
            "nobody",
        )
        (second,) = policy_of_account(session, BOSS, 2, MONDAY + WEEK)
        assert (second.visits_per_year, second.visits_by, second.service_by, second.policy_id) == (
            4,
            "site",
            "site",
            None,
        )
        (never,) = policy_of_account(session, BOSS, 5, MONDAY + WEEK)
        assert (never.visits_per_year, never.visits_by) == (0, "site")


def test_a_client_follows_its_segment_and_sums_follow_the_day(record, saved):
    with record.write(ACT) as session:
        add_policy(session, BOSS, MONDAY, ROWS, why="agreed", now=NOON)
        session.execute(update(account).where(account.c.id == 1).values(segment="B"))
        assert visits(session, saved, MONDAY)[0] == 6
        sums = account_sums(session, BOSS, "state", OwnedOn(MONDAY))
        assert sum(one.visits_a_year for one in sums) == sum(one[3] for one in SAID) - 6
        past = account_sums(session, BOSS, "state", OwnedOn(MONDAY - WEEK))
        assert sum(one.visits_a_year for one in past) == 4


def test_a_dry_run_tells_what_it_costs_and_changes_nothing(record, saved):
    with record.write(ACT) as session:
        add_policy(session, BOSS, MONDAY, ROWS, why="agreed", now=NOON)
        found = {
            (one.segment, one.contract): one for one in effects(session, MONDAY, (PolicyRow("A", visits_per_year=24),))
        }
        a = found["A", False]
        assert (a.sites, a.by_policy) == (3, 1), "one has its own, of one it was agreed that there are none"
        assert (a.visits_per_year, a.visits_per_year_before) == (24 + 4, 12 + 4)
        assert (a.hours_per_year, a.hours_per_year_before) == (4 * 0.5, 12 * 0.75 + 4 * 0.5)
        assert found["B", True].visits_per_year == 0, "what the policy leaves out gets nothing"
        assert visits(session, saved, MONDAY) == [one[3] for one in SAID]


def test_policies_that_cannot_be_meant_are_refused_and_an_undo_takes_one_back(record, saved):
    with record.write(ACT) as session:
        for rows, says in (
            ((PolicyRow("A"),), "got neither"),
            ((PolicyRow("A", visits_per_year=1), PolicyRow("A", visits_per_year=2)), "once with and once without"),
        ):
            with pytest.raises(FaultyError, match=says):
                add_policy(session, BOSS, MONDAY, rows, why="x", now=NOON)
        with pytest.raises(RefusedError, match="reason is missing"):
            add_policy(session, BOSS, MONDAY, ROWS, why=" ", now=NOON)
        add_policy(session, BOSS, MONDAY, ROWS, why="agreed", now=NOON)
        with pytest.raises(RefusedError, match="has passed"):
            add_policy(session, BOSS, MONDAY - WEEK, ROWS, why="x", now=NOON)
        batch = session.info["batch_id"]
    with record.write(Act("paul", "no", NOON, ActKind.UNDO, undoes=batch)) as session:
        undo(session, BOSS, batch)
        assert visits(session, saved, MONDAY) == [0, 4, 0, 0, 0, 0, 0]
