"""Corners that edits leave behind on straight borders, and corners so near that the page cannot tell them apart."""

import shapely
from shapely.geometry import Polygon, box

from geo.outline_edit import edit_outline
from planning.map_ground import whole_rings
from planning.scenario_tidy import without_leftovers

WEST, EAST = box(0, 0, 1, 1), box(1, 0, 2, 1)
DENTED = Polygon([(0, 0), (1, 0), (1.2, 0.3), (0.9, 0.6), (1, 1), (0, 1)])


def edited(outlines, zone, shape):
    after = edit_outline(outlines, zone, shape).outlines
    return without_leftovers(after, [*outlines, shape])


def corners(shapes):
    return sum(len(shapely.get_coordinates(shape)) for shape in shapes)


def test_a_border_that_is_dented_and_straightened_again_has_the_corners_it_had():
    dented = edited([WEST, EAST], 0, DENTED)
    assert dented[0].equals(DENTED) and corners([dented[0]]) == len(DENTED.exterior.coords)
    back = edited(dented, 0, WEST)
    assert back[0].equals(WEST) and back[1].equals(EAST)
    assert corners(back) <= corners([WEST, EAST]) + 1  # the dent's last corner on the border may stay: it was there


def test_a_corner_at_which_a_third_territory_begins_stays():
    north = box(0, 1, 2, 2)
    wider = edited([WEST, EAST, north], 0, box(0, 0, 1.3, 1))
    assert (1.3, 1.0) in map(tuple, shapely.get_coordinates(wider[2]).round(9).tolist())
    assert shapely.coverage_is_valid(wider)


def test_every_outline_loses_the_same_corners_so_that_nothing_gaps():
    shapes, known = [WEST, EAST], [WEST, EAST]
    for share in (0.31, 0.77, 0.52):
        slanted = Polygon([(0, 0), (1, 0), (1 + share / 3, share), (1, 1), (0, 1)])
        shapes = edited(shapes, 0, slanted)
        known.append(slanted)
    assert shapely.coverage_is_valid(shapes)
    assert abs(sum(shape.area for shape in shapes) - 2) < 1e-12
    assert corners(shapes) <= 6 + 6 + 2


def test_corners_nearer_than_the_page_can_tell_are_sent_as_one():
    near = Polygon([(0, 0), (1, 0), (1, 1), (1 - 1e-7, 1 + 1e-7), (0, 1)])
    (ring,) = whole_rings(near)[0]
    assert ring.tolist() == [[0, 0], [0, 1_000_000], [1_000_000, 1_000_000], [1_000_000, 0], [0, 0]]
    speck = Polygon([(5, 5), (5 + 1e-8, 5), (5, 5 + 1e-8)])
    assert (
        whole_rings(shapely.MultiPolygon([near, speck])) and len(whole_rings(shapely.MultiPolygon([near, speck]))) == 1
    )
    assert whole_rings(Polygon()) == []
