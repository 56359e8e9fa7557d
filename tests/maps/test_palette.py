"""Neighbours never share a colour."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from maps.palette import COLORS, color_zones, neighbours, palette


def differ(near: list[set[int]], colors: list[int]) -> bool:
    return all(colors[a] != colors[b] for a, others in enumerate(near) for b in others)


def test_outlines_that_share_a_border_are_neighbours() -> None:
    near = neighbours([box(0, 0, 1, 1), box(1, 0, 2, 1), box(5, 5, 6, 6)])
    assert near == [{1}, {0}, set()]


def test_a_border_missed_by_rounding_still_counts() -> None:
    assert neighbours([box(0, 0, 1, 1), box(1 + 1e-8, 0, 2, 1)]) == [{1}, {0}]


def test_an_empty_outline_has_no_neighbours() -> None:
    assert neighbours([box(0, 0, 1, 1), shapely.Polygon()]) == [set(), set()]


def test_nothing_to_colour_is_fine() -> None:
    assert color_zones([]) == []


def test_zones_apart_use_all_colours_before_one_is_used_twice() -> None:
    assert sorted(color_zones([set() for _ in COLORS])) == list(range(len(COLORS)))


def test_seven_zones_that_all_touch_need_a_seventh_colour() -> None:
    near = [set(range(7)) - {k} for k in range(7)]
    colors = color_zones(near)
    assert differ(near, colors)
    assert max(colors) == 6
    assert len(set(palette(7))) == 7


def contrast(color: str) -> float:
    """Against white, by WCAG 2."""
    parts = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return 1.05 / (float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_stands_off_from_paper(color: str) -> None:
    assert contrast(color) > 2


@given(zones=st.integers(1, 60), seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_any_division_of_a_plane_gets_six_colours_and_different_neighbours(zones: int, seed: int) -> None:
    seeds = np.random.default_rng(seed).random((zones, 2))
    cells = list(shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=box(0, 0, 1, 1)).geoms) or [
        box(0, 0, 1, 1)
    ]
    near = neighbours(cells)
    colors = color_zones(near)
    assert differ(near, colors)
    assert max(colors) < len(COLORS)


@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.9))
@settings(max_examples=30, deadline=None)
def test_scattered_zones_of_any_kind_still_differ_from_their_neighbours(seed: int, share: float) -> None:
    dice = np.random.default_rng(seed)
    touch = np.triu(dice.random((14, 14)) < share, 1)
    near = [set(np.flatnonzero(touch[k] | touch[:, k]).tolist()) for k in range(14)]
    assert differ(near, color_zones(near))
