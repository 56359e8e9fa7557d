"""Street names in comparable form."""

import pytest

from geo.address_street import street_name


@pytest.mark.parametrize(
    "spellings",
    [
        ["Hauptstraße", "Hauptstr.", "HAUPTSTRASSE", "Haupt Str."],
        ["ул. Тверская", "Тверская улица", "Tverskaya ulitsa", "Tverskaja ul."],
        ["1-я Тверская-Ямская ул.", "ulitsa Tverskaya-Yamskaya 1-ya"],
        ["пр-т Мира", "проспект Мира", "Mira prospekt"],
        ["Gogolevsky bulvar", "б-р Гоголевский", "Гоголевский бульвар"],
        ["03RD ST", "3rd Street", "Third St"],
        ["N Main St", "North Main Street"],
        ["The Embarcadero", "EMBARCADERO"],
        ["St Francis Blvd", "Saint Francis Boulevard"],
        ["O'FARRELL St", "O’Farrell Street"],
        ["Vestergade", "VESTER GADE"],
    ],
)
def test_spellings_of_one_street_are_alike(spellings: list[str]) -> None:
    names = {(street_name(s).core, street_name(s).kind) for s in spellings}
    assert len(names) == 1


def test_type_and_number_tell_streets_apart() -> None:
    assert street_name("17th St").kind != street_name("17th Ave").kind
    assert street_name("2nd Ave").digits != street_name("22nd Ave").digits


def test_a_type_alone_is_a_name() -> None:
    assert street_name("Broadway").kind == ""
    assert street_name("Court St").core == "court"
    assert street_name("Weg").core == "veg"
