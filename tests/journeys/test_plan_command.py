"""The command line as a stranger uses it: whole runs, wrong files, the same bytes twice."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import Run

ROOT = Path(__file__).parents[2]
SAN_FRANCISCO = ROOT.parent / "shared" / "data" / "san-francisco" / "businesses_2018.csv"
FILES = {
    "plan.html", "plan.xlsx", "accounts.csv", "routes.csv", "unserved.csv", "transfers.csv", "rejected.csv",
    "calls.csv", "workload.csv", "review.csv", "pins.csv", "zones.geojson", "routes.geojson", "summary.json", "run.json",
}  # fmt: skip


def bailiwick(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli", *map(str, words)]
    cache = str(folder / "geocoding.sqlite")
    env = dict(os.environ, PYTHONPATH=str(ROOT), COLUMNS="160", BAILIWICK_GEOCODER_CACHE=cache)
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)


def accounts_file(path: Path, count: int = 60) -> Path:
    """Accounts of two reps around a town, one of them with two thirds; a few rows with faults."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(
            ["Kundennr", "Name", "Breite", "Länge", "Besuche pro Jahr", "Dauer (min)", "Außendienst", "Umsatz"]
        )
        for number in range(count):
            lat, lon = 48.1 + number // 10 * 0.01, 11.5 + number % 10 * 0.015
            rep = "Ines" if number % 3 else "Jörg"
            writer.writerow([f"K{number}", f"Müller & Sohn {number}", f"{lat:.4f}".replace(".", ","),
                             f"{lon:.4f}".replace(".", ","), 12, 45, rep, f"{1000 + number},50"])  # fmt: skip
        writer.writerow(["K1", "twice", "48,1", "11,5", 12, 45, "Ines", ""])
        writer.writerow(["K90", "no time", "48,1", "11,5", 12, -5, "Ines", ""])
        writer.writerow(["K91", "nowhere", "0", "0", 12, 45, "Ines", ""])
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("plan")
    done = bailiwick("plan", accounts_file(folder / "a.csv"), "--out", "one", "--start", "2026-03-02", folder=folder)
    assert done.returncode == 0, done.stderr
    said = done.stderr.splitlines()
    assert "measuring the territories as they are …" in said
    assert [line for line in said if not re.fullmatch(r"[a-z][^:]*( …|: [\d,]+ of [\d,]+)", line)] == []
    return folder, done.stdout


def test_every_row_is_planned_unplaced_or_rejected(planned: tuple[Path, str]) -> None:
    folder, _ = planned
    figures = json.loads((folder / "one" / "summary.json").read_text(encoding="utf-8"))
    assert figures["rows_read"] == 63
    assert (figures["planned"], figures["unplaced"], figures["rejected"]) == (60, 1, 2)
    assert figures["visits_due"] == figures["visits_planned"] + figures["visits_unserved"]
    assert {path.name for path in (folder / "one").iterdir()} == FILES
    faults = rows(folder / "one" / "rejected.csv")
    assert [row["row"] for row in faults] == ["62", "63"]
    assert all(row["field"] and row["expected"] for row in faults)


def test_it_says_what_it_took_for_what_and_when_it_starts(planned: tuple[Path, str]) -> None:
    _, text = planned
    for word in ("Kundennr", "Außendienst", "Monday 02 March 2026", "Row 62 rejected", "as is", "repaired", "rebuilt"):
        assert word in text, word
    assert "\x1b" not in text


def test_transfers_bring_the_present_owners_to_the_planned_ones(planned: tuple[Path, str]) -> None:
    folder, _ = planned
    owner = {f"K{number}": "Ines" if number % 3 else "Jörg" for number in range(60)}
    transfers = rows(folder / "one" / "transfers.csv")
    for row in transfers:
        assert owner[row["account_id"]] == row["from"]
        owner[row["account_id"]] = row["to"]
    assert {row["id"]: row["rep"] for row in rows(folder / "one" / "accounts.csv") if row["rep"]} == owner
    figures = json.loads((folder / "one" / "summary.json").read_text(encoding="utf-8"))
    assert figures["as_is"]["max_deviation"] > 0.25
    assert figures["max_deviation"] <= 0.05
    assert figures["transfers"] == len(transfers) <= 14


def test_the_routes_keep_to_the_shift_and_the_figures(planned: tuple[Path, str]) -> None:
    folder, _ = planned
    figures = json.loads((folder / "one" / "summary.json").read_text(encoding="utf-8"))
    routes = rows(folder / "one" / "routes.csv")
    assert len(routes) == figures["visits_planned"]
    for row in routes:
        assert "08:00" <= row["arrive"][11:16] < row["depart"][11:16] <= "17:00"
    hours = sum(float(row["service_min"]) for row in routes) / 60
    assert sum(rep["service_h"] for rep in figures["reps"]) == pytest.approx(hours, abs=0.01)


def test_the_same_input_start_and_seed_give_the_same_bytes(planned: tuple[Path, str]) -> None:
    folder, _ = planned
    again = bailiwick("plan", folder / "a.csv", "--out", "two", "--start", "2026-03-02", folder=folder)
    assert again.returncode == 0
    for name in FILES - {"run.json"}:
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.csv", None, ["missing.csv"]),
        ("empty.csv", b"", ["empty"]),
        ("nowhere.csv", b"id,name\n1,A\n2,B\n", ["coordinate", "address"]),
        ("projected.csv", b"id,name,lat,lon\n1,A,5820000,392000\n2,B,5821000,393000\n", ["lat", "5820000"]),
        ("cut.xlsx", b"PK\x03\x04cut off", ["cut.xlsx"]),
        ("prose.csv", b"Dear all,\nplease find the list attached.\n", ["prose.csv"]),
        ("junk.bin", bytes(range(256)), ["junk.bin"]),
    ],
)
def test_a_refused_file_is_one_clear_line_and_code_two(
    here: Run, tmp_path: Path, name: str, content: bytes | None, words: list[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = here("plan", name)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    for word in words:
        assert word.lower() in done.stderr.lower()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--reps", "0"], "--reps"),
        (["--reps", "900"], "900 reps"),
        (["--reps", "nobody.csv"], "nobody.csv"),
        (["--column", "naem=Name"], "naem"),
        (["--column", "name"], "field=NAME"),
        (["--column", "name=Nmae"], "Nmae"),
        (["--min-level", "perfect"], "perfect"),
        (["--region", "nowhere"], "nowhere"),
        (["--policy", "none.toml"], "none.toml"),
    ],
)
def test_a_wrong_option_is_one_clear_line_and_code_two(here: Run, tmp_path: Path, words: list[str], told: str) -> None:
    accounts_file(tmp_path / "a.csv", count=6)
    done = here("plan", "a.csv", *words)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    assert told in done.stderr


def test_a_column_can_be_named_for_any_field_the_reader_knows(here: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,where\n1,48.1 11.5\n2,48.2 11.6\n", encoding="utf-8")
    done = here("plan", "a.csv", "--column", "latlon=where", "--reps", "1", "--weeks", "1")
    assert done.returncode == 0, done.stderr
    assert [row["lat"] for row in rows(tmp_path / "out" / "accounts.csv")] == ["48.1", "48.2"]


def test_a_policy_is_priced_before_anything_is_solved_and_types_of_visits_weigh(here: Run, tmp_path: Path) -> None:
    lines = (f"{n},48.1{n},11.5,{'AB'[n % 2]},{'audit' if n < 8 else 'tasting'}\n" for n in range(9))
    (tmp_path / "a.csv").write_text("id,lat,lon,segment,visit type\n" + "".join(lines), encoding="utf-8")
    (tmp_path / "p.csv").write_text(
        "segment,visits_per_year,service_min,channel\nA,24,60,visit\nB,6,15,phone\n", encoding="utf-8"
    )
    (tmp_path / "t.toml").write_text("[audit]\nworkload_weight = 2\n", encoding="utf-8")
    done = here("plan", "a.csv", "--policy", "p.csv", "--visit-types", "t.toml", "--reps", "1", "--weeks", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("What the visit policy costs") < done.stdout.index("accounts planned")
    assert "Note: Workload counts visits by the weights of their types" in done.stdout
    assert "Row 10 rejected: visit_type is “tasting”; expected: a type of t.toml: audit." in done.stdout
    figures = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    (rep,) = figures["reps"]
    assert rep["hours_a_year"] > 4 * 24 + 4 * 6 * 0.25
    assert rep["workload_h"] - rep["drive_h"] > 1.5 * rep["service_h"], "weighed, where territories are balanced"
    assert {row["visit_type"] for row in rows(tmp_path / "out" / "accounts.csv")} == {"audit"}
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["inputs"]["visit_types"] == str(tmp_path / "t.toml")


def test_reps_of_a_file_work_their_own_hours_from_their_own_homes(here: Run, tmp_path: Path) -> None:
    accounts_file(tmp_path / "a.csv")
    (tmp_path / "reps.csv").write_text(
        "name;lat;lon;weekdays;start;end\nInes;48.12;11.55;Mo-Do;07:00;15:00\nJörg;48.14;11.6;Mo-Fr;;\n",
        encoding="utf-8",
    )
    done = here("plan", "a.csv", "--reps", "reps.csv", "--start", "2026-03-02")
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert [rep["home"]["assumed"] for rep in figures["reps"]] == [False, False]
    for row in rows(tmp_path / "out" / "routes.csv"):
        if row["rep"] == "Ines":
            assert "07:00" <= row["arrive"][11:16] < row["depart"][11:16] <= "15:00"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from api.cli import app; from typer.testing import CliRunner; "
        "done = CliRunner().invoke(app, ['--help']); assert done.exit_code == 0, done.output; "
        "print([m for m in ('numpy', 'pandas', 'geopandas', 'fastapi', 'ortools', 'numba', 'folium') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.mark.skipif(not SAN_FRANCISCO.exists(), reason=f"needs the San Francisco businesses at {SAN_FRANCISCO}")
def test_san_francisco_adds_up_and_is_balanced(here: Run, tmp_path: Path) -> None:
    done = here("plan", SAN_FRANCISCO, "--reps", "10", "--start", "2026-03-02")
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert figures["rows_read"] == 7744 == figures["planned"] + figures["unplaced"] + figures["rejected"]
    assert figures["max_deviation"] <= 0.05
    assert figures["visits_planned"] >= 0.99 * figures["visits_due"]
    zones = {row["zone"] for row in rows(tmp_path / "out" / "accounts.csv") if row["status"] == "planned"}
    assert zones == {str(number) for number in range(1, 11)}
    assert (tmp_path / "out" / "plan.html").stat().st_size < 3_000_000


def test_a_place_filled_into_the_review_list_is_a_pin_from_then_on(here: Run, tmp_path: Path) -> None:
    path = accounts_file(tmp_path / "a.csv", count=12)
    command = ("plan", path, "--out", "out", "--start", "2026-03-02", "--weeks", "1")
    first = here(*command)
    assert first.returncode == 0, first.stderr
    assert "1 place to review: 1 not planned" in first.stdout
    waiting = rows(tmp_path / "out" / "review.csv")
    assert [(row["id"], row["reason"], row["status"]) for row in waiting] == [("K91", "no place was found", "unplaced")]
    with (tmp_path / "out" / "review.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, waiting[0].keys())
        writer.writeheader()
        writer.writerow(waiting[0] | {"lat": "48.105", "lon": "11.53", "note": "seen there"})
    for _ in range(2):  # the second time the list no longer holds it
        again = here(*command)
        assert again.returncode == 0, again.stderr
        assert "1 account placed by a pin" in again.stdout
        placed = {row["id"]: row for row in rows(tmp_path / "out" / "accounts.csv")}["K91"]
        assert (placed["lat"], placed["lon"], placed["level"], placed["status"]) == (
            "48.105", "11.53", "manual", "planned",
        )  # fmt: skip
        assert rows(tmp_path / "out" / "review.csv") == []
        assert [row["note"] for row in rows(tmp_path / "out" / "pins.csv")] == ["seen there"]


def test_geocoding_alone_writes_every_account_and_the_list_for_review(here: Run, tmp_path: Path) -> None:
    accounts_file(tmp_path / "a.csv", count=12)
    done = here("geocode", "a.csv", "--out", "found")
    assert done.returncode == 0, done.stderr
    found = rows(tmp_path / "found" / "geocoded.csv")
    assert len(found) == 13 and {row["level"] for row in found} == {"given", "none"}
    assert [row["id"] for row in rows(tmp_path / "found" / "review.csv")] == ["K91"]
    assert len(rows(tmp_path / "found" / "rejected.csv")) == 2


def test_a_geocoding_service_that_does_not_exist_is_one_clear_line(
    here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts_file(tmp_path / "a.csv", count=3)
    monkeypatch.setenv("BAILIWICK_GEOCODER_SERVICE", "nowhere")
    done = here("geocode", "a.csv")
    assert done.returncode == 2
    assert "no geocoding service 'nowhere'" in done.stderr and len(done.stderr.strip().splitlines()) == 1
