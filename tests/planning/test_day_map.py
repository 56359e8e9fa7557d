"""The background of a day's map."""

import numpy as np
import pytest

from geo.place import Place
from maps.view import BaseLine
from planning import day_map


def road(east: float, kind: str = "street") -> BaseLine:
    return BaseLine(np.array([(50.0, 10.0 + east), (50.001, 10.0 + east)]), kind)


def test_of_too_many_roads_those_near_the_stops_are_drawn_and_main_ones_from_farther_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roads = [road(0.5), road(0.01), road(0.4, "road"), road(0.2), road(0.02)]
    assert day_map.nearest(roads, [Place(50.0, 10.0)]) == tuple(roads)
    monkeypatch.setattr(day_map, "MOST_ROADS", 3)
    assert day_map.nearest(roads, [Place(50.0, 10.0)]) == (roads[1], roads[2], roads[4])
    assert roads[3] in day_map.nearest(roads, [Place(50.0, 10.0), Place(50.0, 10.21)])
