"""An independent look at a plan: recomputes everything it claims, with none of the solver's code."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from clustering.neighbourhood import spots_of
from clustering.plan import ZonePlan
from clustering.problem import Objective, ZoneProblem

CLOSE = 1e-6


def check_zones(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    """Faults of the plan, one sentence each; empty when everything it says is true and every rule is kept.

    A limit that is broken, or an account cut off, is a fault only when the plan's notes are silent about it.
    """
    if plan.zone.shape != (len(problem),):
        return [f"the plan has {len(plan.zone)} accounts, the problem {len(problem)}"]
    if plan.zone.min() < 0 or plan.zone.max() >= problem.zones:
        return [f"zones must be 0 to {problem.zones - 1}, the plan has {plan.zone.min()} to {plan.zone.max()}"]
    faults = _rules(problem, plan) + _loads(problem, plan)
    faults += _centres(problem, plan) + _certificate(problem, plan) + _contiguity(problem, plan)
    return faults


def _rules(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    faults = []
    for zone in sorted(set(range(problem.zones)) - set(plan.zone.tolist())):
        faults.append(f"zone {zone} has no accounts")
    if problem.locked is not None:
        for row in np.flatnonzero((problem.locked >= 0) & (problem.locked != plan.zone)):
            faults.append(f"account {row} is locked to zone {problem.locked[row]} but in zone {plan.zone[row]}")
    if problem.named is not None:
        for row in np.flatnonzero((problem.named >= 0) & (problem.named != plan.zone)):
            faults.append(f"account {row} is named for zone {problem.named[row]} but in zone {plan.zone[row]}")
    if problem.forbidden is not None:
        for row, zone in problem.forbidden:
            if plan.zone[row] == zone:
                faults.append(f"account {row} is in zone {zone}, which is forbidden")
    return faults


def _loads(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    faults = []
    loads = np.zeros((problem.zones, problem.loads.shape[1]))
    np.add.at(loads, plan.zone, problem.loads)
    total = problem.loads.sum(axis=0)
    if not np.allclose(loads, plan.loads, rtol=CLOSE, atol=CLOSE * max(total.max(), 1e-300)):
        faults.append("the loads are not the sums over the accounts")
    worst = 0.0
    for zone in range(problem.zones):
        for metric in np.flatnonzero(total > 0):
            worst = max(worst, abs(loads[zone, metric] / (problem.shares[zone] * total[metric]) - 1))
    if abs(worst - plan.max_deviation) > CLOSE:
        faults.append(f"the largest deviation is {worst:.6f}, the plan says {plan.max_deviation:.6f}")
    low, high = problem.limits()
    outside = (loads > high * (1 + CLOSE)) | (loads < low * (1 - CLOSE))
    if outside.any() and not plan.notes:
        faults.append(f"{int(outside.any(axis=1).sum())} zones are outside their limits and no note says why")
    return faults


def _centres(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    if problem.travel is not None:
        return _served_from(problem, plan)
    faults = []
    scale_m = max(float(np.ptp(problem.xy_m, axis=0).max()), 1.0)
    for zone in range(problem.zones):
        mine = (plan.zone == zone) & (problem.weights > 0)
        if problem.centres_m is not None and np.isfinite(problem.centres_m[zone]).all():
            wanted = problem.centres_m[zone]
        elif not mine.any():
            continue
        elif problem.objective is Objective.MEDIAN:
            nearest_m = np.abs(problem.xy_m[mine] - plan.centres_m[zone]).max(axis=1).min()
            if nearest_m > CLOSE * scale_m:
                faults.append(f"the median of zone {zone} is none of its accounts")
            continue
        else:
            wanted = np.average(problem.xy_m[mine], axis=0, weights=problem.weights[mine])
        if np.abs(wanted - plan.centres_m[zone]).max() > CLOSE * scale_m:
            faults.append(f"the centre of zone {zone} is {plan.centres_m[zone]}, not {wanted}")
    return faults


def _served_from(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    travel, centre = problem.travel, plan.centre
    assert travel is not None
    if centre is None or len(centre) != problem.zones:
        return ["the plan does not say where each zone is served from"]
    if (plan.centres_m != travel.xy_m[centre]).any():
        return ["centres do not lie where their candidates are"]
    if travel.fixed is not None and ((travel.fixed >= 0) & (travel.fixed != centre)).any():
        return ["a zone is not served from its fixed place"]
    return []


def _away(problem: ZoneProblem, plan: ZonePlan) -> tuple[NDArray[np.float64], float]:
    """What each account costs per unit of weight, and how much of that is rounding."""
    if problem.travel is not None and plan.centre is not None:
        there = problem.travel.duration_s >= 0
        longest_s = max(problem.travel.duration_s[there].max(), 1.0)
        mine = np.arange(len(problem)), plan.centre[plan.zone]
        return np.where(there[mine], problem.travel.duration_s[mine], 3 * longest_s), CLOSE
    power = 1 if problem.objective is Objective.MEDIAN else 2
    away_m = np.sqrt(((problem.xy_m - plan.centres_m[plan.zone]) ** 2).sum(axis=1))
    return away_m**power, (CLOSE * max(float(np.ptp(problem.xy_m, axis=0).max()), 1.0)) ** power


def _certificate(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    away, rounding = _away(problem, plan)
    cost = float((problem.weights * away).sum())
    if problem.current is not None and problem.move_price is not None:
        left = (problem.current >= 0) & (problem.current != plan.zone) & (problem.weights > 0)
        cost += float(problem.move_price[left].sum())
    claimed = plan.certificate
    faults = []
    least = float(problem.weights.sum()) * rounding
    if abs(cost - claimed.cost) > CLOSE * cost + least:
        faults.append(f"the cost is {cost:.6g}, the certificate says {claimed.cost:.6g}")
    if claimed.lower_bound > claimed.cost * (1 + CLOSE):
        faults.append(f"the lower bound {claimed.lower_bound:.6g} is above the cost {claimed.cost:.6g}")
    if claimed.lower_bound > least and abs(claimed.cost / claimed.lower_bound - 1 - claimed.gap) > CLOSE:
        faults.append(f"the gap {claimed.gap:.6g} is not cost / lower bound - 1")
    return faults


def _contiguity(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    if not problem.contiguous:
        return []
    breaks = accounts_cut_off(problem, plan.zone)
    faults = []
    if breaks != plan.contiguity_breaks:
        faults.append(f"{breaks} accounts are cut off from their zone, the plan says {plan.contiguity_breaks}")
    if breaks and not plan.notes:
        faults.append("accounts are cut off and no note says so")
    return faults


def accounts_cut_off(problem: ZoneProblem, zone: NDArray[np.int32]) -> int:
    """How many accounts are outside the largest connected part of their zone.

    A zone is at every point where it has an account, and connected through neighbouring points where it is.
    """
    spots = spots_of(problem)
    zone = zone[problem.ordinary]
    key, which = np.unique(spots.spot * problem.zones + zone, return_inverse=True)
    cells = (spots.near.shape[0], len(key))
    there = coo_array((np.ones(len(key)), (key // problem.zones, np.arange(len(key)))), shape=cells)
    meets = coo_array(there.T @ spots.near @ there)
    same = key[meets.row] % problem.zones == key[meets.col] % problem.zones
    links = coo_array((np.ones(int(same.sum())), (meets.row[same], meets.col[same])), shape=meets.shape)
    _, part = connected_components(links, directed=False)
    size = np.bincount(part[which])
    largest = np.zeros(problem.zones, np.int64)
    np.maximum.at(largest, zone, size[part[which]])
    return int(len(zone) - largest.sum())
