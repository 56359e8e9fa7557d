"""A road network for one kind of traveller: junctions, the roads between them, where those run, and the turns.

Ways are cut at junctions and barriers only, so a search sees a quarter of the extract's nodes. What remains is the
largest part in which everyone gets from everywhere to everywhere, so nobody is snapped to a car park's island.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo.osm_roads import AGAINST, ALONG, ALWAYS, NEARER, RoadWays
from geo.road_distance import pairwise_m
from geo.road_profile import Profile
from geo.road_turns import Edges, Turns, allowed_turns, turns_of

SHORTEST_M = 0.01


@dataclass(frozen=True)
class RoadNetwork:
    """Roads as arrays; edge `e` runs from junction `tail[e]` to `head[e]` along its shape.

    `forward_s`, `backward_s`: time along and against the shape, infinite where closed; `forward_felt_s`,
    `backward_felt_s` what a driver who chooses a route counts for them. The shape of edge `e` is
    `shape_lat[shape_first[e]:shape_first[e + 1]]`, both ends included. `way[e]` indexes `way_name`.

    Arc `2 e` travels edge `e` along its shape, arc `2 e + 1` against it. From the end of arc `a` one may turn into
    `turn_to[turn_first[a]:turn_first[a + 1]]`, which takes `turn_s` and feels like `turn_felt_s`.
    """

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float32]
    forward_s: NDArray[np.float32]
    backward_s: NDArray[np.float32]
    forward_felt_s: NDArray[np.float32]
    backward_felt_s: NDArray[np.float32]
    shape_first: NDArray[np.int64]
    shape_lat: NDArray[np.float64]
    shape_lon: NDArray[np.float64]
    way: NDArray[np.int32]
    way_name: NDArray[np.str_]
    turn_first: NDArray[np.int64]
    turn_to: NDArray[np.int32]
    turn_s: NDArray[np.float32]
    turn_felt_s: NDArray[np.float32]

    @property
    def road_km(self) -> float:
        """Length of all roads, both directions counted once."""
        return float(self.length_m.sum(dtype=np.float64)) / 1000

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Self:
        with np.load(path) as stored:
            return cls(**{field.name: stored[field.name] for field in fields(cls)})


@dataclass(slots=True)
class _Pieces:
    """Ways cut at junctions: piece `p` covers `node[start[p]:stop[p] + 1]` of the ways' node list."""

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    way: NDArray[np.int64]

    def at(self, kept: NDArray[np.bool_]) -> "_Pieces":
        return _Pieces(self.start[kept], self.stop[kept], self.way[kept])


def build_network(ways: RoadWays, profile: Profile) -> RoadNetwork:
    """The roads that `profile` may travel; empty when there are none."""
    speed = ways.speed_kmh[profile.name]
    pieces = _cut(ways, profile, speed.max(axis=1, initial=0) > 0)
    edges = _edges(ways, pieces, profile)
    inside = _mutually_reachable(edges, allowed_turns(edges, ways, profile))
    kept = inside.any(axis=1)
    left = edges.at(kept).closed_but_for(inside[kept])
    return _assemble(ways, pieces.at(kept), left, turns_of(left, ways, profile))


def _cut(ways: RoadWays, profile: Profile, travelled: NDArray[np.bool_]) -> _Pieces:
    """Cut travelled ways wherever two of them meet, or one meets itself, and at barriers."""
    sizes = np.diff(ways.first)
    way_of = np.repeat(np.arange(len(sizes)), sizes)
    is_end = np.zeros(len(ways.node), bool)
    is_end[ways.first[:-1]] = is_end[ways.first[1:] - 1] = True
    used = travelled[way_of]
    uses = np.bincount(ways.node[used], minlength=len(ways.lat))
    uses[ways.blocked[profile.name]] += 1
    at = np.flatnonzero((is_end | (uses[ways.node] > 1)) & used)
    same_way = way_of[at[1:]] == way_of[at[:-1]]
    start, stop = at[:-1][same_way], at[1:][same_way]
    return _Pieces(start, stop, way_of[start])


def _edges(ways: RoadWays, pieces: _Pieces, profile: Profile) -> Edges:
    """Pieces with what it takes to travel them, the signs at the points between their ends included."""
    lat, lon = ways.lat[ways.node], ways.lon[ways.node]
    run_m = np.concatenate([[0.0], np.cumsum(pairwise_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))])
    length_m = np.maximum(run_m[pieces.stop] - run_m[pieces.start], SHORTEST_M)
    speed, ease = ways.speed_kmh[profile.name][pieces.way], ways.ease[profile.name][pieces.way]
    with np.errstate(divide="ignore", invalid="ignore"):
        moving_s = np.where(speed > 0, length_m[:, None] / 1000 / speed * 3600, np.inf)
    waiting_s = _waiting_s(ways, pieces, run_m, profile)
    return Edges(
        tail=ways.node[pieces.start],
        head=ways.node[pieces.stop],
        way=pieces.way,
        length_m=length_m,
        seconds=moving_s + waiting_s,
        felt_s=moving_s / ease + waiting_s,
        bearing=_bearings(ways, pieces, run_m),
    )


def _waiting_s(ways: RoadWays, pieces: _Pieces, run_m: NDArray[np.float64], profile: Profile) -> NDArray[np.float64]:
    """Seconds lost along and against each piece at signals, signs and gates between its ends; (p, 2)."""
    signs = ways.signal * profile.signal_s + (ways.delay_s if profile.driven else 0.0)
    signs[:, ALWAYS] += ways.gate_s[profile.name]
    inside = np.concatenate([[np.zeros(4)], np.cumsum(signs[ways.node], axis=0)])
    between = inside[pieces.stop] - inside[pieces.start + 1]
    waiting_s = np.column_stack([between[:, ALWAYS] + between[:, side] for side in (ALONG, AGAINST)])
    for at in np.flatnonzero(between[:, NEARER]):
        for point in range(int(pieces.start[at]) + 1, int(pieces.stop[at])):
            before_m, after_m = run_m[point] - run_m[pieces.start[at]], run_m[pieces.stop[at]] - run_m[point]
            waiting_s[at, int(before_m < after_m)] += signs[ways.node[point], NEARER]
    return waiting_s


LOOK_M = 15.0
"""A road's direction at a junction is that of its first so many metres: its very first corner may be a kerb's."""


def _bearings(ways: RoadWays, pieces: _Pieces, run_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Directions in radians, clockwise from north: leaving the start, arriving at the end; (p, 2)."""
    lat, lon = ways.lat[ways.node], ways.lon[ways.node]
    first_m, last_m = run_m[pieces.start], run_m[pieces.stop]
    look_m = np.minimum(LOOK_M, last_m - first_m)
    bearings = []
    for aim_m, start, end in ((first_m + look_m, True, False), (last_m - look_m, False, True)):
        after = np.clip(np.searchsorted(run_m, aim_m), pieces.start + 1, pieces.stop)
        step_m = run_m[after] - run_m[after - 1]
        share = np.where(step_m > 0, (aim_m - run_m[after - 1]) / np.where(step_m > 0, step_m, 1), 1.0)
        aim_lat = lat[after - 1] + share * (lat[after] - lat[after - 1])
        aim_lon = lon[after - 1] + share * (lon[after] - lon[after - 1])
        from_lat, from_lon = (lat[pieces.start], lon[pieces.start]) if start else (aim_lat, aim_lon)
        to_lat, to_lon = (lat[pieces.stop], lon[pieces.stop]) if end else (aim_lat, aim_lon)
        bearings.append(np.arctan2((to_lon - from_lon) * np.cos(np.radians(to_lat)), to_lat - from_lat))
    return np.column_stack(bearings)


def _mutually_reachable(edges: Edges, turns: Turns) -> NDArray[np.bool_]:
    """Which arcs lie within the largest part where every arc leads to every other; (e, 2).

    Both directions of a road count as one here: who starts on it may set out either way.
    """
    is_open = np.isfinite(edges.seconds)
    arcs = np.arange(is_open.size)
    both_ways = arcs[np.repeat(is_open.all(axis=1), 2)]
    start = np.concatenate([turns.start, both_ways])
    to = np.concatenate([turns.to, both_ways ^ 1])
    graph = csr_matrix((np.ones(len(to), np.int8), (start, to)), shape=(len(arcs), len(arcs)))
    _, part = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(part[is_open.ravel()], minlength=1)
    inside: NDArray[np.bool_] = is_open & (part == sizes.argmax()).reshape(-1, 2)
    return inside


def _assemble(ways: RoadWays, pieces: _Pieces, edges: Edges, turns: Turns) -> RoadNetwork:
    nodes, ends = np.unique(np.concatenate([edges.tail, edges.head]), return_inverse=True)
    sizes = pieces.stop - pieces.start + 1
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    points = np.arange(first[-1]) - np.repeat(first[:-1] - pieces.start, sizes)
    shape = ways.node[points]
    used, way = np.unique(pieces.way, return_inverse=True)
    seconds, felt_s = edges.seconds.astype(np.float32), edges.felt_s.astype(np.float32)
    return RoadNetwork(
        lat=ways.lat[nodes],
        lon=ways.lon[nodes],
        tail=ends[: len(edges.tail)].astype(np.int32),
        head=ends[len(edges.tail) :].astype(np.int32),
        length_m=edges.length_m.astype(np.float32),
        forward_s=seconds[:, 0],
        backward_s=seconds[:, 1],
        forward_felt_s=felt_s[:, 0],
        backward_felt_s=felt_s[:, 1],
        shape_first=first,
        shape_lat=ways.lat[shape],
        shape_lon=ways.lon[shape],
        way=way.astype(np.int32),
        way_name=np.array([ways.name[w] for w in used], dtype=np.str_),
        turn_first=turns.first,
        turn_to=turns.to.astype(np.int32),
        turn_s=turns.seconds.astype(np.float32),
        turn_felt_s=turns.felt_s.astype(np.float32),
    )
