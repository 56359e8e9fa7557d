"""A road network for one kind of traveller: junctions, the roads between them, and where those run.

Ways are cut at junctions only, so a search sees a quarter of the extract's nodes. What remains is the largest
strongly connected part: from every point of it one can reach every other, so nobody is snapped to a car park's island.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo.osm_extract import RoadWays
from geo.road_distance import pairwise_m
from geo.road_profile import Profile


@dataclass(frozen=True)
class RoadNetwork:
    """Roads as arrays; edge `e` runs from junction `tail[e]` to `head[e]` along its shape.

    `forward_s`, `backward_s`: time along and against the shape, infinite where closed. The shape of edge `e` is
    `shape_lat[shape_first[e]:shape_first[e + 1]]`, both ends included. `way[e]` indexes `way_name`.
    """

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float32]
    forward_s: NDArray[np.float32]
    backward_s: NDArray[np.float32]
    shape_first: NDArray[np.int64]
    shape_lat: NDArray[np.float64]
    shape_lon: NDArray[np.float64]
    way: NDArray[np.int32]
    way_name: NDArray[np.str_]

    @property
    def road_km(self) -> float:
        """Length of all roads, both directions counted once."""
        return float(self.length_m.sum(dtype=np.float64)) / 1000

    @cached_property
    def arcs(self) -> "Arcs":
        return Arcs.of(self)

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Self:
        with np.load(path) as stored:
            return cls(**{field.name: stored[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class Arcs:
    """The directed view of a network, row by row: arcs `first[i]:first[i + 1]` leave junction `i`."""

    first: NDArray[np.int64]
    head: NDArray[np.int32]
    duration_s: NDArray[np.float32]
    length_m: NDArray[np.float32]
    edge: NDArray[np.int32]
    along: NDArray[np.bool_]

    @classmethod
    def of(cls, roads: RoadNetwork) -> Self:
        along, against = np.isfinite(roads.forward_s), np.isfinite(roads.backward_s)
        edge = np.concatenate([np.flatnonzero(along), np.flatnonzero(against)]).astype(np.int32)
        is_along = np.arange(len(edge)) < along.sum()
        tail = np.where(is_along, roads.tail[edge], roads.head[edge])
        order = np.argsort(tail, kind="stable")
        edge, is_along = edge[order], is_along[order]
        return cls(
            first=np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=len(roads.lat)))]).astype(np.int64),
            head=np.where(is_along, roads.head[edge], roads.tail[edge]).astype(np.int32),
            duration_s=np.where(is_along, roads.forward_s[edge], roads.backward_s[edge]),
            length_m=roads.length_m[edge],
            edge=edge,
            along=is_along,
        )


@dataclass(slots=True)
class _Pieces:
    """Ways cut at junctions: piece `p` covers `node[start[p]:stop[p] + 1]` of the ways' node list."""

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    way: NDArray[np.int64]


def build_network(ways: RoadWays, profile: Profile) -> RoadNetwork:
    """The roads that `profile` may travel; empty when there are none."""
    speed = ways.speed_kmh[profile.name]
    pieces = _cut(ways, speed.max(axis=1, initial=0) > 0)
    length_m, signals = _measure(ways, pieces)
    with np.errstate(divide="ignore"):
        hours = length_m[:, None] / 1000 / speed[pieces.way]
    seconds = np.where(speed[pieces.way] > 0, hours * 3600 + (signals * profile.signal_s)[:, None], np.inf)
    tail, head = ways.node[pieces.start], ways.node[pieces.stop]
    kept = _mutually_reachable(tail, head, np.isfinite(seconds), len(ways.lat))
    pieces = _Pieces(pieces.start[kept], pieces.stop[kept], pieces.way[kept])
    return _assemble(ways, pieces, length_m[kept], seconds[kept])


def _cut(ways: RoadWays, travelled: NDArray[np.bool_]) -> _Pieces:
    """Cut travelled ways wherever two of them meet, or one meets itself."""
    sizes = np.diff(ways.first)
    way_of = np.repeat(np.arange(len(sizes)), sizes)
    is_end = np.zeros(len(ways.node), bool)
    is_end[ways.first[:-1]] = is_end[ways.first[1:] - 1] = True
    used = travelled[way_of]
    uses = np.bincount(ways.node[used], minlength=len(ways.lat))
    at = np.flatnonzero((is_end | (uses[ways.node] > 1)) & used)
    same_way = way_of[at[1:]] == way_of[at[:-1]]
    start, stop = at[:-1][same_way], at[1:][same_way]
    return _Pieces(start, stop, way_of[start])


def _measure(ways: RoadWays, pieces: _Pieces) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Length in metres and number of traffic signals of each piece, its last point counted, its first not."""
    lat, lon = ways.lat[ways.node], ways.lon[ways.node]
    step_m = np.concatenate([[0.0], pairwise_m(lat[:-1], lon[:-1], lat[1:], lon[1:])])
    run_m = np.cumsum(step_m)
    signals = np.cumsum(ways.signal[ways.node])
    length_m = np.maximum(run_m[pieces.stop] - run_m[pieces.start], 0.01)
    return length_m, (signals[pieces.stop] - signals[pieces.start]).astype(np.float64)


def _mutually_reachable(
    tail: NDArray[np.int64], head: NDArray[np.int64], open_ways: NDArray[np.bool_], nodes: int
) -> NDArray[np.bool_]:
    """Which pieces lie within the largest strongly connected part."""
    if not len(tail):
        return np.zeros(0, bool)
    along, against = open_ways[:, 0], open_ways[:, 1]
    rows = np.concatenate([tail[along], head[against]])
    columns = np.concatenate([head[along], tail[against]])
    graph = csr_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=True, connection="strong")
    largest = np.bincount(part).argmax()
    inside: NDArray[np.bool_] = (part[tail] == largest) & (part[head] == largest)
    return inside


def _assemble(
    ways: RoadWays, pieces: _Pieces, length_m: NDArray[np.float64], seconds: NDArray[np.float64]
) -> RoadNetwork:
    tail, head = ways.node[pieces.start], ways.node[pieces.stop]
    nodes, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    sizes = pieces.stop - pieces.start + 1
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    points = np.arange(first[-1]) - np.repeat(first[:-1] - pieces.start, sizes)
    shape = ways.node[points]
    used, way = np.unique(pieces.way, return_inverse=True)
    return RoadNetwork(
        lat=ways.lat[nodes],
        lon=ways.lon[nodes],
        tail=ends[: len(tail)].astype(np.int32),
        head=ends[len(tail) :].astype(np.int32),
        length_m=length_m.astype(np.float32),
        forward_s=seconds[:, 0].astype(np.float32),
        backward_s=seconds[:, 1].astype(np.float32),
        shape_first=first,
        shape_lat=ways.lat[shape],
        shape_lon=ways.lon[shape],
        way=way.astype(np.int32),
        way_name=np.array([ways.name[w] for w in used], dtype=np.str_),
    )
