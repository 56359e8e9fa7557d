"""Accounts as points, a hundred thousand of them on one canvas."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maps.layers.drawn import DrawnLayer
from maps.palette import palette


class PointCloud(DrawnLayer):
    """Accounts on one canvas, coloured by group.

    Args:
        lat, lon: (n,) WGS84 degrees.
        group: (n,) whole numbers from 0 to 65535, for example the zone; its colour is ``colors[group]``.
        colors: CSS colours by group.
        row: (n,) what a click reports for each point; its position here by default.
        radius: largest radius of a dot in pixels; dots shrink where they would cover each other.
    """

    maker = ("point_cloud.js", "pointCloud")
    modules = ("point_cloud.js",)
    styles = ("map.css",)

    def __init__(
        self,
        lat: ArrayLike,
        lon: ArrayLike,
        group: ArrayLike,
        *,
        colors: Sequence[str] | None = None,
        row: ArrayLike | None = None,
        name: str = "Accounts",
        radius: float = 5,
        show: bool = True,
    ) -> None:
        super().__init__("PointCloud", name, show=show)
        groups = np.asarray(group)
        if groups.size and not (groups.min() >= 0 and groups.max() < 2**16):
            raise ValueError(f"group must be between 0 and 65535, got {groups.min()} … {groups.max()}")
        rows = np.arange(groups.size) if row is None else np.asarray(row)
        arrays: dict[str, NDArray[Any]] = {
            "lat": np.asarray(lat, dtype=np.float32),
            "lon": np.asarray(lon, dtype=np.float32),
            "row": rows.astype(np.uint32),
            "group": groups.astype(np.uint16),
        }
        if len({array.size for array in arrays.values()}) > 1:
            raise ValueError("lat, lon, group and row must be of one length")
        by_group = list(colors or palette(int(groups.max(initial=0)) + 1))
        if groups.size and groups.max() >= len(by_group):
            raise ValueError(f"group {groups.max()} has no colour: {len(by_group)} given")
        distinct = list(dict.fromkeys(by_group))
        tones = [distinct.index(color) for color in by_group]
        self.options = {"colors": distinct, "tones": tones, "label": name, "radius": radius}
        self.hold({}, arrays)
