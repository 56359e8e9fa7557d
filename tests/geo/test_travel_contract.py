"""What every source of travel times promises, asked of each of them."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from geo.place import Place
from geo.region import Region
from geo.travel_road import RoadTimes

At = Callable[[float, float], Place]


@pytest.fixture(params=["osrm", "dijkstra"])
def times(request: pytest.FixtureRequest, grid_region: Region) -> RoadTimes:
    return grid_region.travel_times(backend=request.param)


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


def test_the_diagonal_is_zero(times: RoadTimes, at: At) -> None:
    matrix = times.matrix([at(10, 10), at(1500, 700), at(1500, 700)])
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
    assert snap.distance_m == pytest.approx(5000, rel=0.01)
    assert snap.why.startswith("5,0") and "nearest road of gridton" in snap.why


def test_swapped_coordinates_are_unreachable(times: RoadTimes, at: At) -> None:
    place = at(0, 0)
    matrix = times.matrix([place, Place(lat=place.lon, lon=place.lat)])
    assert matrix.duration_s.tolist() == [[0, -1], [-1, -1]]


def test_a_snap_tells_street_and_distance(times: RoadTimes, at: At) -> None:
    snap = times.snap([at(300, 40)])[0]
    assert snap.street == "Street 0"
    assert snap.distance_m == pytest.approx(40, abs=1)
    assert snap.road is not None
    assert snap.road.lat == pytest.approx(at(300, 0).lat, abs=1e-5)
    assert snap.why == ""


def test_nobody_is_snapped_to_an_island(times: RoadTimes, at: At) -> None:
    """The island road is 200 m away, the grid 300 m: the grid it must be, whoever else is asked for."""
    near_island = at(2100, 50)
    alone = times.snap([near_island])[0]
    in_company = times.snap([at(2200, 50), near_island, at(0, 0)])[1]
    assert alone == in_company
    assert alone.distance_m == pytest.approx(300, abs=5)


def test_figures_do_not_depend_on_the_company(times: RoadTimes, at: At) -> None:
    pair = [at(2150, 50), at(333, 777)]
    alone = times.matrix(pair)
    crowd = times.matrix([*pair, at(0, 0), at(2200, 60), at(1000, 1000)])
    assert crowd.duration_s[:2, :2].tolist() == alone.duration_s.tolist()
    assert crowd.distance_m[:2, :2].tolist() == alone.distance_m.tolist()


def test_legs_add_up_to_the_matrix(times: RoadTimes, at: At) -> None:
    places = [at(130, 0), at(570, 640), at(1800, 900), at(1800, 100), at(130, 0)]
    matrix = times.matrix(places)
    legs = times.legs(places)
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


def test_nothing_and_one_are_answered_too(times: RoadTimes, at: At) -> None:
    assert len(times.matrix([])) == 0
    assert times.matrix([at(0, 0)]).duration_s.tolist() == [[0]]
    assert times.snap([]) == []
    assert times.legs([]) == times.legs([at(0, 0)]) == ()
    assert times.route([at(5, 5)]) == (at(5, 5),)


def test_asking_twice_gives_the_same(times: RoadTimes, at: At) -> None:
    places = [at(37 * i % 1800, 53 * i % 1800) for i in range(30)]
    first, second = times.matrix(places), times.matrix(places)
    assert (first.duration_s == second.duration_s).all() and (first.distance_m == second.distance_m).all()


def test_more_places_than_fit_at_once(times: RoadTimes, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [at(37 * i % 1800, 53 * i % 1800) for i in range(30)]
    whole = times.matrix(places)
    monkeypatch.setattr("geo.osrm_travel.TABLE_LIMIT", 9)
    monkeypatch.setattr("geo.osrm_travel.ENTRIES_AT_ONCE", 7)
    monkeypatch.setattr("geo.road_travel.ROWS_AT_ONCE", 4)
    monkeypatch.setattr("geo.osrm_travel.STOPS_AT_ONCE", 4)
    parts = times.matrix(places)
    assert (parts.duration_s == whole.duration_s).all()
    assert len(times.legs(places)) == 29
