"""Given areas and hexagons: which account lies where, who borders on whom, and outlines that follow the borders."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geo import Areas, FrameError, Place, cell_areas, read_areas
from geo.areas import shared_borders


def checkerboard(columns: int, rows: int) -> Areas:
    shapes = np.array([box(x, y, x + 1, y + 1) for y in range(rows) for x in range(columns)], dtype=object)
    return Areas(tuple(f"square {n}" for n in range(len(shapes))), shapes, shared_borders(shapes))


def test_a_border_in_common_makes_neighbours_a_corner_does_not() -> None:
    board = checkerboard(2, 2)
    assert board.neighbours.toarray().tolist() == [[0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0]]


def test_borders_drawn_twice_with_a_hair_between_are_one() -> None:
    shapes = np.array([box(0, 0, 1, 1), box(1.00001, 0, 2, 1)], dtype=object)
    assert shared_borders(shapes).nnz == 2


def test_places_on_a_border_belong_to_the_first_and_outside_to_the_nearest() -> None:
    board = checkerboard(2, 1)
    places = [Place(0.5, 0.5), Place(0.5, 1.0), Place(0.5, 1.5), Place(0.5, 7.0)]
    assert board.of_places(places).tolist() == [0, 0, 1, -1]
    assert board.nearest(places).tolist() == [0, 0, 1, 1]


def test_empty_areas_go_with_the_occupied_one_they_are_nearest_to_over_borders() -> None:
    shapes = np.array([*(box(x, 0, x + 1, 1) for x in range(5)), box(90, 0, 91, 1)], dtype=object)
    strip = Areas(tuple("abcdef"), shapes, shared_borders(shapes))
    assert strip.adopted(np.array([0, 4])).tolist() in ([0, 0, 0, 4, 4, 4], [0, 0, 4, 4, 4, 4])


def test_an_outline_is_the_union_and_ends_at_the_antimeridian() -> None:
    shapes = np.array([box(178, -18, 180.5, -17), box(180.5, -18, 182, -17)], dtype=object)
    fiji = Areas(("west", "east"), shapes, shared_borders(shapes), west=0.0)
    whole = fiji.outline(np.array([0, 1]))
    assert whole.bounds == (-180, -18, 180, -17) and whole.area == pytest.approx(4)
    assert fiji.of_places([Place(-17.5, 179), Place(-17.5, -179)]).tolist() == [0, 1]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    lat=st.sampled_from([0.0, 52.0, -38.0]),
    lon=st.sampled_from([10.0, 180.0]),
    size=st.sampled_from([None, 4, 6]),
)
def test_cells_cover_every_account_without_gaps_or_overlaps(
    seed: int, lat: float, lon: float, size: int | None
) -> None:
    rng = np.random.default_rng(seed)
    at = np.array([lat, lon]) + rng.normal(0, 0.2, (60, 2))
    places = [Place(float(a), float((b + 180) % 360 - 180)) for a, b in at]
    cells = cell_areas(places, size)
    assert cells.of_places(places).min() >= 0
    assert shapely.coverage_is_valid(cells.shapes)
    assert (cells.neighbours != cells.neighbours.T).nnz == 0
    whole = shapely.union_all(cells.shapes)
    assert whole.area == pytest.approx(shapely.area(cells.shapes).sum())
    assert all(not part.interiors for part in shapely.get_parts(whole))


def test_a_resolution_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="must be 0 to 15, got 16"):
        cell_areas([Place(50, 10)], 16)


def test_a_file_is_read_with_its_names_and_mended(tmp_path: Path) -> None:
    bow = shapely.Polygon([(3, 0), (4, 1), (4, 0), (3, 1)])
    shapes = [box(0, 0, 1, 1), box(0.9, 0, 2, 1), bow, Point(9, 9)]
    frame = gpd.GeoDataFrame({"pop": [1, 1, 2, 3], "PLZ": ["01", "02", "03", "04"]}, geometry=shapes, crs="EPSG:4326")
    file = tmp_path / "areas.gpkg"
    frame.to_file(file)
    areas = read_areas(file)
    assert areas.names == ("01", "02", "03")
    assert shapely.area(areas.shapes).tolist() == pytest.approx([1.0, 1.0, 0.5])
    assert areas.neighbours.nnz == 2
    assert areas.notes == (
        "1 features without a polygon are left out.",
        "1 areas with invalid shapes were mended.",
        "1 pairs of areas overlap: what two claim goes to the first.",
    )
    assert read_areas(file, name="pop").names == ("1", "1", "2")


def test_a_file_without_areas_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "points.geojson"
    gpd.GeoDataFrame({"id": [1]}, geometry=[Point(1, 2)], crs="EPSG:4326").to_file(file)
    with pytest.raises(FrameError, match="has no polygons among its 1 features"):
        read_areas(file)
    with pytest.raises(FileNotFoundError):
        read_areas(tmp_path / "nowhere.gpkg")
