"""Two plans of folders compared: who moved, what it gains, and what is written."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.cli_options import Refused
from planning.compare_folders import PlanComparison, compare_folders, read_saved_plan
from planning.errors import PlanningError
from planning.output_compare import comparison_sentences, write_comparison
from planning.output_tables import write_table

HEADER = ("id", "name", "lat", "lon", "rep", "visits_per_year", "service_min", "value", "why")


def rep(name: str, zone: int, accounts: int, drive_h: float, deviation: float) -> dict[str, Any]:
    hours = {"service_h": 10.0, "drive_h": drive_h, "workload_h": 10.0 + drive_h, "capacity_h": 80.0}
    return {
        "rep": name,
        "zone": zone,
        "accounts": accounts,
        "visits": 20,
        "value": 5.0,
        "deviation": deviation,
        **hours,
    }


def saved(folder: Path, owners: Sequence[str], reps: Sequence[dict[str, Any]], weeks: int = 2, skip: int = 0) -> Path:
    """A folder as `plan` writes it: accounts from west to east, an hour of visiting a year each."""
    folder.mkdir()
    lines = [
        (f"a{n}", f"Account {n}", 50.0, 10 + n / 10, owner, 1, 60, 10, "because")
        for n, owner in enumerate(owners)
        if n >= skip
    ]
    write_table(folder / "accounts.csv", HEADER, lines)
    summary = {"title": folder.name, "weeks": weeks, "visits_unserved": 0, "reps": list(reps)}
    (folder / "summary.json").write_text(json.dumps(summary))
    features = []
    for one in reps:
        east = [10 + n / 10 for n, owner in enumerate(owners) if owner == one["rep"]]
        west, south, end = min(east) - 0.05, 49.9, max(east) + 0.05
        ring = [[west, south], [end, south], [end, 50.1], [west, 50.1], [west, south]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"rep": one["rep"]}, "geometry": shape})
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return folder


@pytest.fixture
def named(tmp_path: Path) -> PlanComparison:
    before = saved(tmp_path / "old", "AAAABB", [rep("A", 1, 4, 6.0, 0.3), rep("B", 2, 2, 2.0, -0.3)])
    after = saved(tmp_path / "new", "AAABBB", [rep("A", 1, 3, 3.0, 0.02), rep("B", 2, 3, 3.0, -0.02)])
    return compare_folders(read_saved_plan(before), read_saved_plan(after))


def test_it_says_who_moved_and_what_it_gains(named: PlanComparison) -> None:
    assert [(account.id, was, account.rep) for account, was in named.moved] == [("a3", "A", "B")]
    assert [(one.rep, one.gained, one.lost) for one in named.reps] == [("A", 0, 1), ("B", 1, 0)]
    assert named.reps[0].before["drive_h"] == 3.0
    said = comparison_sentences(named)
    assert said[0] == "1 of 6 accounts that both plans have change hands, with 16.7 % of the visiting hours."
    assert "Largest deviation from the share of the hours: 30.0 % before, 2.0 % after." in said
    assert "Driving: 4.0 h a week before, 3.0 h after (-25.0 %)." in said
    assert said[-1] == (
        "Territories lie 27.3 % closer together than before (hours × squared distance to the middle) and hang together in "
        "both plans."
    )


def test_numbered_reps_are_matched_by_the_ground_they_share(tmp_path: Path) -> None:
    before = saved(
        tmp_path / "old", ["Rep 1"] * 3 + ["Rep 2"] * 3, [rep("Rep 1", 1, 3, 1, 0), rep("Rep 2", 2, 3, 1, 0)]
    )
    after = saved(tmp_path / "new", ["Rep 2"] * 3 + ["Rep 1"] * 3, [rep("Rep 1", 1, 3, 1, 0), rep("Rep 2", 2, 3, 1, 0)])
    found = compare_folders(read_saved_plan(before), read_saved_plan(after))
    assert found.by_ground
    assert found.moved == ()
    assert [(one.rep, one.was) for one in found.reps] == [("Rep 1", "Rep 2"), ("Rep 2", "Rep 1")]


def test_reps_who_come_and_go_and_accounts_only_one_plan_has(tmp_path: Path) -> None:
    before = saved(tmp_path / "old", "AAACCC", [rep("A", 1, 3, 1, 0), rep("C", 2, 3, 1, 0)], weeks=4)
    after = saved(tmp_path / "new", "AAABBBB", [rep("A", 1, 2, 1, 0), rep("B", 2, 4, 1, 0)], skip=1)
    found = compare_folders(read_saved_plan(before), read_saved_plan(after))
    assert {account.id for account, was in found.moved if was == "C"} == {"a3", "a4", "a5"}
    assert (found.joined, found.left) == (("a6",), ("a0",))
    assert [(one.rep, bool(one.before), bool(one.after)) for one in found.reps] == [
        ("A", True, True),
        ("B", False, True),
        ("C", True, False),
    ]
    said = comparison_sentences(found)
    assert f"1 account only in {tmp_path / 'new'}, 1 only in {tmp_path / 'old'}." in said
    assert said[-1] == "The plans cover 4 and 2 weeks: hours are given per week."


def test_tables_and_a_map_with_both_outlines_are_written(named: PlanComparison, tmp_path: Path) -> None:
    write_comparison(named, tmp_path / "out")
    with (tmp_path / "out" / "moved.csv").open() as file:
        assert [(row["account_id"], row["from"], row["to"], row["hours"]) for row in csv.DictReader(file)] == [
            ("a3", "A", "B", "1")
        ]
    with (tmp_path / "out" / "reps.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["rep"], row["drive_h_before"], row["drive_h_after"]) for row in rows] == [
        ("A", "3.0", "1.5"),
        ("B", "1.0", "1.5"),
    ]
    page = (tmp_path / "out" / "compare.html").read_text()
    assert "L.polyline" in page
    assert "1 of 6 accounts that both plans have change hands" in page
    assert json.loads((tmp_path / "out" / "comparison.json").read_text())["moved"] == 1


def test_the_command_prints_it_and_refuses_what_is_no_plan(named: PlanComparison, tmp_path: Path) -> None:
    old, new = str(named.before.folder), str(named.after.folder)
    done = CliRunner().invoke(app, ["compare", old, new])
    assert done.exit_code == 0, done.output
    assert "1 of 6 accounts" in done.output
    assert "4 → 3" in done.output
    for words, said in (
        ((old, str(tmp_path)), "holds no plan: summary.json is missing"),
        ((old, new, "--out", new), "is one of the plans"),
        ((old, new, "--out", f"{new}/accounts.csv"), "--out must be a folder, and"),
    ):
        refused = CliRunner().invoke(app, ["compare", *words])
        assert isinstance(refused.exception, Refused)
        assert said in str(refused.exception)
    (tmp_path / "new" / "summary.json").write_text("{}")
    with pytest.raises(PlanningError, match="a plan that cannot be read"):
        read_saved_plan(tmp_path / "new")
