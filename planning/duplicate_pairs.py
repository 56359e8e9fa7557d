"""Pairs of accounts that may be one firm among many: what `planning.duplicates` says of one account, for all at once.

Who stands near whom, bears the same name in the same town or is reached the same way is a candidate; the names decide.
Everything here is computed from plain values, on any process.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.address_fold import fold
from geo.great_circle import EARTH_RADIUS_M
from planning.duplicates import NEAR_M, alike, judged
from planning.merge_sites import same_places

Pair = tuple[int, int]
"""Ids of two accounts, the lower one first."""


@dataclass(frozen=True, slots=True)
class Firm:
    """An account as far as it tells firms apart. `sites` hold id, line, city, lat and lon (degrees; None: unknown)."""

    id: int
    names: tuple[str, ...]
    sites: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A part of the record: `home` are ids of firms whose pairs with a higher id are looked for.

    `firms` are they and all whom they could be; `ways` pairs that are reached the same way, and how; `known` pairs that
    are known to be two; `named` further candidates, which share a name or an address.
    """

    home: tuple[int, ...]
    firms: tuple[Firm, ...]
    named: tuple[Pair, ...]
    ways: Mapping[Pair, str]
    known: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class Found:
    """Two accounts that may be one firm; see `planning.duplicates.judged`."""

    pair: Pair
    score: float
    reasons: tuple[str, ...]


def find_pairs(part: Neighbours) -> list[Found]:
    """The pairs of a part that may be one firm, in order of their ids."""
    firms = {firm.id: firm for firm in part.firms}
    near = near_pairs(part)
    found = []
    for pair in sorted({*near, *part.named, *part.ways} - part.known):
        one, other = firms[pair[0]], firms[pair[1]]
        likeness = max(alike(name, named) for name in one.names for named in other.names)
        same = bool(same_places(one.sites, other.sites))
        score, reasons = judged(likeness, near.get(pair), same, part.ways.get(pair), bool(cities(one) & cities(other)))
        if score:
            found.append(Found(pair, score, reasons))
    return found


def cities(firm: Firm) -> set[str]:
    """Where its sites are, folded."""
    return {fold(site["city"]) for site in firm.sites} - {""}


def near_pairs(part: Neighbours) -> dict[Pair, float]:
    """Pairs with sites within `NEAR_M` of each other, and the shortest distance in metres."""
    from scipy.spatial import KDTree

    placed = [(firm.id, site) for firm in part.firms for site in firm.sites if site["lat"] is not None]
    if not placed:
        return {}
    home = set(part.home)
    points = on_sphere([site for _, site in placed])
    ours = [number for number, (firm_id, _) in enumerate(placed) if firm_id in home]
    if not ours:
        return {}
    pairs = KDTree(points[ours]).sparse_distance_matrix(KDTree(points), chord(NEAR_M), output_type="coo_matrix")
    found: dict[Pair, float] = {}
    for row, column, length in zip(pairs.row, pairs.col, pairs.data, strict=True):
        one, other = placed[ours[row]][0], placed[column][0]
        if one < other:
            away_m = 2 * EARTH_RADIUS_M * float(np.arcsin(min(1.0, length / 2)))
            found[one, other] = min(away_m, found.get((one, other), away_m))
    return found


def on_sphere(sites: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Sites as points of the unit sphere (n, 3): there is no edge at the date line or the poles."""
    lat, lon = np.radians([[site["lat"] for site in sites], [site["lon"] for site in sites]])
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def chord(distance_m: float) -> float:
    """The straight line through the unit sphere that belongs to a distance along it."""
    return float(2 * np.sin(distance_m / (2 * EARTH_RADIUS_M)))


def split(
    firms: Sequence[Firm], named: Iterable[Pair], ways: Mapping[Pair, str], known: Iterable[Pair], *, size: int
) -> Iterable[Neighbours]:
    """All firms in parts of about `size`, those near each other together; every pair is looked for in one part."""
    by_id = {firm.id: firm for firm in firms}
    of_first: dict[int, list[Pair]] = {}
    for pair in {*named, *ways}:
        of_first.setdefault(pair[0], []).append(pair)
    two: dict[int, list[Pair]] = {}
    for pair in known:
        two.setdefault(pair[0], []).append(pair)
    order = sorted(firms, key=where)
    around = Around(firms)
    for begin in range(0, len(order), size):
        home = order[begin : begin + size]
        ids = {firm.id for firm in home}
        pairs = sorted(pair for one in sorted(ids) for pair in of_first.get(one, ()))
        others = around.of(home) | {pair[1] for pair in pairs}
        yield Neighbours(
            tuple(sorted(ids)),
            tuple(by_id[one] for one in sorted(ids | others)),
            tuple(pair for pair in pairs if pair not in ways),
            {pair: ways[pair] for pair in pairs if pair in ways},
            frozenset(pair for one in ids for pair in two.get(one, ())),
        )


def where(firm: Firm) -> tuple[float, float, int]:
    """Bands of a fifth of a degree from south to north, from west to east in each; firms without a place come last."""
    placed = next((site for site in firm.sites if site["lat"] is not None), None)
    return (float(placed["lat"] // 0.2), placed["lon"], firm.id) if placed else (1e9, 0.0, firm.id)


class Around:
    """Finds who has a site near one of a firm's."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        from scipy.spatial import KDTree

        placed = [(firm.id, site) for firm in firms for site in firm.sites if site["lat"] is not None]
        self.ids = np.array([firm_id for firm_id, _ in placed], np.int64)
        self.tree = KDTree(on_sphere([site for _, site in placed])) if placed else None

    def of(self, home: Sequence[Firm]) -> set[int]:
        """Ids of all firms near one of these."""
        sites = [site for firm in home for site in firm.sites if site["lat"] is not None]
        if self.tree is None or not sites:
            return set()
        found = self.tree.query_ball_point(on_sphere(sites), chord(NEAR_M))
        numbers = np.unique(np.concatenate([np.asarray(one, np.int64) for one in found]))
        return set(self.ids[numbers].tolist())
