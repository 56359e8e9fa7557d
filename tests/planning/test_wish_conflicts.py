"""Dates of an account that contradict each other, or the plan, are named and said how they are taken."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from planning.account_wishes import Wishes
from planning.options import PlanOptions
from planning.wish_conflicts import wish_conflicts

MONDAY = date(2026, 11, 23)
OPTIONS = PlanOptions(starts_on=MONDAY)
LATER = MONDAY + timedelta(days=9)


def said(last=None, **wishes):
    demand = SimpleNamespace(account=(0,), last_visit=(last,), wishes=(Wishes(**wishes),))
    return wish_conflicts(demand, [SimpleNamespace(name="Café", id="7")], OPTIONS)


@pytest.mark.parametrize(
    ("last", "wishes", "words"),
    [
        (LATER, {}, "last visit is on 2026-12-02, after the plan begins"),
        (None, {"promised_by": date(2020, 1, 1)}, "promised by 2020-01-01, which is over"),
        (None, {"promised_by": MONDAY, "blocked_until": LATER}, "the promise counts"),
        (None, {"appointment": date(2026, 11, 20)}, "appointment on 2026-11-20 is over"),
        (None, {"appointment": MONDAY, "blocked_until": LATER}, "the appointment counts"),
    ],
)
def test_a_contradiction_is_named_with_the_account(last, wishes, words):
    (sentence,) = said(last, **wishes)
    assert sentence.startswith("Café (7): ") and words in sentence


@pytest.mark.parametrize(
    ("last", "wishes"),
    [
        (None, {}),
        (date(2026, 11, 1), {"promised_by": LATER, "blocked_until": MONDAY}),
        (date(2026, 11, 1), {"promised_by": date(2026, 10, 30)}),
        (None, {"appointment": LATER, "blocked_until": MONDAY}),
    ],
)
def test_what_can_be_meant_is_left_alone(last, wishes):
    assert said(last, **wishes) == ()


def test_many_contradictions_are_counted():
    demand = SimpleNamespace(
        account=tuple(range(8)), last_visit=(None,) * 8, wishes=(Wishes(promised_by=date(2020, 1, 1)),) * 8
    )
    notes = wish_conflicts(demand, [SimpleNamespace(name=str(n), id=str(n)) for n in range(8)], OPTIONS)
    assert len(notes) == 6 and notes[-1].startswith("3 more accounts")
