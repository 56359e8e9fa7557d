"""Coordinates of a whole file to places: swapped, projected, missing and far-off ones sorted out together.

A pair on its own rarely tells what went wrong with it; the other rows of the file do. Everything changed here is
counted and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from statistics import median

from geo.place import Place
from planning.account_countries import Box, box_of, lies_in
from planning.errors import TableError
from planning.table_raw import Pair
from planning.table_words import counted

EARTH_RADIUS_KM = 6371.0088
MIN_BULK = 5  # rows that must agree before one row is judged by the others
MIN_SPREAD_DEG = 1.0
SPREADS = 8.0  # this many median deviations from the middle still belong to the bulk
PROJECTED_SHARE = 0.9
TYPO_SHARE = 0.1
SWAPPED_SHARE = 0.8
OUTLIER_KM = 500.0
OUTLIER_MEDIANS = 15.0
SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Settled:
    """One entry per row, a place or why there is none, and what was found and repaired."""

    places: tuple[Place | str, ...]
    notes: tuple[str, ...]


def settle(
    pairs: Sequence[Pair], rows: Sequence[int], names: tuple[str, str], countries: Sequence[str] = ()
) -> Settled:
    """Places for all rows of a file.

    Args:
        rows: the number an editor shows for each pair.
        names: the columns they stand in.
        countries: each row's country as written, where the file has one; empty where it has not.

    Raises:
        TableError: the columns hold projected coordinates throughout.
    """
    entries = [_zero(pair) for pair in pairs]
    _refuse_projected(entries, rows, names)
    entries = [_out_of_reach(entry, names) for entry in entries]
    notes: list[str] = []
    boxes = [box_of(country) for country in countries] or [None] * len(entries)
    if _whole_file_swapped(entries) or _swapped_by_country(entries, boxes):
        given = next(pair for pair in entries if not isinstance(pair, str))
        entries = [pair if isinstance(pair, str) else (pair[1], pair[0]) for pair in entries]
        count = sum(1 for pair in entries if not isinstance(pair, str))
        notes.append(
            f"Latitude and longitude are swapped in the whole file ({names[0]} holds values such as {given[0]:g}): "
            f"read the other way round in {counted(count, 'row')}."
        )
    entries, swapped = _swap_single_rows(entries, names, boxes)
    if swapped:
        shown = _shown([rows[i] for i in swapped])
        notes.append(f"Latitude and longitude swapped back, as the other rows or the country tell, in {shown}.")
    places = tuple(entry if isinstance(entry, str) else Place(lat=entry[0], lon=entry[1]) for entry in entries)
    return Settled(places, (*notes, *_summary(places), *extent(places), *outliers(places, rows)))


def _zero(pair: Pair) -> Pair:
    return "0/0" if pair == (0, 0) else pair


def _refuse_projected(entries: Sequence[Pair], rows: Sequence[int], names: tuple[str, str]) -> None:
    given = [(row, entry) for row, entry in zip(rows, entries, strict=True) if not isinstance(entry, str)]
    beyond = [(row, pair) for row, pair in given if max(abs(pair[0]), abs(pair[1])) > 180]
    if not given or len(beyond) < PROJECTED_SHARE * len(given):
        return
    row, pair = beyond[0]
    at = 0 if abs(pair[0]) > 180 else 1
    raise TableError(f"Row {row}, {names[at]}: {_cause(pair[at])}; expected degrees (WGS84), so nothing was read")


def _cause(value: float) -> str:
    if abs(value) >= 1e7:
        return f"{value:.10g} looks like degrees whose decimal point was lost"
    return f"{value:.10g} looks like metres of a projected coordinate system (such as UTM)"


def _out_of_reach(entry: Pair, names: tuple[str, str]) -> Pair:
    if isinstance(entry, str):
        return entry
    for value, name in zip(entry, names, strict=True):
        if abs(value) > 1000:
            return f"{name} {_cause(value)}, expected degrees"
        if abs(value) > 180:
            return f"{name} {value:g} is outside the range of degrees"
    if abs(entry[0]) > 90 and abs(entry[1]) > 90:
        return f"{names[0]} {entry[0]:g} is outside -90…90"
    return entry


def _whole_file_swapped(entries: Sequence[Pair]) -> bool:
    """True when latitudes beyond 90 show that the two columns are the wrong way round for all rows.

    One file may hold both kinds: where turning the rows beyond 90 puts them among the others, only they are swapped;
    where their second number fits the others' second numbers as it is, the whole file is.
    """
    pairs = [entry for entry in entries if not isinstance(entry, str)]
    beyond = [pair for pair in pairs if abs(pair[0]) > 90]
    rest = [pair for pair in pairs if abs(pair[0]) <= 90]
    if len(beyond) <= TYPO_SHARE * len(pairs) or any(abs(pair[1]) > 90 for pair in rest):
        return False  # a few latitudes beyond 90 are slips of single rows
    bulk = bulk_of(rest, least=1)
    if bulk is None:
        return True
    same = sum(1 for a, b in beyond if not bulk.holds((b, a)) and abs(b - bulk.lon) <= 2 * bulk.lon_reach)
    return same > SWAPPED_SHARE * len(beyond)


@dataclass(frozen=True, slots=True)
class Bulk:
    """Where most rows of the file lie: the middle, and how far it reaches in degrees."""

    lat: float
    lon: float
    lat_reach: float
    lon_reach: float

    def holds(self, pair: tuple[float, float], widened: float = 1.0) -> bool:
        return (
            abs(pair[0] - self.lat) <= self.lat_reach * widened and abs(pair[1] - self.lon) <= self.lon_reach * widened
        )


def bulk_of(pairs: Sequence[tuple[float, float]], least: int = MIN_BULK) -> Bulk | None:
    """The middle by medians, which a tenth of bad rows cannot move; None with too few rows to speak of."""
    if len(pairs) < least:
        return None
    lat, lon = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    lat_dev = median(abs(pair[0] - lat) for pair in pairs)
    lon_dev = median(abs(pair[1] - lon) for pair in pairs)
    return Bulk(lat, lon, max(MIN_SPREAD_DEG, SPREADS * lat_dev), max(MIN_SPREAD_DEG, SPREADS * lon_dev))


def _turned_into(box: Box | None, pair: tuple[float, float]) -> bool:
    """True when the pair lies outside its country and would lie inside the other way round."""
    return box is not None and not lies_in(box, *pair) and abs(pair[1]) <= 90 and lies_in(box, pair[1], pair[0])


def _swapped_by_country(entries: Sequence[Pair], boxes: Sequence[Box | None]) -> bool:
    """True when most rows with a known country lie in it only the other way round."""
    known = [(entry, box) for entry, box in zip(entries, boxes, strict=True) if box and not isinstance(entry, str)]
    turned = sum(1 for entry, box in known if _turned_into(box, entry))
    right = sum(1 for entry, box in known if lies_in(box, *entry))
    return turned > 0 and turned >= SWAPPED_SHARE * (turned + right)


def _swap_single_rows(
    entries: Sequence[Pair], names: tuple[str, str], boxes: Sequence[Box | None]
) -> tuple[list[Pair], list[int]]:
    bulk = bulk_of([entry for entry in entries if not isinstance(entry, str) and abs(entry[0]) <= 90])
    out: list[Pair] = []
    swapped: list[int] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, str):
            out.append(entry)
            continue
        turned = (entry[1], entry[0])
        among_others = bulk is not None and bulk.holds(turned) and not bulk.holds(entry, widened=2.0)
        if among_others or _turned_into(boxes[index], entry):
            swapped.append(index)
            out.append(turned)
        elif abs(entry[0]) > 90:
            out.append(f"{names[0]} {entry[0]:g} is outside -90…90 and the other rows do not tell what was meant")
        else:
            out.append(_lone_zero(entry, bulk, names))
    return out, swapped


def _lone_zero(entry: tuple[float, float], bulk: Bulk | None, names: tuple[str, str]) -> Pair:
    """Exactly 0 in one of the two is a missing value unless the other rows lie around there too."""
    if bulk is None or bulk.holds(entry, widened=2.0) or (entry[0] != 0 and entry[1] != 0):
        return entry
    return f"{names[0] if entry[0] == 0 else names[1]} is 0"


def _summary(places: Sequence[Place | str]) -> list[str]:
    without = sum(1 for place in places if isinstance(place, str))
    zero = sum(1 for place in places if place == "0/0")
    blank = sum(1 for place in places if place == "")
    if not without:
        return []
    parts = [(blank, "none given"), (zero, "0/0"), (without - blank - zero, "not usable")]
    listed = ", ".join(f"{count} {what}" for count, what in parts if count)
    return [
        f"{without:,} of {counted(len(places), 'row')} without usable coordinates ({listed}); they go on to geocoding."
    ]


def extent(places: Sequence[Place | str]) -> list[str]:
    """Where most accounts lie, for a person to see at a glance that it is the right part of the world."""
    known = [place for place in places if isinstance(place, Place)]
    if not known:
        return []
    sides = []
    for values in (sorted(place.lat for place in known), sorted(place.lon for place in known)):
        cut = len(values) // 50
        sides.append(f"{values[cut]:.2f} to {values[-1 - cut]:.2f}")
    return [f"Most coordinates lie within latitude {sides[0]}, longitude {sides[1]}."]


def outliers(places: Sequence[Place | str], rows: Sequence[int]) -> list[str]:
    """A remark on places so far from the rest that a slip is likely; they stay where they are."""
    known = [(row, place) for row, place in zip(rows, places, strict=True) if isinstance(place, Place)]
    if len(known) < MIN_BULK:
        return []
    middle = Place(lat=median(place.lat for _, place in known), lon=median(place.lon for _, place in known))
    away = [(row, _distance_km(place, middle)) for row, place in known]
    limit = max(OUTLIER_KM, OUTLIER_MEDIANS * median(km for _, km in away))
    far = [(row, km) for row, km in away if km > limit]
    if not far:
        return []
    return [
        f"{counted(len(far), 'row')} more than {limit:,.0f} km from the middle of the others, kept as given: "
        f"{_shown([row for row, _ in far])} (farthest {max(km for _, km in far):,.0f} km)."
    ]


def _distance_km(a: Place, b: Place) -> float:
    half = sin(radians(a.lat - b.lat) / 2) ** 2
    half += cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(a.lon - b.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def _shown(rows: Sequence[int]) -> str:
    listed = ", ".join(str(row) for row in rows[:SHOWN_ROWS])
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    return f"{'rows' if len(rows) > 1 else 'row'} {listed}{more}"
