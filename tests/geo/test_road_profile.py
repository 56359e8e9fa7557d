"""Who may travel where, and how fast."""

import pytest

from geo.road_profile import BICYCLE, CAR, FOOT, PROFILES, Profile, limit_kmh


@pytest.mark.parametrize(
    ("tags", "speeds"),
    [
        ({"highway": "residential"}, (25, 25)),
        ({"highway": "primary", "maxspeed": "50"}, (40, 40)),
        ({"highway": "primary", "maxspeed": "30 mph"}, (pytest.approx(38.62, abs=0.01),) * 2),
        ({"highway": "primary", "maxspeed": "signals"}, (65, 65)),
        ({"highway": "residential", "oneway": "yes"}, (25, 0)),
        ({"highway": "residential", "oneway": "-1"}, (0, 25)),
        ({"highway": "residential", "oneway": "no", "junction": "roundabout"}, (25, 25)),
        ({"highway": "tertiary", "junction": "roundabout"}, (40, 0)),
        ({"highway": "motorway"}, (90, 0)),
        ({"highway": "residential", "access": "private"}, (0, 0)),
        ({"highway": "residential", "access": "destination"}, (25, 25)),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, (25, 25)),
        ({"highway": "service", "motorcar": "no", "access": "yes"}, (0, 0)),
        ({"highway": "footway"}, (0, 0)),
        ({"highway": "footway", "motor_vehicle": "yes"}, (0, 0)),
        ({"highway": "pedestrian", "area": "yes"}, (0, 0)),
        ({"railway": "rail"}, (0, 0)),
    ],
)
def test_by_car(tags: dict[str, str], speeds: tuple[float, float]) -> None:
    assert CAR.speeds(tags) == speeds


@pytest.mark.parametrize(
    ("tags", "speeds"),
    [
        ({"highway": "cycleway"}, (15, 15)),
        ({"highway": "residential", "oneway": "yes"}, (15, 0)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, (15, 15)),
        ({"highway": "footway"}, (0, 0)),
        ({"highway": "footway", "bicycle": "designated"}, (13, 13)),
        ({"highway": "motorway"}, (0, 0)),
        ({"highway": "path", "bicycle": "no"}, (0, 0)),
    ],
)
def test_by_bicycle(tags: dict[str, str], speeds: tuple[float, float]) -> None:
    assert BICYCLE.speeds(tags) == speeds


@pytest.mark.parametrize(
    ("tags", "speeds"),
    [
        ({"highway": "footway"}, (5, 5)),
        ({"highway": "residential", "oneway": "yes"}, (5, 5)),
        ({"highway": "residential", "foot": "no"}, (0, 0)),
        ({"highway": "cycleway"}, (0, 0)),
        ({"highway": "cycleway", "foot": "yes"}, (5, 5)),
    ],
)
def test_on_foot(tags: dict[str, str], speeds: tuple[float, float]) -> None:
    assert FOOT.speeds(tags) == speeds


@pytest.mark.parametrize(("text", "kmh"), [("50", 50.0), ("", None), ("none", None), ("DE:urban", None), ("0", None)])
def test_limits(text: str, kmh: float | None) -> None:
    assert limit_kmh(text) == kmh


def test_profiles_go_by_their_names() -> None:
    assert {name: profile.name for name, profile in PROFILES.items()} == {n: n for n in ("car", "bicycle", "foot")}
    assert all(isinstance(profile, Profile) for profile in PROFILES.values())
