"""`bailiwick what-if` on a file of accounts: one question at a time, in words."""

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console
from typer.testing import CliRunner

from api.cli import app
from api.cli_kept_plan import plan_again
from api.cli_options import Refused
from planning.kept_request import Inputs, Request, read_request, request_as_json
from planning.options import PlanOptions
from planning.output_tables import write_table


@pytest.fixture
def accounts(tmp_path):
    """Three reps side by side, twelve accounts each."""
    path = tmp_path / "accounts.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "lat", "lon", "visits_per_year", "service_min", "current_rep"])
        for n in range(36):
            place = (50 + n // 9 * 0.018, 10 + n % 9 * 0.028)
            rows.writerow([f"a{n}", f"Account {n}", *place, 52, 30, ("Ann", "Bo", "Cy")[n % 9 // 3]])
    return path


def asked(*words):
    return CliRunner().invoke(app, ["what-if", *map(str, words), "--weeks", "1", "--start", "2026-03-02"])


def test_it_says_who_takes_over_and_writes_nothing_unless_told_to(accounts):
    done = asked(accounts, "--leaves", "Bo")
    assert done.exit_code == 0, done.output
    assert "What if Bo leaves?" in done.output and "12 accounts change hands" in done.output
    assert [path.name for path in accounts.parent.iterdir()] == ["accounts.csv"]


def test_an_absence_lists_who_covers_and_what_is_left(accounts):
    done = asked(accounts, "--absent", "Bo:2026-03-02..2026-03-06")
    assert done.exit_code == 0, done.output
    assert "visits covered by neighbours" in done.output and "on return all is as planned before" in done.output


def test_the_curve_shows_transfers_against_balance(accounts):
    done = asked(accounts, "--curve")
    priced = asked(accounts, "--curve", "--price", "travel=0.5")
    assert "price" in priced.output and "Prices are in accounts" in priced.output, priced.output
    assert "price" not in done.output
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.output.splitlines() if line.strip().startswith("±")]
    assert [row[0] for row in rows] == ["±40%", "±30%", "±20%", "±15%", "±10%", "±7%", "±5%"]
    assert rows[0][1:3] == ["0", "0"] and "the fewest" in done.output


def test_a_wish_has_its_price_and_the_swap_that_allows_it(accounts):
    kept = asked(accounts, "--keeps", "a0")
    assert kept.exit_code == 0 and "The price is 0 more transfers" in kept.output, kept.output
    given = asked(accounts, "--asks", "Bo=a2")
    assert given.exit_code == 0 and "added: a2 from Ann to Bo" in given.output, given.output
    unknown = asked(accounts, "--asks", "Zoe=a2")
    assert isinstance(unknown.exception, Refused) and "no rep “Zoe”" in str(unknown.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "ask one thing"),
        (("--leaves", "Bo", "--joins", "Dee"), "ask one thing"),
        (("--merges", "Bo"), "KEPT=GONE"),
        (("--absent", "Bo:soon"), "must be like"),
        (("--leaves", "Zoe"), "today's are: Ann, Bo, Cy"),
    ],
)
def test_questions_that_make_no_sense_are_refused_in_one_line(accounts, words, said):
    done = asked(accounts, *words)
    assert done.exit_code != 0 and isinstance(done.exception, Refused) and said in str(done.exception)


def test_a_plan_s_folder_is_asked_with_what_the_plan_was_made_with(accounts, tmp_path):
    hours, out = tmp_path / "hours.csv", tmp_path / "out"
    head, *rows = accounts.read_text().splitlines()
    hours.write_text("\n".join([f"{head},opening_hours", *(f"{row},Mo 09:00-12:00" for row in rows)]))
    options = PlanOptions(
        date(2026, 5, 11), 1, holidays="DE-BY", access_min=7.0, cycle_began=date(2026, 5, 4), span=(2, 8)
    )
    out.mkdir()
    (out / "run.json").write_text(json.dumps({"cpu_s": 1.0, **request_as_json(Request(options, Inputs(hours)))}))
    write_table(out / "accounts.csv", ("id", "lat", "lon", "rep"), [(f"a{n}", 50, 10, "+Ann") for n in range(30)])
    kept = read_request(out)
    assert kept == Request(options, Inputs(hours))
    again = plan_again(out, kept, {"seed": 3}, Console())
    assert again.options == replace(options, seed=3)
    assert {row.opening_hours for row in again.table.accounts} == {"Mo 09:00-12:00"}
    assert Counter(row.current_rep for row in again.table.accounts) == {"+Ann": 30, None: 6}
    hours.unlink()
    assert not any(row.opening_hours for row in plan_again(out, kept, {}, Console()).table.accounts)
    (out / "run.json").write_text("{")
    refused = CliRunner().invoke(app, ["what-if", str(out), "--leaves", "Bo"])
    assert "run.json" in str(refused.exception)


def test_a_folder_without_a_plan_is_refused_with_what_is_missing(tmp_path):
    refused = CliRunner().invoke(app, ["what-if", str(tmp_path), "--leaves", "Bo"])
    assert f"{tmp_path} holds no plan: accounts.csv is missing" in str(refused.exception)


def test_a_plan_s_barriers_and_outlines_bind_the_questions_too(tmp_path):
    write_table(tmp_path / "accounts.csv", ("id", "lat", "lon", "rep"), [("a1", 50, 10, "Ann")])
    shape = {"type": "LineString", "coordinates": [[10, 49], [10, 51]]}
    river = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": shape}]}
    (tmp_path / "river.geojson").write_text(json.dumps(river))
    inputs = Inputs(barriers=tmp_path / "river.geojson", outlines=str(tmp_path / "river.geojson"))
    asked = Request(PlanOptions(date(2026, 5, 11), robustness=True), inputs)
    (tmp_path / "run.json").write_text(json.dumps(request_as_json(asked)))
    kept = read_request(tmp_path)
    assert kept == asked
    again = plan_again(tmp_path, kept, {}, Console())
    assert len(again.barriers.lines) == 1 and not again.options.robustness
