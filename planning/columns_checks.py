"""What the values of a column must look like before its name is believed."""

import re
from collections.abc import Callable, Mapping, Sequence

from planning.account_dates import parse_date
from planning.account_degrees import parse_degrees, split_pair
from planning.account_frequency import parse_visits
from planning.account_numbers import parse_minutes, parse_number, parse_yes
from planning.table_raw import Cell, is_empty, text_of
from planning.table_words import counted, header_words, word_set

SAMPLE = 500
WKT = re.compile(r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE)
WKB_HEX = re.compile(r"0[01][0-9a-f]{16,}", re.IGNORECASE)


def is_geometry(cell: Cell) -> bool:
    """Well-known text, or well-known binary in hexadecimal."""
    text = text_of(cell)
    return bool(WKT.match(text) or WKB_HEX.fullmatch(text))


def _has_letters(cell: Cell) -> bool:
    return any(char.isalpha() for char in text_of(cell))


def _is_money(cell: Cell) -> bool:
    return parse_number(cell, money=True) is not None


def _is_postcode(cell: Cell) -> bool:
    text = text_of(cell)
    return len(text) <= 12 and any(char.isdigit() for char in text)


def _is_degrees(cell: Cell) -> bool:
    text = text_of(cell)
    return parse_degrees(cell) is not None or (bool(text) and not any(char.isalpha() for char in text))


type Checks = Mapping[str, tuple[Callable[[Cell], bool], str]]
"""By field, whether a cell can be its value, and what its values are called."""

CHECKS: Checks = {
    "lat": (_is_degrees, "degrees"),
    "lon": (_is_degrees, "degrees"),
    "x": (_is_degrees, "numbers"),
    "y": (_is_degrees, "numbers"),
    "latlon": (lambda cell: is_geometry(cell) or not isinstance(split_pair(cell, ""), str), "pairs of degrees"),
    "geometry": (is_geometry, "geometries (WKT)"),
    "visits_per_year": (lambda cell: parse_visits(cell) is not None, "frequencies"),
    "visits_per_month": (lambda cell: parse_number(cell) is not None, "numbers"),
    "visits_per_week": (lambda cell: parse_number(cell) is not None, "numbers"),
    "weeks_between_visits": (lambda cell: parse_number(cell) is not None, "numbers"),
    "days_between_visits": (lambda cell: parse_number(cell) is not None, "numbers"),
    "last_visit": (lambda cell: parse_date(cell) is not None, "dates"),
    "service_min": (lambda cell: parse_minutes(cell) is not None, "lengths of time"),
    "service_h": (lambda cell: parse_minutes(cell) is not None, "lengths of time"),
    "value": (_is_money, "numbers"),
    "potential": (_is_money, "numbers"),
    "locked": (lambda cell: parse_yes(cell) is not None, "yes or no"),
    "blocked_until": (lambda cell: parse_date(cell) is not None, "dates"),
    "appointment": (lambda cell: parse_date(cell) is not None, "dates"),
    "promised_by": (lambda cell: parse_date(cell) is not None, "dates"),
    "contract": (lambda cell: parse_yes(cell) is not None, "yes or no"),
    "min_gap_days": (lambda cell: parse_number(cell) is not None, "numbers"),
    "load": (lambda cell: parse_number(cell) is not None, "numbers"),
    "phone_visits_per_year": (lambda cell: parse_number(cell) is not None, "numbers"),
    "visits_by_month": (lambda cell: sum(char.isdigit() for char in text_of(cell)) >= 12, "twelve numbers"),
    "ab_week": (lambda cell: len(text_of(cell)) <= 16, "A or B"),
    "postcode": (_is_postcode, "postcodes"),
    "city": (_has_letters, "names"),
    "address": (_has_letters, "addresses"),
    "country": (_has_letters, "names"),
}
MIN_SHARE = 0.5
FEW_ROWS = 3  # with fewer values a name is believed, and the rows answer for themselves
LENIENT = frozenset({"city", "address", "country", "postcode"})


WEAK_IDS = word_set("key code number no nr num ref nummer код номер numero codigo clave")
MIN_DISTINCT = 0.5
SHARED = frozenset({"current_rep", "segment", "industry", "visit_type"})  # many accounts have the same one
ENOUGH_ROWS = 20


def doubt(field: str, name: str, values: Sequence[Cell], *, guessed: bool, checks: Checks = CHECKS) -> str:
    """Why a column cannot be `field`, "" when it can.

    A name that was only guessed at (`guessed`) must bring values that fit; fields of free text are checked only then.
    """
    if field == "id":
        return _repeats(name, values, guessed)
    if field in SHARED:
        return _hardly_repeats(values)
    check = checks.get(field)
    filled = [cell for cell in values if not is_empty(cell)][:SAMPLE]
    if check is None or not filled or (field in LENIENT and not guessed):
        return ""
    fits, what = check
    share = sum(1 for cell in filled if fits(cell)) / len(filled)
    needed = MIN_SHARE if not guessed else 0.8
    if share >= needed or (len(filled) < FEW_ROWS and not guessed):
        return ""
    odd = next(cell for cell in filled if not fits(cell))
    return f"its values are no {what} (such as {text_of(odd)[:30]!r})"


def _repeats(name: str, values: Sequence[Cell], guessed: bool) -> str:
    """A column called "code" or "number" is the id only if it hardly repeats; one called "id" always is."""
    if not guessed and not WEAK_IDS.intersection({header_words(name)}):
        return ""
    filled = [text_of(cell) for cell in values if not is_empty(cell)]
    if len(filled) < FEW_ROWS or len(set(filled)) >= MIN_DISTINCT * len(filled):
        return ""
    return f"its values repeat ({len(set(filled))} different ones in {counted(len(filled), 'row')})"


def _hardly_repeats(values: Sequence[Cell]) -> str:
    """Reps and segments are few: a column with a different value for most accounts is something else (its owner)."""
    filled = [text_of(cell) for cell in values if not is_empty(cell)]
    if len(filled) < ENOUGH_ROWS or len(set(filled)) <= MIN_DISTINCT * len(filled):
        return ""
    return f"its values hardly repeat ({len(set(filled))} different ones in {counted(len(filled), 'row')})"
