"""Land in pieces that no zone may lie on both sides of: a river without a bridge, islands, a border.

A piece with enough load gets a zone of its own, which leaves its other accounts to its neighbours. And what no division
can bring within the limits is shared out evenly: limits count what lies outside them in all zones together, so a piece
with too much for its zones is no better off when one of them carries everything that is too much.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from clustering.arrays import Floats, Ints, Limits
from clustering.instance import Instance
from clustering.search import Found, improve, measured

WORTH = 1e-6  # of a zone's mean load: less left outside the limits is not worth another look
GIVEN = 0.01  # of a zone's mean load may lie outside the limits in addition, all zones together: accounts are whole
ZONE_OF_ITS_OWN = 0.5  # of a zone's mean load: a piece with less is reached across what parts it


def over_land(instance: Instance, found: Found) -> Found:
    """The division made better where land in pieces asks for it; the same one on land in one piece."""
    if not instance.contiguous or instance.zones < 2 or (found.breaks == 0 and found.excess < WORTH):
        return found
    piece_of, pieces = _pieces(instance)
    if found.breaks and pieces > 1:
        found = _with_own_zones(instance, found, piece_of, pieces)
    return _evened(instance, found, piece_of, pieces) if found.excess >= WORTH else found


def _pieces(instance: Instance) -> tuple[Ints, int]:
    accounts = instance.accounts
    links = csr_matrix((np.ones(len(accounts.near), np.int8), accounts.near, accounts.near_ptr))
    pieces, piece_of = connected_components(links, directed=False)
    return piece_of.astype(np.int64), int(pieces)


def _main_pieces(instance: Instance, label: Ints, piece_of: Ints, pieces: int) -> Ints:
    """(k,) the piece where most of a zone's load lies; `pieces` for a zone without accounts."""
    load = instance.accounts.load.mean(axis=1)
    held = np.bincount(label * pieces + piece_of, load, instance.zones * pieces).reshape(-1, pieces)
    return np.where(held.sum(axis=1) > 0, held.argmax(axis=1), pieces).astype(np.int64)


def _with_own_zones(instance: Instance, found: Found, piece_of: Ints, pieces: int) -> Found:
    """Give each large piece where no zone is at home the zone that holds most of it, the largest piece first."""
    load = instance.accounts.load.mean(axis=1)
    on_piece = np.bincount(piece_of, load, pieces)
    for piece in np.argsort(-on_piece, kind="stable"):
        home = _main_pieces(instance, found.label, piece_of, pieces)
        if on_piece[piece] < ZONE_OF_ITS_OWN or (home == piece).any():
            continue
        inside = piece_of == piece
        zone = int(np.bincount(found.label[inside], load[inside], instance.zones).argmax())
        others = np.flatnonzero((home == home[zone]) & (np.arange(instance.zones) != zone))
        if len(others) == 0:
            continue
        label = found.label.copy()
        left = (label == zone) & ~inside
        away2 = ((instance.accounts.xy[left][:, None, :] - found.centre[others][None, :, :]) ** 2).sum(axis=2)
        label[left], label[inside] = others[away2.argmin(axis=1)], zone
        locked = instance.accounts.locked
        label = np.where(locked >= 0, locked, label)
        centre = instance.centres(label, found.centre)
        again = improve(instance, label, centre, found.price, found.heat)
        found = again if again.breaks < found.breaks else found
    return found


def _evened(instance: Instance, found: Found, piece_of: Ints, pieces: int) -> Found:
    """The division, or one with no more outside the limits, but for a whole account, that is fairer."""
    wider = _wider(instance, found.label, piece_of, pieces)
    if wider is None:
        return found
    again = improve(replace(instance, limits=wider), found.label.copy(), found.centre, found.price, found.heat)
    evened = measured(instance, again.label, again.centre, found.price, found.heat)
    no_worse = evened.breaks <= found.breaks and evened.excess <= found.excess + GIVEN
    return evened if no_worse and _unfair(instance, evened.label) < _unfair(instance, found.label) - WORTH else found


def _wider(instance: Instance, label: Ints, piece_of: Ints, pieces: int) -> Limits | None:
    """Limits in which every piece has room for what its zones carry together; None where they have already."""
    limits = instance.limits
    home = _main_pieces(instance, label, piece_of, pieces)
    count = np.maximum(np.bincount(home, minlength=pieces + 1), 1)[:, None]

    def of_piece(values: Floats) -> Floats:
        summed = np.zeros((pieces + 1, values.shape[1]))
        np.add.at(summed, home, values)
        return summed

    load = of_piece(instance.totals(label).load)
    over = np.maximum(load - of_piece(limits.high), 0.0) / count
    under = np.maximum(of_piece(limits.low) - load, 0.0) / count
    if max(over.max(), under.max()) < WORTH:
        return None
    slack = np.minimum((limits.high - limits.low) / 4, instance.accounts.load.max(axis=0))  # accounts are whole
    more, less = over[home], under[home]
    low = np.where(more > 0, limits.high + np.maximum(more - slack, 0.0), limits.low)
    high = np.where(less > 0, limits.low - np.maximum(less - slack, 0.0), limits.high)
    high, low = np.where(more > 0, limits.high + more + slack, high), np.where(less > 0, limits.low - less - slack, low)
    return Limits(np.maximum(low, 0.0), np.maximum(high, 0.0), limits.unit)


def _unfair(instance: Instance, label: Ints) -> float:
    """What lies outside the limits, squared and summed over zones: least when all carry the same of it."""
    load, limits = instance.totals(label).load, instance.limits
    outside = np.maximum(np.maximum(load - limits.high, limits.low - load), 0.0) / limits.unit
    return float((outside**2).sum())
