"""Corners that an edit leaves behind on straight borders, where old and new borders crossed."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.outline_edit import GRID_DEGREES

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Corner = tuple[int, int]
BESIDE_DEGREES = 2e-8
"""A corner this near to the straight line between its neighbours (2 mm) makes no border turn."""


def without_leftovers(after: "Sequence[BaseGeometry]", known: "Iterable[BaseGeometry]") -> "list[BaseGeometry]":
    """The outlines without corners that neither the outlines before nor the shapes drawn have (`known`), that lie on a
    straight stretch, and where no third border begins. They go in every outline at once, so that all still fit.
    """
    import shapely

    old = _corners(shapely.get_coordinates(list(known)))
    rings = [_corners(np.asarray(ring.coords)[:-1]) for shape in after for ring in _rings(shape)]
    gone = _leftovers(rings, {corner for ring in rings for corner in ring} - set(old))
    return [_without(shape, gone) for shape in after] if gone else list(after)


def _rings(shape: Any) -> list[Any]:
    """The shell and every hole of each piece."""
    pieces = [piece for piece in getattr(shape, "geoms", [shape]) if not piece.is_empty]
    return [ring for piece in pieces for ring in (piece.exterior, *piece.interiors)]


def _corners(at: Any) -> list[Corner]:
    return list(map(tuple, np.rint(at / GRID_DEGREES).astype(np.int64).tolist()))


def _leftovers(rings: Sequence[Sequence[Corner]], fresh: set[Corner]) -> set[Corner]:
    """Of these new corners those on a straight stretch between the same two corners wherever they occur."""
    beside: dict[Corner, set[Corner]] = {}
    for ring in rings:
        for k, corner in enumerate(ring):
            if corner in fresh:
                beside.setdefault(corner, set()).update((ring[k - 1], ring[(k + 1) % len(ring)]))
    return {corner for corner, ends in beside.items() if len(ends) == 2 and _straight(corner, *ends)}


def _straight(at: Corner, a: Corner, b: Corner) -> bool:
    (dx, dy), (x, y) = (b[0] - a[0], b[1] - a[1]), (at[0] - a[0], at[1] - a[1])
    along, length = x * dx + y * dy, dx * dx + dy * dy
    return 0 < along < length and abs(x * dy - y * dx) <= BESIDE_DEGREES / GRID_DEGREES * length**0.5


def _without(shape: Any, gone: set[Corner]) -> Any:
    """The shape without these corners; the others keep their numbers to the last bit, as their neighbours have them."""
    import shapely

    def kept(ring: Any) -> Any:
        at = np.asarray(ring.coords)[:-1]
        return at[[corner not in gone for corner in _corners(at)]]

    pieces = [
        shapely.Polygon(kept(one.exterior), [kept(hole) for hole in one.interiors]) for one in shapely.get_parts(shape)
    ]
    return pieces[0] if shape.geom_type == "Polygon" and pieces else shapely.MultiPolygon(pieces)
