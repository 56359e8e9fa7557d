"""Borders of zones along given lines: rivers, boundaries, streets.

The lines cut the land into blocks. A block whose accounts belong to one zone is that zone's whole, unless it is large
and part of it lies nearer to others; one with accounts of several is divided as it would be without lines (halfway
between the accounts); empty blocks go where they make the border shortest, a border across open land counting more than
one along a line, and one along a barrier not at all. Main lines come first: streets part only the blocks between main
roads that several zones share.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.border_lines import BorderLines
from geo.outline_cells import closed_by
from geo.outline_grow import shorten, sides_of, spread
from geo.outline_sheet import Outline, Sheet

SIDESTEP_M = 3.0  # a line leaves so much room around an account that stands on it
BIG = 4.0  # mean spacings squared: a block larger than this may be shared out among the zones around it
REACH = 4.0  # mean spacings: a barrier that ends so near to a border is drawn on to it
IN_SIGHT = 40  # so many accounts nearest to a place are asked whether a barrier lies in between
ON_LINE_M = 1e-3
EMPTY, MIXED = -1, -2

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stage:
    """What is to be divided: points (all different) with the zone of each, the land around them, their spacing."""

    xy: NDArray[np.float64]
    owner: Ints
    land: Outline
    spacing_m: float

    @cached_property
    def points(self) -> Geometries:
        return np.asarray(shapely.points(self.xy))

    @cached_property
    def nearest(self) -> cKDTree:
        return cKDTree(self.xy)

    def held(self, faces: Geometries) -> Ints:
        """The zone whose accounts each face holds; `EMPTY` for none, `MIXED` where there are several."""
        least, most = np.full(len(faces), self.owner.max() + 1), np.full(len(faces), EMPTY)
        point, face = shapely.STRtree(faces).query(self.points, predicate="within")
        np.minimum.at(least, face, self.owner[point])
        np.maximum.at(most, face, self.owner[point])
        return np.asarray(np.where((most != EMPTY) & (least != most), MIXED, most))

    def open_faces(self, faces: Geometries) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_]]:
        """What each face holds, which are large, and which are to be divided further."""
        held = self.held(faces)
        large = shapely.area(faces) > BIG * self.spacing_m**2
        return held, large, (held == MIXED) | large


def divided_along(
    stage: Stage, sheet: Sheet, borders: list[shapely.LineString], along: BorderLines
) -> tuple[Geometries, Ints]:
    """Pieces that cover the land and the zone of each; every point lies inside a piece of its own zone.

    borders: lines halfway between accounts of different zones, for blocks that several zones share.
    """
    barriers, main, minor = (sheet.lines_m(lines, stage.land) for lines in (along.barriers, along.main, along.minor))
    frame = np.array([shapely.boundary(stage.land), *sheet.cuts(stage.land)], dtype=object)
    cells = np.array(borders, dtype=object)
    ends = _closing(barriers, cells, stage)
    lines = np.concatenate([barriers, main, minor, ends])
    first, second = _edges(stage, np.concatenate([barriers, main, ends, frame]), minor, lines)
    coarse = closed_by(first, stage.land)
    chosen = first
    if len(second):
        open_coarse = coarse[stage.open_faces(coarse)[2]]
        middles = shapely.line_interpolate_point(second, 0.5, normalized=True)
        within = np.unique(shapely.STRtree(middles).query(open_coarse, predicate="intersects")[1])
        chosen = np.concatenate([first, second[within]])
    faces = closed_by(chosen, stage.land)
    held, large, further = stage.open_faces(faces)
    if len(cells):
        cells = cells[np.unique(shapely.STRtree(cells).query(faces[further], predicate="intersects")[1])]
    pieces = closed_by(shapely.union_all([*chosen, *cells]), stage.land)
    zone = _settled(stage, pieces, faces, held, large, barriers)
    free, sides = zone < 0, sides_of(pieces, barriers, main, minor)
    for border in (sides.cost, sides.metres):
        spread(zone, border)
    lost = np.flatnonzero(zone < 0)
    if len(lost):
        zone[lost] = stage.owner[stage.nearest.query(shapely.get_coordinates(shapely.centroid(pieces[lost])))[1]]
    shorten(zone, free, sides.cost)
    return pieces, zone


def _closing(barriers: Geometries, cells: Geometries, stage: Stage) -> Geometries:
    """Where a barrier ends on land: the shortest way on to another barrier or to the border between accounts.

    It closes a river at its bridges and its upper end, as far as that is near, so that land beside it has an end too.
    """
    if not len(barriers):
        return barriers
    whole = shapely.get_parts(shapely.line_merge(shapely.union_all(barriers)))
    whole = whole[~shapely.is_closed(whole)]
    ends = np.concatenate([shapely.get_point(whole, 0), shapely.get_point(whole, -1)])
    own = np.tile(np.arange(len(whole)), 2)
    met = np.bincount(
        shapely.STRtree(whole).query(ends, predicate="dwithin", distance=ON_LINE_M)[0], minlength=len(ends)
    )
    loose = np.flatnonzero((met == 1) & shapely.contains(stage.land, ends))
    ways = []
    for at in loose.tolist():
        others = np.concatenate([np.delete(whole, own[at]), cells])
        if len(others):
            ways.append(shapely.shortest_line(ends[at], others[shapely.STRtree(others).nearest(ends[at])]))
    found = np.array(ways, dtype=object)
    return found[shapely.length(found) < REACH * stage.spacing_m] if len(found) else found


def _edges(stage: Stage, first: Geometries, second: Geometries, lines: Geometries) -> tuple[Geometries, Geometries]:
    """All lines cut where they meet: those of the first kind, and those that are only of the second.

    Lines make a small circle around accounts that stand on them.
    """
    rings = np.empty(0, dtype=object)
    crowded = np.unique(shapely.STRtree(stage.points).query(lines, predicate="dwithin", distance=SIDESTEP_M / 2)[1])
    if len(crowded):
        discs = shapely.union_all(shapely.buffer(stage.points[crowded], SIDESTEP_M, quad_segs=4))
        rings = shapely.boundary(shapely.get_parts(discs))
    noded = shapely.get_parts(shapely.union_all([*first, *second, *rings]))
    noded = noded[shapely.get_type_id(noded) == shapely.GeometryType.LINESTRING]
    middle = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    if len(crowded):
        inside = np.zeros(len(noded), np.bool_)
        parts = shapely.get_parts(discs)
        inside[shapely.STRtree(middle).query(shapely.buffer(parts, -ON_LINE_M), predicate="contains")[1]] = True
        noded, middle = noded[~inside], middle[~inside]
    strong = np.zeros(len(noded), np.bool_)
    of_first = np.concatenate([first, rings])
    strong[shapely.STRtree(middle).query(of_first, predicate="dwithin", distance=ON_LINE_M)[1]] = True
    return noded[strong], noded[~strong]


def _settled(
    stage: Stage, pieces: Geometries, faces: Geometries, held: Ints, large: NDArray[np.bool_], barriers: Geometries
) -> Ints:
    """The zone of every piece that has one by itself: of its accounts, of its block, or of the nearest account.

    The nearest account counts in large blocks, where they are empty or the piece is not small, and only on this side of
    all barriers.
    """
    inner = shapely.point_on_surface(pieces)
    piece, face = shapely.STRtree(faces).query(inner, predicate="within")
    block = np.zeros(len(pieces), np.int64)
    block[piece] = face
    own = stage.held(pieces)
    zone = np.where(own >= 0, own, held[block])
    asking = np.flatnonzero((own < 0) & large[block] & ((zone < 0) | (shapely.area(pieces) > stage.spacing_m**2)))
    if len(asking):
        zone[asking] = _in_sight(stage, shapely.get_coordinates(inner[asking]), barriers)
    return zone


def _in_sight(stage: Stage, here: NDArray[np.float64], barriers: Geometries) -> Ints:
    """The zone of the account nearest to each place on this side of all barriers; else `EMPTY`."""
    most = min(IN_SIGHT if len(barriers) else 1, len(stage.xy))
    near = stage.nearest.query(here, k=[*range(1, most + 1)])[1]
    if not len(barriers):
        return stage.owner[near[:, 0]]
    ways = np.stack([np.repeat(here, most, axis=0), stage.xy[near.reshape(-1)]], axis=1)
    hidden = np.zeros(len(ways), np.bool_)
    hidden[shapely.STRtree(np.asarray(shapely.linestrings(ways))).query(barriers, predicate="intersects")[1]] = True
    seen = ~hidden.reshape(near.shape)
    first = near[np.arange(len(here)), seen.argmax(axis=1)]
    return np.asarray(np.where(seen.any(axis=1), stage.owner[first], EMPTY))
