"""Roads as they stand in an extract: ways, the points they run through, and the rules at those points."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.road_distance import pairwise_m
from geo.road_profile import Barrier, Profile
from geo.road_speed import Tags

NODE_KEYS = ("highway", "barrier")
RESTRICTIONS = ("restriction", "restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle")
EXEMPT = frozenset({"motorcar", "motor_vehicle", "vehicle"})
STOP_S, GIVE_WAY_S = 2.0, 1.0
ALWAYS, ALONG, AGAINST, NEARER = range(4)
"""Columns of `delay_s`: in both directions, along the way, against it, towards the nearer junction."""


@dataclass(slots=True)
class RoadWays:
    """Roads as read: way `w` runs through `node[first[w]:first[w + 1]]`, which index the node arrays.

    `speed_kmh[profile]` and `ease[profile]` hold two columns, along and against the way; speed 0 = closed. `local`:
    only for those who have business there. `circle`: a roundabout. `signal` are traffic lights, with the columns of
    `delay_s`; `delay_s` what signs make a driver lose; `blocked[profile]` and `gate_s[profile]` are barriers.
    `banned` (r, 4) holds turn restrictions: from way, via node, to way, and 1 where every other turn is meant.
    """

    first: NDArray[np.int64]
    node: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    signal: NDArray[np.bool_]
    delay_s: NDArray[np.float32]
    speed_kmh: Mapping[str, NDArray[np.float32]]
    ease: Mapping[str, NDArray[np.float32]]
    local: Mapping[str, NDArray[np.bool_]]
    blocked: Mapping[str, NDArray[np.bool_]]
    gate_s: Mapping[str, NDArray[np.float32]]
    circle: NDArray[np.bool_]
    banned: NDArray[np.int64]
    name: tuple[str, ...]


@dataclass(slots=True)
class RoadReader:
    """Arrays that grow while a file is read: points before ways before relations, as in every extract."""

    profiles: Sequence[Profile]
    _index: dict[int, int] = field(default_factory=dict)
    _lat: array[float] = field(default_factory=lambda: array("d"))
    _lon: array[float] = field(default_factory=lambda: array("d"))
    _first: array[int] = field(default_factory=lambda: array("q", [0]))
    _node: array[int] = field(default_factory=lambda: array("q"))
    _travel: array[float] = field(default_factory=lambda: array("f"))
    _circle: array[int] = field(default_factory=lambda: array("b"))
    _names: list[str] = field(default_factory=list)
    _pieces: dict[int, list[int]] = field(default_factory=dict)
    _points: dict[int, Tags] = field(default_factory=dict)
    _banned: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add_point(self, ref: int, tags: Tags) -> None:
        """Take a point that may be a barrier, traffic lights or a sign."""
        if any(key in tags for key in NODE_KEYS):
            self._points[ref] = tags

    def add_way(self, ref: int, pieces: Sequence[Sequence[tuple[int, float, float]]], tags: Tags) -> None:
        """Take a way that any profile may travel, in the pieces that the extract holds of it."""
        length_m = sum(map(_length_m, pieces)) if "duration" in tags else 0.0
        travel = [profile.travel(tags, length_m) for profile in self.profiles]
        if not any(one.along_kmh or one.against_kmh for one in travel):
            return
        for piece in pieces:
            for point, lat, lon in piece:
                at = self._index.get(point)
                if at is None:
                    at = self._index[point] = len(self._lat)
                    self._lat.append(lat)
                    self._lon.append(lon)
                self._node.append(at)
            self._first.append(len(self._node))
            for one in travel:
                self._travel.extend(one)
            self._circle.append(tags.get("junction") in ("roundabout", "circular"))
            self._pieces.setdefault(ref, []).append(len(self._names))
            self._names.append(tags.get("name") or tags.get("ref") or "")

    def add_restriction(self, members: Sequence[tuple[str, str, int]], tags: Tags) -> None:
        """Take a rule about turns at one point: (role, kind of thing, its number). Rules by way of a road are left."""
        rule = next((tags[key] for key in RESTRICTIONS if key in tags), "")
        if EXEMPT.intersection(tags.get("except", "").replace(" ", "").split(";")):
            return
        via = [self._index.get(ref) for role, kind, ref in members if role == "via" and kind == "n"]
        if len(via) != 1 or via[0] is None or not rule.startswith(("no_", "only_")):
            return
        starts, ends = (
            [piece for role, _, ref in members if role == wanted for piece in self._pieces.get(ref, ())]
            for wanted in ("from", "to")
        )
        only = int(rule.startswith("only_"))
        self._banned.extend((start, via[0], end, only) for start in starts for end in ends)

    def freeze(self) -> RoadWays:
        names = [profile.name for profile in self.profiles]
        travel = np.array(self._travel, np.float32).reshape(len(self._names), len(names), 5)
        signal, delay_s = self._signs()
        barriers = [self._barriers(profile) for profile in self.profiles]
        return RoadWays(
            first=np.array(self._first, np.int64),
            node=np.array(self._node, np.int64),
            lat=np.array(self._lat, np.float64),
            lon=np.array(self._lon, np.float64),
            signal=signal,
            delay_s=delay_s,
            speed_kmh={name: travel[:, at, 0:2] for at, name in enumerate(names)},
            ease={name: travel[:, at, 2:4] for at, name in enumerate(names)},
            local={name: travel[:, at, 4] > 0 for at, name in enumerate(names)},
            blocked={name: blocked for name, (blocked, _) in zip(names, barriers, strict=True)},
            gate_s={name: delay for name, (_, delay) in zip(names, barriers, strict=True)},
            circle=np.array(self._circle, bool),
            banned=np.array(self._banned, np.int64).reshape(-1, 4),
            name=tuple(self._names),
        )

    def _signs(self) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        signal = np.zeros((len(self._lat), 4), bool)
        delay_s = np.zeros((len(self._lat), 4), np.float32)
        for ref, tags in self._points.items():
            at, kind = self._index.get(ref), tags.get("highway", "")
            if at is None:
                continue
            if kind == "traffic_signals":
                signal[at, _direction(tags.get("traffic_signals:direction") or tags.get("direction"), ALWAYS)] = True
            elif kind == "stop" and tags.get("stop") != "minor":
                delay_s[at, _direction(tags.get("direction"), NEARER)] = STOP_S
            elif kind == "give_way":
                delay_s[at, _direction(tags.get("direction"), ALWAYS)] = GIVE_WAY_S
        return signal, delay_s

    def _barriers(self, profile: Profile) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        blocked, gate_s = np.zeros(len(self._lat), bool), np.zeros(len(self._lat), np.float32)
        for ref, tags in self._points.items():
            at = self._index.get(ref)
            barrier = profile.barrier(tags) if at is not None else Barrier()
            if at is not None and barrier != Barrier():
                blocked[at], gate_s[at] = barrier.blocked, barrier.delay_s
        return blocked, gate_s


def _direction(text: str | None, otherwise: int) -> int:
    return {"forward": ALONG, "backward": AGAINST}.get(text or "", otherwise)


def _length_m(piece: Sequence[tuple[int, float, float]]) -> float:
    lat, lon = (np.array([point[at] for point in piece]) for at in (1, 2))
    return float(pairwise_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())
