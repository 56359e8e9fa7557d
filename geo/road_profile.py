"""How fast a kind of traveller moves on a way of OpenStreetMap, and whether it may.

The figures follow the profiles of the Open Source Routing Machine (car.lua, bicycle.lua, foot.lua), so that the plain
graph and the engine describe the same roads. Left out: turn costs, restrictions at junctions, ferries, surfaces.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Tags = Mapping[str, str]

KMH_PER_MPH = 1.609344
SIGNED_SHARE = 0.8  # of a signed limit that a car reaches on average
CLOSED = frozenset({"no", "private", "agricultural", "forestry", "emergency", "psv", "bus", "military"})
OPEN = frozenset({"yes", "permissive", "designated", "destination", "customers", "delivery", "official"})
ONE_WAY = frozenset({"yes", "1", "true"})
CIRCLES = frozenset({"roundabout", "circular"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of traveller.

    `speed_kmh` per value of `highway`; `access` lists the access tags from the most special to the most general;
    `scale` turns plain graph times into the engine's on average (turns, junctions) where a region could not be fitted
    to the engine itself: the middle of four towns (Copenhagen 1.07, Lauf 1.10, Helsinki 1.11, San Francisco 1.04 by
    car; Copenhagen 1.06, Lauf 1.11 by bicycle; 1.00 on foot).
    """

    name: str
    speed_kmh: Mapping[str, float]
    access: tuple[str, ...]
    oneway: tuple[str, ...] = ()
    opened_by: frozenset[str] = field(default_factory=frozenset)
    heeds_limit: bool = False
    signal_s: float = 0.0
    scale: float = 1.0

    def speeds(self, tags: Tags) -> tuple[float, float]:
        """Speed along and against the way's direction in km/h; 0 where it may not be travelled."""
        speed = self.speed_kmh.get(tags.get("highway", ""), 0.0)
        allowed = self._allowed(tags)
        if allowed is None:
            allowed = speed > 0
        if not allowed or tags.get("area") == "yes":
            return 0.0, 0.0
        speed = speed or self.speed_kmh["path"]
        if self.heeds_limit:
            speed = _limited(tags, speed)
        return self._directed(tags, speed)

    def _allowed(self, tags: Tags) -> bool | None:
        """What the most special access tag says; None where none says anything."""
        for key in self.access:
            value = tags.get(key)
            if value in CLOSED:
                return False
            if value in OPEN:
                known = tags.get("highway", "") in self.speed_kmh
                return known or (key in self.opened_by and "highway" in tags)
        return None

    def _directed(self, tags: Tags, speed: float) -> tuple[float, float]:
        for key in self.oneway:
            value = tags.get(key)
            if value is None:
                continue
            if value in ONE_WAY:
                return speed, 0.0
            if value in ("-1", "reverse"):
                return 0.0, speed
            return speed, speed
        circle = tags.get("junction") in CIRCLES or tags.get("highway") == "motorway"
        return (speed, 0.0) if self.oneway and circle else (speed, speed)


def _limited(tags: Tags, speed: float) -> float:
    limit = limit_kmh(tags.get("maxspeed", ""))
    return limit * SIGNED_SHARE if limit else speed


def limit_kmh(text: str) -> float | None:
    """A signed limit ("50", "30 mph") in km/h; None for "none", "signals", "DE:urban" and the like."""
    words = text.split()
    if not words or not words[0].isdigit():
        return None
    value = float(words[0])
    return (value * KMH_PER_MPH if words[1:] == ["mph"] else value) or None


CAR_KMH = {
    "motorway": 90, "motorway_link": 45, "trunk": 85, "trunk_link": 40, "primary": 65, "primary_link": 30,
    "secondary": 55, "secondary_link": 25, "tertiary": 40, "tertiary_link": 20, "unclassified": 25,
    "residential": 25, "living_street": 10, "service": 15, "road": 25,
}  # fmt: skip
BICYCLE_KMH = dict.fromkeys(
    ("cycleway", "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
     "residential", "unclassified", "living_street", "road", "service"), 15.0,
) | {"track": 12.0, "path": 13.0}  # fmt: skip
FOOT_KMH = dict.fromkeys(
    ("primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified",
     "residential", "road", "living_street", "service", "track", "path", "steps", "pedestrian", "footway", "pier"),
    5.0,
)  # fmt: skip

CAR = Profile(
    name="car",
    speed_kmh=MappingProxyType({name: float(speed) for name, speed in CAR_KMH.items()}),
    access=("motorcar", "motor_vehicle", "vehicle", "access"),
    oneway=("oneway",),
    heeds_limit=True,
    signal_s=2.0,
    scale=1.08,
)
BICYCLE = Profile(
    name="bicycle",
    speed_kmh=MappingProxyType(BICYCLE_KMH),
    access=("bicycle", "vehicle", "access"),
    oneway=("oneway:bicycle", "oneway"),
    opened_by=frozenset({"bicycle"}),
    signal_s=2.0,
    scale=1.08,
)
FOOT = Profile(
    name="foot",
    speed_kmh=MappingProxyType(FOOT_KMH),
    access=("foot", "access"),
    oneway=("oneway:foot",),
    opened_by=frozenset({"foot"}),
    signal_s=2.0,
)
PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (CAR, BICYCLE, FOOT)})
