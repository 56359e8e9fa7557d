"""A real Valhalla server, from its Python wheel, on a real town.

Opt-in: `pip install pyvalhalla` (260 MB) into the environment of the tests; without it they skip and say so.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from socket import socket

import numpy as np
import pytest

from geo.place import Place
from geo.region import Region, build_region
from geo.travel_http import RoutingServer
from geo.travel_valhalla import ValhallaTimes

SERVICES = ("locate", "route", "sources_to_targets", "status")
PLACES = 60
START_TRIES = 1500


@pytest.fixture(scope="module")
def town(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("data/osm/lauf.osm.pbf")


@pytest.fixture(scope="module")
def region(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Region:
    return build_region(town, tmp_path_factory.mktemp("lauf") / "region")


@pytest.fixture(scope="module")
def server(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The town's tiles, built and served by Valhalla's own programs."""
    spec = find_spec("valhalla")
    if spec is None or spec.origin is None:
        pytest.skip("needs Valhalla: pip install pyvalhalla")
    programs, folder = Path(spec.origin).parent / "bin", tmp_path_factory.mktemp("valhalla")
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = folder / "valhalla.json"
    settings.write_text(json.dumps(_settings(folder, port)), encoding="utf-8")
    build = [programs / "valhalla_build_tiles", "-c", settings, town]
    done = subprocess.run(build, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([programs / "valhalla_service", settings, "1"], stdout=log, stderr=log)
        try:
            _await_port(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()  # it would rather finish what nobody waits for
            process.wait()


def _settings(folder: Path, port: int) -> dict[str, object]:
    from valhalla import get_config

    (folder / "tiles").mkdir()
    settings: dict[str, object] = get_config(tile_extract="", tile_dir=folder / "tiles")
    settings["httpd"]["service"]["listen"] = f"tcp://127.0.0.1:{port}"  # type: ignore[index]
    for name in ("loopback", "interrupt"):
        settings["httpd"]["service"][name] = f"ipc://{folder}/{name}"  # type: ignore[index]
    for service in ("loki", "thor", "odin", "meili"):
        settings[service]["service"]["proxy"] = f"ipc://{folder}/{service}"  # type: ignore[index]
    settings["loki"]["actions"] = list(SERVICES)  # type: ignore[index]
    return settings


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(START_TRIES):
        assert process.poll() is None, "the server ended at once"
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="module")
def times(server: str) -> ValhallaTimes:
    return ValhallaTimes(RoutingServer(server))


@pytest.fixture(scope="module")
def places(region: Region) -> list[Place]:
    shops = [shop.place for shop in region.shops()]
    chosen = np.random.default_rng(1).permutation(len(shops))[:PLACES]
    return [shops[at] for at in chosen]


def test_its_matrix_agrees_with_the_engines(times: ValhallaTimes, region: Region, places: list[Place]) -> None:
    ours, theirs = region.travel_times().matrix(places), times.matrix(places)
    far = (ours.distance_m > 500) & (theirs.distance_m > 0)
    assert (theirs.duration_s >= 0).mean() > 0.95
    assert np.median(np.abs(theirs.distance_m[far] / ours.distance_m[far] - 1)) < 0.05
    assert 0.6 < np.median(theirs.duration_s[far] / ours.duration_s[far]) < 1.2
    assert not theirs.duration_s.diagonal().any()


def test_legs_add_up_to_the_matrix(times: ValhallaTimes, places: list[Place]) -> None:
    matrix, legs = times.matrix(places[:25]), times.legs(places[:25])
    apart = [abs(leg.duration_s - int(matrix.duration_s[at, at + 1])) for at, leg in enumerate(legs)]
    assert len(legs) == 24
    assert np.median(apart) <= 5  # its matrix and its route search by different ways and differ by seconds
    assert all(leg.line[0] != leg.line[-1] for leg in legs if leg.distance_m > 50)


def test_a_place_in_the_sea_is_off_every_road(times: ValhallaTimes, places: list[Place]) -> None:
    matrix = times.matrix([places[0], Place(0, 0)])
    assert matrix.duration_s.tolist() == [[0, -1], [-1, -1]]
    assert times.snap([Place(0, 0)])[0].why


@pytest.mark.parametrize("profile", ["bicycle", "foot"])
def test_other_profiles_are_slower(server: str, times: ValhallaTimes, places: list[Place], profile: str) -> None:
    driven, other = (
        source.matrix(places[:10]) for source in (times, ValhallaTimes(RoutingServer(server), profile=profile))
    )
    far = driven.distance_m > 1000
    assert np.median(other.duration_s[far] / driven.duration_s[far]) > 1.2
