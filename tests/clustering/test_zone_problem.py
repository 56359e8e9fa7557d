import numpy as np
import pytest

from clustering import CapacityOnly, InvalidProblem, LoadBounds, Objective, Tolerance, ZoneProblem

XY = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def problem(**given: object) -> ZoneProblem:
    fields: dict[str, object] = {"xy_m": XY, "load": np.ones(3), "zones": 2}
    return ZoneProblem(**(fields | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"zones": 4}, "4 zones cannot be made of 3 accounts"),
        ({"zones": 0}, "0 zones cannot be made"),
        ({"xy_m": np.zeros((0, 2)), "load": np.zeros(0)}, "one account or more"),
        ({"load": np.ones(2)}, r"load must have shape \(3,\)"),
        ({"load": [1, np.nan, 1]}, "load of account 1 is not a number"),
        ({"load": [1, 1, -2]}, "load of account 2 is negative"),
        ({"xy_m": [[0, 0], [np.inf, 0], [0, 0]]}, "xy_m of account 1 is not a number"),
        ({"share": [0.5, 0.6]}, "sum to 1"),
        ({"share": [1.0]}, r"share must have shape \(2,\)"),
        ({"locked": [0, 2, -1]}, "locked of account 1 is zone 2; zones are 0 to 1"),
        ({"centres_m": np.zeros((3, 2))}, "centres_m"),
        ({"current": [0, 0, 1]}, "current and move_price go together"),
        ({"forbidden": [[0, 0], [0, 1]]}, "account 0 is forbidden in every zone"),
        ({"forbidden": [[0, 0]], "locked": [0, -1, -1]}, "account 0 is locked to zone 0 and forbidden there"),
        ({"forbidden": [[3, 0]]}, "account below 3"),
        ({"neighbours": np.zeros((2, 2))}, r"neighbours must have shape \(3, 3\)"),
        ({"band": Tolerance((0.1, 0.2))}, "2 tolerances were given for 1 metrics"),
        ({"band": CapacityOnly([1.0, 2.0, 3.0])}, "does not fit 2 zones and 1 metrics"),
        ({"band": LoadBounds(2, 1)}, "zone 0: the least load"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused_by_name(given: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        problem(**given)


def test_tolerances_are_shares() -> None:
    with pytest.raises(ValueError, match="at least 0 and below 1, got 5"):
        Tolerance(5)


def test_a_tolerance_is_a_band_around_each_share() -> None:
    low, high = problem(load=[1, 1, 2], share=[0.25, 0.75], band=Tolerance(0.1)).limits()
    assert low[:, 0] == pytest.approx([0.9, 2.7]) and high[:, 0] == pytest.approx([1.1, 3.3])


def test_each_metric_can_have_its_own_tolerance() -> None:
    low, high = problem(load=[[1, 10], [1, 10], [2, 20]], band=Tolerance((0.1, 0.5))).limits()
    assert low[0] == pytest.approx([1.8, 10]) and high[0] == pytest.approx([2.2, 30])


def test_least_and_most_load_of_each_rep() -> None:
    low, high = problem(band=LoadBounds(0.5, [[1.0], [2.0]])).limits()
    assert low[:, 0].tolist() == [0.5, 0.5] and high[:, 0].tolist() == [1, 2]


def test_distance_is_weighted_with_the_load_but_never_with_nothing() -> None:
    assert problem(load=[0, 3, 3]).weights == pytest.approx([0.002, 3, 3])
    assert problem(load=[0, 0, 0]).weights.tolist() == [1, 1, 1]
    assert problem(weight=[1, 2, 3]).weights.tolist() == [1, 2, 3]


def test_a_problem_cannot_be_changed_afterwards() -> None:
    given = problem()
    with pytest.raises(ValueError, match="read-only"):
        given.load[0] = 7


def test_the_objective_may_be_given_by_name() -> None:
    assert problem(objective="median").objective is Objective.MEDIAN
