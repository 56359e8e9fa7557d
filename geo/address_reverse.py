"""From a place to the address nearest to it."""

from itertools import pairwise
from math import cos, radians

from geo.address import Address
from geo.address_answer import AddressAnswer
from geo.address_position import METRES_PER_DEGREE, metres
from geo.address_schema import CELLS_PER_DEGREE, cell_number
from geo.address_store import AddressStore, BlockRow
from geo.located import Level
from geo.place import Place

HOUSE_BEFORE_STREET_M = 40.0  # a house is the answer unless a street is nearer by so much


def nearest(store: AddressStore, place: Place, within_m: float) -> AddressAnswer:
    """The nearest house number, or the nearest street where no house is about as near."""
    cells = _cells(place, within_m)
    houses = [(metres(place, row.place), row.street, row.written, row) for row in store.numbers_in(cells)]
    house = min(((d, s, w, r) for d, s, w, r in houses if d <= within_m), key=lambda h: h[:3], default=None)
    lines = [(*_foot(place, block), block) for block in store.blocks_in(cells)]
    line = min((found for found in lines if found[0] <= within_m), key=lambda f: (f[0], f[2].id), default=None)
    if house and (line is None or house[0] <= line[0] + HOUSE_BEFORE_STREET_M):
        distance_m, _, written, row = house
        street = store.street(row.street)
        where = Address(
            f"{street.title} {written}", row.city or street.city, row.postcode, street.region, street.country
        )
        why = f"{street.title} {written}, the nearest house number, is {distance_m:.0f} m away"
        score = round(1 - 0.5 * distance_m / within_m, 3)
        return AddressAnswer(row.place, Level.ROOFTOP, score, store.source, why, matched=where, entity=row.entity)
    if line:
        distance_m, at, block = line
        return _on_line(store, place, at, block, distance_m, within_m)
    return AddressAnswer(None, Level.NONE, 0.0, store.source, f"no address within {within_m:.0f} m")


def _on_line(
    store: AddressStore, place: Place, share: float, block: BlockRow, distance_m: float, within_m: float
) -> AddressAnswer:
    """The street, with a number counted along its block where the block has numbers."""
    street = store.street(block.street)
    number = ""
    if block.low >= 0 and block.side:
        step = 1 if block.parity == 2 else 2
        number = f" {block.first + step * round(share * (block.last - block.first) / step)}"
    where = Address(f"{street.title}{number}", block.city or street.city, block.postcode, street.region, street.country)
    why = f"{street.title}{number and ', about number' + number}, {distance_m:.0f} m away"
    level = Level.INTERPOLATED if number else Level.STREET
    score = round(0.8 - 0.5 * distance_m / within_m, 3)
    return AddressAnswer(place, level, score, store.source, why, matched=where, entity=block.entity)


def _cells(place: Place, within_m: float) -> list[int]:
    """The cells of the grid that lie within so many metres."""
    high = within_m / METRES_PER_DEGREE
    wide = high / max(cos(radians(place.lat)), 0.05)
    rows = range(int((place.lat - high + 90) * CELLS_PER_DEGREE), int((place.lat + high + 90) * CELLS_PER_DEGREE) + 1)
    first, last = ((place.lon + turn + 180) * CELLS_PER_DEGREE for turn in (-wide, wide))
    return [cell_number(row, column) for row in rows for column in range(int(first // 1), int(last // 1) + 1)]


def _foot(place: Place, block: BlockRow) -> tuple[float, float]:
    """How far a place is from a block's line, and at which share of its length; a side's line lies on that side."""
    wide = cos(radians(place.lat))
    best, gone, whole = (float("inf"), 0.0), 0.0, 0.0
    for a, b in pairwise(block.line):
        length = metres(a, b)
        north, east = b.lat - a.lat, ((b.lon - a.lon + 180) % 360 - 180) * wide
        up, right = place.lat - a.lat, ((place.lon - a.lon + 180) % 360 - 180) * wide
        square = north * north + east * east
        share = min(max((up * north + right * east) / square, 0.0), 1.0) if square else 0.0
        distance = METRES_PER_DEGREE * ((up - share * north) ** 2 + (right - share * east) ** 2) ** 0.5
        cross = east * up - north * right  # above 0 on the left
        if block.side and (cross > 0) != (block.side == "left"):
            distance += 0.5  # the block's other side is the answer
        if distance < best[0]:
            best = (distance, gone + share * length)
        gone += length
        whole = gone
    return best[0], best[1] / whole if whole else 0.0
