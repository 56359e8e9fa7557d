"""The territories of a plan or a scenario as the map draws them: outlines, colours, labels, and the work in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Rep
from maps.palette import color_zones, keep_colors, neighbours
from planning.scenario_delta import Load, State, loads_of, state_of
from planning.scenarios import own_keys
from planning.viewer import Viewer

rep = table_of(Rep)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTerritory:
    """A territory as drawn; `was` is the work in the plan, None for one that the plan does not have."""

    key: int
    name: str
    rep_id: int | None
    rep: str | None
    color: int
    label: tuple[float, float] | None
    outline: Any
    load: Load
    was: Load | None


def drawn_territories(session: Session, viewer: Viewer, state: State) -> tuple[DrawnTerritory, ...]:
    """The territories that the viewer may see, by name; neighbours have different colours, all colours stay.

    Labels are latitude, longitude.
    """
    import shapely

    keys = sorted(state.grounds)
    shapes = {key: _shape(state.grounds[key].outline) for key in keys}
    colors = _colors(state, keys, shapes)
    loads, before = loads_of(state), loads_of(state_of(state.base))
    names = {row.id: row.name for row in session.execute(select(rep.c.id, rep.c.name))}
    own = own_keys(session, viewer, state.base, state.grounds)
    found = []
    for key in keys:
        if key not in own:
            continue
        ground, shape = state.grounds[key], shapes[key]
        point = None if shape.is_empty else shapely.point_on_surface(_largest(shape))
        label = None if point is None else (round(point.y, 5), round(point.x, 5))
        holder = names.get(ground.rep_id) if ground.rep_id is not None else None
        facts = (key, ground.name, ground.rep_id, holder, colors[key], label, shape, loads[key], before.get(key))
        found.append(DrawnTerritory(*facts))
    return tuple(found)


def whole_rings(outline: Any) -> list[list[NDArray[np.int64]]]:
    """The rings of each piece as (n, 2) latitude, longitude in whole millionths of a degree, as the page knows corners.

    Corners that become one are one: a stretch of no length could not be told from a border that crosses itself. What
    is left without an area is left out.
    """
    found = []
    for piece in getattr(outline, "geoms", [outline]):
        rings = [] if piece.is_empty else [_whole(ring) for ring in (piece.exterior, *piece.interiors)]
        if rings and len(rings[0]) > 3:
            found.append([ring for ring in rings if len(ring) > 3])
    return found


def _whole(ring: Any) -> NDArray[np.int64]:
    corners = np.rint(np.asarray(ring.coords)[:, 1::-1] * 1e6).astype(np.int64)
    return corners[np.r_[True, (np.diff(corners, axis=0) != 0).any(axis=1)]]


def _colors(state: State, keys: list[int], shapes: Mapping[int, Any]) -> dict[int, int]:
    """Those of the plan where the scenario's borders let them be."""
    old = sorted(state.base.territories)
    plan = [_shape(state.base.territories[key].outline) for key in old]
    had = dict(zip(old, color_zones(neighbours(plan)), strict=True))
    if keys == old and all(state.grounds[key].outline == state.base.territories[key].outline for key in keys):
        return had
    near = neighbours([shapes[key] for key in keys])
    return dict(zip(keys, keep_colors(near, [had.get(key) for key in keys]), strict=True))


def _shape(outline: bytes | None) -> Any:
    import shapely

    return shapely.Polygon() if outline is None else shapely.from_wkb(outline)


def _largest(shape: Any) -> Any:
    return max(getattr(shape, "geoms", [shape]), key=lambda piece: piece.area)
