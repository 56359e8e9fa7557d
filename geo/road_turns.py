"""The turns at junctions: which are allowed, and what they cost.

Costs follow the turn functions of the Open Source Routing Machine's profiles: a curve over the angle, more for a turn
across oncoming traffic, and turning round only where nothing else can be done. Traffic drives on the right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.osm_roads import AGAINST, ALONG, ALWAYS, NEARER, RoadWays
from geo.road_profile import Profile, TurnCost

ENTERING_LOCAL_S = 3_276.7
"""What a route counts for turning into a road that is for local access only; the most the engine can count."""
REAL_JUNCTION = 3  # roads that meet


@dataclass(slots=True)
class Edges:
    """Pieces of road between two nodes of the extract; two columns mean along and against.

    `bearing`: leaving the start and arriving at the end, when travelled along, in radians clockwise from north.
    """

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    way: NDArray[np.int64]
    length_m: NDArray[np.float64]
    seconds: NDArray[np.float64]
    felt_s: NDArray[np.float64]
    bearing: NDArray[np.float64]

    def at(self, kept: NDArray[np.bool_]) -> "Edges":
        return Edges(
            self.tail[kept], self.head[kept], self.way[kept], self.length_m[kept], self.seconds[kept],
            self.felt_s[kept], self.bearing[kept],
        )  # fmt: skip

    def closed_but_for(self, is_open: NDArray[np.bool_]) -> "Edges":
        """The same edges with only these directions left open; (e, 2)."""
        seconds, felt_s = (np.where(is_open, values, np.inf) for values in (self.seconds, self.felt_s))
        return replace(self, seconds=seconds, felt_s=felt_s)


@dataclass(slots=True)
class Turns:
    """From arc `a` into `to[first[a]:first[a + 1]]`; arc `2 e` travels edge `e` along, arc `2 e + 1` against."""

    first: NDArray[np.int64]
    to: NDArray[np.int64]
    seconds: NDArray[np.float64]
    felt_s: NDArray[np.float64]

    @property
    def start(self) -> NDArray[np.int64]:
        """The arc that each turn comes from."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def at(self, kept: NDArray[np.bool_]) -> "Turns":
        counts = np.bincount(self.start[kept], minlength=len(self.first) - 1)
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Turns(first, self.to[kept], self.seconds[kept], self.felt_s[kept])


def turns_of(edges: Edges, ways: RoadWays, profile: Profile) -> Turns:
    """Every turn that `profile` may make, with its price; turning round only where nothing else can be done."""
    turns = allowed_turns(edges, ways, profile)
    back = turns.start == (turns.to ^ 1)
    onward = np.zeros(len(turns.first) - 1, bool)
    onward[turns.start[~back]] = True
    return _priced(turns.at(~(back & onward[turns.start])), edges, ways, profile)


def allowed_turns(edges: Edges, ways: RoadWays, profile: Profile) -> Turns:
    """Every turn between open arcs that neither a barrier nor a restriction forbids, turning round included."""
    every = _all_turns(edges, len(ways.lat))
    is_open = np.isfinite(edges.seconds).ravel()
    back = every.start == (every.to ^ 1)
    allowed = is_open[every.start] & is_open[every.to]
    allowed &= back | ~ways.blocked[profile.name][_ends(edges)[every.start]]
    if profile.heeds_turns:
        allowed &= ~_forbidden(edges, ways, every)
    return every.at(allowed)


def _ends(edges: Edges) -> NDArray[np.int64]:
    """The node where each arc ends."""
    return np.column_stack([edges.head, edges.tail]).ravel()


def _all_turns(edges: Edges, nodes: int) -> Turns:
    """From every arc into every arc that starts where it ends, turning round included."""
    ends, starts = _ends(edges), np.column_stack([edges.tail, edges.head]).ravel()
    order = np.argsort(starts, kind="stable")
    leaving = np.concatenate([[0], np.cumsum(np.bincount(starts, minlength=nodes))])
    counts = (leaving[1:] - leaving[:-1])[ends]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    to = order[np.arange(first[-1]) - np.repeat(first[:-1] - leaving[ends], counts)]
    return Turns(first, to, np.zeros(len(to)), np.zeros(len(to)))


def _forbidden(edges: Edges, ways: RoadWays, turns: Turns) -> NDArray[np.bool_]:
    """Turns that a restriction forbids, or that it leaves out where it names the only one."""
    forbidden = np.zeros(len(turns.to), bool)
    ends = _ends(edges)
    by_end = _arcs_by(ends, ways.banned[:, 1])
    for start_way, via, end_way, only in ways.banned.tolist():
        for arc in by_end.get(via, ()):
            if edges.way[arc >> 1] != start_way:
                continue
            span = slice(int(turns.first[arc]), int(turns.first[arc + 1]))
            named = edges.way[turns.to[span] >> 1] == end_way
            if only and named.any():
                forbidden[span] |= ~named
            elif not only:
                forbidden[span] |= named & ((turns.to[span] != arc ^ 1) | (start_way == end_way))
    return forbidden


def _arcs_by(ends: NDArray[np.int64], nodes: NDArray[np.int64]) -> dict[int, Sequence[int]]:
    """The arcs that end at each of some nodes."""
    wanted = np.flatnonzero(np.isin(ends, nodes))
    found: dict[int, list[int]] = {}
    for arc in wanted.tolist():
        found.setdefault(int(ends[arc]), []).append(arc)
    return dict(found)


def _priced(turns: Turns, edges: Edges, ways: RoadWays, profile: Profile) -> Turns:
    start = turns.start
    via = _ends(edges)[start]
    roads = np.bincount(np.concatenate([edges.tail, edges.head]), minlength=len(ways.lat))
    back = start == (turns.to ^ 1)
    angle = np.where(back, np.pi, _angles(edges, start, turns.to))
    circle = ways.circle[edges.way]
    real = roads[via] >= REAL_JUNCTION
    in_circle = circle[start >> 1] | circle[turns.to >> 1]
    seconds = turn_s(profile.turn, angle, real=real, back=back, in_circle=in_circle)
    seconds += _sign_s(start, via, ways, profile)
    local = ways.local[profile.name][edges.way]
    felt_s = seconds + np.where(~local[start >> 1] & local[turns.to >> 1], ENTERING_LOCAL_S, 0.0)
    return Turns(turns.first, turns.to, seconds, felt_s)


def _angles(edges: Edges, start: NDArray[np.int64], to: NDArray[np.int64]) -> NDArray[np.float64]:
    """Turns in radians: 0 straight on, above 0 to the right."""
    against = edges.bearing[:, ::-1] + np.pi  # travelled the other way round: ends swapped, directions reversed
    leaving = np.column_stack([edges.bearing[:, 0], against[:, 0]]).ravel()
    arriving = np.column_stack([edges.bearing[:, 1], against[:, 1]]).ravel()
    return np.asarray((leaving[to] - arriving[start] + np.pi) % (2 * np.pi) - np.pi)


def turn_s(
    cost: TurnCost,
    angle: NDArray[np.float64],
    *,
    real: NDArray[np.bool_],
    back: NDArray[np.bool_],
    in_circle: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Seconds for turns by angle (radians, above 0 to the right).

    `real`: three roads or more meet; `back`: turning round; `in_circle`: one of the roads is a roundabout.
    """
    share, right = np.abs(angle) / np.pi, angle >= 0
    if cost.curve == "sigmoid":
        steep = np.where(right, 13 / cost.bias, 13 * cost.bias)
        middle = np.where(right, 6.5 * cost.bias, 6.5 / cost.bias)
        seconds = np.where(real | back, cost.most_s / (1 + np.exp(middle - steep * share)), 0.0)
        crossing = ~right & ~back & real & ~in_circle
        seconds += np.where(crossing, cost.crossing_s / (1 + np.exp(3.25 - 13 * share)), 0.0)
    elif cost.curve == "square":
        seconds = (2 * share) ** 2 * cost.most_s * np.where(right, 1 / cost.bias, cost.bias)
    else:
        seconds = np.zeros(len(angle))
    return np.asarray(seconds + np.where(back, cost.back_s, 0.0))


def _sign_s(start: NDArray[np.int64], via: NDArray[np.int64], ways: RoadWays, profile: Profile) -> NDArray[np.float64]:
    """Seconds lost at signals, signs and gates that stand at the junction itself."""
    signs = ways.signal * profile.signal_s + (ways.delay_s if profile.driven else 0.0)
    signs[:, ALWAYS] += ways.gate_s[profile.name] + signs[:, NEARER]
    along = np.where(start % 2 == 0, ALONG, AGAINST)
    return np.asarray(signs[via, ALWAYS] + signs[via, along])
