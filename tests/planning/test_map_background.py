"""What lies under the map without tiles: land across a country, a region's roads in a city."""

import json
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from geo.errors import RegionMissing
from geo.region_manifest import Bounds
from geo.road_lines import RoadLine
from planning.map_background import background_block

CITY = (10.0, 50.0, 10.1, 50.1)
ROADS = [
    RoadLine(np.array([(50.02, 10.02), (50.03, 10.04)]), False),
    RoadLine(np.array([(50.0, 9.0), (50.1, 11.0)]), True),
    RoadLine(np.array([(51.0, 10.0), (51.1, 10.1)]), True),
]


def meta_of(block):
    raw = zlib.decompress(block)
    return json.loads(raw[4 : 4 + int.from_bytes(raw[:4], "little")])["meta"]


@pytest.fixture
def region(monkeypatch):
    known = SimpleNamespace(
        bounds=Bounds(south=49.9, west=9.0, north=51.2, east=11.0),
        attribution="© <roads>",
        road_lines=lambda: ROADS,
    )
    monkeypatch.setattr("geo.region.open_region", lambda folder: known)
    background_block.cache_clear()
    yield Path("anywhere")
    background_block.cache_clear()


def test_a_city_gets_the_roads_that_reach_into_view_and_their_credit_as_text(region):
    meta = meta_of(background_block(CITY, region))
    assert meta == {"land": [], "lines": {"street": [0], "road": [1]}, "credit": "© &lt;roads&gt;"}


def test_a_country_gets_land_and_main_roads_only(region):
    meta = meta_of(background_block((6.0, 47.0, 15.0, 55.0), region))
    assert meta["land"] and set(meta["lines"]) == {"road"} and "Natural Earth" in meta["credit"]


def test_a_plan_elsewhere_and_a_region_that_is_gone_leave_the_land(region, monkeypatch):
    assert meta_of(background_block((2.0, 48.0, 2.1, 48.1), region))["lines"] == {}

    def missing(folder):
        raise RegionMissing("gone")

    monkeypatch.setattr("geo.region.open_region", missing)
    background_block.cache_clear()
    assert meta_of(background_block(CITY, region)) == {"land": [], "lines": {}, "credit": ""}
