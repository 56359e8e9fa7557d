"""How fast a car may and can go on a way, from its tags: signed limits, surfaces, narrow and one-lane roads.

The figures are those of the car profile of the Open Source Routing Machine (car.lua), so that the plain graph and the
engine describe the same roads.
"""

from collections.abc import Mapping
from types import MappingProxyType

Tags = Mapping[str, str]

KMH_PER_MPH = 1.609344
SIGNED_SHARE = 0.8  # of a signed limit that a car reaches on average
LIMIT_KEYS = ("maxspeed:advisory", "maxspeed", "source:maxspeed", "maxspeed:type")

# Limits that a country gives a kind of road, where the tag names the kind ("DE:rural").
BY_KIND = MappingProxyType({"urban": 50.0, "rural": 90.0, "trunk": 110.0, "motorway": 130.0})
BY_COUNTRY = MappingProxyType({
    "at:rural": 100.0, "at:trunk": 100.0, "ar:urban": 40.0, "ar:rural": 110.0, "be:motorway": 120.0,
    "be-bru:rural": 70.0, "be-bru:urban": 30.0, "be-vlg:rural": 70.0, "bg:motorway": 140.0, "by:urban": 60.0,
    "by:motorway": 110.0, "ca-on:rural": 80.0, "ch:rural": 80.0, "ch:trunk": 100.0, "ch:motorway": 120.0,
    "de:living_street": 7.0, "de:rural": 100.0, "dk:rural": 80.0, "es:trunk": 90.0, "fr:rural": 80.0,
    "gb:nsl_single": 60 * KMH_PER_MPH, "gb:nsl_dual": 70 * KMH_PER_MPH, "gb:motorway": 70 * KMH_PER_MPH,
    "lv:living_street": 20.0, "nl:rural": 80.0, "nl:trunk": 100.0, "no:rural": 80.0, "no:motorway": 110.0,
    "ph:urban": 40.0, "ph:rural": 80.0, "ph:motorway": 100.0, "pl:rural": 100.0, "pl:expressway": 120.0,
    "pl:motorway": 140.0, "ro:trunk": 100.0, "ru:living_street": 20.0, "ru:urban": 60.0, "ru:motorway": 110.0,
    "uk:nsl_single": 60 * KMH_PER_MPH, "uk:nsl_dual": 70 * KMH_PER_MPH, "uk:motorway": 70 * KMH_PER_MPH,
    "za:urban": 60.0, "za:rural": 100.0, "none": 140.0,
})  # fmt: skip
NO_LIMIT = frozenset({"de:motorway"})

SURFACE_KMH = MappingProxyType(
    dict.fromkeys(("cement", "compacted", "fine_gravel"), 80.0)
    | dict.fromkeys(("paving_stones", "metal", "bricks"), 60.0)
    | dict.fromkeys(
        ("grass", "wood", "sett", "grass_paver", "gravel", "unpaved", "ground", "dirt", "pebblestone", "tartan"), 40.0
    )
    | dict.fromkeys(("cobblestone", "clay", "snow"), 30.0)
    | dict.fromkeys(("earth", "stone", "rocky", "sand", "ice"), 20.0)
    | {"laterite": 15.0, "mud": 10.0}
)
TRACK_KMH = MappingProxyType({"grade1": 60.0, "grade2": 40.0, "grade3": 30.0, "grade4": 25.0, "grade5": 20.0})
SMOOTH_KMH = MappingProxyType(
    {"intermediate": 80.0, "bad": 40.0, "very_bad": 20.0, "horrible": 10.0, "very_horrible": 5.0, "impassable": 0.0}
)
SLOW_SERVICE = frozenset({"alley", "parking", "parking_aisle", "driveway", "drive-through", "drive-thru"})
SERVICE_EASE = 0.5
ONE_LANE_EASE = 0.5
UNMARKED_EASE = 0.75
SIDE_ROAD_EASE = 0.8
ALTERNATING_EASE = 0.4
GIVING_WAY_EASE = 0.7
WIDTH_EASE = ((3.0, 0.5), (4.0, 0.6), (5.0, 0.75), (6.0, 0.8))  # up to so many metres wide


def limit_kmh(text: str) -> float | None:
    """A limit in km/h ("50", "30 mph", "RU:urban", "none"); None where it says nothing ("signals")."""
    words = text.split()
    if words and words[0].isdigit():
        value = float(words[0])
        return (value * KMH_PER_MPH if words[1:] == ["mph"] else value) or None
    kind = text.strip().lower()
    if kind in BY_COUNTRY:
        return BY_COUNTRY[kind]
    return BY_KIND.get(kind.rpartition(":")[2]) if ":" in kind and kind not in NO_LIMIT else None


def signed_kmh(tags: Tags, direction: str) -> float | None:
    """What a car reaches under the limit of this direction ("forward" or "backward"); None where none is known."""
    for key in LIMIT_KEYS:
        limit = limit_kmh(tags.get(f"{key}:{direction}") or tags.get(key) or "")
        if limit is not None:
            return limit * SIGNED_SHARE
    return None


def surface_kmh(tags: Tags) -> float:
    """The most that surface, tracktype and smoothness allow; infinite where they say nothing."""
    most = (SURFACE_KMH.get(tags.get("surface", "")), TRACK_KMH.get(tags.get("tracktype", "")))
    known = [kmh for kmh in (*most, SMOOTH_KMH.get(tags.get("smoothness", ""))) if kmh is not None]
    return min(known, default=float("inf"))


def ease(tags: Tags, *, both_ways: bool) -> tuple[float, float]:
    """How readily a driver takes a way, along and against it: 1, or less for alleys, narrow and one-lane roads.

    A route counts a metre of it as so much longer; the clock does not.
    """
    common = SERVICE_EASE if tags.get("service") in SLOW_SERVICE else 1.0
    if both_ways:
        common = min(common, _width_ease(tags))
    if tags.get("oneway") == "alternating":
        common = min(common, ALTERNATING_EASE)
    if tags.get("side_road") in ("yes", "rotary"):
        common = min(common, SIDE_ROAD_EASE)
    priority = tags.get("priority")
    along = min(common, GIVING_WAY_EASE) if priority == "backward" else common
    against = min(common, GIVING_WAY_EASE) if priority == "forward" else common
    return along, against


def _width_ease(tags: Tags) -> float:
    lanes, width_m = _number(tags.get("lanes", "")), _number(tags.get("width", ""))
    if lanes is not None and lanes <= 1:
        return ONE_LANE_EASE
    if width_m is not None and width_m <= WIDTH_EASE[0][0]:
        return WIDTH_EASE[0][1]
    for below_m, share in WIDTH_EASE[1:]:
        if width_m is not None and width_m < below_m:
            return share
    return UNMARKED_EASE if tags.get("lane_markings") == "no" else 1.0


def _number(text: str) -> float | None:
    words = text.removesuffix("m").split(";")[0].strip()
    try:
        return float(words)
    except ValueError:
        return None
