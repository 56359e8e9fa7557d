"""A town small enough to check by hand, written as an OpenStreetMap extract.

Ten streets run west to east ("Street 0" the southernmost), ten avenues south to north ("Avenue 0" the westernmost),
200 m apart, all residential. Avenue 9 is one-way northwards. An island road 400 m east of the grid joins nothing.
House number h of street s stands 20 m north of it, 20·h metres from the western end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path

import osmium
import pytest

from geo.place import Place
from geo.region import Region, build_region
from geo.region_build import BuildOptions
from geo.road_profile import BICYCLE, CAR, FOOT

SIDE = 10
BLOCK_M = 200.0
SOUTH, WEST = 50.0, 10.0
METRES_PER_DEGREE = 6_371_008.8 * radians(1)


def spot(east_m: float, north_m: float) -> Place:
    """The place so many metres east and north of the town's south-western corner."""
    lat = SOUTH + north_m / METRES_PER_DEGREE
    return Place(lat, WEST + east_m / (METRES_PER_DEGREE * cos(radians(SOUTH))))


@dataclass
class Town:
    """Collects objects and writes them as an extract."""

    def __post_init__(self) -> None:
        self.nodes: list[osmium.osm.mutable.Node] = []
        self.ways: list[osmium.osm.mutable.Way] = []
        self.relations: list[osmium.osm.mutable.Relation] = []

    def node(self, place: Place, **tags: str) -> int:
        ref = len(self.nodes) + 1
        keys = {key.replace("__", ":"): value for key, value in tags.items()}
        self.nodes.append(osmium.osm.mutable.Node(id=ref, location=(place.lon, place.lat), tags=keys))
        return ref

    def way(self, refs: list[int], **tags: str) -> int:
        keys = {key.replace("__", ":"): value for key, value in tags.items()}
        self.ways.append(osmium.osm.mutable.Way(id=len(self.ways) + 1, nodes=refs, tags=keys))
        return len(self.ways)

    def restriction(self, rule: str, start: int, via: int, end: int, **tags: str) -> None:
        """A rule about turning from one way at a node into another."""
        members = [("w", start, "from"), ("n", via, "via"), ("w", end, "to")]
        keys = {"type": "restriction", "restriction": rule, **tags}
        self.relations.append(osmium.osm.mutable.Relation(id=len(self.relations) + 1, members=members, tags=keys))

    def write(self, path: Path) -> Path:
        with osmium.SimpleWriter(str(path)) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
            for relation in self.relations:
                writer.add_relation(relation)
        return path


def add_roads(town: Town) -> None:
    grid = [[town.node(spot(x * BLOCK_M, y * BLOCK_M)) for x in range(SIDE)] for y in range(SIDE)]
    for y in range(SIDE):
        town.way(grid[y], highway="residential", name=f"Street {y}")
    for x in range(SIDE):
        oneway = {"oneway": "yes"} if x == SIDE - 1 else {}
        town.way([row[x] for row in grid], highway="residential", name=f"Avenue {x}", **oneway)
    island = [town.node(spot(2200, 0)), town.node(spot(2200, 100))]
    town.way(island, highway="residential", name="Island Road")


def add_houses(town: Town) -> None:
    for street in range(SIDE):
        for number in range(1, 6):
            place = spot(20.0 * number, street * BLOCK_M + 20)
            town.node(place, addr__street=f"Street {street}", addr__housenumber=str(number), addr__city="Gridton")


def add_shops(town: Town) -> None:
    town.node(
        spot(100, 20),
        shop="bakery",
        name="Ant's",
        addr__street="Street 0",
        addr__housenumber="5",
        opening_hours="Mo-Fr",
    )
    town.node(spot(500, 410), shop="vacant", name="Closed Down")
    town.node(spot(500, 420), amenity="restaurant", name="The Fork")
    corners = [town.node(spot(x, y)) for x, y in ((600, 610), (640, 610), (640, 650), (600, 650))]
    town.way([*corners, corners[0]], shop="supermarket", name="Big", building="yes")


@pytest.fixture(scope="session")
def grid_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's extract."""
    town = Town()
    add_roads(town)
    add_houses(town)
    add_shops(town)
    return town.write(tmp_path_factory.mktemp("town") / "gridton.osm.pbf")


@pytest.fixture(scope="session")
def grid_region(grid_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The town as a region for car, bicycle and foot."""
    options = BuildOptions(profiles=(CAR, BICYCLE, FOOT))
    return build_region(grid_town, tmp_path_factory.mktemp("region") / "gridton", options=options)


@pytest.fixture(scope="session")
def at() -> Callable[[float, float], Place]:
    """`at(east_m, north_m)`: a place in the town."""
    return spot


@pytest.fixture
def new_town() -> Town:
    """An empty town to fill."""
    return Town()
