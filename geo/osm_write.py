"""Writing streets as an OpenStreetMap extract, so that every source of roads goes the same way."""

from collections.abc import Sequence
from pathlib import Path

import osmium

from geo.region_street_file import Street


def write_extract(streets: Sequence[Street], path: Path) -> None:
    """Streets as ways; ends of the same name become one node, every other point a node of its own."""
    junctions: dict[str, int] = {}
    ways: list[list[int]] = []
    made = 0
    with osmium.SimpleWriter(str(path)) as writer:
        for street in streets:
            refs: list[int] = []
            for at, place in enumerate(street.line):
                end = street.ends[0] if at == 0 else street.ends[1] if at == len(street.line) - 1 else ""
                ref = junctions.get(end) if end else None
                if ref is None:
                    made += 1
                    ref = made
                    writer.add_node(osmium.osm.mutable.Node(id=ref, location=(place.lon, place.lat)))
                if end:
                    junctions[end] = ref
                refs.append(ref)
            ways.append(refs)
        for number, (street, refs) in enumerate(zip(streets, ways, strict=True), start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=dict(street.tags)))
