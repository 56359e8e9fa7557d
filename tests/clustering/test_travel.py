import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustering import (
    CapacityOnly,
    InvalidProblem,
    Tolerance,
    Travel,
    ZoneProblem,
    build_zones,
    check_zones,
    join_problem,
)


def straight(xy_m: np.ndarray, to_m: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(((xy_m[:, None] - to_m[None]) ** 2).sum(axis=2)) / 10)  # at 10 m/s


def two_banks() -> tuple[np.ndarray, np.ndarray]:
    """Two rows of eight accounts on the banks of a river without a bridge but at the west end: (xy, seconds)."""
    xy_m = np.array([(x * 1000.0, y * 500.0) for y in range(2) for x in range(8)])
    away = np.abs(xy_m[:, None, 0] - xy_m[None, :, 0])
    other_bank = xy_m[:, None, 1] != xy_m[None, :, 1]
    over_bridge = xy_m[:, None, 0] + xy_m[None, :, 0] + 500
    return xy_m, np.where(other_bank, over_bridge, away) / 10


def test_travel_times_keep_to_one_bank_where_straight_lines_cross() -> None:
    xy_m, seconds = two_banks()
    by_line = build_zones(ZoneProblem(xy_m, np.ones(16), 2))
    assert len(set(by_line.zone[:8])) == 2, "straight lines cut across both banks"
    problem = ZoneProblem(xy_m, np.ones(16), 2, travel=Travel.between_accounts(seconds, xy_m))
    plan = build_zones(problem)
    assert check_zones(problem, plan) == [] and plan.contiguity_breaks == 0
    assert len(set(plan.zone[:8])) == 1 and len(set(plan.zone[8:])) == 1
    assert plan.certificate.cost == pytest.approx(2 * (400 + 300 + 200 + 100 + 0 + 100 + 200 + 300))
    assert plan.certificate.gap == pytest.approx(0, abs=1e-3)
    assert plan.reasons(problem)[0].endswith(".") and "min)" in plan.reasons(problem)[0]


def test_zones_around_homes_by_travel_time() -> None:
    xy_m, seconds = two_banks()
    homes = [0, 15]
    travel = Travel.both_ways(seconds[:, homes], seconds[homes].T, xy_m[homes], fixed=[0, 1])
    problem = ZoneProblem(xy_m, np.ones(16), 2, Tolerance(0.2), travel=travel)
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert plan.centre is not None and plan.centre.tolist() == [0, 1]
    assert plan.zone[0] == 0 and plan.zone[15] == 1
    assert plan.centres_m.tolist() == xy_m[homes].tolist()


def test_one_way_streets_count_with_the_mean_and_closed_ones_with_the_way_there_is() -> None:
    travel = Travel.both_ways([[100.0, -1.0]], [[300.0, 50.0]], [[0.0, 0.0], [1.0, 1.0]])
    assert travel.duration_s.tolist() == [[200.0, 50.0]]
    lost = Travel.both_ways([[100.0, -1.0]], [[100.0, np.inf]], [[0.0, 0.0], [1.0, 1.0]])
    assert lost.reachable.tolist() == [[True, False]] and lost.cost_s.tolist() == [[100.0, 300.0]]


def test_an_account_without_a_way_is_told() -> None:
    xy_m, seconds = two_banks()
    cut = seconds.copy()
    cut[3, :] = cut[:, 3] = -1
    cut[3, 3] = 0
    problem = ZoneProblem(xy_m, np.ones(16), 2, travel=Travel.between_accounts(cut, xy_m))
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert plan.notes == ("1 accounts have no way to the place their zone is served from",)


def test_a_few_candidates_do_for_many_accounts() -> None:
    rng = np.random.default_rng(0)
    xy_m = rng.random((400, 2)) * 5e4
    some = rng.choice(400, 40, replace=False)
    problem = ZoneProblem(xy_m, rng.lognormal(0, 0.5, 400), 5, travel=Travel(straight(xy_m, xy_m[some]), xy_m[some]))
    plan = build_zones(problem)
    assert check_zones(problem, plan) == [] and plan.notes == ()
    assert plan.certificate.gap < 0.02


def test_areas_take_the_mean_of_their_accounts() -> None:
    xy_m, seconds = two_banks()
    problem = ZoneProblem(xy_m, np.ones(16), 2, travel=Travel.between_accounts(seconds, xy_m))
    joined = join_problem(problem, np.repeat(np.arange(8), 2)).problem
    assert joined.travel is not None
    assert joined.travel.duration_s[0] == pytest.approx(seconds[:2].mean(axis=0))


@settings(max_examples=6, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), zones=st.integers(2, 4), free=st.booleans())
def test_every_rule_holds_by_travel_time_too(seed: int, zones: int, free: bool) -> None:
    rng = np.random.default_rng(seed)
    xy_m = rng.random((50, 2)) * 5e4
    detour = rng.uniform(1, 1.6, (50, 50))
    seconds = straight(xy_m, xy_m) * detour
    locked = np.where(rng.random(50) < 0.05, rng.integers(0, zones, 50), -1)
    named = np.where((rng.random(50) < 0.05) & (locked < 0), rng.integers(0, zones, 50), -1)
    open_ones = np.flatnonzero((locked < 0) & (named < 0))
    forbidden = np.column_stack([rng.choice(open_ones, 3, replace=False), rng.integers(0, zones, 3)])
    problem = ZoneProblem(
        xy_m,
        rng.lognormal(0, 0.4, 50),
        zones,
        Tolerance(0.1) if free else CapacityOnly(40.0),
        travel=Travel.between_accounts(seconds, xy_m),
        locked=locked,
        named=named,
        forbidden=forbidden,
        current=np.where(rng.random(50) < 0.5, rng.integers(0, zones, 50), -1),
        move_price=rng.uniform(0, 500, 50),
    )
    plan = build_zones(problem)
    assert check_zones(problem, plan) == []
    assert (build_zones(problem).zone == plan.zone).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ZoneProblem(np.eye(3, 2), np.ones(3), 2, objective="travel time"), "need travel times"),
        (lambda: Travel(np.ones((3, 2)), np.ones((3, 2))), r"xy_m \(candidates, 2\)"),
        (lambda: Travel(-np.ones((3, 2)), np.ones((2, 2))), "no account can be reached"),
        (lambda: ZoneProblem(np.eye(3, 2), np.ones(3), 2, travel=Travel(np.ones((4, 2)), np.eye(2))), "3 rows"),
        (
            lambda: ZoneProblem(np.eye(3, 2), np.ones(3), 2, travel=Travel(np.ones((3, 2)), np.eye(2), [0, 2])),
            "candidate below 2",
        ),
        (lambda: Travel.between_accounts(np.ones((3, 2)), np.ones((2, 2))), "must be square"),
    ],
)
def test_wrong_travel_times_are_named(make: object, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        make()  # type: ignore[operator]
