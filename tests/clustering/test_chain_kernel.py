"""Chains of moves: they gain by counting from the definitions, keep every rule, and leave zones whole."""

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from clustering import Tolerance, ZoneProblem
from clustering.boundary_kernel import Sweep
from clustering.chain_kernel import branch
from clustering.chains import chained
from clustering.instance import Instance, to_instance
from clustering.search import Found, cut_off, improve, spacing2
from clustering.totals_kernel import total_excess


def settled(case: Instance) -> Found:
    """A division at which no move, exchange or pair of moves gains any more."""
    centre = case.accounts.xy[np.linspace(0, len(case.order) - 1, case.zones).astype(int)]
    label = KDTree(centre).query(case.accounts.xy)[1].astype(np.int64)
    label = np.where(case.accounts.locked >= 0, case.accounts.locked, label)
    return improve(case, label, centre, np.zeros(case.limits.low.shape), spacing2(centre))


def test_chains_gain_keep_the_limits_and_leave_every_zone_whole() -> None:
    gained = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        problem = ZoneProblem(
            rng.random((120, 2)) * 1e5,
            rng.lognormal(0, 1, 120),
            5,
            Tolerance(0.06),
            locked=np.where(np.arange(120) % 60 == 0, 2, -1),
            current=np.where(np.arange(120) < 20, 1, -1),
            move_price=np.full(120, 1e7),
        )
        case = to_instance(problem)
        before = settled(case)
        after = chained(case, before, 20)
        gained += after.cost < before.cost - 1e-9
        assert after.rank <= before.rank
        assert total_excess(case.accounts, case.limits, case.totals(after.label)) <= before.excess + 1e-6
        assert cut_off(case, after.label) <= before.breaks
        locked = case.accounts.locked
        assert (after.label[locked >= 0] == locked[locked >= 0]).all()
    assert gained >= 3


def test_nobody_goes_where_it_may_not_be() -> None:
    rng = np.random.default_rng(3)
    pairs = np.column_stack([np.arange(80), rng.integers(0, 4, 80)])
    case = to_instance(
        ZoneProblem(rng.random((80, 2)) * 1e5, rng.lognormal(0, 1, 80), 4, Tolerance(0.1), forbidden=pairs)
    )
    after = chained(case, settled(case), 20)
    barred = dict(pairs.tolist())
    before = settled(case).label
    changed = np.flatnonzero(after.label != before)
    assert len(changed)
    assert all(after.label[i] != barred[int(case.order[i])] for i in changed)


def test_whoever_would_be_cut_off_goes_along() -> None:
    xy_m = np.array([(x * 1000.0, 0.0) for x in range(6)])
    chain = np.diag(np.ones(5), 1)
    case = to_instance(ZoneProblem(xy_m, np.ones(6), 2, neighbours=csr_array(chain + chain.T)))
    label = (case.order == 0).astype(np.int64)  # the first account is zone 1, the others are zone 0
    walk = Sweep(True, np.zeros(7, np.int64), np.empty(6, np.int64))
    group = np.empty(3, np.int64)
    place = {int(row): i for i, row in enumerate(case.order)}
    assert branch(case.accounts, label, place[1], 1, walk, group) == 1
    assert branch(case.accounts, label, place[4], 1, walk, group) == 2
    assert sorted(case.order[group[:2]]) == [4, 5]
    assert branch(case.accounts, label, place[3], 1, walk, group[:2]) == 0  # three are too many for two
    assert case.order[group[0]] == 3
