"""A region that is built again and again while others work with it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from geo.place import Place
from geo.region import build_region, open_region
from geo.region_build import BuildOptions

ROOT = Path(__file__).parents[2]
REBUILDS = 8

# A process that plans for ever: it asks for the newest region each time round, and notes what it was told by which.
READER = """
import json, sys
from pathlib import Path
from geo.address import Address
from geo.place import Place
from geo.region import open_region

folder, stop, step, backend = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
places = [Place(50 + step * row, 10 + step * column) for row in range(3) for column in range(3)]
region = open_region(folder)
seen = {}
rounds = 0
print("ready", flush=True)
while not stop.exists() or rounds < 3:
    region = region.refreshed()
    times, geocoder = region.travel_times(backend=backend), region.geocoder()
    matrix = times.matrix(places)
    found = geocoder.geocode([Address(line="Street 3 5", city="Gridton")])[0]
    answer = [matrix.duration_s.tolist(), [found.place.lat, found.place.lon], len(region.shops())]
    seen.setdefault(region.manifest.source, [])
    if answer not in seen[region.manifest.source]:
        seen[region.manifest.source].append(answer)
    rounds += 1
print(json.dumps({"seen": seen, "rounds": rounds}))
"""
STEP = 0.0018


def answer_of(folder: Path, backend: str) -> Any:
    """What a reader that has the folder to itself is told."""
    stop = folder.parent / "stop-at-once"
    stop.touch()
    words = [sys.executable, "-c", READER, str(folder), str(stop), str(STEP), backend]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=True, timeout=60)
    (answers,) = json.loads(done.stdout.splitlines()[-1])["seen"].values()
    assert len(answers) == 1
    return answers


@pytest.mark.parametrize("backend", ["dijkstra", "osrm"])
def test_those_who_work_during_rebuilds_see_one_region_or_the_other(
    grid_town: Path, new_town: Any, tmp_path: Path, backend: str
) -> None:
    slow_town = _slow_town(new_town, tmp_path / "slow.osm.pbf")
    options = BuildOptions(use_engine=backend == "osrm")
    alone = {}
    for town in (grid_town, slow_town):
        build_region(town, tmp_path / town.stem, options=options)
        alone[town.name] = answer_of(tmp_path / town.stem, backend)
    assert alone[grid_town.name] != alone[slow_town.name]
    folder, stop = tmp_path / "r", tmp_path / "stop"
    build_region(grid_town, folder, options=options)
    words = [sys.executable, "-c", READER, str(folder), str(stop), str(STEP), backend]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for number in range(REBUILDS if backend == "dijkstra" else 2):
            build_region((slow_town, grid_town)[number % 2], folder, options=options)
        stop.touch()
        report, faults = reader.communicate(timeout=60)
    assert reader.returncode == 0, faults
    seen = json.loads(report)["seen"]
    assert seen == {name: alone[name] for name in seen}  # one answer each, and the right one: no mixture
    assert set(seen) >= {grid_town.name}
    data = [path.name for path in folder.iterdir() if path.name != "manifest.json"]
    assert data == [open_region(folder).manifest.data]


def _slow_town(town: Any, path: Path) -> Path:
    """The same streets at walking pace, with the houses on their other side."""
    step = 200 / 111_194.9
    nodes = [[town.node(Place(50 + step * y, 10 + step * x * 1.5557)) for x in range(10)] for y in range(10)]
    for y in range(10):
        town.way(nodes[y], highway="living_street", name=f"Street {y}")
        town.way([row[y] for row in nodes], highway="living_street", name=f"Avenue {y}")
        place = Place(50 + step * (y - 0.1), 10.001)
        town.node(place, addr__street=f"Street {y}", addr__housenumber="5", addr__city="Gridton")
    return Path(town.write(path))
