"""What can be met of the load limits, and plain words for what cannot.

Locked accounts, and accounts larger than any zone may be, can make the limits unreachable. Then the zones concerned are
closed at the load they cannot avoid, and the others share the rest in proportion, still balanced among themselves.
"""

from dataclasses import dataclass

import numpy as np

from clustering.arrays import Floats, Ints
from clustering.problem import FREE, ZoneProblem

SLACK = 1e-9
LOOSE = 1.02  # room left when only the most load is limited and it must be raised


@dataclass(frozen=True, slots=True, eq=False)
class Feasible:
    """Limits (zones, metrics) that can be met as far as sums go, the locks they rest on, and why they differ."""

    low: Floats
    high: Floats
    locked: Ints
    notes: tuple[str, ...]


def feasible_limits(problem: ZoneProblem) -> Feasible:
    low, high = problem.limits()
    locked = np.full(len(problem), FREE) if problem.locked is None else problem.locked.astype(np.int64)
    if problem.named is not None:
        locked = np.where(problem.named >= 0, problem.named, locked).astype(np.int64)
    notes = _settle_giants(problem, high, locked)
    base = np.zeros_like(high)
    rows = locked >= 0
    np.add.at(base, locked[rows], problem.loads[rows])
    total = problem.loads.sum(axis=0)
    for metric in range(len(total)):
        notes += _close_full_zones(problem, metric, low, high, base)
        notes += _fit_sums(problem, metric, low, high, float(total[metric]), base[:, metric])
    return Feasible(low, high, locked, tuple(notes))


def _settle_giants(problem: ZoneProblem, high: Floats, locked: Ints) -> list[str]:
    """Lock each account that is larger than every zone may be to a zone of its own, largest capacity first."""
    notes: list[str] = []
    worst = (problem.loads / np.maximum(high.max(axis=0), 1e-300)).max(axis=1)
    giants = np.flatnonzero((worst > 1 + SLACK) & (locked < 0))
    taken = {int(zone) for zone in locked[locked >= 0]}
    for row in sorted(giants, key=lambda i: (-worst[i], i)):
        locked[row] = _zone_for_giant(problem, int(row), high, taken)
        taken.add(int(locked[row]))
        notes.append(
            f"account {row} alone is {worst[row]:.2f} times the most load any zone may have; "
            f"it has zone {locked[row]} to itself as far as possible"
        )
    return notes


def _zone_for_giant(problem: ZoneProblem, row: int, high: Floats, taken: set[int]) -> int:
    barred: set[int] = set()
    if problem.forbidden is not None:
        barred = {int(zone) for account, zone in problem.forbidden if account == row}
    zones = [zone for zone in range(problem.zones) if zone not in barred]
    distance = np.zeros(problem.zones)
    if problem.centres_m is not None:
        away = np.nan_to_num(problem.centres_m - problem.xy_m[row], nan=0.0)
        distance = (away**2).sum(axis=1)
    return min(zones, key=lambda zone: (zone in taken, -high[zone].sum(), distance[zone], zone))


def _close_full_zones(problem: ZoneProblem, metric: int, low: Floats, high: Floats, base: Floats) -> list[str]:
    """A zone whose locked accounts alone exceed its limit takes nothing more."""
    notes = []
    for zone in np.flatnonzero(base[:, metric] > high[:, metric] * (1 + SLACK)):
        times = base[zone, metric] / high[zone, metric] if high[zone, metric] > 0 else np.inf
        if any(bound is not None and (bound == zone).any() for bound in (problem.locked, problem.named)):
            notes.append(
                f"the accounts bound to zone {zone} by locks or by name are {times:.2f} times the most load it may have"
                f"{_of_metric(problem, metric)}; it takes no others as far as possible"
            )
        low[zone, metric] = min(low[zone, metric], base[zone, metric])
        high[zone, metric] = base[zone, metric]
    return notes


def _fit_sums(problem: ZoneProblem, metric: int, low: Floats, high: Floats, total: float, base: Floats) -> list[str]:
    """Scale the limits of the zones that are not closed when their sums cannot hold what is left of the total."""
    still_open = base < high[:, metric] * (1 - SLACK)
    left = total - float(high[~still_open, metric].sum())
    least, most = float(low[still_open, metric].sum()), float(high[still_open, metric].sum())
    if not still_open.any() or (least <= left * (1 + SLACK) and left <= most * (1 + SLACK)):
        return []
    factor = left / ((least + most) / 2 if least > 0 else most / LOOSE)
    low[still_open, metric] *= factor
    high[still_open, metric] *= factor
    high[:, metric] = np.maximum(high[:, metric], base)
    side = "is left for" if left < least else "must go to"
    bound = f"their least sum {least:.6g}" if left < least else f"their most sum {most:.6g}"
    return [
        f"a load of {left:.6g}{_of_metric(problem, metric)} {side} {int(still_open.sum())} zones, against {bound}: "
        f"they share it in proportion"
    ]


def _of_metric(problem: ZoneProblem, metric: int) -> str:
    return f" of metric {metric}" if problem.loads.shape[1] > 1 else ""
