"""Writing brought to one form."""

import pytest

from geo.address_fold import fold, plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Müller", "Mueller"),
        ("Ørsted", "Oersted"),
        ("Ågade", "Aagade"),
        ("O'Farrell", "O’FARRELL"),
        ("Тверская", "Tverskaya"),
        ("  a,b ", "A B"),
    ],
)
def test_two_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_letters_that_only_look_right_are_put_back_before_transliteration() -> None:
    assert plain("Mосква") == plain("Москва") == "moskva"  # the first letter is Latin
    assert plain("Твeрcкая") == "tverskaya"  # e and c are Latin
    assert plain("Mаrket") == "market"  # а is Cyrillic
    assert plain("Μarket") == "market"  # Μ is Greek


def test_digits_and_punctuation_stay_in_plain_text() -> None:
    assert plain("Д. 5/7 к2") == "d. 5/7 k2"
    assert fold("") == ""
