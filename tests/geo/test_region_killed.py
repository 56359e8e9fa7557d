"""A build that is killed, again and again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 20

# Runs in a process of its own, which forks one build after the other and kills each at another moment.
KILLER = """
import json, os, random, signal, sys, time
from pathlib import Path
import geo.address_index, geo.region_build
from geo.address import Address
from geo.region import build_region, open_region
from geo.region_build import BuildOptions
from geo.road_network import RoadNetwork

extract, folder, kills = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
options = BuildOptions(use_engine=False)

def build():
    started = time.perf_counter()
    build_region(extract, folder, options=options)
    return time.perf_counter() - started

def whole():
    region = open_region(folder)
    facts = region.manifest.profiles["car"]
    found = region.geocoder().geocode([Address(line="Street 3 5", city="Gridton")])[0]
    roads = RoadNetwork.load(region.data / facts.roads)
    return len(region.shops()) == 2 and str(found.level) == "rooftop" and len(roads.lat) == facts.junctions

build()
takes_s = max(build(), 0.01)
chance = random.Random(5)
seen = []
for _ in range(kills):
    pid = os.fork()
    if pid == 0:
        build()
        os._exit(0)
    time.sleep(takes_s * 1.2 * chance.random())
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    seen.append([os.WIFSIGNALED(status), whole()])
build()
print(json.dumps({"seen": seen, "whole": whole(), "left": sorted(path.name for path in folder.iterdir())}))
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="this system cannot fork a build to kill it")
def test_a_build_killed_twenty_times_leaves_a_whole_region(grid_town: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLER, str(grid_town), str(tmp_path / "r"), str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [is_whole for _, is_whole in report["seen"]] == [True] * KILLS
    assert sum(killed for killed, _ in report["seen"]) >= KILLS // 4
    assert report["whole"]
    assert not [name for name in report["left"] if name.startswith(".building-")]
    assert len([name for name in report["left"] if name.startswith("data-")]) == 1
