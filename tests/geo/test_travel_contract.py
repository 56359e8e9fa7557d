"""What every source of travel times promises, asked of each of them."""

import json
import pickle
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from socket import socket
from threading import Thread
from typing import Any

import pytest

from geo.great_circle import GreatCircle, great_circle_m
from geo.matrix_cache import MatrixCache
from geo.place import Place
from geo.region import Region
from geo.travel_http import RoutingServer
from geo.travel_osrm_server import OsrmServerTimes
from geo.travel_road import RoadTimes
from geo.travel_rush import HOUR_S, Period, RushTimes, WeekProfile
from geo.travel_valhalla import ValhallaTimes

At = Callable[[float, float], Place]


@pytest.fixture(scope="module")
def osrm_server(grid_region: Region) -> Iterator[str]:
    """The engine's own HTTP server, on the town."""
    package = find_spec("osrm")
    assert package is not None and package.origin is not None
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(package.origin).parent / "bin" / "osrm-routed"
    options = ["--ip", "127.0.0.1", "--port", str(port), "--algorithm", "ch", "--verbosity", "NONE"]
    process = subprocess.Popen([program, *options, grid_region.data / "car.osrm"], stdout=subprocess.DEVNULL)
    try:
        _await_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        assert process.poll() is None, "the server ended at once"
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="module")
def valhalla_server(grid_region: Region) -> Iterator[str]:
    """A server that talks like Valhalla and asks the town's graph."""
    times = grid_region.travel_times(backend="dijkstra")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert asked["costing"] == "auto"
            answer = json.dumps(VALHALLA[self.path](times, asked)).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _places(points: list[dict[str, float]]) -> list[Place]:
    return [Place(point["lat"], point["lon"]) for point in points]


def _located(times: RoadTimes, asked: dict[str, Any]) -> Any:
    """Finds roads within 35 km, as Valhalla does."""
    snaps = times.snap(_places(asked["locations"]))
    near = [[{"correlated_lat": s.road.lat, "correlated_lon": s.road.lon}] if s.road else None for s in snaps]
    return [{"edges": edges, "nodes": None} for edges in near]


def _to_targets(times: RoadTimes, asked: dict[str, Any]) -> Any:
    table = times.table(_places(asked["sources"]), _places(asked["targets"]))
    rows = zip(table.duration_s.tolist(), table.distance_m.tolist(), strict=True)
    cells = [[{"time": s, "distance": m / 1000} for s, m in zip(*row, strict=True)] for row in rows]
    return {"sources_to_targets": cells, "units": "kilometers"}


def _routed(times: RoadTimes, asked: dict[str, Any]) -> Any:
    legs = times.legs(_places(asked["locations"]))
    rows = [(leg.line, {"time": leg.duration_s, "length": leg.distance_m / 1000}) for leg in legs]
    return {"trip": {"legs": [{"shape": encoded(line), "summary": summary} for line, summary in rows]}}


VALHALLA = {"/locate": _located, "/sources_to_targets": _to_targets, "/route": _routed}


def encoded(line: Sequence[Place]) -> str:
    """Google's polyline encoding with six decimals, the other way round from the code under test."""
    text, before = "", (0, 0)
    for place in line:
        point = (round(place.lat * 1e6), round(place.lon * 1e6))
        for step in (point[0] - before[0], point[1] - before[1]):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 0x20:
                text += chr((0x20 | (value & 0x1F)) + 63)
                value >>= 5
            text += chr(value + 63)
        before = point
    return text


ON_ROADS = ["osrm", "dijkstra", "cached", "rush", "osrm server", "valhalla server"]
RUSH = WeekProfile.of({"Mo 08:00-09:00": 1.05})


def _opened(name: str, request: pytest.FixtureRequest, region: Region, folder: Path) -> RoadTimes:
    match name:
        case "straight line":
            return GreatCircle()
        case "osrm server":
            return OsrmServerTimes(RoutingServer(request.getfixturevalue("osrm_server")))
        case "valhalla server":
            return ValhallaTimes(RoutingServer(request.getfixturevalue("valhalla_server")))
        case "cached":
            return region.travel_times(cache=MatrixCache(folder / "times.sqlite"))
        case "rush":
            return RushTimes(region.travel_times(), RUSH, Period.of(0, 8 * HOUR_S, 9 * HOUR_S))
        case backend:
            return region.travel_times(backend=backend)


@pytest.fixture(params=ON_ROADS)
def times(request: pytest.FixtureRequest, grid_region: Region, tmp_path: Path) -> RoadTimes:
    """Sources that know the town's roads."""
    return _opened(request.param, request, grid_region, tmp_path)


@pytest.fixture(params=["straight line", *ON_ROADS])
def any_times(request: pytest.FixtureRequest, grid_region: Region, tmp_path: Path) -> RoadTimes:
    """Every source there is."""
    return _opened(request.param, request, grid_region, tmp_path)


@pytest.fixture(params=["osrm", "dijkstra"])
def own_times(request: pytest.FixtureRequest, grid_region: Region) -> RoadTimes:
    """Times whose roads are ours, so that islands are known."""
    return grid_region.travel_times(backend=request.param)


def test_a_matrix_says_where_it_comes_from_and_whether_it_is_an_estimate(any_times: RoadTimes, at: At) -> None:
    matrix = any_times.matrix([at(0, 0), at(600, 0)])
    assert matrix.source == any_times.source != ""
    assert matrix.estimated == isinstance(any_times, GreatCircle) == ("estimated" in matrix.source)
    assert matrix.duration_s.dtype == matrix.distance_m.dtype == "int32"
    assert not matrix.duration_s.flags.writeable


def test_a_table_is_a_part_of_the_matrix(any_times: RoadTimes, at: At) -> None:
    places = [at(0, 0), at(600, 0), at(600, 800), at(1000, 200)]
    roads = [snap.road or snap.place for snap in any_times.snap(places)]
    matrix, table = any_times.matrix(places), any_times.table(roads[:1], roads[1:])
    assert table.duration_s.tolist() == matrix.duration_s[:1, 1:].tolist()
    assert table.distance_m.tolist() == matrix.distance_m[:1, 1:].tolist()


def test_no_way_is_shorter_than_the_straight_line(any_times: RoadTimes, at: At) -> None:
    places = [at(137 * i % 1800, 253 * i % 1800) for i in range(12)]
    roads = [snap.road or snap.place for snap in any_times.snap(places)]
    assert (any_times.matrix(places).distance_m >= great_circle_m(roads) * 0.99 - 2).all()


def test_distances_follow_the_streets(times: RoadTimes, at: At) -> None:
    matrix = times.matrix([at(0, 0), at(600, 0), at(600, 800)])
    assert matrix.distance_m.tolist() == [
        [0, pytest.approx(600, abs=5), pytest.approx(1400, abs=5)],
        [pytest.approx(600, abs=5), 0, pytest.approx(800, abs=5)],
        [pytest.approx(1400, abs=5), pytest.approx(800, abs=5), 0],
    ]


def test_a_straight_kilometre_takes_as_long_as_its_speed_says(times: RoadTimes, at: At) -> None:
    """25 km/h on a residential street: 144 s, plus what an engine adds for crossings."""
    matrix = times.matrix([at(100, 0), at(1100, 0)])
    assert 140 <= matrix.duration_s[0, 1] <= 175
    assert not matrix.estimated


def test_a_one_way_street_is_driven_one_way(times: RoadTimes, at: At) -> None:
    south, north = at(1800, 100), at(1800, 300)
    matrix = times.matrix([south, north])
    assert matrix.distance_m[0, 1] == pytest.approx(200, abs=5)
    assert matrix.distance_m[1, 0] == pytest.approx(1000, abs=5)  # round the block to the west, then up again


def test_the_diagonal_is_zero(any_times: RoadTimes, at: At) -> None:
    matrix = any_times.matrix([at(10, 10), at(1500, 700), at(1500, 700)])
    assert matrix.duration_s.diagonal().tolist() == [0, 0, 0]
    assert matrix.duration_s[1, 2] == matrix.distance_m[1, 2] == 0


def test_a_place_off_every_road_is_unreachable_and_says_why(times: RoadTimes, at: At) -> None:
    sea = at(-5000, 0)
    matrix = times.matrix([at(0, 0), sea, at(200, 0)])
    assert matrix.duration_s[1].tolist() == [-1, -1, -1]
    assert matrix.distance_m[:, 1].tolist() == [-1, -1, -1]
    assert matrix.distance_m[0, 2] == pytest.approx(200, abs=5)
    snap = times.snap([sea])[0]
    assert snap.road is None
    assert snap.why


def test_swapped_coordinates_are_unreachable(times: RoadTimes, at: At) -> None:
    place = at(0, 0)
    matrix = times.matrix([place, Place(lat=place.lon, lon=place.lat)])
    assert matrix.duration_s.tolist() == [[0, -1], [-1, -1]]


def test_a_snap_tells_street_and_distance(times: RoadTimes, at: At) -> None:
    snap = times.snap([at(300, 40)])[0]
    assert snap.distance_m == pytest.approx(40, abs=1)
    assert snap.road is not None
    assert snap.road.lat == pytest.approx(at(300, 0).lat, abs=1e-5)
    assert snap.why == ""


def test_a_snap_tells_the_street_and_how_far_is_too_far(own_times: RoadTimes, at: At) -> None:
    near, far = own_times.snap([at(300, 40), at(-5000, 0)])
    assert near.street == "Street 0"
    assert far.distance_m == pytest.approx(5000, rel=0.01)
    assert far.why.startswith("5,0") and "nearest road of gridton" in far.why


def test_nobody_is_snapped_to_an_island(own_times: RoadTimes, at: At) -> None:
    """The island road is 200 m away, the grid 300 m: the grid it must be, whoever else is asked for."""
    near_island = at(2100, 50)
    alone = own_times.snap([near_island])[0]
    in_company = own_times.snap([at(2200, 50), near_island, at(0, 0)])[1]
    assert alone == in_company
    assert alone.distance_m == pytest.approx(300, abs=5)


def test_figures_do_not_depend_on_the_company(own_times: RoadTimes, at: At) -> None:
    pair = [at(2150, 50), at(333, 777)]
    alone = own_times.matrix(pair)
    crowd = own_times.matrix([*pair, at(0, 0), at(2200, 60), at(1000, 1000)])
    assert crowd.duration_s[:2, :2].tolist() == alone.duration_s.tolist()
    assert crowd.distance_m[:2, :2].tolist() == alone.distance_m.tolist()


def test_legs_add_up_to_the_matrix(any_times: RoadTimes, at: At) -> None:
    places = [at(130, 0), at(570, 640), at(1800, 900), at(1800, 100), at(130, 0)]
    matrix = any_times.matrix(places)
    legs = any_times.legs(places)
    assert [leg.duration_s for leg in legs] == [matrix.duration_s[i, i + 1] for i in range(4)]
    assert [leg.distance_m for leg in legs] == [pytest.approx(matrix.distance_m[i, i + 1], abs=1) for i in range(4)]


def test_a_route_runs_along_the_streets(times: RoadTimes, at: At) -> None:
    line = times.route([at(0, 0), at(400, 0), at(400, 200)])
    assert line[0].lat == pytest.approx(at(0, 0).lat, abs=1e-5)
    assert line[-1].lat == pytest.approx(at(0, 200).lat, abs=1e-5)
    corner = at(400, 0)
    assert any(abs(p.lat - corner.lat) < 1e-5 and abs(p.lon - corner.lon) < 1e-5 for p in line)
    assert all(one != other for one, other in pairwise(line))


def test_a_leg_to_a_place_off_the_road_is_straight(times: RoadTimes, at: At) -> None:
    places = [at(0, 0), at(-5000, 0), at(200, 0), at(400, 0)]
    legs = times.legs(places)
    assert [leg.duration_s for leg in legs][:2] == [-1, -1]
    assert legs[0].line == (places[0], places[1])
    assert legs[2].distance_m == pytest.approx(200, abs=5)


def test_nothing_and_one_are_answered_too(any_times: RoadTimes, at: At) -> None:
    assert len(any_times.matrix([])) == 0
    assert any_times.matrix([at(0, 0)]).duration_s.tolist() == [[0]]
    assert any_times.snap([]) == []
    assert any_times.legs([]) == any_times.legs([at(0, 0)]) == ()
    assert any_times.route([at(5, 5)]) == (at(5, 5),)


def test_asking_twice_gives_the_same(any_times: RoadTimes, at: At) -> None:
    places = [at(37 * i % 1800, 53 * i % 1800) for i in range(30)]
    first, second = any_times.matrix(places), any_times.matrix(places)
    assert (first.duration_s == second.duration_s).all() and (first.distance_m == second.distance_m).all()


def test_more_places_than_fit_at_once(times: RoadTimes, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [at(37 * i % 1800, 53 * i % 1800) for i in range(30)]
    whole = times.matrix(places)
    monkeypatch.setattr("geo.osrm_travel.TABLE_LIMIT", 9)
    monkeypatch.setattr("geo.osrm_travel.ENTRIES_AT_ONCE", 7)
    monkeypatch.setattr("geo.road_travel.ROWS_AT_ONCE", 4)
    monkeypatch.setattr("geo.osrm_travel.STOPS_AT_ONCE", 4)
    monkeypatch.setattr("geo.travel_osrm_server.AT_ONCE", 8)
    monkeypatch.setattr("geo.travel_valhalla.SIDE", 7)
    monkeypatch.setattr("geo.travel_valhalla.STOPS_AT_ONCE", 4)
    parts = times.matrix(places)
    assert (parts.duration_s == whole.duration_s).all()
    assert len(times.legs(places)) == 29


def test_times_travel_to_worker_processes(own_times: RoadTimes, at: At) -> None:
    places = [at(0, 0), at(500, 900)]
    before = own_times.matrix(places)
    assert (pickle.loads(pickle.dumps(own_times)).matrix(places).duration_s == before.duration_s).all()
