"""Words made comparable: case, accents, punctuation and joinedCapitals taken away."""

import re
import unicodedata

LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ё": "е", "ł": "l", "œ": "oe", "№": "no "})
JOINED = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])")


def plain_words(text: str) -> str:
    """Lower case without accents or punctuation: "Täglich," becomes "taglich", "Ё" becomes "е"."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", text.casefold().translate(LETTERS)):
        if char == "\u0306" and kept and kept[-1] == "и":
            kept[-1] = "й"
        elif not unicodedata.combining(char):
            kept.append(char)
    return " ".join(re.sub(r"[^\w,.]+|_+", " ", "".join(kept)).translate(LETTERS).split())


def header_words(name: str) -> str:
    """A column name as plain words: "PostalCode" and "postal_code" are both "postal code"."""
    return " ".join(re.sub(r"[.,]", " ", plain_words(JOINED.sub(" ", name))).split())


def counted(number: int, noun: str) -> str:
    """ "1 row", "2,000 rows": a count with its noun, for sentences."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for tables of words that read as text."""
    return frozenset(text.split())
