"""Pins in files: what a person has set comes first, is kept, and is replaced by nothing but a later pin."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.address import Address
from geo.located import Level
from geo.place import Place
from planning.errors import TableError
from planning.output_review import REVIEW_HEADER
from planning.pins import (
    PINS_FILE,
    REVIEW_FILE,
    Pin,
    Pins,
    gather_pins,
    idle_pins,
    located_by_pin,
    read_pins,
    write_pins,
)


def table(path: Path, header: tuple[str, ...], *rows: tuple[object, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def review(path: Path, *filled: tuple[str, str, str]) -> Path:
    """A review list with (id, lat, lon) as a person leaves it."""
    rows = []
    for id, lat, lon in filled:
        row = dict.fromkeys(REVIEW_HEADER, "")
        row |= {"id": id, "address": f"Street {id}", "city": "Town", "lat": lat, "lon": lon}
        row |= {"found_at": "48.0 11.0", "level": "street", "why": "the middle of the street", "score": "0.5"}
        rows.append(tuple(row.values()))
    return table(path, REVIEW_HEADER, *rows)


def test_only_rows_that_were_filled_in_are_pins(tmp_path: Path) -> None:
    pins = read_pins(review(tmp_path / "review.csv", ("a", "", ""), ("b", "48.1", "11.5"), ("c", "48.2", "")))
    assert [(pin.id, pin.place, pin.address.line) for pin in pins.pins] == [("b", Place(48.1, 11.5), "Street b")]
    assert any("row 4: no pin" in note for note in pins.notes)


def test_a_review_list_that_nobody_touched_holds_no_pin(tmp_path: Path) -> None:
    assert read_pins(review(tmp_path / "review.csv", ("a", "", ""))).pins == ()


def test_pins_may_name_an_address_instead_of_an_account(tmp_path: Path) -> None:
    path = table(
        tmp_path / "pins.csv", ("Adresse", "Ort", "Breite", "Länge"), ("Hauptstr. 5", "Lauf", "49,51", "11,28")
    )
    pins = read_pins(path)
    found = pins.geocoder().geocode([Address("Hauptstraße 5", "Lauf"), Address("Hauptstraße 7", "Lauf")])
    assert [each.level for each in found] == [Level.MANUAL, Level.NONE]
    assert found[0].place == Place(49.51, 11.28)


@pytest.mark.parametrize("header", [("id", "name"), ("lat", "lon"), ("id", "lat")])
def test_a_file_without_pins_is_refused_with_what_is_expected(tmp_path: Path, header: tuple[str, ...]) -> None:
    with pytest.raises(TableError, match="holds no pins"):
        read_pins(table(tmp_path / "p.csv", header, tuple("1" for _ in header)))


def test_a_row_that_names_nothing_is_said(tmp_path: Path) -> None:
    pins = read_pins(
        table(tmp_path / "p.csv", ("id", "address", "lat", "lon"), ("", "", "48", "11"), ("a", "", "48", "11"))
    )
    assert [pin.id for pin in pins.pins] == ["a"]
    assert any("names neither" in note for note in pins.notes)


def test_swapped_degrees_are_put_right_and_said(tmp_path: Path) -> None:
    rows = [(f"a{n}", f"{11.5 + n / 100:.2f}", f"{100 + n / 100:.2f}") for n in range(6)]
    pins = read_pins(table(tmp_path / "p.csv", ("id", "lon", "lat"), *rows))
    assert pins.pins[0].place == Place(11.5, 100.0)
    assert any("swapped" in note for note in pins.notes)


def test_the_folder_of_results_remembers_pins_and_takes_new_ones_from_its_list(tmp_path: Path) -> None:
    first = gather_pins(tmp_path, [])
    assert first == Pins()
    review(tmp_path / REVIEW_FILE, ("a", "48.1", "11.5"), ("b", "", ""))
    second = gather_pins(tmp_path, [])
    write_pins(second, tmp_path / PINS_FILE)
    review(tmp_path / REVIEW_FILE, ("b", "48.2", "11.6"))
    third = gather_pins(tmp_path, [])
    assert {pin.id: pin.place for pin in third.pins} == {"a": Place(48.1, 11.5), "b": Place(48.2, 11.6)}
    later = table(tmp_path / "mine.csv", ("id", "lat", "lon"), ("a", "48.9", "11.9"))
    fourth = gather_pins(tmp_path, [later])
    assert fourth.by_id()["a"].place == Place(48.9, 11.9)
    assert any("replaces the one in pins.csv" in note for note in fourth.notes)


def test_pins_of_accounts_that_are_gone_are_kept_and_said(tmp_path: Path) -> None:
    pin = Pin("gone", Address(), Place(1, 1), "", "pins.csv")
    assert "gone" in idle_pins(Pins((pin,)), ["a"])[0]
    assert idle_pins(Pins((pin,)), ["gone"]) == ()


def test_a_pin_for_another_address_is_in_doubt_but_stays() -> None:
    pin = Pin("a", Address("Main St 1", "Town"), Place(1, 1), "", "pins.csv")
    moved = located_by_pin(pin, Address("Side St 9", "Town"))
    assert (moved.place, moved.level) == (Place(1, 1), Level.MANUAL)
    assert "Main St 1" in moved.review[0]
    assert not located_by_pin(pin, Address("main st 1", "TOWN")).needs_review


places = st.builds(lambda lat, lon: Place(round(lat, 5), round(lon, 5)), st.floats(40, 60), st.floats(5, 20))
runs = st.lists(st.dictionaries(st.sampled_from("abcde"), places, max_size=4), min_size=1, max_size=5)


@settings(max_examples=40)
@given(runs=runs)
def test_only_a_later_pin_replaces_a_pin(
    tmp_path_factory: pytest.TempPathFactory, runs: list[dict[str, Place]]
) -> None:
    """Whatever is filled in and planned again: every account has the place a person set last, to the last digit kept."""
    folder = tmp_path_factory.mktemp("out")
    set_last: dict[str, Place] = {}
    for filled in runs:
        rows = [(id, f"{place.lat:.5f}", f"{place.lon:.5f}") for id, place in filled.items()]
        review(folder / REVIEW_FILE, *rows, *((id, "", "") for id in "fg"))
        set_last |= filled
        write_pins(gather_pins(folder, []), folder / PINS_FILE)
        kept = {id: pin.place for id, pin in gather_pins(folder, []).by_id().items()}
        assert kept == set_last
