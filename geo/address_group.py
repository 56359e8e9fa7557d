"""Records of one street name told apart by neighbourhood: every village has a Main Street."""

from collections.abc import Callable, Iterator, Sequence
from math import cos, floor, radians

from geo.address_fold import fold
from geo.address_record import AddressRange, AddressRecord, KilometrePost, StreetLine
from geo.place import Place

METRES_PER_DEGREE = 111_195.0
SAME_CITY_M = 800.0  # records of one city, or of none, that are so near belong to one street
OTHER_CITY_M = 120.0  # a street that runs on into the next city goes on within this


def grouped(records: Sequence[AddressRecord]) -> list[list[AddressRecord]]:
    """Records of one name as streets, in the order of their first record.

    Records belong to one street when a chain of records leads from one to the other, each within about 800 m of the
    next in the same city, or within about 120 m whatever the city. A record without a city goes with its neighbours.
    Kilometre posts of one name are one road.
    """
    parent = list(range(len(records)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    cities = [fold(record.city) for record in records]
    named = {city for city in cities if city}
    for city in named or {""}:
        members = [at for at, own in enumerate(cities) if own in (city, "")]
        _link(records, members, SAME_CITY_M, parent, root)
    if len(named) > 1:
        _link(records, range(len(records)), OTHER_CITY_M, parent, root)
    posts = [at for at, record in enumerate(records) if isinstance(record, KilometrePost)]
    for at in posts:
        parent[root(at)] = root(posts[0])
    streets: dict[int, list[AddressRecord]] = {}
    for at, record in enumerate(records):
        streets.setdefault(root(at), []).append(record)
    return list(streets.values())


def _link(
    records: Sequence[AddressRecord],
    members: Sequence[int],
    reach_m: float,
    parent: list[int],
    root: Callable[[int], int],
) -> None:
    """Join records in the same or neighbouring cells of a grid of that size."""
    cells: dict[tuple[int, int], int] = {}
    for at in members:
        for cell in _cells(records[at], reach_m):
            parent[root(at)] = root(cells.setdefault(cell, at))
    for (row, column), at in cells.items():
        for near in ((row, column + 1), (row + 1, column - 1), (row + 1, column), (row + 1, column + 1)):
            if near in cells:
                parent[root(cells[near])] = root(at)


def _cells(record: AddressRecord, size_m: float) -> Iterator[tuple[int, int]]:
    line: tuple[Place, ...] = record.line if isinstance(record, AddressRange | StreetLine) else (record.place,)
    for place in line:
        row = floor(place.lat * METRES_PER_DEGREE / size_m)
        wide = METRES_PER_DEGREE * max(cos(radians(round(place.lat))), 0.05)
        yield row, floor(place.lon * wide / size_m)
