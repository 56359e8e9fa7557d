"""Which reps a plan is made for, and who owns what today."""

from datetime import date

import numpy as np
import pytest

from geo.address import Address
from geo.located import Level, Located
from geo.place import Place
from planning.account_table import AccountRow
from planning.demand import Demand, demand_of
from planning.errors import PlanningError
from planning.ownership import find_ownership, owners_for_all
from planning.placing import Placing
from planning.staff import Rep


def line_of(count: int) -> Demand:
    """Accounts in a row, about 700 m apart."""
    rows = [
        AccountRow(i, str(i), f"A{i}", Address(), Place(52.5, 13.4 + i / 100), visits_per_year=4.0, service_min=30.0)
        for i in range(count)
    ]
    placings = [Placing(Located(row.place, Level.GIVEN, 1.0, "test"), True, "") for row in rows]
    return demand_of(rows, placings, date(2026, 3, 2))


def test_without_owners_and_numbers_the_hours_decide() -> None:
    found = find_ownership(line_of(4), [None] * 4, None, needed=3)
    assert [rep.name for rep in found.reps] == ["Rep 1", "Rep 2", "Rep 3"]
    assert not found.present_reps


def test_the_record_names_the_reps_where_nothing_else_is_asked() -> None:
    found = find_ownership(line_of(4), ["Zoe", "Ann", "Zoe", None], None, needed=9)
    assert [rep.name for rep in found.reps] == ["Ann", "Zoe"]
    assert found.same_team
    assert found.present.tolist() == [1, 0, 1, -1]


def test_fewer_reps_than_today_let_the_smallest_go_and_say_so() -> None:
    found = find_ownership(line_of(4), ["Ann", "Ann", "Bo", "Cy"], 2, needed=1)
    assert [rep.name for rep in found.reps] == ["Ann", "Cy"]
    assert not found.same_team
    assert found.present_in_plan.tolist() == [0, 0, -1, 1]
    assert "Bo" in found.notes[0]


def test_more_reps_than_today_let_new_ones_join() -> None:
    found = find_ownership(line_of(4), ["Ann"] * 4, 2, needed=1)
    assert [rep.name for rep in found.reps] == ["Ann", "Rep 1"]


def test_names_of_a_reps_file_match_whatever_their_case() -> None:
    wanted = (Rep("New", home=Place(1, 2)), Rep("ANN", home=Place(3, 4)))
    found = find_ownership(line_of(2), ["Ann", "Gone"], wanted, needed=1)
    assert [rep.name for rep in found.reps] == ["Ann", "New"]
    assert found.reps[0].home == Place(3, 4)
    assert found.present_in_plan.tolist() == [0, -1]


def test_more_reps_than_accounts_are_refused_with_both_numbers() -> None:
    with pytest.raises(PlanningError, match=r"5 reps.*only 4 accounts"):
        find_ownership(line_of(4), [None] * 4, 5, needed=1)


def test_ownerless_accounts_go_to_who_owns_most_nearby() -> None:
    owner = owners_for_all(line_of(6), np.array([0, 0, -1, 1, 1, 1], dtype=np.int32))
    assert owner.tolist() == [0, 0, 1, 1, 1, 1]


def test_owned_accounts_keep_their_owner() -> None:
    present = np.array([0, 1, 0, 1], dtype=np.int32)
    assert owners_for_all(line_of(4), present).tolist() == present.tolist()


def test_spellings_of_one_name_are_one_rep_and_it_is_said() -> None:
    found = find_ownership(line_of(4), ["Ann Lee", "ann  lee", "Ann Lee", "Bo"], None, needed=1)
    assert [rep.name for rep in found.reps] == ["Ann Lee", "Bo"]
    assert found.present.tolist() == [0, 0, 0, 1]
    assert "Ann Lee" in found.notes[0] and "ann  lee" in found.notes[0]


def test_numbered_names_come_in_the_order_people_count() -> None:
    found = find_ownership(line_of(3), ["Rep 10", "Rep 2", "Rep 1"], None, needed=1)
    assert [rep.name for rep in found.reps] == ["Rep 1", "Rep 2", "Rep 10"]
