"""Key accounts and skills, from the file to territories built anew and repaired."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planning.account_table import AccountRow
from planning.bindings import find_bindings
from planning.demand import Demand, demand_of
from planning.files import read_accounts
from planning.placing import place_accounts
from planning.reps_file import read_reps
from planning.staff import Rep, rep_of_row
from tests.planning.test_plan import OPTIONS, grid, plan_of

ANN, BOB, CLEO = (
    Rep("Ann"),
    Rep("Bob", skills=frozenset({"Cooling"})),
    Rep("Cleo", skills=frozenset({"cooling", "Lab"})),
)
TEAM = (ANN, BOB, CLEO)


def given(accounts: list[AccountRow], **fields: dict[int, object]) -> list[AccountRow]:
    """The accounts with some fields of some rows set: `given(rows, skills={3: …})`."""
    for name, values in fields.items():
        for row, value in values.items():
            accounts[row] = replace(accounts[row], **{name: value})  # type: ignore[arg-type]
    return accounts


def demand(accounts: list[AccountRow]) -> Demand:
    return demand_of(accounts, place_accounts(accounts, (), OPTIONS.min_level), OPTIONS.starts_on)


def test_the_columns_are_recognised(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(
        "Id,Name,Lat,Lon,Sales Rep,Key Account,Required Skills\n"
        "1,A,50,10,Ann,yes,\n2,B,50.1,10,Ann,Bob,Lab; Cooling\n3,C,50.2,10,Ann,no,\n4,D,50.3,10,,yes,lab\n"
    )
    one, two, three, four = read_accounts(file).accounts
    assert [row.key_owner for row in (one, two, three, four)] == ["Ann", "Bob", None, ""]
    assert two.skills == {"Lab", "Cooling"} and one.skills == frozenset()
    team = tmp_path / "reps.csv"
    team.write_text("name,skills\nAnn,lab|Cooling\n")
    assert rep_of_row(read_reps(team)[0]).skills == {"lab", "Cooling"}


def test_skills_match_without_regard_to_case() -> None:
    rows = given(grid(4, 2), skills={0: frozenset({"COOLING"}), 1: frozenset({"lab", "Cooling"})})
    found = find_bindings(demand(rows), TEAM)
    assert found.forbidden.tolist() == [[0, 0], [1, 0], [1, 1]]
    assert found.needs[1] == "Cooling and lab" and found.notes == ()


def test_what_cannot_be_kept_is_said() -> None:
    rows = given(
        grid(4, 2),
        skills={0: frozenset({"X-ray"}), 1: frozenset({"Lab"}), 2: frozenset({"Lab"})},
        key_owner={1: "Ann", 3: "Dora", 4: ""},
        locked={2: True},
    )
    found = find_bindings(demand(rows), TEAM, np.array([0, 0, 1, 1, 2, 2, 2, 2], np.int32))
    assert found.named.tolist() == [-1, 0, -1, -1, -1, -1, -1, -1]
    assert found.forbidden.tolist() == [[1, 1], [2, 0]]
    assert found.notes == (
        "2 key accounts planned like any other: their owners are not among the reps (Dora).",
        "Nobody has X-ray, which 1 account would need: planned without regard to it.",
        "1 accounts are bound to Ann by name or lock, who lacks a skill they need: they stay.",
        "1 accounts are bound to Bob by name or lock, who lacks a skill they need: they stay.",
    )


def test_a_team_of_nothing_but_key_accounts_is_planned_like_others() -> None:
    rows = given(grid(2, 2), key_owner=dict.fromkeys(range(4), "Ann"))
    found = find_bindings(demand(rows), TEAM)
    assert not found.any_named and "nothing left to draw territories of" in found.notes[0]


@pytest.fixture(scope="module")
def rows() -> list[AccountRow]:
    """Nine columns, three of them Ann's, Bob's and Cleo's; one of Ann's needs the lab, one of hers is Cleo's by name."""
    accounts = grid(9, 6)
    owners = {row: ("Ann", "Bob", "Cleo")[row % 9 // 3] for row in range(54)}
    return given(accounts, current_rep=owners, skills={1: frozenset({"Lab"})}, key_owner={9: "Cleo"})


def test_built_anew_the_skill_and_the_name_decide(rows: list[AccountRow]) -> None:
    result = plan_of(rows, team=TEAM, rebuild=True).solve()
    assert [result.accounts[row].rep for row in (1, 9)] == ["Cleo", "Cleo"]
    assert result.accounts[1].why == "Only Cleo may have it: it needs Lab."
    assert result.accounts[9].why.startswith("Belongs to Cleo by name, wherever it lies; handing it to")
    assert result.max_deviation <= 0.05
    kept = sum(account.rep == account.current_rep for account in result.accounts)
    assert kept > 54 / 2, "territories lie where their reps work today"


def test_repaired_they_go_to_their_reps_first(rows: list[AccountRow]) -> None:
    result = plan_of(rows, team=TEAM).solve()
    assert [result.accounts[row].rep for row in (1, 9)] == ["Cleo", "Cleo"]
    assert result.accounts[1].why == "goes to Cleo: needs Lab, which Ann lacks and Cleo has"
    reasons = {transfer.account: transfer.reason for transfer in result.transfers}
    assert reasons[9] == "goes to Cleo: is a key account of Cleo"
    repaired = next(scenario for scenario in result.scenarios if scenario.name == "repaired")
    assert repaired.transfers == len(result.transfers) >= 2
    assert result.max_deviation <= 0.05


def test_the_outline_of_a_territory_leaves_key_accounts_out(rows: list[AccountRow]) -> None:
    from shapely.geometry import Point

    result = plan_of(rows, team=TEAM, rebuild=True).solve()
    outline = next(shape.outline for shape in result.zones if shape.rep == "Cleo")
    place = result.accounts[9].place
    assert place is not None and not outline.covers(Point(place.lon, place.lat))
