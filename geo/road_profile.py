"""How fast a kind of traveller moves on a way of OpenStreetMap, whether it may, and what junctions cost it.

The figures follow the profiles of the Open Source Routing Machine (car.lua, bicycle.lua, foot.lua), so that the plain
graph and the engine describe the same roads. Left out: restrictions by way of another road, left-hand traffic's own
bias, lanes for buses and shared rides, limits of height, width and weight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from geo.road_speed import Tags, ease, signed_kmh, surface_kmh

CLOSED = frozenset({
    "no", "agricultural", "forestry", "emergency", "psv", "taxi", "share_taxi", "minibus", "bus", "foot",
    "emergency_vehicle", "restricted", "military", "official",
})  # fmt: skip
LOCAL = frozenset({"private", "delivery", "destination", "customers", "permit", "residents"})
OPEN = frozenset({"yes", "permissive", "designated", "destination", "customers", "delivery", "official"})
NOT_ON_FOOT = frozenset({"private", "permit", "use_sidepath"})
ONE_WAY = frozenset({"yes", "1", "true"})
CIRCLES = frozenset({"roundabout", "circular"})
NOT_YET = frozenset({"construction", "proposed"})
HARMLESS_WORKS = frozenset({"no", "widening", "minor"})
FERRY_KMH = MappingProxyType({"ferry": 5.0, "shuttle_train": 10.0})
MOVABLE_BRIDGE_KMH = 5.0
OTHERWISE_KMH = 10.0  # on a way of another kind that is expressly open

PUSHED_KMH = 4.0
CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right")
OPPOSITE = frozenset({"opposite", "opposite_lane", "opposite_track"})
BICYCLE_SURFACE_KMH = (
    dict.fromkeys(
        ("wood", "metal", "cobblestone:flattened", "paving_stones", "compacted", "fine_gravel", "ground"), 10.0
    )
    | dict.fromkeys(("unpaved", "gravel", "pebblestone", "grass_paver", "earth", "grass"), 6.0)
    | dict.fromkeys(("mud", "sand", "woodchips"), 3.0)
    | {"sett": 9.0, "dirt": 8.0, "cobblestone": 7.0, "laterite": 5.0}
)

WHITELISTED = frozenset(
    {"cattle_grid", "border_control", "toll_booth", "sally_port", "no", "entrance", "height_restrictor", "arch"}
)
GATES = frozenset({"gate", "lift_gate"})
GATE_S = 60.0


class WayTravel(NamedTuple):
    """A way for one kind of traveller: speeds along and against it in km/h (0 = closed), and how readily it is taken.

    `local`: only for those who have business there; a route enters it at its ends and goes through nowhere else.
    """

    along_kmh: float = 0.0
    against_kmh: float = 0.0
    along_ease: float = 1.0
    against_ease: float = 1.0
    local: bool = False


CLOSED_WAY = WayTravel()


class Barrier(NamedTuple):
    """A point on a way: nobody passes, or only after some seconds."""

    blocked: bool = False
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TurnCost:
    """What a turn costs: `most_s` for the sharpest, `bias` above 1 makes turns across traffic dearer.

    `curve` is "sigmoid" (car.lua), "square" (bicycle.lua) or "none"; `crossing_s` is added for a turn across oncoming
    traffic; `back_s` for turning round where nothing else can be done.
    """

    curve: str = "none"
    most_s: float = 0.0
    bias: float = 1.0
    crossing_s: float = 0.0
    back_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of traveller.

    `speed_kmh` per value of `highway`; `access` lists the access tags from the most special to the most general;
    `driven`: heeds limits, surfaces, local access, barriers and stop signs; `heeds_turns`: turn restrictions. A bicycle
    is pushed where it may not be ridden, by `pushed_kmh` per value of `highway`, and slowed by `surface_kmh`. `scale`
    turns the graph's times into the engine's on average where a region could not be fitted to the engine itself.
    """

    name: str
    speed_kmh: Mapping[str, float]
    access: tuple[str, ...]
    oneway: tuple[str, ...] = ()
    opened_by: frozenset[str] = field(default_factory=frozenset)
    driven: bool = False
    signal_s: float = 0.0
    turn: TurnCost = TurnCost()
    walls: frozenset[str] = field(default_factory=frozenset)
    pushed_kmh: Mapping[str, float] = field(default_factory=dict)
    surface_kmh: Mapping[str, float] = field(default_factory=dict)
    heeds_turns: bool = False
    scale: float = 1.0

    def speeds(self, tags: Tags) -> tuple[float, float]:
        """Speed along and against the way's direction in km/h; 0 where it may not be travelled."""
        return self.travel(tags)[:2]

    def travel(self, tags: Tags, length_m: float = 0.0) -> WayTravel:
        """What a way is for this traveller; a ferry that says how long it takes needs its length."""
        if _impassable(tags):
            return CLOSED_WAY
        boat_kmh = FERRY_KMH.get(tags.get("route", ""), 0.0)
        allowed, local, by_name = self._allowed(tags)
        speed = boat_kmh or self.speed_kmh.get(tags.get("highway", ""), 0.0)
        pushed_kmh = self._pushed(tags) if allowed is None or not by_name else 0.0
        if allowed is False or (not speed and not by_name and not pushed_kmh):
            return CLOSED_WAY
        if boat_kmh:
            hours = _hours(tags.get("duration", ""))
            speed = length_m / 1000 / hours if hours and length_m else boat_kmh
        elif not speed and by_name:
            speed = OTHERWISE_KMH if self.driven else self.otherwise_kmh
        along, against = self._directed(tags, speed)
        if not self.driven:
            most = self.surface_kmh.get(tags.get("surface", ""), float("inf"))
            back_kmh = 0.0 if self._circular(tags) else pushed_kmh
            return WayTravel(min(along or pushed_kmh, most), min(against or back_kmh, most))
        if not boat_kmh:
            most = MOVABLE_BRIDGE_KMH if tags.get("bridge") == "movable" else surface_kmh(tags)
            along = min(signed_kmh(tags, "forward") or along, most) if along else 0.0
            against = min(signed_kmh(tags, "backward") or against, most) if against else 0.0
        return WayTravel(along, against, *ease(tags, both_ways=along > 0 and against > 0), local)

    def barrier(self, tags: Tags) -> Barrier:
        """What a node with these tags does to who passes it."""
        access = next((tags[key] for key in self.access if key in tags), None)
        kind = tags.get("barrier", "")
        if access is not None:
            return Barrier(access in CLOSED or (not self.driven and access in ("private", "delivery")))
        if tags.get("bollard") == "rising" or (kind == "fence" and tags.get("sensory") in ("audible", "audio")):
            return Barrier()
        if not self.driven:
            return Barrier(kind in self.walls)
        flat = tags.get("kerb") in ("lowered", "flush") or (kind == "kerb" and tags.get("highway") == "crossing")
        if kind in GATES:
            return Barrier(delay_s=GATE_S)
        return Barrier(bool(kind) and kind not in WHITELISTED and not flat)

    def _allowed(self, tags: Tags) -> tuple[bool | None, bool, bool]:
        """What the most special access tag says: open (None: nothing), only locally, and open though no road."""
        highway = tags.get("highway", "")
        known = highway in self.speed_kmh or "route" in tags
        for key in self.access:
            value = tags.get(key)
            if value is None:
                continue
            if self.driven:
                local = value in LOCAL and known
                return not (value in CLOSED or (value in LOCAL and not known)), local, bool(highway)
            if value in CLOSED or value in NOT_ON_FOOT:
                return False, False, False
            if value in OPEN:
                return True, False, key in self.opened_by and bool(highway)
        return None, False, False

    @property
    def otherwise_kmh(self) -> float:
        """On a way of another kind that is expressly open."""
        return max(self.speed_kmh.values())

    def _pushed(self, tags: Tags) -> float:
        """The pace at which a bicycle is pushed along a way, also against a one-way street; 0 for others."""
        kind = tags.get("highway", "")
        if not self.pushed_kmh or tags.get("foot") == "no":
            return 0.0
        known = kind in self.speed_kmh or (bool(kind) and tags.get("foot") == "yes")
        return self.pushed_kmh.get(kind, PUSHED_KMH if known else 0.0)

    def _circular(self, tags: Tags) -> bool:
        return tags.get("junction") in CIRCLES or tags.get("highway") == "motorway"

    def _directed(self, tags: Tags, speed: float) -> tuple[float, float]:
        if self.pushed_kmh and any(tags.get(key) in OPPOSITE for key in CYCLEWAYS):
            return speed, speed
        for key in self.oneway:
            value = tags.get(key)
            if value is None:
                continue
            if value in ONE_WAY:
                return speed, 0.0
            if value in ("-1", "reverse"):
                return 0.0, speed
            if value == "no":
                return speed, speed
            break
        return (speed, 0.0) if self.oneway and self._circular(tags) else (speed, speed)


def _impassable(tags: Tags) -> bool:
    works = tags.get("construction")
    return (
        tags.get("area") == "yes"
        or tags.get("highway") in NOT_YET
        or (works is not None and works not in HARMLESS_WORKS)
        or tags.get("oneway") == "reversible"
        or tags.get("impassable") == "yes"
        or tags.get("status") == "impassable"
        or tags.get("service") == "emergency_access"
    )


def _hours(text: str) -> float | None:
    """A duration as OpenStreetMap writes it: "90" minutes, "1:30" or "1:30:00" hours, "PT1H30M"."""
    if text.startswith("PT"):
        hours, _, rest = text[2:].rpartition("H")
        minutes = rest.split("M")[0] if "M" in rest else "0"
        parts = [hours or "0", minutes]
    else:
        parts = text.split(":") if ":" in text else ["0", text]
    if not all(part.isdigit() for part in parts):
        return None
    return sum(int(part) / 60**at for at, part in enumerate(parts)) or None


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
    oneway=("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"),
    driven=True,
    heeds_turns=True,
    signal_s=2.0,
    turn=TurnCost("sigmoid", most_s=7.5, bias=1.075, crossing_s=2.0, back_s=20.0),
)
BICYCLE = Profile(
    name="bicycle",
    speed_kmh=MappingProxyType(BICYCLE_KMH),
    access=("bicycle", "vehicle", "access"),
    oneway=("oneway:bicycle", "oneway"),
    opened_by=frozenset({"bicycle"}),
    signal_s=2.0,
    turn=TurnCost("square", most_s=6.0, bias=1.4, back_s=20.0),
    walls=frozenset({"yes", "wall", "fence"}),
    pushed_kmh=MappingProxyType({"footway": PUSHED_KMH, "pedestrian": PUSHED_KMH, "steps": 2.0}),
    surface_kmh=MappingProxyType(BICYCLE_SURFACE_KMH),
    heeds_turns=True,
)
FOOT = Profile(
    name="foot",
    speed_kmh=MappingProxyType(FOOT_KMH),
    access=("foot", "access"),
    oneway=("oneway:foot",),
    opened_by=frozenset({"foot"}),
    signal_s=2.0,
    turn=TurnCost(back_s=2.0),
    walls=frozenset({"yes", "wall", "fence"}),
)
PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (CAR, BICYCLE, FOOT)})
