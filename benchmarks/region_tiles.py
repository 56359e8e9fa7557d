"""A large extract made of a small one: copies side by side, joined by a road, each a city of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium

GAP_DEGREES = 0.01
TWO_WAY = frozenset({"secondary", "tertiary", "unclassified"})
ROW = 8  # copies from west to east before the next row begins


def tile(extract: Path, copies: int, path: Path) -> Path:
    """Write `copies` of an extract to `path`, their objects numbered anew."""
    west, south, east, north, highest, junction = _facts(extract)
    step = (east - west + GAP_DEGREES, north - south + GAP_DEGREES)
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for copy in range(copies):
            column, row = copy % ROW, copy // ROW
            for node in _of(extract, osmium.osm.NODE):
                location = (node.location.lon + column * step[0], node.location.lat + row * step[1])
                number, tags = node.id + copy * highest, _tags(node, copy)
                writer.add_node(osmium.osm.mutable.Node(id=number, location=location, tags=tags))
        for copy in range(copies):
            for way in _of(extract, osmium.osm.WAY):
                refs = [member.ref + copy * highest for member in way.nodes]
                tags = _tags(way, copy)
                writer.add_way(osmium.osm.mutable.Way(id=way.id + copy * highest, nodes=refs, tags=tags))
        for copy in range(1, copies):
            ends = [junction + other * highest for other in (copy - 1, copy)]
            road = {"highway": "trunk", "name": "Joining Road"}
            writer.add_way(osmium.osm.mutable.Way(id=highest * copies + copy, nodes=ends, tags=road))
        for copy in range(copies):
            for relation in _of(extract, osmium.osm.RELATION):
                members = [(m.type, m.ref + copy * highest, m.role) for m in relation.members]
                tags = _tags(relation, copy)
                one = osmium.osm.mutable.Relation(id=relation.id + copy * highest, members=members, tags=tags)
                writer.add_relation(one)
    return path


def _facts(extract: Path) -> tuple[float, float, float, float, int, int]:
    """Bounds in degrees, one more than the highest number, and a point on a long two-way road."""
    lons, lats, highest, lengths = [], [], 0, {0: 0}
    for thing in osmium.FileProcessor(str(extract)):
        highest = max(highest, thing.id)
        if isinstance(thing, osmium.osm.Node):
            lons.append(thing.location.lon)
            lats.append(thing.location.lat)
        elif isinstance(thing, osmium.osm.Way) and thing.tags.get("highway") in TWO_WAY and "oneway" not in thing.tags:
            lengths[thing.nodes[len(thing.nodes) // 2].ref] = len(thing.nodes)
    return min(lons), min(lats), max(lons), max(lats), highest + 1, max(lengths, key=lambda ref: lengths[ref])


def _of(extract: Path, kind: Any) -> Iterator[Any]:
    yield from osmium.FileProcessor(str(extract), kind)


def _tags(thing: Any, copy: int) -> dict[str, str]:
    """The same tags, in a city of the copy's own."""
    tags = dict(thing.tags)
    if "addr:city" in tags:
        tags["addr:city"] = f"{tags['addr:city']} {copy + 1}"
    return tags
