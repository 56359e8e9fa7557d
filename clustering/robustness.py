"""What a plan hangs on: noise in the loads, and the price of each lock."""

from dataclasses import dataclass, replace

import numpy as np

from clustering.build import build_zones
from clustering.compare import match_zones
from clustering.plan import ZonePlan
from clustering.problem import FREE, ZoneProblem
from geo.limits import Limits


@dataclass(frozen=True, slots=True)
class Stability:
    """How a plan fares when loads are off by noise.

    kept: share of accounts that stay in their zone when zones are built again, mean over trials.
    deviation_unchanged: largest deviation of the plan left as it is, mean over trials; _rebuilt: of the new ones.
    """

    kept: float
    deviation_unchanged: float
    deviation_rebuilt: float


def stability(problem: ZoneProblem, plan: ZonePlan, *, noise: float = 0.1, trials: int = 5, seed: int = 0) -> Stability:
    """Build zones again from this plan with every load multiplied by a chance factor in 1 ± noise."""
    rng = np.random.default_rng(seed)
    kept, unchanged, rebuilt = [], [], []
    for _ in range(trials):
        load = problem.loads * rng.uniform(1 - noise, 1 + noise, problem.loads.shape)
        noisy = replace(problem, load=load.reshape(problem.load.shape))
        other = build_zones(noisy, start=plan.zone)
        renamed = match_zones(plan.zone, other.zone, problem.weights, problem.zones)
        kept.append(float((renamed[plan.zone] == other.zone).mean()))
        unchanged.append(_deviation(noisy, plan))
        rebuilt.append(other.max_deviation)
    return Stability(float(np.mean(kept)), float(np.mean(unchanged)), float(np.mean(rebuilt)))


def _deviation(problem: ZoneProblem, plan: ZonePlan) -> float:
    loads = np.stack([np.bincount(plan.zone, metric, problem.zones) for metric in problem.loads.T], axis=1)
    target = np.outer(problem.shares, problem.loads.sum(axis=0))
    return float(np.abs(loads / np.maximum(target, 1e-300) - 1).max())


@dataclass(frozen=True, slots=True)
class LockPrice:
    """What a lock costs: without it the plan would cost `saving` less (a share of the cost; 0 where it binds nothing).

    goes_to: the zone the account would then have.
    """

    account: int
    zone: int
    saving: float
    goes_to: int


def lock_prices(problem: ZoneProblem, plan: ZonePlan, *, most: int = 20) -> tuple[LockPrice, ...]:
    """The price of each lock, dearest first: the plan built again from this one with that lock open.

    Only the `most` locks that look dearest (weight × detour to their zone's centre) are tried.
    """
    if problem.locked is None:
        return ()
    prices = []
    settled = build_zones(problem, start=plan.zone)
    for account in _dearest(problem, plan)[:most]:
        locked = problem.locked.copy()
        locked[account] = FREE
        freed = replace(problem, locked=None if (locked == FREE).all() else locked)
        other = build_zones(freed, start=settled.zone, limits=Limits(iterations=1))
        saving = max(0.0, 1 - other.certificate.cost / max(settled.certificate.cost, 1e-300))
        prices.append(LockPrice(account, int(problem.locked[account]), saving, int(other.zone[account])))
    return tuple(sorted(prices, key=lambda price: (-price.saving, price.account)))


def _dearest(problem: ZoneProblem, plan: ZonePlan) -> list[int]:
    """Locked accounts, by how much nearer the nearest centre is than their own."""
    assert problem.locked is not None
    rows = np.flatnonzero(problem.locked >= 0)
    distance2 = ((problem.xy_m[rows, None] - plan.centres_m[None]) ** 2).sum(axis=2)
    detour = problem.weights[rows] * (distance2[np.arange(len(rows)), plan.zone[rows]] - distance2.min(axis=1))
    return [int(row) for row in rows[np.argsort(-detour, kind="stable")]]
