"""Vehicles that hold so much: read from the reps' file, kept to in the weeks planned."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geo.address import Address
from geo.great_circle import GreatCircle
from geo.place import Place
from planning.account_table import AccountRow
from planning.account_wishes import Wishes
from planning.demand import demand_of
from planning.errors import TableError
from planning.measure import Measure, RepWeeks
from planning.options import PlanOptions
from planning.placing import place_accounts
from planning.reps_file import read_reps
from planning.staff import Rep, rep_of_row
from planning.vehicles import Vehicle
from routing import why_left_out

HOME, DEPOT = Place(50.0, 10.0), Place(50.05, 10.0)


def planned(vehicle: Vehicle | None, loads: Sequence[int] = (4,) * 6) -> RepWeeks:
    """Six clients round the corner, all of them due every week, in one week of one day."""
    rows = tuple(
        AccountRow(number + 2, f"a{number}", f"Account {number}", Address(), Place(50 + 0.01 * (number + 1), 10.0),
                   visits_per_year=52.0, service_min=20.0, wishes=Wishes(load=load))
        for number, load in enumerate(loads)
    )  # fmt: skip
    options = PlanOptions(starts_on=date(2026, 3, 2), weeks=1, seed=1)
    demand = demand_of(rows, place_accounts(rows, (), options.min_level), options.starts_on)
    rep = Rep("Van", home=HOME, weekdays=frozenset({0}), vehicle=vehicle)
    (weeks,) = Measure(demand, (rep,), GreatCircle(), options).all(np.zeros(len(rows), np.int32), "")
    return weeks


def test_a_reps_file_names_capacity_depot_and_reload(tmp_path: Path) -> None:
    path = tmp_path / "reps.csv"
    path.write_text('name,capacity,depot,reload minutes,starts at depot\nAnna,40,"50.05, 10.0",15,yes\nBert,,,,\n')
    anna, bert = (rep_of_row(row) for row in read_reps(path))
    assert (anna.vehicle, bert.vehicle) == (Vehicle(40, DEPOT, 900, starts_there=True), None)
    path.write_text('name,capacity,depot\nAnna,,"50.05, 10.0"\n')
    with pytest.raises(TableError, match=r"row 2, depot: .*expected a capacity in the same row"):
        read_reps(path)


def test_what_a_vehicle_does_not_hold_is_left_out_with_the_reason_and_a_depot_fits_it_in() -> None:
    assert planned(None).plan.unserved == ()
    full = planned(Vehicle(12))
    assert (len(full.plan.days[0].stops), len(full.plan.unserved)) == (3, 3)
    why = why_left_out(full.problem, full.plan, full.plan.unserved[0].client)
    assert "load" in why.blocked[0].reason, why
    refilled = planned(Vehicle(12, DEPOT, 600)).plan
    assert (len(refilled.days[0].stops), len(refilled.days[0].reloads), refilled.unserved) == (6, 1, ())
    begins = planned(Vehicle(24, DEPOT, 600, starts_there=True))
    assert (begins.plan.unserved, begins.plan.days[0].reloads) == ((), ())
    assert begins.place(begins.problem.days[0].shift.start_place, demand_of((), (), date(2026, 3, 2))) == DEPOT


def test_a_visit_too_large_for_the_vehicle_never_fits() -> None:
    (row,) = planned(Vehicle(12), loads=(4, 30)).plan.unserved
    assert (row.client, row.never) == (1, True) and "30" in row.reason and "12" in row.reason
