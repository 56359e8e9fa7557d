"""`bailiwick region build` as typed: its options, its refusals, and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import osmium
import pytest

from api.cli_options import Refused
from api.cli_region import build, show
from tests.journeys.conftest import Run

ROOT = Path(__file__).parents[2]
STEP = 0.002
SIDE = 4


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "api.cli", "region", *map(str, words)]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four streets, four avenues, a house at each western end."""
    path = tmp_path_factory.mktemp("village") / "village.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for at in range(SIDE * SIDE):
            location = (10 + STEP * (at % SIDE), 50 + STEP * (at // SIDE))
            tags = {"addr:street": f"Street {at // SIDE}", "addr:housenumber": "1"} if at % SIDE == 0 else {}
            writer.add_node(osmium.osm.mutable.Node(id=at + 1, location=location, tags=tags))
        for row in range(SIDE):
            along = [SIDE * row + at + 1 for at in range(SIDE)]
            across = [SIDE * at + row + 1 for at in range(SIDE)]
            for number, (refs, kind) in enumerate(((along, "Street"), (across, "Avenue"))):
                tags = {"highway": "residential", "name": f"{kind} {row}"}
                writer.add_way(osmium.osm.mutable.Way(id=2 * row + number + 1, nodes=refs, tags=tags))
    return path


def test_every_profile_asked_for_is_built_and_shown(here: Run, village: Path, tmp_path: Path) -> None:
    words = ["--profile", "bicycle", "--profile", "foot", "--name", "Small Place", "--contraction-s", "0"]
    built = here("region", "build", village, "--out", tmp_path / "r", *words)
    assert built.returncode == 0, built.stderr
    text = built.stdout
    assert "Small Place: © OpenStreetMap contributors" in text
    assert "4 addresses, 0 shops" in text
    shown = here("region", "show", tmp_path / "r").stdout
    lines = {line.split()[0]: line for line in shown.splitlines() if line.strip()}
    assert lines["bicycle"].rstrip().endswith("MLD") and lines["foot"].rstrip().endswith("MLD")
    assert "car" not in lines


def test_without_the_engine_the_graph_is_named(
    village: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(village, tmp_path / "r", use_engine=False)
    assert "the plain road graph" in capsys.readouterr().out


def test_columns_are_mapped_by_a_file_that_was_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    streets = tmp_path / "lines.csv"
    rows = ['A St;1;9;"LINESTRING(10 50, 10.002 50)"', 'B St;1;9;"LINESTRING(10.002 50, 10.002 50.002)"']
    streets.write_text("calle;desde;hasta;forma\n" + "\n".join(rows) + "\n", encoding="utf-8")
    columns = tmp_path / "map.toml"
    columns.write_text(
        'name = "calles"\nattribution = "Ayuntamiento"\nhighway_default = "residential"\n[columns]\ngeometry = "forma"\n'
        'street = "calle"\nleft_first = "desde"\nleft_last = "hasta"\n',
        encoding="utf-8",
    )
    build(streets, tmp_path / "r", street_map=str(columns), use_engine=False)
    text = capsys.readouterr().out
    assert "calles: Ayuntamiento" in text and "2 addresses" in text


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"profiles": ["rocket"]}, "--profile must be one of car, bicycle, foot, got “rocket”"),
        ({"street_map": "atlantis"}, "--street-map must be a TOML file or one of san_francisco, tiger_edges"),
    ],
)
def test_an_option_that_means_nothing_is_refused(
    village: Path, tmp_path: Path, option: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        build(village, tmp_path / "r", **option)
    assert not (tmp_path / "r").exists()


def test_a_file_where_the_folder_should_be_is_refused(village: Path, tmp_path: Path) -> None:
    (tmp_path / "r").write_text("mine")
    with pytest.raises(Refused, match="--out must be a folder"):
        build(village, tmp_path / "r")
    assert (tmp_path / "r").read_text() == "mine"


def test_a_folder_without_a_region_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no region here; `bailiwick region build` makes one"):
        show(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("stage", ["roads-car.npz", "car.osrm*"])
def test_ctrl_c_leaves_nothing_and_says_so(shared_data: Callable[[str], Path], tmp_path: Path, stage: str) -> None:
    """While the graph is made, and while one of the engine's tools runs."""
    words = command("build", shared_data("data/osm/copenhagen.osm.pbf"), "--out", tmp_path / "r")
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    with subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while process.poll() is None and not list(tmp_path.glob(f"r/.building-*/{stage}")):
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the tool as well
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip().splitlines()[-1] == "bailiwick: stopped; nothing was changed"
    assert not (tmp_path / "r").exists()
