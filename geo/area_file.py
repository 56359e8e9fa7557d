"""Areas from a file: postal codes, municipalities, anything with polygons."""

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import Areas, shared_borders
from geo.errors import FrameError
from geo.geometry_file import read_geometries

NAMES = ("name", "plz", "postcode", "postal_code", "zip", "zipcode", "code", "ags", "nuts_id", "id", "gen", "title")


def read_areas(path: Path, *, name: str | None = None) -> Areas:
    """Polygons of a GeoJSON, GeoPackage, Shapefile or GeoParquet file.

    Invalid shapes are mended, and where areas overlap the first keeps what both claim; both are said in the notes.

    name: the column with the areas' names; by default one that is called so, else their numbers.

    Raises:
        FrameError: no polygons, or no CRS.
        FileNotFoundError: there is no such file.
    """
    frame = read_geometries(path, "areas")
    whole = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.is_empty].reset_index(drop=True)
    if whole.empty:
        raise FrameError([f"{Path(path).name} has no polygons among its {len(frame)} features"])
    notes = [] if len(whole) == len(frame) else [f"{len(frame) - len(whole)} features without a polygon are left out."]
    shapes, said = _sound(np.asarray(whole.geometry.array, dtype=object))
    return Areas(_names(whole, name), shapes, shared_borders(shapes), (*notes, *said))


def _names(frame: Any, wanted: str | None) -> tuple[str, ...]:
    by_word = {str(column).casefold(): column for column in frame.columns if column != frame.active_geometry_name}
    if wanted is not None and wanted.casefold() not in by_word:
        raise FrameError([f"there is no column {wanted!r}; found {', '.join(map(repr, by_word.values())) or 'none'}"])
    words = (wanted.casefold(),) if wanted is not None else NAMES
    for word in words:
        if word in by_word and (wanted is not None or frame[by_word[word]].is_unique):
            return tuple(str(value) for value in frame[by_word[word]])
    return tuple(str(number) for number in range(1, len(frame) + 1))


def _sound(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], list[str]]:
    """The same areas, valid and without overlap."""
    notes = []
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = np.where(broken, _polygons(shapely.make_valid(shapes)), shapes)
        notes.append(f"{int(broken.sum())} areas with invalid shapes were mended.")
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    both = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    over = both > 1e-6 * np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    if over.any():
        shapes = shapes.copy()
        for first, second in zip(one[over], other[over], strict=True):
            shapes[second] = _polygons(np.array([shapely.difference(shapes[second], shapes[first])]))[0]
        notes.append(f"{int(over.sum())} pairs of areas overlap: what two claim goes to the first.")
    return shapes, notes


def _polygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Only the areas of each, without lines and points that mending leaves."""
    out = np.empty(len(shapes), dtype=object)
    for index, shape in enumerate(shapes):
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        out[index] = shapely.union_all(parts) if parts else shapely.Polygon()
    return out
