"""Leads from a file, the plan they are given away by, and the command."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.cli_options import Refused
from geo.address import Address
from geo.located import Level, Located
from geo.place import Place
from planning.errors import PlanningError, TableError
from planning.leads_file import read_leads, skill_levels
from planning.plan_folder import read_plan_folder

START = datetime(2026, 3, 2, tzinfo=UTC)
LEADS = """id,name,lat,lon,employees,type,skills,rep,sales,created at,minutes
L1,Eck,50.5,10.5,12,retail,cold:2; english,Bo,500,2026-03-04 10:30,45
L2,Mall,50.5,11.5,300,mall,,,900,05.03.2026,
L3,Far,53.9,10.1,3,retail,,,,,
"""


def square(rep: str, west: float) -> dict[str, object]:
    ring = [[west, 50], [west + 1, 50], [west + 1, 51], [west, 51], [west, 50]]
    return {"type": "Feature", "properties": {"rep": rep}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ann works the square 10–11° east and has no hour left, Bo the one east of it at half time."""
    reps = [
        {"rep": "Ann", "workload_h": 40.0, "capacity_h": 40.0, "home": {"lat": 50.2, "lon": 10.2}},
        {"rep": "Bo", "workload_h": 10.0, "capacity_h": 20.0, "home": {"lat": 50.2, "lon": 11.2}},
    ]
    summary = {"title": "Two", "starts_on": "2026-03-02", "reps": reps}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    zones = {"type": "FeatureCollection", "features": [square("Ann", 10), square("Bo", 11)]}
    (tmp_path / "zones.geojson").write_text(json.dumps(zones))
    (tmp_path / "accounts.csv").write_text("id,lat,lon,rep\na1,50.6,10.6,Ann\na2,,,\n")
    (tmp_path / "leads.csv").write_text(LEADS)
    return tmp_path


def test_leads_bring_their_moment_size_type_and_skills(folder: Path) -> None:
    table = read_leads(folder / "leads.csv", arrived_at=START)
    first, second, third = table.leads
    assert (first.id, first.type, first.size, first.value, first.given_to) == ("L1", "retail", 12.0, 500.0, "Bo")
    assert first.needs == {"cold": 2.0, "english": 1.0} and first.work_min == 45
    assert [lead.arrived_at.isoformat() for lead in table.leads] == [
        "2026-03-04T10:30:00+00:00",
        "2026-03-05T00:00:00+00:00",
        "2026-03-02T00:00:02+00:00",
    ]
    assert third.work_min == 30 and "2 leads without minutes: 30 minutes of work assumed." in table.notes
    assert table.names["L2"] == "Mall" and second.size == 300


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("L1,Eck,50.5,10.5,many,,,,,,", "row 2: size: given 'many', expected a number of 0 or more"),
        ("L1,Eck,50.5,10.5,1,,cold:high,,,,", "row 2: skills: given 'cold:high', expected a skill"),
        ("L1,Eck,50.5,10.5,1,,,,,soon,", "row 2: arrived_at: given 'soon', expected a date or a moment"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(folder: Path, row: str, says: str) -> None:
    (folder / "leads.csv").write_text(LEADS.splitlines()[0] + "\n" + row + "\n")
    with pytest.raises(TableError, match=says):
        read_leads(folder / "leads.csv", arrived_at=START)


def test_leads_of_which_only_the_town_is_known_are_counted_and_a_way_out_is_said(folder: Path) -> None:
    class Towns:
        def geocode(self, addresses: Sequence[Address]) -> list[Located]:
            return [Located(Place(50.5, 10.5), Level.CITY, 0.9, "towns") for _ in addresses]

    (folder / "leads.csv").write_text("id,name,address,city\nL1,Eck,Am Markt 1,Lauf\n")
    table = read_leads(folder / "leads.csv", arrived_at=START, geocoders=(Towns(),))
    assert table.leads[0].place is None
    assert any(note.startswith("Of 1 of them only the town or the postcode is known") for note in table.notes)


def test_bare_skills_are_level_one() -> None:
    assert skill_levels({"cold:3", "english"}) == {"cold": 3.0, "english": 1.0}


def test_a_plan_folder_gives_reps_with_what_they_carry_and_where(folder: Path) -> None:
    plan = read_plan_folder(folder, {"Bo": {"cold": 2.0}})
    ann, bo = plan.candidates
    assert (ann.load_min, ann.room_min, ann.share_of_full_time, len(ann.places)) == (2400, 0, 1.0, 2)
    assert (bo.room_min, bo.share_of_full_time, bo.skills) == (600, 0.5, {"cold": 2.0})
    located = plan.located(read_leads(folder / "leads.csv", arrived_at=START).leads)
    assert [lead.territory for lead in located] == ["Ann", "Bo", ""]
    with pytest.raises(PlanningError, match="Cy has skills but no territory; the plan's reps are Ann, Bo"):
        read_plan_folder(folder, {"Cy": {}})
    (folder / "zones.geojson").unlink()
    with pytest.raises(PlanningError, match=r"holds no plan: zones\.geojson is missing"):
        read_plan_folder(folder)


def assigned(folder: Path, *words: str) -> list[dict[str, str]]:
    out = folder / "assigned.csv"
    done = CliRunner().invoke(
        app,
        ["assign", str(folder / "leads.csv"), "--plan", str(folder), "--out", str(out), *words],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_gives_each_lead_to_its_territory_else_to_the_nearest(folder: Path) -> None:
    rows = {row["lead_id"]: row for row in assigned(folder)}
    assert [(rows[name]["rep"], rows[name]["rule"]) for name in ("L1", "L2", "L3")] == [
        ("Ann", "territory"),
        ("Bo", "territory"),
        ("Ann", "nearest"),
    ]
    assert rows["L1"]["rep_until_now"] == "Bo" and "holds Ann" in rows["L1"]["why"]
    assert assigned(folder) == list(rows.values())


def test_the_command_takes_rules_or_one_strategy_and_refuses_both(folder: Path) -> None:
    (folder / "rules.toml").write_text('[[rule]]\nid = "room"\norder = "room"\n')
    assert {row["rep"] for row in assigned(folder, "--rules", str(folder / "rules.toml"))} == {"Bo", ""}
    assert {row["rep"] for row in assigned(folder, "--strategy", "round_robin")} == {"Ann", "Bo"}
    with pytest.raises(Refused, match="cannot both be given"):
        assigned(folder, "--strategy", "taxi", "--rules", str(folder / "rules.toml"))
    with pytest.raises(Refused, match="--strategy must be one of territory, nearest"):
        assigned(folder, "--strategy", "lottery")
    (folder / "rules.toml").write_text('[[rule]]\nid = "room"\norder = "lottery"\n')
    with pytest.raises(Refused, match="rule 1 “room”, order: given 'lottery'"):
        assigned(folder, "--rules", str(folder / "rules.toml"))
