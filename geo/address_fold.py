"""Writing brought to one form: small Latin letters without marks, so that two spellings of one name compare equal."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_APOSTROPHES = re.compile("['`´‘’ʼʹ′]")
_LETTERS = re.compile(r"[^\W\d_]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
# Letters that look alike in Latin, Cyrillic and Greek, small forms; the same place in each row.
_LATIN = "aeopcyxkmthbiu"
_CYRILLIC = "аеорсухкмтнвіи"
_GREEK = "αεορϲυχκμτηβιυ"
_TO_CYRILLIC = str.maketrans(_LATIN[:-2] + _GREEK[:-2], _CYRILLIC[:-2] * 2)
_TO_LATIN = str.maketrans(_CYRILLIC[:-1] + _GREEK[:-1], _LATIN[:-1] * 2)
_DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"))


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Small ASCII letters; digits and punctuation stay. "Straße" becomes "strasse", "Тверская" "tverskaya".

    Letters of another script that only look right (a Latin c in "Mосква", a Greek ο) are first put back into the
    script of their word; transliteration would otherwise make different letters of them.
    """
    if text.isascii():
        return text.lower()
    text = _LETTERS.sub(_one_script, unicodedata.normalize("NFKC", text).casefold())
    return anyascii(text).lower()


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Words of small letters and digits, one space between: the form in which names are compared.

    Apostrophes join ("O'Farrell" is "ofarrell"); ae, oe, ue and aa are a, o, u and a, since ä, ö, ü and å are written
    either way.
    """
    words = _NOT_WORD.sub(" ", plain(_APOSTROPHES.sub("", text))).strip()
    for pair, single in _DIGRAPHS:
        words = words.replace(pair, single)
    return words


def _one_script(match: re.Match[str]) -> str:
    """The word in the script that most of its letters have, if the others can be look-alikes."""
    word = match.group()
    if word.isascii():
        return word
    cyrillic = sum("Ѐ" <= c <= "ӿ" for c in word)
    greek = sum("Ͱ" <= c <= "Ͽ" for c in word)
    if greek == len(word):
        return word
    if cyrillic and cyrillic >= len(word) - cyrillic:
        return word.translate(_TO_CYRILLIC)
    if (cyrillic or greek) and any(c.isascii() for c in word):
        return word.translate(_TO_LATIN)
    return word
