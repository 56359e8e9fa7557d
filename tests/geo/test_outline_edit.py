"""Borders drawn by hand: the drawn shape is the zone's, neighbours give way, every point lies in exactly one zone."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from geo import Place, edit_outline, zone_outlines, zones_at

ROW = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)]


def test_what_is_taken_comes_from_the_neighbour_and_what_is_given_goes_to_it() -> None:
    places = [Place(0.5, 0.5), Place(0.5, 1.2), Place(0.5, 1.8), Place(0.5, 2.5)]
    wider = edit_outline(ROW, 0, box(0, 0, 1.5, 1), places)
    assert [outline.area for outline in wider.outlines] == pytest.approx([1.5, 0.5, 1.0])
    assert wider.moved.tolist() == [1] and wider.to.tolist() == [0]
    back = edit_outline(wider.outlines, 0, box(0, 0, 1, 1), places)
    assert [outline.area for outline in back.outlines] == pytest.approx([1.0, 1.0, 1.0])
    assert back.moved.tolist() == [1] and back.to.tolist() == [1]


def test_a_zone_that_is_covered_is_told() -> None:
    edit = edit_outline(ROW, 0, box(0, 0, 2, 1))
    assert edit.swallowed == (1,) and edit.outlines[1].is_empty


def test_nobodys_land_may_be_taken_and_becomes_nobodys_again() -> None:
    north = edit_outline(ROW, 1, box(1, 0, 2, 2), [Place(1.5, 1.5)])
    assert north.outlines[1].area == pytest.approx(2) and north.to.tolist() == [1]
    alone = edit_outline([box(0, 0, 1, 1)], 0, box(0, 0, 0.5, 1), [Place(0.5, 0.7)])
    assert alone.outlines[0].area == pytest.approx(0.5) and alone.to.tolist() == [-1]


def test_neighbours_share_every_corner() -> None:
    edit = edit_outline(ROW, 0, shapely.Polygon([(0, 0), (1.3, 0.1), (1.1, 0.77), (0, 1)]))
    assert shapely.coverage_is_valid(np.array(edit.outlines, dtype=object))


@pytest.mark.parametrize(
    ("zone", "shape", "message"),
    [
        (3, box(0, 0, 1, 1), "zone must lie in 0…2, got 3"),
        (0, LineString([(0, 0), (1, 1)]), "got LineString"),
        (0, shapely.Polygon(), "got nothing"),
        (0, shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "not valid: Self-intersection"),
    ],
)
def test_a_shape_that_is_no_area_is_refused(zone: int, shape: shapely.Geometry, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        edit_outline(ROW, zone, shape)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), zones=st.integers(2, 5), corners=st.integers(3, 9))
def test_after_any_edit_there_are_no_gaps_no_overlaps_and_labels_agree(seed: int, zones: int, corners: int) -> None:
    rng = np.random.default_rng(seed)
    at = rng.random((60, 2))
    places = [Place(float(50 + y), float(10 + x)) for x, y in at]
    middle = rng.random((zones, 2))
    label = ((at[:, None] - middle[None]) ** 2).sum(axis=2).argmin(axis=1).astype(np.int32)
    outlines = zone_outlines(places, label, zones)
    assert (zones_at(outlines, places) == label).all()
    angle = np.sort(rng.random(corners)) * 2 * np.pi
    spot = rng.random(2) + np.array([10, 50])
    shape = shapely.make_valid(
        shapely.Polygon(spot + 0.4 * rng.random((corners, 1)) * np.column_stack([np.cos(angle), np.sin(angle)]))
    )
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.area < 1e-4:
        return
    edit = edit_outline(outlines, 0, shape, places)
    everything = shapely.union_all([*outlines, shape])
    kept = shapely.union_all(edit.outlines)
    assert sum(outline.area for outline in edit.outlines) == pytest.approx(kept.area, abs=1e-7)
    lost = everything.difference(kept)
    assert lost.difference(outlines[0]).area < 1e-7, "only the edited zone's own land may become nobody's"
    assert shape.difference(edit.outlines[0]).area < 1e-7
    assert edit.outlines[0].difference(shape).area < 1e-7
    assert shapely.coverage_is_valid(np.array([o for o in edit.outlines if not o.is_empty], dtype=object))
    now = label.astype(np.int64)
    now[edit.moved] = edit.to
    assert (zones_at(edit.outlines, places) == now).all()


def test_outlines_end_at_the_shore_and_keep_the_account_on_the_pier() -> None:
    rng = np.random.default_rng(3)
    island = shapely.Point(10.5, 50.5).buffer(0.5)
    at = [p for p in rng.random((90, 2)) + np.array([10, 50]) if island.contains(shapely.Point(p))]
    places = [*(Place(float(y), float(x)) for x, y in at), Place(50.5, 11.005)]
    label = (np.array([place.lon for place in places]) > 10.5).astype(np.int32)
    free = zone_outlines(places, label, 2)
    ashore = zone_outlines(places, label, 2, within=island)
    assert (zones_at(ashore, places) == label).all()
    at_sea = shapely.union_all(ashore).difference(island).area
    assert at_sea < 0.002 < shapely.union_all(free).difference(island).area
    assert shapely.union_all(ashore).area > 0.98 * island.area
