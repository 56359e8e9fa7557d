"""Hexagons of Uber's H3 grid (https://h3geo.org) as areas."""

from collections.abc import Sequence

import h3
import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array

from geo.areas import Areas
from geo.place import Place

FINEST, COARSEST = 10, 2
PER_CELL = 4.0  # accounts in a cell that has any, when the size is not given
DECIMALS = 9  # of a degree: a tenth of a millimetre, so that corners of neighbouring cells are the same numbers


def suited_resolution(places: Sequence[Place]) -> int:
    """The finest resolution at which cells with accounts hold four on average."""
    for resolution in range(FINEST, COARSEST, -1):
        if len(places) >= PER_CELL * len(_cells(places, resolution)):
            return resolution
    return COARSEST


def cell_areas(places: Sequence[Place], resolution: int | None = None) -> Areas:
    """The cells with accounts, those around them and those enclosed by them; the middle size unless one is given.

    Raises:
        ValueError: a resolution outside 0 to 15, or no places.
    """
    if not places:
        raise ValueError("there are no places to lay cells over")
    size = suited_resolution(places) if resolution is None else resolution
    if not 0 <= size <= 15:
        raise ValueError(f"the resolution of cells must be 0 to 15, got {size}")
    cells = sorted(_filled(_cells(places, size)))
    number = {cell: index for index, cell in enumerate(cells)}
    links = [(number[cell], number[other]) for cell in cells for other in h3.grid_disk(cell, 1) if other in number]
    links = [(one, other) for one, other in links if one != other]
    rows, columns = np.array(links, dtype=np.int64).reshape(-1, 2).T
    graph = csr_array(coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(cells), len(cells))))
    west = _west(places)
    shapes = np.array([_hexagon(cell, west) for cell in cells], dtype=object)
    return Areas(tuple(cells), shapes, graph, west=west)


def _cells(places: Sequence[Place], resolution: int) -> set[str]:
    return {h3.latlng_to_cell(place.lat, place.lon, resolution) for place in places}


def _filled(cells: set[str]) -> set[str]:
    """The cells, one ring around each, and what they enclose."""
    wide = {other for cell in cells for other in h3.grid_disk(cell, 1)}
    shape = h3.cells_to_h3shape(sorted(wide))
    parts = list(shape) if isinstance(shape, h3.LatLngMultiPoly) else [shape]
    for part in parts:
        if part.holes:
            wide |= set(h3.h3shape_to_cells(h3.LatLngPoly(part.outer), h3.get_resolution(next(iter(cells)))))
    return wide


def _west(places: Sequence[Place]) -> float:
    """A longitude in the widest gap between the places, so that nothing is torn apart there."""
    lon = np.unique([place.lon for place in places])
    gaps = np.diff(lon, append=lon[0] + 360)
    widest = int(gaps.argmax())
    if widest == len(lon) - 1:
        return -180.0
    return float(lon[widest] + gaps[widest] / 2)


def _hexagon(cell: str, west: float) -> shapely.Polygon:
    lat, lon = np.round(np.array(h3.cell_to_boundary(cell)), DECIMALS).T
    lon = np.where(lon < west, lon + 360, lon)
    if np.ptp(lon) > 180:  # it lies across the sheet's own edge
        lon = np.where(lon > west + 180, lon - 360, lon)
    return shapely.Polygon(np.column_stack([lon, lat]))
