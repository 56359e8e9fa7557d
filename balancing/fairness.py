"""How evenly work is divided: against each rep's share, at the extremes, and over the whole team."""

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Evenness:
    """One metric over a team: each rep's amount and deviation from the rep's share, max − min, and Gini.

    `spread` is in the metric's unit and compares, as `gini` does, what each has for a whole share (full time).
    """

    metric: str
    amount: Mapping[str, float]
    deviation: Mapping[str, float]
    spread: float
    gini: float

    @property
    def max_deviation(self) -> float:
        return max((abs(value) for value in self.deviation.values()), default=0.0)


def evenness(metric: str, amount: Mapping[str, float], share: Mapping[str, float]) -> Evenness:
    """How evenly `amount` lies on the reps; `share` by rep, above 0, need not add up to 1 (full time is 1).

    Raises:
        InvalidMoves: there are no reps, or a share is not above 0.
    """
    parts = np.array([share[rep] for rep in amount], dtype=np.float64)
    if not len(parts) or not (parts > 0).all():
        raise InvalidMoves(f"{metric}: expected at least one rep, each with a share above 0")
    loads = np.array(list(amount.values()), dtype=np.float64)
    away = deviation(loads, parts / parts.sum()).tolist()
    whole = loads / parts
    return Evenness(metric, dict(amount), dict(zip(amount, away, strict=True)), spread(whole), gini(whole))


def _amounts(load: ArrayLike) -> NDArray[np.float64]:
    loads = np.asarray(load, dtype=np.float64)
    if loads.ndim not in (1, 2) or not np.isfinite(loads).all() or (loads < 0).any():
        raise InvalidMoves("loads must be finite and 0 or more, one row per rep")
    return loads
