"""The next best visit: more value, more due, a shorter way never rank lower."""

from datetime import date, timedelta
from itertools import pairwise

from planning.next_best import MOST_DUE, Rank, dueness, value_terms, way_term

DAY = date(2026, 11, 23)


def test_every_term_is_monotonic() -> None:
    due = [dueness("overdue" if n >= 0 else "due", DAY - timedelta(days=n), DAY, 12.0) for n in range(-28, 200, 7)]
    assert all(a <= b for a, b in pairwise(due)) and due[0] == 0.1 and due[-1] == MOST_DUE
    assert dueness("due", DAY, DAY, 12.0) == 1.0
    often = [dueness("overdue", DAY - timedelta(days=10), DAY, visits) for visits in (4, 12, 52)]
    assert often == sorted(often), "ten days late is more for who is visited weekly"
    values = value_terms([None, 0.0, 50.0, 100.0, 5000.0])
    assert values == sorted(values) and values[:2] == [1.0, 1.0] and values[3] == 2.0, "the middle counts 2"
    ways = [way_term(60 * minutes) for minutes in (0, 5, 15, 45)]
    assert ways == sorted(ways, reverse=True) and (ways[0], ways[2]) == (1.0, 0.5)


def test_a_promised_contact_comes_before_the_same_account_without_one() -> None:
    promised, plain = dueness("contact", DAY, DAY, 12.0), dueness("due", DAY, DAY, 12.0)
    assert Rank(2.0, promised, 0.5).score > Rank(2.0, plain, 0.5).score
    assert dueness("new", None, DAY, 12.0) < dueness("left_out", None, DAY, 12.0) < promised
