"""Smooth borders: tongues drawn in and dents filled, as far as loads leave room."""

from dataclasses import replace

import numpy as np

from clustering.arrays import Accounts, Floats, Ints
from clustering.boundary_kernel import polish
from clustering.instance import Instance, to_instance
from clustering.plan import ZonePlan
from clustering.problem import ZoneProblem
from clustering.relay_kernel import relay
from clustering.search import FIRM, Found, measured

ROUNDS = 5
PASSES = 80


def smooth(instance: Instance, found: Found, share: float) -> Found:
    """Moves, exchanges and pairs of moves once more, where neighbours in different zones cost something as well.

    The number of neighbours parted is the measure of raggedness of redistricting (cut edges: DeFord, Duchin & Solomon
    2021). A pair costs `share` of what an account of mean weight costs a zone's width away, pairs far apart for where
    they lie cost less; so an account changes sides where that takes it about half so far beyond the best border.
    `Found.cost` goes on counting distance alone.
    """
    mean_weight = instance.zones / len(instance.order)
    accounts = instance.accounts._replace(border=share * mean_weight * closeness(instance.accounts))
    label, limits = found.label.copy(), instance.limits
    totals = instance.totals(label)
    for _ in range(ROUNDS):
        polish(accounts, limits, totals, label, instance.contiguous, FIRM * found.heat, PASSES)
        if relay(accounts, limits, totals, label, instance.contiguous, PASSES) == 0:
            break
    smoother = measured(instance, label, found.centre, found.price, found.heat)
    return found if smoother.rank[:2] > found.rank[:2] else smoother


def closeness(accounts: Accounts) -> Floats:
    """How close each pair of neighbours is, (e,): 1 up to the usual distance between neighbours of both, then less.

    Across the sea or along the rim the graph has long edges, which say little.
    """
    rows = _rows(accounts)
    away = np.sqrt(((accounts.xy[rows] - accounts.xy[accounts.near]) ** 2).sum(axis=1))
    usual = _medians(away, rows, accounts.near_ptr)
    least = np.minimum(usual[rows], usual[accounts.near])
    return np.asarray(np.minimum(1.0, np.divide(least, away, out=np.ones_like(away), where=away > 0)))


def parted(accounts: Accounts, label: Ints) -> float:
    """How many pairs of neighbours are in different zones, each counted by its closeness."""
    across = label[_rows(accounts)] != label[accounts.near]
    return float(closeness(accounts)[across].sum()) / 2


def raggedness(problem: ZoneProblem, plan: ZonePlan) -> float:
    """Weight × squared distance to the zones' means, times the pairs of neighbours parted: of two plans for one problem
    the one with less lies closer together and has straighter borders. Needs places on a plane.
    """
    instance = replace(to_instance(problem), pinned=np.zeros(problem.zones, np.bool_))
    label = plan.zone[instance.order].astype(np.int64)
    centre = instance.centres(label, np.zeros((problem.zones, 2)))
    accounts = instance.accounts
    spread = float((accounts.weight * ((accounts.xy - centre[label]) ** 2).sum(axis=1)).sum())
    return spread * parted(accounts, label)


def _rows(accounts: Accounts) -> Ints:
    return np.repeat(np.arange(len(accounts.near_ptr) - 1), np.diff(accounts.near_ptr))


def _medians(values: Floats, rows: Ints, ptr: Ints) -> Floats:
    """The (lower) median of each row's values; 0 for rows without any."""
    ordered = np.append(values[np.lexsort((values, rows))], 0.0)
    size = np.diff(ptr)
    return np.where(size > 0, ordered[np.minimum(ptr[:-1] + np.maximum(size - 1, 0) // 2, len(values))], 0.0)
