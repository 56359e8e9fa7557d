"""How many reps a plan's accounts need."""

from dataclasses import replace

import pytest

from planning.sizing import staffing_of
from tests.planning.test_plan import OPTIONS, grid, plan_of


def test_the_curve_counts_what_the_accounts_ask_for() -> None:
    plan = plan_of(grid(6, 6, visits_per_year=100.0, service_min=60.0))
    curve = plan.sizing(reps=[2, 3, 4])
    assert [choice.reps for choice in curve.choices] == [2, 3, 4]
    assert curve.choices[0].service_h == pytest.approx(3600)
    assert all(choice.contribution is None for choice in curve.choices)
    assert curve.recommended in (2, 3, 4) and curve.reason


def test_potential_comes_before_sales_and_a_margin_makes_it_a_contribution() -> None:
    rows = [replace(row, value=1000.0, potential=2000.0 if n else None) for n, row in enumerate(grid(4, 4))]
    curve = plan_of(rows).sizing(margin=0.5, reps=[1, 2])
    assert curve.choices[1].contribution == pytest.approx(0.5 * (1000 + 15 * 2000))
    assert curve.choices[1].marginal is not None


def test_administration_takes_its_share_of_the_day() -> None:
    whole, less = staffing_of(OPTIONS), staffing_of(replace(OPTIONS, admin_min=60.0))
    assert whole.admin_share == 0 and less.admin_share == pytest.approx(1 / whole.hours_per_day)
    assert less.field_hours < whole.field_hours
