"""Outlines of administrative regions for drawing: few corners, common borders stay common, specks go."""

from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, box

from maps.region_outlines import label_of, rings_of, simplified

SIDE, STEPS = 6, 120


def wavy(from_x, from_y, to_x, to_y):
    """A border with many corners between two corners of the grid, the same from both sides."""
    if (from_x, from_y) > (to_x, to_y):
        return wavy(to_x, to_y, from_x, from_y)[::-1]
    part = np.linspace(0, 1, STEPS)
    swing = 0.05 * np.sin(25 * part) * np.sin(np.pi * part)
    x = from_x + (to_x - from_x) * part + swing * (to_y - from_y)
    return np.column_stack([x, from_y + (to_y - from_y) * part + swing * (to_x - from_x)])


def districts():
    found = []
    for x in range(SIDE):
        for y in range(SIDE):
            corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
            found.append(shapely.Polygon(np.concatenate([wavy(*a, *b)[:-1] for a, b in pairwise(corners)])))
    return found


def test_districts_keep_their_common_borders_with_few_corners():
    before = districts()
    after = simplified([shapely.to_wkb(one) for one in before], SIDE, most=2_500)
    assert shapely.get_num_coordinates(after).sum() <= 2_500 < shapely.get_num_coordinates(before).sum() / 6
    assert shapely.coverage_is_valid(after)  # no gap, no overlap
    moved = shapely.area(shapely.symmetric_difference(np.array(before), after))
    assert moved.max() < 0.02


def test_specks_go_and_the_largest_piece_stays_however_small():
    width = 4.0
    islands = MultiPolygon([box(0, 0, 1, 1), box(2, 0, 2.0001, 0.0001), box(3, 0, 3.5, 0.5)])
    atoll = MultiPolygon([box(5, 5, 5.0001, 5.0001), box(6, 6, 6.0002, 6.0002)])
    lake = box(8, 0, 9, 1).difference(box(8.2, 0.2, 8.2001, 0.2001)).difference(box(8.5, 0.5, 8.7, 0.7))
    shapes = simplified([shapely.to_wkb(one) for one in (islands, atoll, lake)], width)
    assert [len(rings_of(shape)) for shape in shapes] == [2, 1, 1]
    assert [len(rings) for rings in rings_of(shapes[2])] == [2]  # the lake that can be seen
    assert rings_of(shapes[1])[0][0][:, 0].min() >= 6 - 1e-3
    lat, lon = label_of(shapes[0])
    assert 0 < lat < 1 and 0 < lon < 1
