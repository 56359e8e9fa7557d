"""Travel times from the Open Source Routing Machine, in this very process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import RoutingError
from geo.osrm_answer import legs_through, snap_of
from geo.osrm_build import Engine
from geo.place import Place
from geo.region_hold import Hold
from geo.travel import UNREACHABLE, TravelMatrix
from geo.travel_leg import Leg, joined
from geo.travel_road import Table, blocks, legs_along, matrix_of
from geo.travel_snap import MAX_SNAP_M, Snap

TABLE_LIMIT = 5_000  # places the engine takes in one table
ENTRIES_AT_ONCE = 2_000_000  # the engine hands every figure over as an object; this bounds their memory
ON_ROAD_M = 25.0  # a place that was brought to the road is found within this
ANYWHERE_M = 20_100_000.0  # half way round the earth
STOPS_AT_ONCE = 100
CUT_AT = (".osm", ".osrm")


class OsrmTimes:
    """Travel times, lines and snaps from the engine's files; satisfies `TravelTimes`.

    The engine alone would choose for a place, depending on its company in the request, the nearest road or the
    nearest road of the large network, and would snap a place at any distance. Here every request carries `anchor`, a
    point of the large network, so the choice is always the large network; places are snapped once, and refused beyond
    `max_snap_m`.

    Tables hold the interpreter lock: large ones belong into a worker process.
    """

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        *,
        anchor: Place,
        region: str,
        source: str,
        max_snap_m: float = MAX_SNAP_M,
        hold: Hold | None = None,
    ) -> None:
        self.source = source
        self._hold = hold  # the files are opened when they are first needed, perhaps in another process
        self._files = folder / f"{engine.base}.osrm"
        self._algorithm = engine.algorithm
        self._anchor = anchor
        self._region = region
        self._max_snap_m = max_snap_m

    @cached_property
    def _engine(self) -> Any:
        import osrm

        with _plain_path(self._files) as files:
            return osrm.OSRM(
                storage_config=str(files),
                algorithm=self._algorithm,
                use_shared_memory=False,
                max_locations_distance_table=TABLE_LIMIT,
                max_locations_viaroute=STOPS_AT_ONCE + 1,
            )

    def __getstate__(self) -> dict[str, Any]:
        """Travels to a worker process without the engine, which opens its files there again."""
        return {name: value for name, value in vars(self).items() if name != "_engine"}

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        """Where each place meets the road, or why it does not."""
        found: list[Snap] = []
        for start in range(0, len(places), TABLE_LIMIT - 1):
            found.extend(self._snap(places[start : start + TABLE_LIMIT - 1]))
        return found

    def matrix(self, places: Sequence[Place]) -> TravelMatrix:
        """Times and distances between all places; -1 to and from a place off every road, 0 to itself."""
        return matrix_of(self, places)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        """Travel between points on the road, in pieces that the engine takes at once."""
        whole = Table.blank(len(sources), len(targets))
        for rows, columns in blocks(len(sources), len(targets), side=TABLE_LIMIT // 2, entries=ENTRIES_AT_ONCE):
            found = self._table(sources[rows], targets[columns])
            whole.duration_s[rows, columns], whole.distance_m[rows, columns] = found
        return whole

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """The way from each place to the next, one leg fewer than places."""
        return legs_along(self.snap(places), self._route)

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return joined(self.legs(places), tuple(places))

    def _snap(self, places: Sequence[Place]) -> list[Snap]:
        """One row from the anchor to every place; the answer's waypoints say where each was brought."""
        import osrm

        asked = osrm.TableParameters(
            coordinates=_coordinates([*places, self._anchor]),
            radiuses=[ANYWHERE_M] * (len(places) + 1),
            sources=[len(places)],
            annotations=["duration"],
            generate_hints=False,
        )
        answer = self._asked("Table", asked)
        waypoints = list(answer["destinations"])[:-1]
        pairs = zip(places, waypoints, strict=True)
        return [snap_of(place, found, region=self._region, max_m=self._max_snap_m) for place, found in pairs]

    def _table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        import osrm

        points = list(dict.fromkeys([*sources, *targets]))
        position = {place: at for at, place in enumerate(points)}
        asked = osrm.TableParameters(
            coordinates=_coordinates([*points, self._anchor]),
            radiuses=[ON_ROAD_M] * (len(points) + 1),
            sources=[position[place] for place in sources],
            destinations=[position[place] for place in targets],
            annotations=["duration", "distance"],
            generate_hints=False,
        )
        asked.skip_waypoints = True
        answer = self._asked("Table", asked)
        shape = (len(sources), len(targets))
        return Table(_whole(answer["durations"], shape), _whole(answer["distances"], shape))

    def _route(self, roads: Sequence[Place]) -> list[Leg]:
        legs: list[Leg] = []
        for start in range(0, len(roads) - 1, STOPS_AT_ONCE):
            legs.extend(legs_through(roads[start : start + STOPS_AT_ONCE + 1], self._through))
        return legs

    def _through(self, stops: Sequence[Place]) -> Any:
        import osrm

        asked = osrm.RouteParameters(
            coordinates=_coordinates(stops),
            radiuses=[ON_ROAD_M] * len(stops),
            steps=True,
            geometries="geojson",
            overview="false",
            continue_straight=False,
            generate_hints=False,
        )
        return self._asked("Route", asked)

    def _asked(self, service: str, parameters: Any) -> Any:
        try:
            return getattr(self._engine, service)(parameters)
        except RuntimeError as error:
            raise RoutingError(f"the routing engine of {self._region} refused a {service}: {error}") from error


@contextmanager
def _plain_path(files: Path) -> Iterator[Path]:
    """A path to the same files that the engine understands: it cuts paths at the first ".osm" or ".osrm" in them.

    What it opens stays open, so the detour is needed for that moment only.
    """
    if not any(ending in str(files.parent) for ending in CUT_AT):
        yield files
        return
    with TemporaryDirectory() as folder:
        detour = Path(folder) / "region"
        detour.symlink_to(files.parent.absolute(), target_is_directory=True)
        yield detour / files.name


def _coordinates(places: Sequence[Place]) -> list[tuple[float, float]]:
    return [(place.lon, place.lat) for place in places]


def _whole(table: Any, shape: tuple[int, int]) -> NDArray[np.int32]:
    """Rounded figures from rows of numbers, -1 for None."""
    values = np.fromiter(chain.from_iterable(table), np.float64, shape[0] * shape[1])
    return np.where(np.isnan(values), UNREACHABLE, np.rint(values)).astype(np.int32).reshape(shape)
