"""Segments to visits, minutes and channel, and what they cost a year."""

from pathlib import Path

import pytest

from geo.address import Address
from planning.files import AccountRow, TableError, read_policy

TOML = """
[A]
visits_per_year = 24
service_min = 45
[segments_are_names]
visits_per_year = "monthly"
["*"]
visits_per_year = 4
service_min = 20
channel = "phone"
"""


def account(id: str, segment: str, visits: float | None = None, minutes: float | None = None) -> AccountRow:
    return AccountRow(
        row=int(id),
        id=id,
        name=id,
        address=Address(),
        place=None,
        segment=segment,
        visits_per_year=visits,
        service_min=minutes,
    )


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_own_figures_win_and_the_price_is_by_segment(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, "p.toml", TOML))
    accounts, costs = policy.apply([account("1", "A"), account("2", "a", visits=12), account("3", "Z", minutes=30)])
    assert [(a.visits_per_year, a.service_min, a.channel) for a in accounts] == [
        (24, 45, "visit"),
        (12, 45, "visit"),
        (4, 30, "phone"),
    ]
    prices = {cost.segment: (cost.accounts, cost.visits_per_year, cost.hours_per_year) for cost in costs}
    assert prices == {"A": (2, 36, 27.0), "Z": (1, 4, 2.0)}


def test_a_segment_without_a_row_gets_the_defaults_and_is_marked(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, "p.csv", "segment;visits a year;minutes\nA;12;30\n"))
    accounts, costs = policy.apply([account("1", "B")])
    assert accounts[0].visits_per_year is None
    assert [(cost.segment, cost.covered, cost.hours_per_year) for cost in costs] == [("B", False, 2.0)]


def test_tables_in_other_languages(tmp_path: Path) -> None:
    policy = read_policy(
        write(
            tmp_path, "p.csv", "Klasse;Besuchsfrequenz;Besuchsdauer;Kanal\nA;monatlich;45;Besuch\n*;2/Jahr;10;Telefon\n"
        )
    )
    rows = {row.segment: (row.visits_per_year, row.service_min, row.channel) for row in policy.rows}
    assert rows == {"A": (12, 45, "visit"), "*": (2, 10, "phone")}


def test_segments_may_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, "p.toml", "[segments.A]\nvisits_per_year = 6\n"))
    assert policy.rows[0].visits_per_year == 6


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.csv", "segment,visits\nA,12\na,6\n", r"p.csv, row 3: segment 'a' comes twice"),
        ("p.csv", "segment,minutes\nA,-5\n", r"p.csv, row 2, service_min: given '-5', expected minutes"),
        (
            "p.csv",
            "segment,visits,channel\nA,12,pigeon\n",
            r"row 2, channel: given 'pigeon', expected visit, phone or video",
        ),
        ("p.csv", "visits,minutes\n12,30\n", r"no segment column"),
        ("p.csv", "segment,colour\nA,red\n", r"neither visits a year, minutes nor a channel"),
        ("p.csv", "segment,visits\n,12\n", r"row 2, segment: empty"),
        ("p.toml", "[A]\nvisits = 12\n", r"A: unknown 'visits', expected visits_per_year"),
        ("p.toml", "A = 12\n", r"A: given 12, expected a table"),
        ("p.toml", "[A\n", r"not readable TOML"),
        ("p.toml", "", r"no segments"),
        ("p.toml", '[A]\nvisits_per_year = "often"\n', r"entry 1, visits_per_year: given 'often'"),
    ],
)
def test_faults_name_row_and_field(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_policy(write(tmp_path, name, text))


def test_a_missing_policy_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="There is no file"):
        read_policy(tmp_path / "none.toml")
