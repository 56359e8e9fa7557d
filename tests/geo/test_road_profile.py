"""Who may travel where, and how fast."""

import pytest

from geo.road_profile import BICYCLE, CAR, FOOT, PROFILES, Profile
from geo.road_speed import limit_kmh


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
        ({"highway": "residential", "access": "private"}, (25, 25)),
        ({"highway": "pedestrian", "access": "private"}, (0, 0)),
        ({"highway": "track", "motor_vehicle": "yes"}, (10, 10)),
        ({"highway": "track"}, (0, 0)),
        ({"highway": "primary", "maxspeed": "RU:urban"}, (48, 48)),
        ({"highway": "primary", "maxspeed:forward": "50", "maxspeed": "100"}, (40, 80)),
        ({"highway": "tertiary", "surface": "cobblestone"}, (30, 30)),
        ({"highway": "tertiary", "surface": "asphalt", "smoothness": "very_bad"}, (20, 20)),
        ({"highway": "tertiary", "bridge": "movable"}, (5, 5)),
        ({"highway": "residential", "oneway": "reversible"}, (0, 0)),
        ({"highway": "residential", "construction": "yes"}, (0, 0)),
        ({"highway": "residential", "construction": "minor"}, (25, 25)),
        ({"highway": "construction"}, (0, 0)),
        ({"route": "ferry"}, (5, 5)),
        ({"route": "ferry", "motor_vehicle": "no"}, (0, 0)),
        ({"route": "bus"}, (0, 0)),
        ({"highway": "residential", "access": "destination"}, (25, 25)),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, (25, 25)),
        ({"highway": "service", "motorcar": "no", "access": "yes"}, (0, 0)),
        ({"highway": "footway"}, (0, 0)),
        ({"highway": "footway", "motor_vehicle": "yes"}, (10, 10)),
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
        ({"highway": "residential", "oneway": "yes"}, (15, 4)),
        ({"highway": "residential", "oneway": "yes", "foot": "no"}, (15, 0)),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, (15, 15)),
        ({"highway": "residential", "junction": "roundabout"}, (15, 0)),
        ({"highway": "steps"}, (2, 2)),
        ({"highway": "path", "surface": "gravel"}, (6, 6)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, (15, 15)),
        ({"highway": "footway"}, (4, 4)),
        ({"highway": "footway", "bicycle": "no"}, (0, 0)),
        ({"highway": "footway", "bicycle": "designated"}, (15, 15)),
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


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50.0),
        ("", None),
        ("none", 140.0),
        ("DE:urban", 50.0),
        ("de:rural", 100.0),
        ("DE:motorway", None),
        ("signals", None),
        ("0", None),
    ],
)
def test_limits(text: str, kmh: float | None) -> None:
    assert limit_kmh(text) == kmh


@pytest.mark.parametrize(
    ("tags", "ease"),
    [
        ({"highway": "service", "service": "alley"}, (0.5, 0.5)),
        ({"highway": "residential", "lanes": "1"}, (0.5, 0.5)),
        ({"highway": "residential", "lanes": "1", "oneway": "yes"}, (1, 1)),
        ({"highway": "residential", "width": "3.5"}, (0.6, 0.6)),
        ({"highway": "residential", "width": "5.5 m"}, (0.8, 0.8)),
        ({"highway": "residential", "priority": "forward"}, (1, 0.7)),
        ({"highway": "residential"}, (1, 1)),
    ],
)
def test_how_readily_a_car_takes_a_road(tags: dict[str, str], ease: tuple[float, float]) -> None:
    assert (CAR.travel(tags).along_ease, CAR.travel(tags).against_ease) == ease


def test_private_roads_are_for_those_who_go_there() -> None:
    assert CAR.travel({"highway": "service", "access": "private"}).local
    assert not CAR.travel({"highway": "service", "access": "private", "motor_vehicle": "yes"}).local


@pytest.mark.parametrize(("duration", "kmh"), [("30", 12), ("0:30", 12), ("1:30:00", 4), ("PT2H", 3), ("soon", 5)])
def test_a_ferry_takes_as_long_as_it_says(duration: str, kmh: float) -> None:
    way = CAR.travel({"route": "ferry", "duration": duration}, 6_000.0)
    assert way.along_kmh == way.against_kmh == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("profile", "tags", "barrier"),
    [
        (CAR, {"barrier": "bollard"}, (True, 0)),
        (CAR, {"barrier": "bollard", "bollard": "rising"}, (False, 0)),
        (CAR, {"barrier": "gate"}, (False, 60)),
        (CAR, {"barrier": "gate", "access": "no"}, (True, 0)),
        (CAR, {"barrier": "gate", "access": "private"}, (False, 0)),
        (CAR, {"barrier": "kerb", "kerb": "lowered"}, (False, 0)),
        (CAR, {"barrier": "toll_booth"}, (False, 0)),
        (CAR, {"highway": "traffic_signals"}, (False, 0)),
        (BICYCLE, {"barrier": "bollard"}, (False, 0)),
        (FOOT, {"barrier": "wall"}, (True, 0)),
        (FOOT, {"barrier": "gate", "foot": "private"}, (True, 0)),
    ],
)
def test_barriers(profile: Profile, tags: dict[str, str], barrier: tuple[bool, float]) -> None:
    assert profile.barrier(tags) == barrier


def test_profiles_go_by_their_names() -> None:
    assert {name: profile.name for name, profile in PROFILES.items()} == {n: n for n in ("car", "bicycle", "foot")}
    assert all(isinstance(profile, Profile) for profile in PROFILES.values())
