"""Zones as areas to draw: outlines that meet without gaps and hold their accounts."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.border_lines import BorderLines
from geo.outline_along import Stage, divided_along
from geo.outline_cells import apart, cell_borders, faces_within, land_around, on_shore, straightened
from geo.outline_sheet import Outline, Sheet
from geo.place import Place

SMOOTHING = 0.6  # how far a border may be straightened, in mean spacings


def zone_outlines(
    places: Sequence[Place],
    zone: NDArray[np.int32],
    zones: int,
    *,
    within: Outline | None = None,
    along: BorderLines | None = None,
) -> list[Outline]:
    """The outline of each zone in EPSG:4326: together they cover the accounts' surroundings, without gap or overlap.

    A zone is where an account of the zone is nearer than any other (Voronoi cells of its accounts, joined). Borders
    are then straightened by up to 0.6 of the mean spacing, but never past half of the way to an account, so every
    account stays strictly inside its own zone. All of it ends a little outside the accounts, along dents of the coast
    rather than across them. Two outlines that meet have every corner of their border in common, exactly.

    Accounts of several zones at one point cannot all be inside: each of these zones gets a sector at that point.
    A zone without accounts has an empty outline. Areas over the antimeridian are cut there, as GeoJSON wants it.

    Args:
        zone: the zone of each place, 0 … zones - 1.
        within: land or country (degrees): outlines do not run out over the sea, and cover the land between accounts
            that lie up to six spacings apart. An account beside the land, on a pier, stays inside with a little margin.
        along: lines that borders follow where the accounts allow it; see `outline_along`.

    Raises:
        ValueError: lengths differ, or a zone out of range.
    """
    zone = np.asarray(zone)
    if len(zone) != len(places):
        raise ValueError(f"zone must have one entry per place, got {len(zone)} for {len(places)}")
    if len(zone) and (zone.min() < 0 or zone.max() >= zones):
        raise ValueError(f"zone must lie in 0…{zones - 1}, got {zone.min()}…{zone.max()}")
    if len(zone) == 0:
        return [shapely.Polygon() for _ in range(zones)]
    sheet = Sheet.around(places)
    xy, owner = apart(sheet.xy_m(places), zone)
    land, spacing_m = land_around(xy)
    if within is not None:
        land = on_shore(xy, spacing_m, sheet.shape_m(within, land.bounds))
    borders = straightened(cell_borders(xy, owner), xy, SMOOTHING * spacing_m)
    if along:
        faces, found = divided_along(Stage(xy, owner, land, spacing_m), sheet, borders, along)
        return joined(faces, found, zones, sheet)
    faces = faces_within([*borders, shapely.boundary(land), *sheet.cuts(land)], land)
    return joined(faces, _owners(faces, xy, owner), zones, sheet)


def _owners(faces: NDArray[np.object_], xy: NDArray[np.float64], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """The zone of each face: that of the accounts in it, else of the account nearest to its inside."""
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    zone = owner[cKDTree(xy).query(inner)[1]]
    point, face = shapely.STRtree(faces).query(shapely.points(xy), predicate="within")
    zone[face] = owner[point]
    return np.asarray(zone)


def joined(faces: NDArray[np.object_], zone: NDArray[np.int64], zones: int, sheet: Sheet) -> list[Outline]:
    """One outline for each zone, in degrees."""
    turned = np.array([sheet.degrees(face) for face in faces], dtype=object)
    return [_outline(turned[zone == z]) for z in range(zones)]


def _outline(faces: NDArray[np.object_]) -> Outline:
    if len(faces) == 0:
        return shapely.Polygon()
    whole = shapely.normalize(shapely.coverage_union_all(faces))
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
