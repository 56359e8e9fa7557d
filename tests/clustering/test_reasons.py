import numpy as np

from clustering import Tolerance, ZoneProblem, build_zones

ROW = np.array([[0.0, 0.0], [1000.0, 0.0], [2000.0, 0.0], [10_000.0, 0.0], [11_000.0, 0.0], [12_000.0, 0.0]])


def test_the_nearest_centre_is_the_plain_case() -> None:
    problem = ZoneProblem(ROW, np.ones(6), 2)
    plan = build_zones(problem)
    names = ["", ""]
    names[plan.zone[0]], names[plan.zone[5]] = "West", "East"
    told = plan.reasons(problem, names)
    nearest = (
        "West has the nearest centre ({} km); the next best, East, is 9.0 km farther and would make the plan {} dearer."
    )
    assert told[1] == nearest.replace("9.0", "10.0").format("0.0", "1875.00%")  # 10² × 3/4 on top of 4
    assert told[0] == nearest.replace("9.0", "10.0").format("1.0", "2231.25%")  # 11² × 3/4 - 1² × 3/2 on top of 4


def test_a_lock_is_the_reason() -> None:
    problem = ZoneProblem(ROW, np.ones(6), 2, locked=np.array([1, -1, -1, -1, -1, -1]))
    assert build_zones(problem).reasons(problem)[0] == "Locked to zone 1."


def test_an_account_beyond_the_nearest_centre_is_told_what_keeps_it() -> None:
    load = np.array([5.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    problem = ZoneProblem(ROW, load, 2, Tolerance(0.0))
    plan = build_zones(problem)
    assert plan.max_deviation == 0
    told = plan.reasons(problem)
    mine, other = plan.zone[1], plan.zone[0]
    assert told[1].startswith(f"In zone {mine} (") and f"although zone {other} is" in told[1]
    assert told[1].endswith(f"zone {other} would carry more than its limit.")


def test_one_zone_needs_no_comparison() -> None:
    problem = ZoneProblem(ROW, np.ones(6), 1)
    assert build_zones(problem).reasons(problem, ["North"]) == ["There is only North."] * 6
