"""Degrees, and pairs of them, as people write them."""

import re

from planning.table_raw import Cell, Pair, is_empty, text_of

DECIMAL = re.compile(r"[+-]?(?:\d{1,9}(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,2})?")
SEXAGESIMAL = re.compile(
    r"([+-]?\d{1,3})\s*[°ºd:\s]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:['′’m:\s]|$)\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''|s|$)?)?)?"
)
HEMISPHERE = re.compile(r"^([NSEWОВСЗЮ])\s*|\s*([NSEWОВСЗЮ])$", re.IGNORECASE)
NEGATIVE = frozenset("SWЮЗ")


def parse_degrees(cell: Cell) -> float | None:
    """Degrees from 52.5, "52,5", "52.5 N", "52°31'12\\" N"; None when it is none of these."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell) if abs(cell) < 1e12 else None
    text = text_of(cell).replace("\u2212", "-").strip()
    side = HEMISPHERE.search(text)
    sign = -1.0 if side and (side[1] or side[2]).upper() in NEGATIVE else 1.0
    text = (HEMISPHERE.sub("", text) if side else text).strip().rstrip("°º").strip()
    if not text.isascii() and any(char.isdigit() and not char.isascii() for char in text):
        return None
    if DECIMAL.fullmatch(text) and len(text) < 40:
        return sign * float(text.replace(",", "."))
    found = SEXAGESIMAL.fullmatch(text)
    if not found or not found[2]:
        return None
    degrees = abs(float(found[1])) + _part(found[2]) / 60 + _part(found[3]) / 3600
    return sign * (-degrees if found[1].startswith("-") else degrees)


def _part(text: str | None) -> float:
    return float(text.replace(",", ".")) if text else 0.0


def pair_of(lat: Cell, lon: Cell, names: tuple[str, str]) -> Pair:
    """The pair of two cells; `names` are the columns they stand in."""
    if is_empty(lat) and is_empty(lon):
        return ""
    values = []
    for cell, name, field in ((lat, names[0], "latitude"), (lon, names[1], "longitude")):
        if is_empty(cell):
            return f"{field} is missing ({name} is empty)"
        value = parse_degrees(cell)
        if value is None:
            return _unreadable(text_of(cell), name)
        values.append(value)
    return values[0], values[1]


def _unreadable(given: str, name: str) -> str:
    if given.count(".") + given.count(",") > 1 and given.replace(".", "").replace(",", "").lstrip("+-").isdigit():
        return f"{name} {given[:30]!r} has more than one decimal point: expected degrees such as 37.7911"
    return f"{name} {given[:30]!r} is not a number in degrees"


def split_pair(cell: Cell, name: str) -> Pair:
    """The pair of one cell that holds both: "37.79, -122.40", "52,52; 13,40", "(37.79 -122.40)"."""
    if is_empty(cell):
        return ""
    text = text_of(cell).strip("()[]{} ")
    for pattern in (r"\s*[;|]\s*", r",\s+", r"\s+", r","):
        parts = re.split(pattern, text)
        if len(parts) == 2:
            lat, lon = parse_degrees(parts[0].strip(" ,")), parse_degrees(parts[1].strip(" ,"))
            if lat is not None and lon is not None:
                return lat, lon
    parts = text.split(",")
    if len(parts) == 4:
        return split_pair(f"{parts[0]}.{parts[1]};{parts[2]}.{parts[3]}", name)
    return f"{name} {text[:40]!r} is not latitude and longitude"
