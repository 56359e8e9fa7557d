"""Types of visits in files: the column that names them, and the file that says what they stand for."""

from pathlib import Path

import pytest

from planning.demand import demand_of
from planning.files import AccountTable, TableError, VisitType, read_accounts, read_visit_types, untold_types
from planning.options import MIN_LEVEL
from planning.placing import place_accounts
from planning.plan_needs import with_defaults
from planning.policy import read_policy
from tests.small_plan import MONDAY

TYPES = "[delivery]\nservice_min = 45\nworkload_weight = 1.5\n[audit]\nworkload_weight = 0\n"
ACCOUNTS = (
    "id,lat,lon,visit type,type,minutes\n"
    "a1,50.0,10.0,Delivery,A,\na2,50.1,10.0,delivery,A,20\na3,50.2,10.0,audit,B,\na4,50.3,10.0,,B,\na5,50.4,10.0,Tasting,B,\n"
)


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def table_of(folder: Path, text: str = ACCOUNTS) -> AccountTable:
    return read_accounts(write(folder, "accounts.csv", text))


@pytest.mark.parametrize(
    "name", ["Visit type", "Besuchsart", "Besøgstype", "Тип визита", "Type de visite", "Tipo de visita"]
)
def test_the_column_is_known_in_six_languages_and_is_not_the_segment(tmp_path: Path, name: str) -> None:
    table = table_of(tmp_path, f"id;lat;lon;{name};Segment\na1;50;10;delivery;A\n")
    assert [(row.visit_type, row.segment) for row in table.accounts] == [("delivery", "A")]


def test_a_type_gives_minutes_where_the_account_has_none_and_weight_always(tmp_path: Path) -> None:
    table = read_visit_types(write(tmp_path, "t.toml", TYPES)).apply(table_of(tmp_path))
    found = {row.id: (row.segment, row.service_min, row.workload_weight) for row in table.accounts}
    assert found == {"a1": ("A", 45, 1.5), "a2": ("A", 20, 1.5), "a3": ("B", None, 0), "a4": ("B", None, 1)}
    (fault,) = table.rejected
    assert (fault.row, fault.field, fault.given) == (6, "visit_type", "Tasting")
    assert fault.expected == "a type of t.toml: delivery, audit"
    policy = read_policy(write(tmp_path, "p.csv", "segment,minutes\nA,60\nB,10\n"))
    assert [row.service_min for row in policy.apply(table.accounts)[0]] == [45, 20, 10, 10], "the type comes first"


def test_others_have_an_entry_too(tmp_path: Path) -> None:
    types = read_visit_types(write(tmp_path, "t.csv", "Besuchsart;Dauer;Gewicht\nAudit;0:30;0,5\n*;10;2\n"))
    assert types.rows == (VisitType("Audit", 30, 0.5), VisitType("*", 10, 2))
    weights = [row.workload_weight for row in types.apply(table_of(tmp_path)).accounts]
    assert weights == [2, 2, 0.5, 1, 2], "what has no type weighs what it takes"


def test_weights_reach_the_hours_that_are_balanced(tmp_path: Path) -> None:
    table = read_visit_types(write(tmp_path, "t.toml", TYPES)).apply(table_of(tmp_path))
    accounts = with_defaults(table.accounts, table)[0]
    demand = demand_of(accounts, place_accounts(accounts, (), MIN_LEVEL), MONDAY)
    assert demand.service_s.tolist() == [2700, 1200, 1800, 1800], "days are planned with what visits take"
    assert demand.weighed_s.tolist() == [4050, 1800, 0, 1800]


def test_types_that_nobody_explains_are_said(tmp_path: Path) -> None:
    table = untold_types(table_of(tmp_path))
    assert "Types of visits (Delivery, Tasting, audit, delivery) change nothing" in table.notes[-1]
    assert {row.workload_weight for row in table.accounts} == {1.0} and not table.rejected
    plain = table_of(tmp_path, "id,lat,lon\na1,50,10\n")
    assert untold_types(plain) is plain


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.csv", "type,weight\naudit,1\nAudit,2\n", r"t.csv, row 3: visit type 'Audit' comes twice"),
        ("t.csv", "type,weight\naudit,heavy\n", r"t.csv, row 2, workload_weight: given 'heavy', expected a number from"),
        ("t.toml", "[audit]\nworkload_weight = 101\n", r"entry 1, workload_weight: given '101', expected a number from 0"),
        ("t.csv", "type,minutes\naudit,-5\n", r"row 2, service_min: given '-5', expected minutes from 1"),
        ("t.csv", "minutes,weight\n30,1\n", r"no visit type column"),
        ("t.csv", "type,colour\naudit,red\n", r"names visit types but neither minutes nor a weight"),
        ("t.toml", "[audit]\nweight = 2\n", r"audit: unknown 'weight', expected service_min, workload_weight"),
        ("t.toml", "audit = 2\n", r"audit: given 2, expected a table such as \[delivery\] with service_min = 45"),
    ],
)  # fmt: skip
def test_faults_name_row_and_field(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_visit_types(write(tmp_path, name, text))
