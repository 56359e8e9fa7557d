from collections.abc import Sequence

import numpy as np
import pytest

from clustering import InvalidProblem, Tolerance, ZoneProblem, build_zones, check_zones, next_best, plan_of

ROW = np.array([[0.0, 0.0], [1000.0, 0.0], [2000.0, 0.0], [10_000.0, 0.0], [11_000.0, 0.0], [12_000.0, 0.0]])


def reasons_west_and_east(problem: ZoneProblem, metrics: Sequence[str] | None = None) -> list[str]:
    plan = build_zones(problem)
    names = ["", ""]
    names[plan.zone[0]], names[plan.zone[5]] = "West", "East"
    return plan.reasons(problem, names, metrics=metrics)


def test_the_nearest_centre_is_the_plain_case() -> None:
    told = reasons_west_and_east(ZoneProblem(ROW, np.ones(6), 2, Tolerance(0.4)))
    nearest = (
        "West has the nearest centre ({}); moving it to the next best, East, {} farther, would make the plan {} dearer"
    )
    # 9² × 3/4 - 1² × 3/2 on top of 4; 4 of 6 accounts are a third more than half of them, 2 a third less
    assert told[2] == nearest.format("1.0 km", "8.0 km", "1481%") + " and break no limit."
    # 10² × 3/4 on top of 4
    assert told[1] == nearest.format("0.0 km", "10.0 km", "1875%") + " and cut West apart."
    assert told[0] == nearest.format("1.0 km", "10.0 km", "2231%") + " and put it apart from the rest of East."


def test_what_the_next_best_would_break_is_told_with_how_much() -> None:
    told = reasons_west_and_east(ZoneProblem(ROW, np.ones(6), 2, Tolerance(0.2)))
    assert told[2].endswith(
        "would make the plan 1481% dearer, take East 11% over its limit and leave West 17% below its least."
    )
    both = ZoneProblem(ROW, np.tile([1.0, 2.0], (6, 1)), 2, Tolerance((0.4, 0.2)))
    told = reasons_west_and_east(both, ["visits", "hours"])
    assert told[2].endswith("take East 11% over its limit of hours and leave West 17% below its least of hours.")


def test_a_lock_is_the_reason() -> None:
    problem = ZoneProblem(ROW, np.ones(6), 2, locked=np.array([1, -1, -1, -1, -1, -1]))
    told = build_zones(problem).reasons(problem)[0]
    assert told.startswith("Locked to zone 1; moving it to the next best, zone 0, ") and "the plan" in told


def test_an_account_beyond_the_nearest_centre_is_told_what_keeps_it() -> None:
    load = np.array([5.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    problem = ZoneProblem(ROW, load, 2, Tolerance(0.0))
    plan = build_zones(problem)
    assert plan.max_deviation == 0
    told = plan.reasons(problem)
    mine, other = plan.zone[1], plan.zone[0]
    assert told[1].startswith(f"In zone {mine} (") and f"although zone {other} is" in told[1]
    assert "nearer: moving it there would make the plan " in told[1] and "cheaper but " in told[1]
    assert told[1].endswith(f"take zone {other} 20% over its limit and leave zone {mine} 20% below its least.")


def test_an_account_that_stays_for_the_price_of_a_change_is_told_so() -> None:
    current = np.array([0, 0, 0, 0, 1, 1])
    problem = ZoneProblem(ROW, np.ones(6), 2, Tolerance(0.5), current=current, move_price=np.full(6, 1e9))
    plan = build_zones(problem)
    assert plan.zone.tolist() == current.tolist()
    told = plan.reasons(problem, ["West", "East"])[3]
    assert told.startswith("In West (6.8 km) although East is 5.2 km nearer: West serves it today")
    assert told.endswith("dearer and break no limit.")


def test_one_zone_needs_no_comparison() -> None:
    problem = ZoneProblem(ROW, np.ones(6), 1)
    assert build_zones(problem).reasons(problem, ["North"]) == ["There is only North."] * 6


def test_a_division_made_elsewhere_is_measured_and_told_like_a_plan() -> None:
    problem = ZoneProblem(ROW, np.ones(6), 2, Tolerance(0.4))
    plan = build_zones(problem)
    given = plan_of(problem, plan.zone)
    assert check_zones(problem, given) == [] and given.certificate == plan.certificate
    assert given.reasons(problem) == plan.reasons(problem)
    mixed = plan_of(problem, [0, 1, 0, 1, 1, 1])
    assert mixed.contiguity_breaks == 2 and mixed.loads.tolist() == [[2.0], [4.0]]
    assert mixed.notes == ("2 accounts are cut off from the main part of their zone",)
    told = next_best(problem, mixed, ["West", "East"])
    assert told[1].startswith("moving it to the next best, West, 7.5 km nearer, would make the plan ")
    assert told[1].endswith(" cheaper and break no limit")
    with pytest.raises(InvalidProblem, match="a zone from 0 to 1 for each of 6 accounts"):
        plan_of(problem, [0, 1, 2, 1, 1, 1])
