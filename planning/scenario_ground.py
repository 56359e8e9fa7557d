"""Ground of territories in a scenario: borders that are drawn, cut in two, joined, or fitted to the accounts.

Shapely, SciPy and the outlines of `geo` are loaded when they are first needed, not when the server starts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from planning.record_errors import RefusedError
from planning.scenario_base import NOBODY, Ground
from planning.scenario_delta import Delta, State

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOST_CORNERS = 20_000


def shape_of(geometry: Mapping[str, Any]) -> "BaseGeometry":
    """GeoJSON (longitude first) as a valid area.

    Raises:
        RefusedError: it is none, or crosses itself.
    """
    import shapely

    try:
        shape = shapely.geometry.shape(dict(geometry))
        corners = shapely.get_num_coordinates(shape)
    except Exception as error:  # whatever shapely makes of arbitrary JSON
        raise RefusedError(f"Expected a GeoJSON Polygon or MultiPolygon: {error}.") from None
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise RefusedError("Expected a GeoJSON Polygon or MultiPolygon with an area.")
    if corners > MOST_CORNERS:
        raise RefusedError(f"A border may have {MOST_CORNERS:,} corners at most, got {corners:,}.")
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise RefusedError("A border must lie on the earth: longitude −180 to 180, latitude −90 to 90.")
    if not shapely.is_valid(shape):
        raise RefusedError(f"The border crosses itself: {shapely.is_valid_reason(shape)}.")
    return shape


def with_shapes(state: State, shapes: "Mapping[int, BaseGeometry]", new: Mapping[int, Ground] = {}) -> Delta:
    """Give territories the shapes that a person drew, one after the other; the others fit themselves to them.

    Accounts go along where they lie on ground that changes hands and belonged to the territory that gave it; locked
    ones stay. `new` are territories that are not there yet.

    Raises:
        RefusedError: a territory would lose all its ground.
    """
    import shapely

    from geo.outline_edit import edit_outline
    from planning.scenario_tidy import without_leftovers

    grounds = {**state.grounds, **new}
    outlines = {key: _outline(ground) for key, ground in grounds.items()}
    reach = shapely.box(*shapely.total_bounds([*shapes.values(), *(outlines[key] for key in shapes)]))
    keys = [key for key in sorted(grounds) if key in shapes or outlines[key].intersects(reach)]
    before = [outlines[key] for key in keys]
    after = list(before)
    for key, shape in shapes.items():
        after = list(edit_outline(after, keys.index(key), shape).outlines)
    after = without_leftovers(after, [*before, *shapes.values()])
    for key, old, now in zip(keys, before, after, strict=True):
        if now.is_empty and not old.is_empty:
            raise RefusedError(f"Nothing would be left of {grounds[key].name}: merge it instead.")
    changed = [n for n, (old, now) in enumerate(zip(before, after, strict=True)) if not old.equals(now)]
    delta: dict[int, tuple[Ground | None, Ground | None]] = {}
    for n in changed:
        key = keys[n]
        delta[key] = state.grounds.get(key), replace(grounds[key], outline=shapely.to_wkb(after[n]))
    moves = _along(state, [keys[n] for n in changed], [before[n] for n in changed], [after[n] for n in changed])
    return Delta(moves=moves, grounds=delta)


def _along(
    state: State, keys: Sequence[int], before: "Sequence[BaseGeometry]", after: "Sequence[BaseGeometry]"
) -> dict[int, tuple[int, int]]:
    """The sites on ground that changes hands: by site, the key before and the key after."""
    import shapely

    moves: dict[int, tuple[int, int]] = {}
    lat, lon = state.base.lat, state.base.lon
    for giver, old in zip(keys, before, strict=True):
        for taker, now in zip(keys, after, strict=True):
            if giver == taker or old.is_empty or now.is_empty:
                continue
            west, south, east, north = old.bounds
            may = (
                (state.zone == giver) & ~state.locked & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
            )
            rows = np.flatnonzero(may)
            if not len(rows):
                continue
            gained = shapely.intersection(old, now)
            if gained.is_empty or gained.area == 0:
                continue
            shapely.prepare(gained)
            inside = rows[shapely.contains_xy(gained, lon[rows], lat[rows])]
            moves |= {site: (giver, taker) for site in state.base.site[inside].tolist()}
    return moves


def drawn(state: State, key: int, mode: str, shape: "BaseGeometry") -> Delta:
    """A territory with an area that was drawn: it becomes its ground, is added to it, or cut away from it."""
    import shapely

    old = _outline(state.grounds[key])
    if mode == "add":
        shape = shapely.union(old, shape)
    elif mode == "cut":
        shape = shapely.difference(old, shape)
    if shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise RefusedError(f"Nothing would be left of {state.grounds[key].name}: merge it instead.")
    return with_shapes(state, {key: shape})


def split(state: State, key: int, new_key: int, new: Ground) -> Delta:
    """Cut a territory in two halves of equal work by a straight line across its longer side.

    The line stands at a right angle to the principal axis of the accounts, weighted by their hours. Locked accounts
    stay on the old side.

    Raises:
        RefusedError: fewer than two accounts with places of their own.
    """
    import shapely

    ground = state.grounds[key]
    base = state.base
    rows = np.flatnonzero((state.zone == key) & np.isfinite(base.lat))
    hours = base.visits[rows] * (base.service_h[rows] + ground.drive_h) + 1e-9
    squeeze = np.cos(np.radians(base.lat[rows].mean())) if len(rows) else 1.0
    at = np.column_stack([base.lon[rows] * squeeze, base.lat[rows]])
    if len(np.unique(at, axis=0)) < 2:
        raise RefusedError(f"{ground.name} has fewer than two accounts at places of their own: it cannot be split.")
    middle = np.average(at, axis=0, weights=hours)
    axis = np.linalg.eigh(np.cov((at - middle).T, aweights=hours))[1][:, -1]
    axis = axis if axis[np.abs(axis).argmax()] > 0 else -axis
    along = (at - middle) @ axis
    where = _halfway(along, hours)
    far = (along > where) & ~state.locked[rows]
    moves = {site: (key, new_key) for site in base.site[rows[far]].tolist()}
    outline = _outline(ground)
    if outline.is_empty:
        return Delta(moves=moves, grounds={new_key: (None, new)})
    across = np.array([-axis[1], axis[0]])
    reach = 2 * max(outline.bounds[2] - outline.bounds[0], outline.bounds[3] - outline.bounds[1], 1e-3)
    start = middle + where * axis
    corners = [start - reach * across, start + reach * across]
    corners += [corners[1] + reach * axis, corners[0] + reach * axis]
    side = shapely.Polygon([(x / squeeze, y) for x, y in corners])
    taken, left = shapely.intersection(outline, side), shapely.difference(outline, side)
    if not taken.area or not left.area:
        raise RefusedError(f"{ground.name} cannot be cut in two: all its ground lies on one side.")
    pair = with_shapes(state, {new_key: taken}, {new_key: replace(new, outline=None)})
    return Delta(moves=moves, grounds=pair.grounds)


def _halfway(along: NDArray[np.float64], hours: NDArray[np.float64]) -> float:
    """Where a line has half of the hours on either side, between two accounts."""
    order = np.argsort(along, kind="stable")
    done = np.cumsum(hours[order])
    n = int(np.abs(done[:-1] - done[-1] / 2).argmin())
    ahead = along[order][n + 1 :]
    beyond = ahead[ahead > along[order[n]]]
    return float((along[order[n]] + (beyond[0] if len(beyond) else along[order[n]])) / 2)


def joined(state: State, kept: int, gone: int) -> Delta:
    """One territory takes over another whole: its ground, its accounts, locked ones too."""
    import shapely

    keeper, giver = state.grounds[kept], state.grounds[gone]
    moves = {site: (gone, kept) for site in state.base.site[state.zone == gone].tolist()}
    whole = shapely.union_all([_outline(keeper), _outline(giver)], grid_size=1e-9)
    outline = keeper.outline if whole.is_empty else shapely.to_wkb(shapely.normalize(whole))
    return Delta(moves=moves, grounds={gone: (giver, None), kept: (keeper, replace(keeper, outline=outline))})


def fitted(state: State) -> Delta:
    """Borders drawn anew around the accounts as they belong together now."""
    import shapely

    from geo.outline import zone_outlines

    keys = sorted(state.grounds)
    number = {key: n for n, key in enumerate(keys)}
    rows = np.flatnonzero((state.zone != NOBODY) & np.isfinite(state.base.lat))
    places = [Place(lat, lon) for lat, lon in zip(state.base.lat[rows], state.base.lon[rows], strict=True)]
    zone = np.array([number[key] for key in state.zone[rows].tolist()], dtype=np.int32)
    outlines = zone_outlines(places, zone, len(keys))
    changes: dict[int, tuple[Ground | None, Ground | None]] = {}
    for key, outline in zip(keys, outlines, strict=True):
        ground = state.grounds[key]
        if not outline.equals(_outline(ground)):
            changes[key] = ground, replace(ground, outline=None if outline.is_empty else shapely.to_wkb(outline))
    return Delta(grounds=changes)


def _outline(ground: Ground) -> Any:
    import shapely

    return shapely.Polygon() if ground.outline is None else shapely.from_wkb(ground.outline)
