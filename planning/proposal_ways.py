"""What a transfer does to the driving: the hours it adds a year, and whether the new rep can be there in a day."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.great_circle import CAR
from geo.place import Place
from geo.projection import LocalMetres


def extra_drive_h(
    xy_m: NDArray[np.float64], owner: NDArray[np.int32], reps: int, visits_a_year: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, reps) hours a year that visiting an account adds to the driving if the rep has it and not its own, 0 or more.

    A visit is reached from the nearest other account of the rep and left the same way, at the speeds assumed where no
    road network is at hand.
    """
    way_s = np.full((len(owner), reps), np.inf)
    for rep in range(reps):
        own = np.flatnonzero(owner == rep)
        if not len(own):
            continue
        away = cKDTree(xy_m[own]).query(xy_m, k=min(2, len(own)))[0].reshape(len(owner), -1)
        itself = (owner == rep).astype(int)
        away_m = np.where(itself < away.shape[1], away[np.arange(len(owner)), np.minimum(itself, away.shape[1] - 1)], 0)
        way_s[:, rep] = np.where(away_m > 0, CAR.duration_s(away_m), 0.0)
    now_s = way_s[np.arange(len(owner)), owner]
    way_s = np.where(np.isfinite(way_s), way_s, now_s[:, None])  # a rep without accounts: nothing is known
    return np.asarray(np.maximum(2 * (way_s - now_s[:, None]), 0.0) * visits_a_year[:, None] / 3600)


def within_a_day(
    places: Sequence[Place],
    owner: NDArray[np.int32],
    service_s: NDArray[np.float64],
    homes: Sequence[Place | None],
    day_s: Sequence[int],
) -> NDArray[np.bool_]:
    """(n, reps) whether a rep can drive from home to the account, make the visit and be back within one working day.

    Where no home is known nothing is ruled out. Who drives farther than a day today keeps that reach.
    """
    metres = LocalMetres(places)
    xy_m = metres.xy_m(places)
    able = np.ones((len(places), len(homes)), dtype=np.bool_)
    for rep, home in enumerate(homes):
        if home is None:
            continue
        away_m = np.sqrt(((xy_m - metres.xy_m([home])[0]) ** 2).sum(axis=1))
        needed_s = 2 * CAR.duration_s(away_m) + service_s
        own = needed_s[owner == rep]
        able[:, rep] = needed_s <= max(float(day_s[rep]), float(own.max(initial=0.0)))
    return able
