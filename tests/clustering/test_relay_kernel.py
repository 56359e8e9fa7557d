"""Pairs of moves against a plain twin that tries all of them and counts costs and loads from their definitions."""

import numpy as np
import pytest

from clustering import Tolerance, ZoneProblem
from clustering.arrays import Ints
from clustering.bound import cost_of
from clustering.instance import Instance, to_instance
from clustering.relay_kernel import STEP, best_relay, lists_of
from clustering.totals_kernel import total_excess

Move = tuple[int, int]  # account, zone


def instance(seed: int) -> Instance:
    """Thirty accounts in four zones; some are locked, banned from a zone, or pay for leaving their present one."""
    rng = np.random.default_rng(seed)
    return to_instance(
        ZoneProblem(
            rng.random((30, 2)) * 1e5,
            rng.lognormal(0, 0.5, 30),
            4,
            Tolerance(0.15),
            locked=np.where(np.arange(30) % 11 == 0, 1, -1),
            forbidden=np.array([[1, 0], [2, 3], [3, 2]]),
            current=rng.integers(0, 4, 30),
            move_price=np.full(30, 1e8),
        )
    )


def strips(case: Instance) -> Ints:
    """Zones as strips from west to east with as many accounts each, but for the locks."""
    label = np.empty(len(case.order), np.int64)
    label[np.argsort(case.accounts.xy[:, 0])] = np.arange(len(label)) * case.zones // len(label)
    return np.where(case.accounts.locked >= 0, case.accounts.locked, label)


def cost_and_excess(case: Instance, label: Ints) -> tuple[float, Ints]:
    load = np.bincount(label, case.accounts.load[:, 0], case.zones)
    over = np.maximum(0, np.maximum(load - case.limits.high[:, 0], case.limits.low[:, 0] - load))
    return cost_of(case, label, case.centres(label, np.zeros((case.zones, 2)))), over


def after(label: Ints, *moves: Move) -> Ints:
    trial = label.copy()
    for account, zone in moves:
        trial[account] = zone
    return trial


def around(case: Instance, label: Ints, i: int) -> set[int]:
    """The other zones account i touches and may be in."""
    accounts = case.accounts
    barred = set(accounts.barred_zone[accounts.barred_ptr[i] : accounts.barred_ptr[i + 1]].tolist())
    near = accounts.near[accounts.near_ptr[i] : accounts.near_ptr[i + 1]]
    return set(label[near].tolist()) - barred - {int(label[i])} if accounts.locked[i] < 0 else set()


def pairs(case: Instance, label: Ints, i: int) -> dict[tuple[int, int, int], float]:
    """What every pair of moves changes that begins with i and makes no zone's excess larger."""
    a = int(label[i])
    now, over = cost_and_excess(case, label)
    gains = {}
    for b in around(case, label, i):
        if cost_and_excess(case, after(label, (i, b)))[0] >= now:
            continue  # only who would gain by going looks for a partner
        for j in range(len(label)):
            onward = around(case, label, j) if label[j] == b else set()
            refill = {a} & around(case, label, j) if label[j] not in (a, b) else set()
            if set(case.accounts.near[case.accounts.near_ptr[j] : case.accounts.near_ptr[j + 1]]) & set(
                np.flatnonzero(label == a)
            ) <= {i}:
                refill = set()
            for c in onward | refill:
                trial = after(label, (i, b), (j, c))
                cost, then = cost_and_excess(case, trial)
                if (then <= over + STEP).all():
                    gains[b, j, c] = cost - now
    return gains


@pytest.mark.parametrize("seed", range(3))
def test_the_best_pair_of_moves_is_the_best_of_all_pairs(seed: int) -> None:
    case = instance(seed)
    label = strips(case)
    found = 0
    for i in np.flatnonzero(case.accounts.locked < 0):
        totals = case.totals(label)
        b, j, c = best_relay(case.accounts, case.limits, totals, lists_of(label, case.zones), label, i)
        gains = pairs(case, label, i)
        best = min(gains.values(), default=0.0)
        if b < 0:
            assert best >= -1e-8
        else:
            assert gains[b, j, c] == pytest.approx(best, abs=1e-9) and best < 0
            assert total_excess(case.accounts, case.limits, case.totals(after(label, (i, b), (j, c)))) <= (
                total_excess(case.accounts, case.limits, totals) + 1e-6
            )
            found += 1
    assert found
