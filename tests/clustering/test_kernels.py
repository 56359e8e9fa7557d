"""Compiled steps against plain twins on small random cases."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from clustering import Tolerance, ZoneProblem
from clustering.arrays import Floats, Ints
from clustering.block import Block
from clustering.blocks import HereBlocks
from clustering.bound import cost_of
from clustering.boundary_kernel import best_move, change, holds_without, polish
from clustering.dual_kernel import Choices, curvature, hard_assign, round_off, soft_assign
from clustering.instance import Instance, to_instance
from clustering.pieces_kernel import absorb, label_pieces
from clustering.power_diagram import Prices, curvature_matrix, solve
from clustering.relay_kernel import relay
from clustering.resplit_kernel import Members, resplit
from clustering.search import cut_directions
from clustering.settle import view_of
from clustering.totals_kernel import excess, total_excess

CASES = range(6)


def instance(seed: int, n: int = 40, zones: int = 4, metrics: int = 2, **rules: object) -> Instance:
    rng = np.random.default_rng(seed)
    return to_instance(
        ZoneProblem(rng.random((n, 2)) * 1e5, rng.lognormal(0, 0.5, (n, metrics)), zones, Tolerance(0.2), **rules)  # type: ignore[arg-type]
    )


def strips(case: Instance) -> Ints:
    """Zones as strips from west to east with as many accounts each."""
    label = np.empty(len(case.order), np.int64)
    label[np.argsort(case.accounts.xy[:, 0])] = np.arange(len(label)) * case.zones // len(label)
    return label


def inertia(case: Instance, label: Ints) -> float:
    """Twin of the running cost: from the definition."""
    total = 0.0
    for zone in range(case.zones):
        mine = label == zone
        if mine.any():
            w, xy = case.accounts.weight[mine], case.accounts.xy[mine]
            centre = case.centre[zone] if case.pinned[zone] else w @ xy / w.sum()
            total += float(w @ ((xy - centre) ** 2).sum(axis=1))
    return total


@pytest.mark.parametrize("seed", CASES)
def test_the_change_of_an_exchange_is_the_difference_of_two_inertias(seed: int) -> None:
    pins = np.array([[1e4, 1e4], [np.nan, np.nan], [np.nan, np.nan], [5e4, 5e4]])
    case = instance(seed, centres_m=pins)
    label = strips(case)
    rng = np.random.default_rng(seed)
    i, u = (int(rng.choice(np.flatnonzero(label == zone))) for zone in (0, 1))
    totals = case.totals(label)
    delta = change(case.accounts, totals, 0, i, u) + change(case.accounts, totals, 1, u, i)
    after = label.copy()
    after[i], after[u] = 1, 0
    assert delta == pytest.approx(inertia(case, after) - inertia(case, label), abs=1e-9)
    moved = label.copy()
    moved[i] = 1
    delta = change(case.accounts, totals, 0, i, -1) + change(case.accounts, totals, 1, -1, i)
    assert delta == pytest.approx(inertia(case, moved) - inertia(case, label), abs=1e-9)
    after_load = case.totals(moved).load[1]
    over = np.maximum(0, np.maximum(after_load - case.limits.high[1], case.limits.low[1] - after_load)).sum()
    assert excess(case.accounts, case.limits, totals, 1, -1, i) == pytest.approx(over)


@pytest.mark.parametrize("seed", CASES)
def test_a_zone_without_an_account_falls_apart_when_its_graph_does(seed: int) -> None:
    case = instance(seed)
    label = strips(case)
    graph = csr_array((np.ones(len(case.accounts.near)), case.accounts.near, case.accounts.near_ptr))
    stamp, queue = np.zeros(len(label) + 1, np.int64), np.empty(len(label), np.int64)

    def parts(rows: Ints) -> int:
        return int(connected_components(graph[rows][:, rows], directed=False)[0]) if len(rows) else 0

    for i in range(len(label)):
        mine = np.flatnonzero(label == label[i])
        expected = parts(mine[mine != i]) <= parts(mine)
        assert holds_without(case.accounts, label, i, stamp, queue) == expected


@pytest.mark.parametrize("seed", CASES)
def test_the_best_shift_is_the_best_of_all_shifts(seed: int) -> None:
    case = instance(seed, metrics=1)
    label = strips(case)
    totals = case.totals(label)
    penalty = 1e-9  # so small that exchanges are never needed for balance

    def objective(trial: Ints) -> float:
        return inertia(case, trial) + penalty * total_excess(case.accounts, case.limits, case.totals(trial))

    for i in range(len(label)):
        near = case.accounts.near[case.accounts.near_ptr[i] : case.accounts.near_ptr[i + 1]]
        gains = {}
        for zone in set(label[near].tolist()) - {int(label[i])}:
            trial = label.copy()
            trial[i] = zone
            gains[zone] = objective(trial) - objective(label)
        target, partner = best_move(case.accounts, case.limits, totals, label, i, penalty)
        case.totals(label)
        if partner < 0:
            best = min(gains, key=lambda zone: gains[zone]) if gains and min(gains.values()) < -1e-9 else -1
            assert target == best


@pytest.mark.parametrize("seed", CASES)
def test_polishing_never_costs_more_and_keeps_zones_whole(seed: int) -> None:
    case = instance(seed, metrics=1)
    label = strips(case)
    absorb(case.accounts, label, case.centres(label, np.zeros((4, 2))))
    before = label.copy()
    left = polish(case.accounts, case.limits, case.totals(label), label, True, 1.0, 30)
    assert left == pytest.approx(total_excess(case.accounts, case.limits, case.totals(label)))
    if total_excess(case.accounts, case.limits, case.totals(before)) == 0:
        assert inertia(case, label) <= inertia(case, before)
    assert label_pieces(case.accounts, label, np.empty_like(label)) == case.zones


@pytest.mark.parametrize("seed", CASES)
def test_moves_in_pairs_gain_where_single_ones_are_at_an_end_and_add_no_excess(seed: int) -> None:
    case = instance(seed, 200, 8, 1)
    label = strips(case)
    polish(case.accounts, case.limits, case.totals(label), label, True, 1e6, 80)
    before, outside = inertia(case, label), total_excess(case.accounts, case.limits, case.totals(label))
    whole = label_pieces(case.accounts, label, np.empty(len(label), np.int64))
    pairs = relay(case.accounts, case.limits, case.totals(label), label, True, 30)
    assert inertia(case, label) < before if pairs else inertia(case, label) == before
    assert total_excess(case.accounts, case.limits, case.totals(label)) <= outside + 1e-6
    assert label_pieces(case.accounts, label, np.empty(len(label), np.int64)) == whole


@pytest.mark.parametrize("seed", CASES)
def test_absorbing_leaves_one_piece_per_zone(seed: int) -> None:
    case = instance(seed)
    label = np.random.default_rng(seed).integers(0, 4, len(case.order))
    absorb(case.accounts, label, case.centres(label, np.zeros((4, 2))))
    assert label_pieces(case.accounts, label, np.empty_like(label)) == len(set(label.tolist()))


def looking(case: Instance, centre: Floats, price: Floats) -> tuple[Block, Choices]:
    """A block that has every zone for a candidate of every account."""
    block = Block(case.accounts, 1)
    block.look(view_of(case, centre, price, np.inf))
    assert block.choices is not None
    return block, block.choices


def dual(case: Instance, price: Floats, heat: float) -> tuple[float, Floats, Floats]:
    """Twin of the smoothed dual in plain numpy: value, loads, parts (n, k)."""
    accounts = case.accounts
    centre = case.centres(strips(case), np.zeros((case.zones, 2)))
    dist2 = ((accounts.xy[:, None] - centre[None]) ** 2).sum(axis=2)
    cost = dist2 + (accounts.load / accounts.weight[:, None]) @ price.T
    soft = np.exp(-(cost - cost.min(axis=1, keepdims=True)) / heat)
    part = soft / soft.sum(axis=1, keepdims=True)
    value = float(accounts.weight @ (cost.min(axis=1) - heat * np.log(soft.sum(axis=1))))
    return value, part.T @ accounts.load, part


@pytest.mark.parametrize("seed", CASES)
def test_the_smoothed_dual_and_its_curvature(seed: int) -> None:
    case = instance(seed)
    price = np.random.default_rng(seed).normal(0, 0.1, (4, 2))
    centre = case.centres(strips(case), np.zeros((4, 2)))
    _, choices = looking(case, centre, price)
    part, load = np.empty(len(choices.zone)), np.empty((4, 2))
    value = soft_assign(choices, price, 0.2, part, load)
    expected = dual(case, price, 0.2)
    assert value == pytest.approx(expected[0]) and load == pytest.approx(expected[1])
    for room in (1, 20):  # too few to begin with, and enough
        matrix = curvature_matrix([curvature(choices, part, 0.2, 4, room)], 4, 2).toarray()
        for unknown in range(8):
            step = np.zeros(8)
            step[unknown] = 1e-5
            ahead, behind = (dual(case, price + sign * step.reshape(4, 2), 0.2)[1] for sign in (1, -1))
            assert -matrix[:, unknown] == pytest.approx((ahead - behind).ravel() / 2e-5, abs=2e-3)


@pytest.mark.parametrize("seed", CASES)
def test_solved_prices_bring_the_loads_into_their_limits(seed: int) -> None:
    case = instance(seed, n=200)
    centre = case.centres(strips(case), np.zeros((4, 2)))
    prices = Prices(np.zeros((4, 2)), case.limits.low, case.limits.high)
    block, _ = looking(case, centre, prices.price)
    for heat in (0.3, 0.1, 0.03):
        solve(prices, HereBlocks([block]), heat, 30, 1e-3)
    _, load = block.soften(prices.price, 0.03)
    assert (load <= case.limits.high + 2e-3).all() and (load >= case.limits.low - 2e-3).all()


def test_rounding_prefers_the_cheapest_zone_with_room() -> None:
    case = instance(0, metrics=1)
    centre = case.centres(strips(case), np.zeros((4, 2)))
    price = np.zeros((4, 1))
    _, choices = looking(case, centre, price)
    label, regret = np.empty(40, np.int64), np.empty(40)
    hard_assign(choices, price, label, regret)
    dist2 = ((case.accounts.xy[:, None] - centre[None]) ** 2).sum(axis=2)
    assert (label == dist2.argmin(axis=1)).all()
    ordered = np.sort(dist2, axis=1)
    assert regret == pytest.approx((ordered[:, 1] - ordered[:, 0]) * case.accounts.weight)
    rounded = np.empty(40, np.int64)
    room = np.full((4, 1), 100.0)
    room[0] = 0.0
    round_off(choices, price, np.argsort(-regret), room, rounded)
    assert (rounded == dist2[:, 1:].argmin(axis=1) + 1).all()


@pytest.mark.parametrize("seed", CASES)
def test_a_new_cut_gains_and_keeps_the_limits(seed: int) -> None:
    case = instance(seed, n=80, zones=2, metrics=1)
    label = strips(case)
    label[case.accounts.xy[:, 1] > 0] ^= 1  # a checker pattern: no line separates it
    before, strain = inertia(case, label), total_excess(case.accounts, case.limits, case.totals(label))
    order = np.argsort(label, kind="stable").astype(np.int64)
    members = Members(np.concatenate([[0], np.cumsum(np.bincount(label))]), order)
    pairs, touched = np.array([[0, 1]]), np.zeros(2, np.bool_)
    assert resplit(case.accounts, case.limits, label, members, pairs, cut_directions(2), True, 1e6, touched) == 1
    assert inertia(case, label) < before
    assert total_excess(case.accounts, case.limits, case.totals(label)) <= strain + 1e-12
    assert cost_of(case, label, case.centres(label, np.zeros((2, 2)))) == pytest.approx(inertia(case, label))
