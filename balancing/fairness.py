"""How evenly work is divided: against each rep's share, at the extremes, and over the whole team."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from balancing.errors import InvalidMoves


def deviation(load: ArrayLike, share: ArrayLike) -> NDArray[np.float64]:
    """Every rep's load against the rep's share of the total, less 1: 0.1 is a tenth too much.

    load: (reps,) or (reps, metrics), 0 or more. share: (reps,) above 0, sums to 1. Where a metric adds up to nothing,
    nobody deviates. The answer has the shape of `load`.

    Raises:
        InvalidMoves: shapes that do not fit, or shares that are no shares.
    """
    loads, shares = _amounts(load), np.asarray(share, dtype=np.float64)
    if shares.shape != loads.shape[:1]:
        raise InvalidMoves(f"share must have shape {loads.shape[:1]}, got {shares.shape}")
    if not (shares > 0).all() or abs(float(shares.sum()) - 1) > 1e-6:
        raise InvalidMoves(f"share must be above 0 and sum to 1, got the sum {shares.sum():.6f}")
    total = loads.sum(axis=0)
    target = shares.reshape(-1, *[1] * (loads.ndim - 1)) * np.where(total > 0, total, 1.0)
    return np.asarray(np.where(total > 0, loads / target - 1, 0.0))


def spread(load: ArrayLike) -> float:
    """The largest load less the smallest, in the unit of the loads; 0 for nobody."""
    loads = _amounts(load)
    return float(loads.max() - loads.min()) if loads.size else 0.0


def gini(load: ArrayLike) -> float:
    """The Gini coefficient of the loads (reps,): 0 when all carry the same, (reps - 1) / reps when one carries all.

    Half the mean difference between two reps, in parts of the mean load (Gini 1912). For reps with unequal hours give
    loads divided by their shares. 0 where there is nothing to carry.
    """
    loads = np.sort(_amounts(load).ravel())
    total = float(loads.sum())
    if total <= 0:
        return 0.0
    rank = np.arange(1, len(loads) + 1)
    return float(((2 * rank - len(loads) - 1) * loads).sum() / (len(loads) * total))


def _amounts(load: ArrayLike) -> NDArray[np.float64]:
    loads = np.asarray(load, dtype=np.float64)
    if loads.ndim not in (1, 2) or not np.isfinite(loads).all() or (loads < 0).any():
        raise InvalidMoves("loads must be finite and 0 or more, one row per rep")
    return loads
