"""One run of the zone search: from first centres to a contiguous, balanced division at a local optimum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clustering.arrays import Floats, Ints
from clustering.blocks import Blocks
from clustering.bound import cost_of
from clustering.boundary_kernel import polish
from clustering.instance import Instance
from clustering.pieces_kernel import absorb, label_pieces, main_pieces
from clustering.regions import Region, region, regions, zones_together
from clustering.relay_kernel import relay
from clustering.resplit_kernel import Members, resplit
from clustering.settle import settle
from clustering.totals_kernel import total_excess

DIRECTIONS = 24
RESPLIT_PASSES = 30
RESPLIT_ROUNDS = 3
RELAY_PASSES = 30
LARGE = 200_000  # accounts; above, the local search goes region by region
REGION = 100_000  # accounts
LEAST_ZONES = 50  # of a region
BETWEEN_TURNS = 0.9  # radians the borders of the regions are turned
MOST_MENDED = 200  # zones; more of them have other causes than bad luck
POLISH_PASSES = 80
MENDING = (0.3, 0.1, 0.5, 0.2, 0.7)  # penalties to try again from while load is left outside the limits
HOPELESS = 0.1  # of a zone's mean load: so much outside the limits has other causes than bad luck
FIRM = 1e6  # penalty per unit of excess once balance must not be given up any more


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A division with what ranks it: accounts cut off, load outside the limits, cost."""

    label: Ints
    centre: Floats
    price: Floats
    heat: float
    breaks: int
    excess: float
    cost: float

    @property
    def rank(self) -> tuple[int, float, float]:
        return self.breaks, round(self.excess, 9), self.cost


def search(instance: Instance, blocks: Blocks, centre: Floats, rounds: int) -> Found:
    """Lloyd rounds of balanced power diagrams, then whole accounts, whole zones, and local search."""
    heat = spacing2(centre)
    label, prices, centre = settle(instance, blocks, centre, rounds, heat)
    if len(label) <= LARGE or instance.zones < 2 * LEAST_ZONES:
        return improve(instance, label, centre, prices.price, heat)
    _polish_by_regions(instance, blocks, label, centre, heat)
    _mend_around(instance, label, centre, heat)
    return measured(instance, label, centre, prices.price, heat)


def improve(instance: Instance, label: Ints, centre: Floats, price: Floats, heat: float) -> Found:
    """Make a division whole and balanced, and better until neither moves nor new cuts gain."""
    fill_empty(instance, label, centre)
    if instance.contiguous:
        _make_whole(instance, label, centre)
    best = _refined(instance, label, centre, price, heat, heat)
    if instance.zones >= 2 * LEAST_ZONES:
        _mend_around(instance, label, centre, heat)
        return measured(instance, label, centre, price, heat)
    for loosening in MENDING:
        if not 1e-9 < best.excess < HOPELESS:
            break
        again = _refined(instance, best.label.copy(), centre, price, heat, loosening * heat)
        best = min(best, again, key=lambda found: found.rank)
    return best


def _polish_by_regions(instance: Instance, blocks: Blocks, label: Ints, centre: Floats, heat: float) -> None:
    """Moves and exchanges in region after region, and once more in regions with other borders.

    New cuts are left out: where the centres have settled they gain a thousandth and cost more than all the rest.
    """
    fill_empty(instance, label, centre)
    groups = min(-(-len(label) // REGION), instance.zones // LEAST_ZONES)
    for turn, penalty in enumerate((heat, FIRM * heat)):
        group = zones_together(centre, groups + turn, turn * BETWEEN_TURNS)
        words = ((part, centre[part.zones], penalty) for part in regions(instance, label, group))
        for rows, zone in blocks.run(polish_region, words):
            label[rows] = zone


def polish_region(part: Region, centre: Floats, penalty: float) -> tuple[Ints, Ints]:
    """Make the zones of a region whole and move accounts inside it: its accounts and their zones."""
    instance, label = part.instance, part.label
    if instance.contiguous:
        _make_whole(instance, label, centre)
    totals = instance.totals(label)
    polish(instance.accounts, instance.limits, totals, label, instance.contiguous, penalty, POLISH_PASSES)
    relay(instance.accounts, instance.limits, totals, label, instance.contiguous, RELAY_PASSES)
    return part.rows, part.zones[label]


def _mend_around(instance: Instance, label: Ints, centre: Floats, heat: float) -> None:
    """The whole search, new cuts and all, among the zones around each that carries too much or too little."""
    around = KDTree(centre)
    for zone in faulty_zones(instance, label)[:MOST_MENDED]:
        if zone not in faulty_zones(instance, label):
            continue  # mended along with another one
        zones = np.sort(around.query(centre[zone], k=LEAST_ZONES)[1]).astype(np.int64)
        part = region(instance, label, zones, np.flatnonzero(np.isin(label, zones)).astype(np.int64))
        before = measured(part.instance, part.label, centre[zones], np.zeros((1, 1)), heat)
        found = improve(part.instance, part.label.copy(), centre[zones], np.zeros((1, 1)), heat)
        label[part.rows] = zones[min(before, found, key=lambda each: each.rank).label]


def faulty_zones(instance: Instance, label: Ints) -> Ints:
    """The zones outside their limits or in pieces."""
    load = instance.totals(label).load
    limits = instance.limits
    faulty = ((load > limits.high + 1e-9) | (load < limits.low - 1e-9)).any(axis=1)
    if instance.contiguous:
        faulty[label[~_in_main_piece(instance, label)]] = True
    return np.flatnonzero(faulty)


def _refined(instance: Instance, label: Ints, centre: Floats, price: Floats, heat: float, penalty: float) -> Found:
    """Moves and exchanges from this penalty for excess upwards, then new cuts and moves that keep balance."""
    accounts, limits, totals = instance.accounts, instance.limits, instance.totals(label)
    polish(accounts, limits, totals, label, instance.contiguous, penalty, POLISH_PASSES)
    for _ in range(RESPLIT_ROUNDS):
        cuts = _resplit_all(instance, label, FIRM)
        polish(accounts, limits, totals, label, instance.contiguous, FIRM * heat, POLISH_PASSES)
        pairs = relay(accounts, limits, totals, label, instance.contiguous, RELAY_PASSES)
        if cuts == 0 and pairs == 0:
            break
    return measured(instance, label, centre, price, heat)


def measured(instance: Instance, label: Ints, centre: Floats, price: Floats, heat: float) -> Found:
    """A division with its figures; `centre` is where zones without accounts are."""
    centre = instance.centres(label, centre)
    left = total_excess(instance.accounts, instance.limits, instance.totals(label))
    breaks = cut_off(instance, label) if instance.contiguous else 0
    return Found(label, centre, price, heat, breaks, float(left), cost_of(instance, label, centre))


def spacing2(centre: Floats) -> float:
    """Mean squared distance between a centre and the nearest other one; 1 where there is no other."""
    if len(centre) < 2:
        return 1.0
    distance, _ = KDTree(centre).query(centre, k=2)
    mean = float((distance[:, 1] ** 2).mean())
    return mean if mean > 1e-12 else 1.0


def fill_empty(instance: Instance, label: Ints, centre: Floats) -> None:
    """Give every zone without accounts the nearest free account of a zone that has two or more."""
    count = np.bincount(label, minlength=instance.zones)
    accounts = instance.accounts
    for zone in np.flatnonzero(count == 0):
        free = (accounts.locked < 0) & (count[label] > 1)
        distance = np.where(free, ((accounts.xy - centre[zone]) ** 2).sum(axis=1), np.inf)
        nearest = int(np.argmin(distance))
        if np.isfinite(distance[nearest]):
            count[label[nearest]] -= 1
            label[nearest] = zone
            count[zone] = 1


def _make_whole(instance: Instance, label: Ints, centre: Floats) -> None:
    for _ in range(3):
        if absorb(instance.accounts, label, instance.centres(label, centre)) == 0:
            return


def _resplit_all(instance: Instance, label: Ints, penalty: float) -> int:
    """Cut pairs of neighbouring zones anew, pass after pass, where one of the two changed; how many cuts."""
    cuts = 0
    changed = ~instance.pinned
    directions = cut_directions(instance.accounts.xy.shape[1])
    for _ in range(RESPLIT_PASSES):
        pairs = _neighbouring_zones(instance, label)
        pairs = pairs[changed[pairs].any(axis=1) & ~instance.pinned[pairs].any(axis=1)]
        if len(pairs) == 0:
            break
        touched = np.zeros(instance.zones, np.bool_)
        members = _members(label, instance.zones)
        cuts += resplit(
            instance.accounts, instance.limits, label, members, pairs, directions, instance.contiguous, penalty, touched
        )
        waiting = np.zeros(instance.zones, np.bool_)
        waiting[pairs[touched[pairs].any(axis=1)].ravel()] = True
        changed = touched | waiting
        if not touched.any():
            break
    return cuts


def cut_directions(axes: int) -> Floats:
    """Directions (25, axes) to cut across: even on a half circle; for more axes spread by chance. The last is spare."""
    if axes == 2:
        angle = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
        even = np.column_stack([np.cos(angle), np.sin(angle)])
    else:
        even = np.random.default_rng(axes).normal(size=(DIRECTIONS, axes))
        even /= np.linalg.norm(even, axis=1, keepdims=True)
    return np.vstack([even, np.zeros((1, axes))])


def _neighbouring_zones(instance: Instance, label: Ints) -> Ints:
    accounts = instance.accounts
    rows = np.repeat(label, np.diff(accounts.near_ptr)).astype(np.int64)
    columns = label[accounts.near]
    across = rows < columns
    key = np.unique(rows[across] * instance.zones + columns[across])
    return np.column_stack([key // instance.zones, key % instance.zones]).astype(np.int64)


def _members(label: Ints, zones: int) -> Members:
    ptr = np.concatenate([[0], np.cumsum(np.bincount(label, minlength=zones))])
    return Members(ptr.astype(np.int64), np.argsort(label, kind="stable").astype(np.int64))


def cut_off(instance: Instance, label: Ints) -> int:
    """How many accounts are not in the largest piece of their zone."""
    return int((~_in_main_piece(instance, label)).sum())


def _in_main_piece(instance: Instance, label: Ints) -> NDArray[np.bool_]:
    piece = np.empty(len(label), np.int64)
    pieces = label_pieces(instance.accounts, label, piece)
    main = main_pieces(label, piece, pieces, np.ones(len(label)), instance.zones)
    return np.asarray(piece == main[label])
