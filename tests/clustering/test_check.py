from dataclasses import replace

import numpy as np
import pytest

from clustering import Certificate, Tolerance, ZonePlan, ZoneProblem, check_zones

XY = np.array([[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]])


def good() -> tuple[ZoneProblem, ZonePlan]:
    problem = ZoneProblem(XY, np.ones(4), 2, Tolerance(0.1), locked=np.array([0, -1, -1, -1]))
    plan = ZonePlan(
        zone=np.array([0, 0, 1, 1], np.int32),
        centres_m=np.array([[0.0, 1.0], [10.0, 1.0]]),
        loads=np.array([[2.0], [2.0]]),
        certificate=Certificate(4.0, 3.0, 1 / 3, "a test"),
        max_deviation=0.0,
        contiguity_breaks=0,
    )
    return problem, plan


def test_a_true_plan_has_no_faults() -> None:
    assert check_zones(*good()) == []


@pytest.mark.parametrize(
    ("lie", "fault"),
    [
        ({"zone": np.array([0, 0, 1], np.int32)}, "the plan has 3 accounts"),
        ({"zone": np.array([0, 0, 1, 2], np.int32)}, "zones must be 0 to 1"),
        ({"zone": np.array([1, 1, 0, 0], np.int32)}, "account 0 is locked to zone 0"),
        ({"zone": np.array([0, 0, 0, 0], np.int32)}, "zone 1 has no accounts"),
        ({"zone": np.array([0, 1, 1, 1], np.int32)}, "2 zones are outside their limits"),
        ({"loads": np.array([[3.0], [1.0]])}, "the loads are not the sums"),
        ({"max_deviation": 0.02}, "the largest deviation is 0.000000"),
        ({"centres_m": np.array([[0.0, 0.0], [10.0, 1.0]])}, "the centre of zone 0"),
        ({"certificate": Certificate(5.0, 3.0, 2 / 3, "")}, "the cost is 4"),
        ({"certificate": Certificate(4.0, 4.5, -1 / 9, "")}, "above the cost"),
        ({"certificate": Certificate(4.0, 3.0, 0.1, "")}, "the gap 0.1"),
        ({"contiguity_breaks": 1}, "0 accounts are cut off from their zone, the plan says 1"),
    ],
)
def test_every_false_claim_is_found(lie: dict[str, object], fault: str) -> None:
    problem, plan = good()
    assert any(fault in found for found in check_zones(problem, replace(plan, **lie)))  # type: ignore[arg-type]


def test_accounts_cut_off_are_counted_through_points_in_common() -> None:
    xy_m = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 0.0], [2000.0, 0.0], [3000.0, 0.0]])
    problem = ZoneProblem(xy_m, np.ones(5), 2, Tolerance(0.9))
    _, plan = good()
    crossing = replace(plan, zone=np.array([0, 0, 1, 0, 1], np.int32))
    assert any("1 accounts are cut off" in fault for fault in check_zones(problem, crossing))
