"""read_lines: lines and areas of a file, and what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from geo import FrameError, read_lines


def written(folder: Path, *geometries: Any) -> Path:
    """A GeoJSON file of these geometries."""
    path = folder / "rivers.geojson"
    features = [{"type": "Feature", "properties": {"name": "x"}, "geometry": shape} for shape in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


LINE = {"type": "LineString", "coordinates": [[10, 50], [11, 50]]}
LAKE = {"type": "Polygon", "coordinates": [[[10, 50], [11, 50], [11, 51], [10, 50]]]}
BRIDGE = {"type": "Point", "coordinates": [10.5, 50]}


def test_areas_give_their_edges_and_points_are_kept_apart(tmp_path: Path) -> None:
    drawn = read_lines(written(tmp_path, LINE, LAKE, BRIDGE))
    assert [line.geom_type for line in drawn.lines] == ["LineString", "LineString"]
    assert drawn.lines[1].is_closed
    assert [(point.x, point.y) for point in drawn.points] == [(10.5, 50.0)]
    assert drawn.source == "rivers.geojson"


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "row 2: geometry is empty; expected a line, a polygon or a point"),
        ({"type": "LineString", "coordinates": [[10, 50], [11, 95]]}, "row 2: geometry has a corner at longitude 11"),
        ({"type": "GeometryCollection", "geometries": [LINE, BRIDGE]}, "row 2: geometry is a GeometryCollection"),
    ],
)
def test_a_feature_that_cannot_be_used_is_named(tmp_path: Path, shape: Any, said: str) -> None:
    with pytest.raises(FrameError, match=r"rivers\.geojson") as refused:
        read_lines(written(tmp_path, LINE, shape))
    assert said in str(refused.value)


def test_points_alone_are_no_lines(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="no line and no polygon among its 1 features"):
        read_lines(written(tmp_path, BRIDGE))


def test_a_file_that_is_missing_or_no_geometry(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_lines(tmp_path / "none.geojson")
    (tmp_path / "text.geojson").write_text("not json")
    with pytest.raises(FrameError, match=r"text\.geojson cannot be read: .*; expected GeoJSON, ") as told:
        read_lines(tmp_path / "text.geojson")
    assert str(tmp_path) not in str(told.value) and "driver" not in str(told.value)
