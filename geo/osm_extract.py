"""Reading an OpenStreetMap extract once: roads, house numbers, streets and shops.

Objects without any of the wanted tags never leave pyosmium's C++ side. Roads go into flat arrays at once, so that an
extract of a whole state does not become millions of Python objects.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import osmium

from geo.address import Address
from geo.address_record import AddressPoint, AddressRecord, KilometrePost, StreetLine
from geo.errors import ExtractError
from geo.osm_roads import RESTRICTIONS, RoadReader, RoadWays
from geo.place import Place
from geo.region_shops import Shop
from geo.road_profile import Profile
from geo.road_speed import Tags

NUMBER_FIRST = frozenset({"US", "CA", "GB", "IE", "AU", "NZ", "FR", "LU"})  # "12 Main Street"
SHOP_NOT_YET = frozenset({"", "no", "vacant"})


@dataclass(slots=True)
class Extract:
    """What one pass over a file yields."""

    roads: RoadWays
    records: list[AddressRecord]
    shops: list[Shop]
    timestamp: str = ""


def read_extract(path: Path, profiles: Sequence[Profile]) -> Extract:
    """Everything a region needs from one file.

    Shops are the objects with a `shop` tag; areas count at the middle of their outline.

    Raises:
        ExtractError: the file is missing, is no OpenStreetMap file, or ends too early.
    """
    roads = RoadReader(profiles)
    records: list[AddressRecord] = []
    shops: list[Shop] = []
    with reading(path):
        timestamp = osmium.io.Reader(str(path)).header().get("osmosis_replication_timestamp")
        for thing in _wanted_objects(path):
            tags = dict(thing.tags)
            if thing.is_node():
                roads.add_point(thing.id, tags)
            if thing.is_way():
                pieces = list(_whole_pieces(thing)) if "highway" in tags or "route" in tags else []
                roads.add_way(thing.id, pieces, tags)
                records.extend(_street(thing, tags, pieces))
                continue  # a closed way comes again as an area
            if thing.is_relation():
                roads.add_restriction([(member.role, member.type, member.ref) for member in thing.members], tags)
                continue
            place = _middle(thing)
            if place is not None:
                entity = _entity(thing)
                records.extend(_numbers(tags, place, entity))
                shops.extend(_shops(tags, place, entity))
    return Extract(roads.freeze(), records, shops, timestamp)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn pyosmium's complaints into one that names the file."""
    if not path.is_file():
        raise ExtractError(f"{path}: no such file; expected an OpenStreetMap extract (.osm.pbf)")
    try:
        yield
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise ExtractError(_complaint(path, str(error))) from error


def _complaint(path: Path, message: str) -> str:
    if "EOF" in message or "truncated" in message.lower():
        return f"{path}: the file ends too early ({message}); it was cut off, download or copy it again"
    return f"{path}: not a readable OpenStreetMap extract ({message}); expected a file such as town.osm.pbf"


def _wanted_objects(path: Path) -> Iterator[Any]:
    wanted = osmium.filter.KeyFilter("highway", "shop", "addr:housenumber", "barrier", "route", *RESTRICTIONS)
    built = osmium.filter.KeyFilter("shop", "addr:housenumber")
    processor = osmium.FileProcessor(str(path)).with_locations().with_areas(built).with_filter(wanted)
    yield from processor


def _whole_pieces(way: Any) -> Iterator[list[tuple[int, float, float]]]:
    """The points of a way; points cut off at the extract's edge split it."""
    piece: list[tuple[int, float, float]] = []
    for node in way.nodes:
        if node.location.valid():
            piece.append((node.ref, node.location.lat, node.location.lon))
            continue
        if len(piece) > 1:
            yield piece
        piece = []
    if len(piece) > 1:
        yield piece


def _entity(thing: Any) -> str:
    if thing.is_area():
        return f"{'way' if thing.from_way() else 'relation'}/{thing.orig_id()}"
    return f"node/{thing.id}"


def _middle(thing: Any) -> Place | None:
    """Where a node stands; for an area the middle of its first outline's box."""
    if thing.is_node():
        return Place(thing.location.lat, thing.location.lon) if thing.location.valid() else None
    ring = next(iter(thing.outer_rings()), ())
    points = [(node.location.lat, node.location.lon) for node in ring if node.location.valid()]
    if not points:
        return None
    lats, lons = zip(*points, strict=True)
    return Place((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)


def _street(way: Any, tags: Tags, pieces: Sequence[Sequence[tuple[int, float, float]]]) -> Iterator[StreetLine]:
    name = tags.get("name", "")
    if not name or "highway" not in tags:
        return
    for piece in pieces:
        line = tuple(Place(lat, lon) for _, lat, lon in piece)
        yield StreetLine(street=name, line=line, entity=f"way/{way.id}")


def _numbers(tags: Tags, place: Place, entity: str) -> Iterator[AddressRecord]:
    street = tags.get("addr:street") or tags.get("addr:place") or ""
    number = tags.get("addr:housenumber", "")
    where = {"city": tags.get("addr:city", ""), "country": tags.get("addr:country", ""), "entity": entity}
    if street and number:
        yield AddressPoint(street, number, place, postcode=tags.get("addr:postcode", ""), **where)
    if tags.get("highway") == "milestone":
        road, distance = tags.get("name") or tags.get("ref") or "", _kilometres(tags.get("distance", ""))
        if road and distance is not None:
            yield KilometrePost(road, distance, place, **where)


def _kilometres(text: str) -> float | None:
    try:
        value = float(text.removesuffix("km").strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _shops(tags: Tags, place: Place, entity: str) -> Iterator[Shop]:
    kind = tags.get("shop", "")
    if kind in SHOP_NOT_YET:
        return
    name = tags.get("name") or tags.get("brand") or tags.get("operator") or ""
    yield Shop(entity, name, kind, place, _address(tags), tags.get("opening_hours", ""))


def _address(tags: Tags) -> Address:
    street = tags.get("addr:street") or tags.get("addr:place") or ""
    number, country = tags.get("addr:housenumber", ""), tags.get("addr:country", "")
    words = (number, street) if country.upper() in NUMBER_FIRST else (street, number)
    return Address(
        line=" ".join(word for word in words if word),
        city=tags.get("addr:city", ""),
        postcode=tags.get("addr:postcode", ""),
        country=country,
    )
