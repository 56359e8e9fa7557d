"""Zones that fell apart: finding the pieces and giving the small ones to the zones around them."""

import numpy as np
from numba import njit

from clustering.arrays import Accounts, Floats, Ints


@njit(cache=True)
def label_pieces(accounts: Accounts, label: Ints, piece: Ints) -> int:
    """Number the connected pieces of all zones into `piece`; how many there are."""
    n = len(label)
    piece[:] = -1
    queue = np.empty(n, np.int64)
    pieces = 0
    for seed in range(n):
        if piece[seed] >= 0:
            continue
        piece[seed] = pieces
        queue[0] = seed
        head, tail = 0, 1
        while head < tail:
            x = queue[head]
            head += 1
            for e in range(accounts.near_ptr[x], accounts.near_ptr[x + 1]):
                u = accounts.near[e]
                if piece[u] < 0 and label[u] == label[seed]:
                    piece[u] = pieces
                    queue[tail] = u
                    tail += 1
        pieces += 1
    return pieces


@njit(cache=True)
def main_pieces(label: Ints, piece: Ints, pieces: int, size: Floats, zones: int) -> Ints:
    """The piece of each zone with the largest sum of `size`; -1 for a zone without accounts."""
    total = np.zeros(pieces)
    zone_of = np.zeros(pieces, np.int64)
    for i in range(len(label)):
        total[piece[i]] += size[i]
        zone_of[piece[i]] = label[i]
    main = np.full(zones, -1, np.int64)
    for p in range(pieces):
        z = zone_of[p]
        if main[z] < 0 or total[p] > total[main[z]]:
            main[z] = p
    return main


@njit(cache=True)
def _nearest_whole_zone(accounts: Accounts, label: Ints, piece: Ints, main: Ints, centre: Floats, i: int) -> int:
    """The zone with the nearest centre whose main piece touches i, or -1."""
    nearest, best = -1, np.inf
    for e in range(accounts.near_ptr[i], accounts.near_ptr[i + 1]):
        u = accounts.near[e]
        z = label[u]
        if piece[u] != main[z] or _barred(accounts, i, z):
            continue
        distance = 0.0
        for axis in range(centre.shape[1]):
            distance += (accounts.xy[i, axis] - centre[z, axis]) ** 2
        if distance < best:
            nearest, best = z, distance
    return nearest


@njit(cache=True)
def _barred(accounts: Accounts, i: int, z: int) -> bool:
    barred = False
    for e in range(accounts.barred_ptr[i], accounts.barred_ptr[i + 1]):
        barred = barred or accounts.barred_zone[e] == z
    return barred


@njit(cache=True)
def absorb(accounts: Accounts, label: Ints, centre: Floats) -> int:
    """Give every account outside its zone's main piece to a zone it touches, nearest centre first; how many moved.

    Locked accounts stay where they are; so does a piece that touches no zone's main piece (an island).
    """
    n = len(label)
    piece = np.empty(n, np.int64)
    pieces = label_pieces(accounts, label, piece)
    main = main_pieces(label, piece, pieces, accounts.weight, len(centre))
    waiting = np.empty(n, np.int64)
    left = 0
    for i in range(n):
        if piece[i] != main[label[i]] and accounts.locked[i] < 0:
            waiting[left] = i
            left += 1
    moved = 0
    while left > 0:
        kept = 0
        for r in range(left):
            i = waiting[r]
            z = _nearest_whole_zone(accounts, label, piece, main, centre, i)
            if z < 0:
                waiting[kept] = i
                kept += 1
                continue
            label[i] = z
            piece[i] = main[z]
            moved += 1
        if kept == left:
            break
        left = kept
    return moved
