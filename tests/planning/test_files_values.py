"""Numbers, lengths of time, frequencies and dates as people write them, in six languages."""

from datetime import date, datetime, time, timedelta

import pytest

from planning.account_dates import day_order, parse_date
from planning.account_degrees import parse_degrees
from planning.account_frequency import parse_visits
from planning.account_numbers import decimal_mark, parse_minutes, parse_number, parse_yes


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), ("1,234.50", 1234.5), ("1.234,50", 1234.5), ("1 234,50", 1234.5), ("1\u00a0234,50", 1234.5),
        ("1'234.50", 1234.5), ("€ 1,234", 1234), ("$12", 12), ("1200 ₽", 1200), ("1 200 руб.", 1200), ("1200 kr", 1200),
        ("kr. 1.200,00", 1200), ("CHF 1'200.-", 1200), ("(1,234.00)", -1234), ("5-", -5), ("12k", 12_000),
        ("3 Mio", 3_000_000), ("1,5 млн", 1_500_000), ("12,34,567", 1_234_567), ("0.567", 0.567), ("1e3", 1000),
        ("1,2,3", None), ("12.34.56", None), ("abc", None), ("1 2 x", None), ("١٢", None), ("9" * 400, None),
    ],
)  # fmt: skip
def test_sums_of_money(text: str, number: float | None) -> None:
    assert parse_number(text, money=True) == number


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["1.234", "12.500"], ","),
        (["1,234", "12,500"], "."),
        (["1.234", "12.5"], "."),
        (["1.234", "12,5"], ","),
        (["1.234.567"], ","),
        (["0.567", "1.234"], "."),
        ([3.5, 4], "."),
    ],
)
def test_the_decimal_mark_is_judged_over_the_column(column: list[str | float], mark: str) -> None:
    assert decimal_mark(column) == mark


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30), ("0:45", 45), ("1:30", 90), ("00:45:00", 45), ("45 min", 45), ("30 Min.", 30), ("1h 30", 90),
        ("1h30", 90), ("1,5 h", 90), ("1 Std. 30 Min.", 90), ("30 мин", 30), ("1 ч 30 мин", 90), ("45'", 45), ("-5", -5),
        (time(0, 45), 45), (timedelta(minutes=50), 50), (20.5, 20.5), ("soon", None), ("5 apples", None),
    ],
)  # fmt: skip
def test_lengths_of_time(text: str | time | timedelta | float, minutes: float | None) -> None:
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "visits"),
    [
        ("52", 52), ("weekly", 52), ("Biweekly", 26), ("bi-weekly", 26), ("2/month", 24), ("2 per month", 24), ("every 6 weeks", 52 / 6),
        ("every other week", 26), ("once a week", 52), ("twice a month", 24), ("quarterly", 4), ("half-yearly", 2),
        ("daily", 260), ("12x", 12), ("12 p.a.", 12), ("6-weekly", 52 / 6), ("never", 0),
        ("monatlich", 12), ("wöchentlich", 52), ("alle 6 Wochen", 52 / 6), ("2x wöchentlich", 104), ("14-tägig", 26),
        ("zweimal im Monat", 24), ("1x/4 Wochen", 13), ("jeden Monat", 12), ("vierteljährlich", 4), ("2 x pro Jahr", 2),
        ("månedlig", 12), ("hver 6. uge", 52 / 6), ("hver anden uge", 26), ("2 gange om måneden", 24), ("ugentligt", 52),
        ("ежемесячно", 12), ("еженедельно", 52), ("раз в 2 недели", 26), ("раз в квартал", 4), ("2 раза в месяц", 24),
        ("каждые 6 недель", 52 / 6), ("4 раза в год", 4),
        ("mensuel", 12), ("hebdomadaire", 52), ("2 fois par mois", 24), ("toutes les 6 semaines", 52 / 6), ("tous les mois", 12),
        ("mensual", 12), ("semanal", 52), ("cada 6 semanas", 52 / 6), ("2 veces al mes", 24), ("cada mes", 12),
        ("A", None), ("A/B", None), ("all", None), ("often", None), ("", None), ("2 and 3 weeks", None),
    ],
)  # fmt: skip
def test_visit_frequencies(text: str, visits: float | None) -> None:
    assert parse_visits(text) == (None if visits is None else pytest.approx(visits))


def test_a_column_may_hold_visits_a_month_or_weeks_between() -> None:
    assert parse_visits("2", unit_per_year=12) == 24
    assert parse_visits("6", unit_per_year=52, interval=True) == pytest.approx(52 / 6)
    assert parse_visits("0", unit_per_year=52, interval=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-31", "31.05.2026", "5/31/2026", "31/5/2026", "31-05-2026", "20260531", "46173", "2026/05/31", "31.05.26",
        "31 May 2026", "May 31, 2026", "31. Mai 2026", "31 maj 2026", "31 мая 2026", "31 mai 2026", "31 de mayo de 2026",
        "2026-05-31T10:00:00Z", "31.05.2026 10:00", "5/31/2026 10:30 AM", 46173, 20260531, 46173.5,
        datetime(2026, 5, 31, 9), date(2026, 5, 31),
    ],
)  # fmt: skip
def test_dates(text: str | int | float | date) -> None:
    assert parse_date(text) == date(2026, 5, 31)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "31.13.2026", "1900-01-01", "12", 12, True, None, "9999-12-31", float("nan")]
)
def test_what_is_no_date(text: str | int | float | None) -> None:
    assert parse_date(text) is None


def test_day_and_month_are_told_apart_by_the_whole_column() -> None:
    assert day_order(["01/02/2026", "05/25/2026"]).month_first
    assert not day_order(["01/02/2026", "25/05/2026"]).month_first
    assert not day_order(["01/02/2026"]).proved
    assert parse_date("01/02/2026", month_first=True) == date(2026, 1, 2)
    assert parse_date("01/02/2026") == date(2026, 2, 1)
    assert parse_date("01.02.2026", month_first=True) == date(2026, 2, 1), "with points the day is first"


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("37.79", 37.79), ("37,79", 37.79), ("52,520", 52.52), ("-122.4", -122.4), ("−33.5", -33.5), ("122.4W", -122.4),
        ("N 52.5", 52.5), ("13°24′E", 13.4), ("52°30'36\" N", 52.51), ("37.791.116", None), ("north", None), (52.5, 52.5),
    ],
)  # fmt: skip
def test_degrees(text: str | float, degrees: float | None) -> None:
    assert parse_degrees(text) == (None if degrees is None else pytest.approx(degrees))


def test_yes_and_no() -> None:
    assert [parse_yes(word) for word in ("Ja", "x", "да", "oui", True, 1)] == [True] * 6
    assert [parse_yes(word) for word in ("nein", "", None, "нет", False, 0)] == [False] * 6
    assert parse_yes("perhaps") is None
