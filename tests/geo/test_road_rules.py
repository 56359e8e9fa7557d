"""Rules of the road, as both the engine and our own graph keep them.

A square block, 400 m wide: four corners, south-west to north-west to north-east to south-east, with a straight road
from the south-west corner to the south-east one. Further roads and rules are added by each test.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo.place import Place
from geo.region import Region, build_region
from geo.region_build import BuildOptions

At = Callable[[float, float], Place]
BACKENDS = ["osrm", "dijkstra"]


class Block:
    """The block, to be added to."""

    def __init__(self, town: Any, at: At) -> None:
        self.town, self.at = town, at
        spots = {"sw": (0, 0), "nw": (0, 400), "ne": (400, 400), "se": (400, 0), "s": (0, -400), "e": (800, 0)}
        self.corner = {name: town.node(at(*spot)) for name, spot in spots.items()}
        self.road = {
            name: self.way(name.split("-"), name=f"Road {name}") for name in ("sw-nw", "nw-ne", "ne-se", "s-sw", "se-e")
        }
        town.node(at(10, 20), addr__street="Road sw-nw", addr__housenumber="1")

    def way(self, corners: list[str], **tags: str) -> int:
        return int(self.town.way([self.corner[name] for name in corners], **{"highway": "residential"} | tags))

    def metres(self, folder: Path, backend: str, start: tuple[float, float], end: tuple[float, float]) -> int:
        """The way between two places of the town, by car."""
        region: Region = build_region(
            self.town.write(folder / "block.osm.pbf"), folder / "r", options=BuildOptions(contraction_cpu_s=0)
        )
        matrix = region.travel_times(backend=backend).matrix([self.at(*start), self.at(*end)])
        return int(matrix.distance_m[0, 1])


@pytest.fixture
def block(new_town: Any, at: At) -> Block:
    return Block(new_town, at)


SHORT, ROUND, SOUTH, EAST = 600, 1400, (0.0, -100.0), (500.0, 0.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_any_rule_the_straight_road_is_taken(block: Block, tmp_path: Path, backend: str) -> None:
    block.way(["sw", "se"])
    assert block.metres(tmp_path, backend, SOUTH, EAST) == pytest.approx(SHORT, abs=8)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("rule", "tags", "expected"),
    [
        ("no_right_turn", {}, ROUND),
        ("only_straight_on", {}, ROUND),
        ("no_right_turn", {"except": "motorcar"}, SHORT),
        ("no_right_turn", {"except": "bicycle"}, ROUND),
    ],
)
def test_restricted_turns(
    block: Block, tmp_path: Path, backend: str, rule: str, tags: dict[str, str], expected: int
) -> None:
    straight = block.way(["sw", "se"])
    end = block.road["sw-nw"] if rule.startswith("only") else straight
    block.town.restriction(rule, block.road["s-sw"], block.corner["sw"], end, **tags)
    assert block.metres(tmp_path, backend, SOUTH, EAST) == pytest.approx(expected, abs=12)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("point", "expected"),
    [({"barrier": "bollard"}, ROUND), ({"barrier": "gate"}, SHORT), ({"barrier": "kerb", "kerb": "lowered"}, SHORT)],
)
def test_barriers(block: Block, tmp_path: Path, backend: str, point: dict[str, str], expected: int) -> None:
    middle = block.town.node(block.at(200, 0), **point)
    block.town.way([block.corner["sw"], middle, block.corner["se"]], highway="primary", name="Straight")
    assert block.metres(tmp_path, backend, SOUTH, EAST) == pytest.approx(expected, abs=12)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"access": "private"}, ROUND),
        ({"access": "private", "motor_vehicle": "yes"}, SHORT),
        ({"oneway": "-1"}, ROUND),
        ({"oneway": "yes"}, SHORT),
        ({"highway": "construction"}, ROUND),
        ({"highway": "living_street", "maxspeed": "5"}, ROUND),
        ({"highway": "primary", "lanes": "1", "maxspeed": "20"}, ROUND),
    ],
)
def test_roads_one_goes_round(block: Block, tmp_path: Path, backend: str, tags: dict[str, str], expected: int) -> None:
    """Private, closed the other way, not yet built, slow, or narrow."""
    block.way(["sw", "se"], **tags)
    assert block.metres(tmp_path, backend, SOUTH, EAST) == pytest.approx(expected, abs=12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_private_road_is_entered_by_who_goes_there(block: Block, tmp_path: Path, backend: str) -> None:
    block.way(["sw", "se"], access="private")
    assert block.metres(tmp_path, backend, SOUTH, (200.0, 0.0)) == pytest.approx(300, abs=8)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_island_is_reached_by_ferry(block: Block, tmp_path: Path, backend: str) -> None:
    island = [block.town.node(block.at(2000, y)) for y in (0, 300)]
    block.town.way(island, highway="residential", name="Island Road")
    block.town.way([block.corner["e"], island[0]], route="ferry", motor_vehicle="yes", duration="10", name="The Ferry")
    assert block.metres(tmp_path, backend, (700.0, 0.0), (2000.0, 200.0)) == pytest.approx(1500, abs=12)
