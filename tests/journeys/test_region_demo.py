"""From a raw extract to a plan on its roads: the two commands of the README, on real shops."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPENHAGEN = ROOT.parent / "shared" / "data" / "osm" / "copenhagen.osm.pbf"


def bailiwick(*words: str | Path, folder: Path) -> str:
    command = [sys.executable, "-m", "api.cli", *map(str, words)]
    env = dict(os.environ, PYTHONPATH=str(ROOT), COLUMNS="160")
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not COPENHAGEN.exists():
        pytest.skip(f"needs the Copenhagen extract at {COPENHAGEN}")
    folder = tmp_path_factory.mktemp("region")
    bailiwick("region", "build", COPENHAGEN, "--out", "copenhagen", folder=folder)
    return folder


def test_the_shops_of_an_extract_are_planned_on_its_roads(folder: Path) -> None:
    words = ("demo", "--region", "copenhagen", "--reps", "5", "--no-serve", "--out", "shops", "--start", "2026-03-02")
    text = bailiwick(*words, folder=folder)
    assert "OpenStreetMap contributors" in text
    figures = json.loads((folder / "shops" / "summary.json").read_text(encoding="utf-8"))
    assert figures["rows_read"] == 731 == figures["planned"] + figures["unplaced"]
    assert figures["max_deviation"] <= 0.05
    assert figures["visits_planned"] >= 0.99 * figures["visits_due"]
    assert figures["travel"]["estimated"] is False
    assert (folder / "shops" / "plan.html").stat().st_size < 3_000_000
    assert "OpenStreetMap contributors" in (folder / "shops" / "plan.html").read_text(encoding="utf-8")


def test_addresses_without_coordinates_find_their_house(folder: Path) -> None:
    (folder / "a.csv").write_text(
        "id;navn;adresse;postnr;by\n1;Kontor;Istedgade 114;1650;København V\n2;Ukendt;Nosuchgade 99;1650;København V\n"
        "3;Butik;Vesterbrogade 20;1620;København V\n",
        encoding="utf-8",
    )
    bailiwick("plan", "a.csv", "--region", "copenhagen", "--reps", "1", "--out", "out", folder=folder)
    with (folder / "out" / "accounts.csv").open(encoding="utf-8", newline="") as file:
        accounts = {row["id"]: row for row in csv.DictReader(file)}
    assert accounts["1"]["level"] in ("rooftop", "interpolated") and accounts["1"]["status"] == "planned"
    assert accounts["3"]["status"] == "planned"
    assert accounts["2"]["status"] == "unplaced" and accounts["2"]["why"]
