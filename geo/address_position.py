"""Where on its street a house number stands: its own point, else between its neighbours, else along its block."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians

from geo.address_fold import fold
from geo.address_number import HouseNumber
from geo.address_store import AddressStore, BlockRow, NumberRow, StreetRow
from geo.located import Level
from geo.place import Place

METRES_PER_DEGREE = 111_195.0
SETBACK_M = 12.0  # from the middle of the street to the houses
CORNER_SHARE, CORNER_M = 0.12, 18.0  # houses keep so far from the ends of a block
ONE_HOUSE_M = 150.0  # entries of one number farther apart mean different houses
IN_LINE, IN_LINE_ALONE = 0.5, 0.25
"""How far a house without a letter, or with one and only one other like it, is drawn from its like into the line of its
neighbours along the street."""
WIDEST_GAP_M = 700.0  # between neighbours farther apart nothing is interpolated
PAST_THE_END = 4  # a number so little above the last one known stands beside it


@dataclass(frozen=True, slots=True)
class Position:
    """A place on a street; `share` of 0…1 says how exactly the number is met, `why` how."""

    place: Place
    level: Level
    share: float
    why: str
    postcode: str = ""
    city: str = ""
    entity: str = ""


def position(store: AddressStore, street: StreetRow, number: HouseNumber | None, postcode: str) -> Position:
    """Where a number is on a street, as exactly as the index can tell; without a number the street's middle."""
    if number is None:
        return Position(street.place, Level.STREET, 0.0, "no house number is given: the middle of the street")
    return (
        _own(store, street, number, postcode)
        or _on_block(store.blocks(street.id), number, postcode)
        or _between(store, street, number)
        or _beside_last(store, street, number)
        or Position(
            street.place, Level.STREET, 0.0, f"number {number.key} is not known there: the middle of the street"
        )
    )


def metres(a: Place, b: Place) -> float:
    """Distance of near places, on a plane."""
    wide = cos(radians((a.lat + b.lat) / 2))
    east = (b.lon - a.lon + 180) % 360 - 180
    return METRES_PER_DEGREE * hypot(b.lat - a.lat, east * wide)


def _own(store: AddressStore, street: StreetRow, number: HouseNumber, postcode: str) -> Position | None:
    """The number's own entry; else beside the nearest of the same number with another letter or part."""
    rows = store.numbers(street.id, number.main)
    if not rows:
        return None
    least = min((_other_code(r, postcode), number.unlike(r.suffix), not r.own) for r in rows)
    nearest = [r for r in rows if (_other_code(r, postcode), number.unlike(r.suffix), not r.own) == least]
    best = nearest[0]
    if any(metres(best.place, r.place) > ONE_HOUSE_M for r in nearest):
        why = f"several houses there have number {number.key}"
        return Position(best.place, Level.STREET, 0.4, why, best.postcode, best.city, best.entity)
    if best.suffix == number.suffix:
        why = f"number {best.written} is known"
        return Position(best.place, Level.ROOFTOP, 1.0, why, best.postcode, best.city, best.entity)
    why = (
        f"number {number.key} is not known, {' and '.join(dict.fromkeys(r.written for r in nearest[:2]))} beside it is"
    )
    place = _middle([r.place for r in nearest])
    in_line = _between(store, street, number)
    if in_line and metres(in_line.place, place) <= ONE_HOUSE_M:
        share = IN_LINE if not number.suffix else IN_LINE_ALONE if len(rows) == 1 else 0.0
        place = _towards(place, in_line.place, share)
    return Position(place, Level.INTERPOLATED, 0.8, why, best.postcode, best.city, best.entity)


def _middle(places: Sequence[Place]) -> Place:
    """The mean of places that lie close together."""
    first = places[0]
    east = sum((p.lon - first.lon + 180) % 360 - 180 for p in places) / len(places)
    return Place(lat=sum(p.lat for p in places) / len(places), lon=(first.lon + east + 180) % 360 - 180)


def _towards(a: Place, b: Place, share: float) -> Place:
    """The place at a share of the way from one to the other."""
    east = (b.lon - a.lon + 180) % 360 - 180
    return Place(lat=a.lat + share * (b.lat - a.lat), lon=(a.lon + share * east + 180) % 360 - 180)


def _other_code(row: NumberRow, postcode: str) -> bool:
    return bool(postcode and row.postcode) and fold(row.postcode) != postcode


def _on_block(blocks: Sequence[BlockRow], number: HouseNumber, postcode: str) -> Position | None:
    """Along the side of the block whose range holds the number."""
    holding = [b for b in blocks if b.low <= number.main <= b.high and b.parity in (2, number.main % 2)]
    if not holding:
        return None
    best = min(holding, key=lambda b: (bool(postcode) and fold(b.postcode) != postcode, b.parity == 2, b.high - b.low))
    share = 0.5 if best.first == best.last else (number.main - best.first) / (best.last - best.first)
    why = f"between {best.low} and {best.high} on the {best.side} side of its block"
    return Position(
        along(best.line, share, best.side), Level.INTERPOLATED, 0.9, why, best.postcode, best.city, best.entity
    )


def along(line: Sequence[Place], share: float, side: str) -> Place:
    """The place at a share of a line's length, beside it where the houses are."""
    lengths = [metres(a, b) for a, b in pairwise(line)]
    whole = sum(lengths)
    edge = min(CORNER_M, CORNER_SHARE * whole)
    left = min(max(share * whole, edge), whole - edge)
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if left <= length and length > 0:
            return _aside(a, b, left / length, side)
        left -= length
    return line[-1]


def _aside(a: Place, b: Place, share: float, side: str) -> Place:
    """A place between two, moved to the left or right of the way from `a` to `b`."""
    wide = max(cos(radians(a.lat)), 0.01)
    north, east = b.lat - a.lat, ((b.lon - a.lon + 180) % 360 - 180) * wide
    length = hypot(north, east)
    turn = {"left": 1.0, "right": -1.0}.get(side, 0.0) * SETBACK_M / METRES_PER_DEGREE / length
    lat = a.lat + share * north + turn * east
    lon = a.lon + (share * east - turn * north) / wide
    return Place(lat=lat, lon=(lon + 180) % 360 - 180)


def _between(store: AddressStore, street: StreetRow, number: HouseNumber) -> Position | None:
    """Between the next numbers known below and above, of the same side if it has them."""
    for same_side in (True, False):
        below, above = store.beside(street.id, number.main, same_side=same_side)
        if below is None or above is None or metres(below.place, above.place) > WIDEST_GAP_M:
            continue
        share = (number.main - below.main) / (above.main - below.main)
        place = _towards(below.place, above.place, share)
        why = f"number {number.key} is not known: between {below.written} and {above.written}"
        return Position(place, Level.INTERPOLATED, 0.7, why, below.postcode, below.city)
    return None


def _beside_last(store: AddressStore, street: StreetRow, number: HouseNumber) -> Position | None:
    """Beside the nearest number known, where there is none on its other side."""
    near = [row for same in (True, False) for row in store.beside(street.id, number.main, same_side=same) if row]
    if not near:
        return _beside_block(store.blocks(street.id), number)
    best = min(near, key=lambda row: (abs(row.main - number.main), row.main))
    close = abs(best.main - number.main) <= PAST_THE_END
    level = Level.INTERPOLATED if close else Level.STREET
    why = f"number {number.key} is not known: beside {best.written}, the nearest known"
    return Position(best.place, level, 0.5 if close else 0.2, why, best.postcode, best.city)


def _beside_block(blocks: Sequence[BlockRow], number: HouseNumber) -> Position | None:
    """At the end of the block whose numbers come nearest; between two blocks that is where the number must be."""
    if not blocks:
        return None
    side = [b for b in blocks if b.parity in (2, number.main % 2)] or list(blocks)
    best = min(side, key=lambda b: (min(abs(b.low - number.main), abs(b.high - number.main)), b.id))
    end = best.low if number.main < best.low else best.high
    within = min(b.low for b in side) <= number.main <= max(b.high for b in side)
    place = along(best.line, 0.0 if end == best.first else 1.0, best.side)
    level = Level.INTERPOLATED if within and abs(end - number.main) <= 100 else Level.STREET
    why = f"number {number.key} is in no block's range: at {end}, the nearest that is"
    return Position(
        place, level, 0.6 if level is Level.INTERPOLATED else 0.2, why, best.postcode, best.city, best.entity
    )
