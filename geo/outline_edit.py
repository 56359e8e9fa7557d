"""Borders drawn by hand: the edited zone gets its shape, the neighbours give way, and nothing gaps or overlaps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.outline_sheet import Outline
from geo.place import Place

GRID_DEGREES = 1e-9  # corners are whole multiples, a tenth of a millimetre, so that neighbours share them exactly
OUTSIDE, GIVEN_UP = -1, -2


@dataclass(frozen=True, slots=True, eq=False)
class OutlineEdit:
    """`outlines` after the edit. `moved` are rows of places whose zone changes, `to` the zone each comes to, -1 where
    none covers it any more. `swallowed`: zones of which nothing is left.
    """

    outlines: tuple[Outline, ...]
    moved: NDArray[np.int64]
    to: NDArray[np.int64]
    swallowed: tuple[int, ...]


def zones_at(outlines: Sequence[Outline], places: Sequence[Place]) -> NDArray[np.int64]:
    """(n,) the zone each place lies in, the first where it lies on a border between two; -1 outside of all."""
    found = np.full(len(places), len(outlines))
    points = shapely.points([place.lon for place in places], [place.lat for place in places])
    point, zone = shapely.STRtree(np.array(outlines, dtype=object)).query(points, predicate="intersects")
    np.minimum.at(found, point, zone)
    found[found == len(outlines)] = OUTSIDE
    return found


def edit_outline(
    outlines: Sequence[Outline], zone: int, shape: BaseGeometry, places: Sequence[Place] = ()
) -> OutlineEdit:
    """Give one zone the shape a person drew (degrees, longitude first) and let the others fit themselves to it.

    What the shape takes is taken from whoever had it; what it gives up goes, piece by piece, to the zone it has the
    longest border with. Land that belonged to nobody may be taken; given up without a neighbour it is nobody's again.
    Corners that two outlines have in common stay the same numbers in both.

    Raises:
        ValueError: a shape that is no area or crosses itself, or no such zone.
    """
    if not 0 <= zone < len(outlines):
        raise ValueError(f"zone must lie in 0…{len(outlines) - 1}, got {zone}")
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise ValueError(f"expected the area of a zone, got {'nothing' if shape.is_empty else shape.geom_type}")
    if not shapely.is_valid(shape):
        raise ValueError(f"the shape is not valid: {shapely.is_valid_reason(shape)}")
    before = zones_at(outlines, places)
    faces = _faces([*outlines, shape])
    owner = _owners(faces, outlines, zone, shape)
    _hand_over(faces, owner, zone, len(outlines))
    after = tuple(_joined(faces[owner == number]) for number in range(len(outlines)))
    now = zones_at(after, places)
    moved = np.flatnonzero(now != before)
    gone = tuple(n for n, (old, new) in enumerate(zip(outlines, after, strict=True)) if new.is_empty > old.is_empty)
    return OutlineEdit(after, moved, now[moved], gone)


def _faces(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    """The areas into which all borders together cut the plane."""
    lines = shapely.union_all([shapely.boundary(shape) for shape in shapes], grid_size=GRID_DEGREES)
    return np.array(shapely.get_parts(shapely.polygonize([lines])), dtype=object)


def _owners(
    faces: NDArray[np.object_], outlines: Sequence[Outline], zone: int, shape: BaseGeometry
) -> NDArray[np.int64]:
    """The zone of each face: the edited one within the shape, else the one that had it; what was given up is marked."""
    inner = shapely.point_on_surface(faces)
    owner = np.full(len(faces), OUTSIDE)
    point, had = shapely.STRtree(np.array(outlines, dtype=object)).query(inner, predicate="intersects")
    owner[point[::-1]] = had[::-1]
    owner[owner == zone] = GIVEN_UP
    shapely.prepare(shape)
    owner[shapely.intersects(shape, inner)] = zone
    return owner


def _hand_over(faces: NDArray[np.object_], owner: NDArray[np.int64], zone: int, zones: int) -> None:
    """Give every face that was given up to the zone with the longest border along it, from the outside inwards."""
    tree = shapely.STRtree(faces)
    waiting = set(np.flatnonzero(owner == GIVEN_UP).tolist())
    while waiting:
        borders: dict[int, NDArray[np.float64]] = {}
        for face in waiting:
            near = tree.query(faces[face], predicate="touches")
            near = near[(owner[near] >= 0) & (owner[near] != zone)]
            if len(near):
                length = shapely.length(shapely.intersection(faces[face], faces[near]))
                borders[face] = np.bincount(owner[near], length, zones)
        taken = {face: along for face, along in borders.items() if along.max() > 0}
        if not taken:
            owner[list(waiting)] = OUTSIDE
            return
        for face, along in taken.items():
            owner[face] = int(along.argmax())
        waiting -= taken.keys()


def _joined(faces: NDArray[np.object_]) -> Outline:
    if len(faces) == 0:
        return shapely.Polygon()
    whole = shapely.normalize(shapely.coverage_union_all(faces))
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
