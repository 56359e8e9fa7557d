"""The independent check finds every fault put into a good plan."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geo.limits import Limits
from routing.cycle import plan_cycle
from routing.cycle_check import check_cycle
from routing.cycle_problem import CyclePlan, CycleUnserved
from tests.routing.cycle_builders import client, cycle

PROBLEM = cycle(
    *(client(place, visits=visits, open_on=(0, 1, 2, 3)) for place, visits in enumerate((52, 26, 12, 13), 1))
)


@pytest.fixture(scope="module")
def plan() -> CyclePlan:
    return plan_cycle(PROBLEM, limits=Limits(iterations=200))


def busy(plan: CyclePlan) -> int:
    """The first day with a stop."""
    return next(number for number, day in enumerate(plan.days) if day.stops)


def swapped(plan: CyclePlan, a: int, b: int) -> CyclePlan:
    days = list(plan.days)
    days[a], days[b] = days[b], days[a]
    return replace(plan, days=tuple(days))


def doubled(plan: CyclePlan) -> CyclePlan:
    number = busy(plan)
    day = plan.days[number]
    days = list(plan.days)
    days[number] = replace(day, stops=(*day.stops, day.stops[-1]))
    return replace(plan, days=tuple(days))


FAULTS: dict[str, tuple[Callable[[CyclePlan], CyclePlan], str]] = {
    "a day missing": (lambda plan: replace(plan, days=plan.days[1:]), "19 days planned for 20"),
    "a closed day": (lambda plan: swapped(plan, busy(plan), 4), "is closed that day"),
    "a visit twice": (doubled, "is visited 2 times"),
    "a wrong count": (lambda plan: replace(plan, planned=plan.planned + np.int32(1)), "visits said to be planned"),
    "due made up": (lambda plan: replace(plan, due=plan.due + np.int32(5)), "visits due, expected"),
    "a silent gap": (lambda plan: replace(plan, unserved=(CycleUnserved(0, 1, ""),)), "left out with the reason"),
    "a wrong sum": (lambda plan: replace(plan, drive_s=plan.drive_s + 1), "the days sum to"),
    "crowded visits": (lambda plan: weekly_in_one_week(plan), "days apart, at least"),
}


def weekly_in_one_week(plan: CyclePlan) -> CyclePlan:
    """Put the second visit of the weekly client on the day after the first."""
    first, second, *_ = (n for n, day in enumerate(plan.days) if any(stop.visit == 0 for stop in day.stops))
    return swapped(plan, first + 1, second)


def test_a_good_plan_has_no_fault(plan: CyclePlan) -> None:
    assert check_cycle(PROBLEM, plan) == []


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_found(plan: CyclePlan, name: str) -> None:
    spoil, words = FAULTS[name]
    assert any(words in fault for fault in check_cycle(PROBLEM, spoil(plan)))
