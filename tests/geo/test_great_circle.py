"""GreatCircle: estimated travel."""

import numpy as np
import pytest

from geo import GreatCircle, Place, SpeedModel, great_circle_m
from geo.great_circle import CAR

PARIS, LONDON = Place(lat=48.8566, lon=2.3522), Place(lat=51.5074, lon=-0.1278)


def test_paris_to_london_is_344_kilometres() -> None:
    assert great_circle_m([PARIS], [LONDON])[0, 0] == pytest.approx(343_900, abs=600)


def test_across_the_antimeridian_is_near() -> None:
    assert great_circle_m([Place(lat=0, lon=179.9), Place(lat=0, lon=-179.9)])[0, 1] < 23_000


def test_the_matrix_says_that_it_is_an_estimate() -> None:
    matrix = GreatCircle().matrix([PARIS, LONDON, PARIS])
    assert matrix.estimated
    assert "estimated" in matrix.source
    assert matrix.duration_s.dtype == np.int32
    assert np.array_equal(matrix.duration_s, matrix.duration_s.T)
    assert matrix.duration_s[0, 2] == 0 and matrix.distance_m[0, 2] == 0
    assert matrix.distance_m[0, 1] > 343_000


def test_a_longer_trip_takes_longer_but_is_faster_on_average() -> None:
    straight = np.geomspace(100, 1e6, 200)
    seconds, driven = CAR.duration_s(straight), CAR.driven_m(straight)
    assert (np.diff(seconds) > 0).all()
    assert (np.diff(driven) > 0).all()
    assert (np.diff(straight / seconds) > 0).all()
    assert (driven >= straight).all()


def test_speeds_apply_band_by_band() -> None:
    model = SpeedModel(10, ((1, 36), (float("inf"), 72)), ((1, 1.5), (3, 1.25)), "a test")
    assert model.duration_s(np.array([0.0, 500, 1000, 3000])).tolist() == [10, 60, 110, 210]
    assert model.driven_m(np.array([500.0, 2000, 4000])).tolist() == [750, 2750, 5000]


def test_the_route_is_the_places_themselves() -> None:
    assert GreatCircle().route([PARIS, LONDON]) == (PARIS, LONDON)
    assert len(GreatCircle().matrix([])) == 0


def test_a_model_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="infinity"):
        SpeedModel(0, ((1, 30),), ((1, 1.3),), "")
    with pytest.raises(ValueError, match="above 0"):
        SpeedModel(0, ((float("inf"), 0),), ((1, 1.3),), "")
    with pytest.raises(ValueError, match="circuity"):
        SpeedModel(0, ((float("inf"), 50),), ((1, 0.9),), "")
