"""From an extract to a region, and what a region answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo.address import Address
from geo.errors import ExtractError, RegionMissing
from geo.located import Level
from geo.place import Place
from geo.region import Region, build_region, open_region
from geo.region_build import BuildOptions

At = Callable[[float, float], Place]
GRAPH_ONLY = BuildOptions(use_engine=False)


def test_a_region_knows_its_shops(grid_region: Region, at: At) -> None:
    shops = {shop.name: shop for shop in grid_region.shops()}
    assert set(shops) == {"Ant's", "Big"}
    bakery, market = shops["Ant's"], shops["Big"]
    assert (bakery.kind, bakery.address.line, bakery.opening_hours) == ("bakery", "Street 0 5", "Mo-Fr")
    assert bakery.id.startswith("node/") and market.id.startswith("way/")
    middle = at(620, 630)
    assert market.place.lat == pytest.approx(middle.lat, abs=1e-6)
    assert market.place.lon == pytest.approx(middle.lon, abs=1e-6)


def test_the_manifest_says_where_the_data_come_from(grid_region: Region) -> None:
    manifest = grid_region.manifest
    assert grid_region.name == "gridton"
    assert grid_region.attribution == "© OpenStreetMap contributors"
    assert (manifest.shops, manifest.addresses) == (2, 51)
    assert set(manifest.profiles) == {"car", "bicycle", "foot"}
    assert manifest.profiles["car"].road_km == pytest.approx(36, rel=0.01)
    assert len(manifest.source_sha256) == 64


def test_bounds_hold_the_roads_and_not_the_island(grid_region: Region, at: At) -> None:
    assert at(900, 900) in grid_region.bounds
    assert at(2200, 50) not in grid_region.bounds


def test_a_region_finds_its_addresses(grid_region: Region, at: At) -> None:
    found = grid_region.geocoder().geocode([Address(line="Street 3 5", city="Gridton")])[0]
    assert found.level is Level.ROOFTOP
    house = at(100, 620)
    assert found.place is not None
    assert found.place.lat == pytest.approx(house.lat, abs=1e-6)
    assert found.place.lon == pytest.approx(house.lon, abs=1e-6)
    assert "OpenStreetMap" in found.source


def test_a_region_opened_again_is_the_same(grid_region: Region, at: At) -> None:
    again = open_region(grid_region.folder)
    assert again.manifest == grid_region.manifest
    places = [at(0, 0), at(900, 900)]
    before = grid_region.travel_times().matrix(places)
    assert (again.travel_times().matrix(places).duration_s == before.duration_s).all()


def test_building_twice_gives_the_same_key(grid_town: Path, tmp_path: Path) -> None:
    first = build_region(grid_town, tmp_path / "a", options=GRAPH_ONLY)
    second = build_region(grid_town, tmp_path / "b", options=GRAPH_ONLY)
    assert first.manifest.key == second.manifest.key


def test_an_open_region_survives_a_rebuild(grid_town: Path, tmp_path: Path, at: At) -> None:
    old = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    new = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    assert new.manifest.data != old.manifest.data
    assert old.data.is_dir()
    assert new.refreshed() is new
    assert old.refreshed().manifest == new.manifest
    places = [at(0, 0), at(400, 0)]
    assert old.travel_times().matrix(places).duration_s[0, 1] == new.travel_times().matrix(places).duration_s[0, 1]


def test_data_stay_while_they_are_held_and_go_with_the_last_who_holds_them(grid_town: Path, tmp_path: Path) -> None:
    def left() -> set[str]:
        return {path.name for path in (tmp_path / "r").iterdir()}

    first = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    geocoder, old = first.geocoder(), first.manifest.data
    new = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    del first
    assert left() == {"manifest.json", old, new.manifest.data}
    assert geocoder.geocode([Address(line="Street 3 5", city="Gridton")])[0].level is Level.ROOFTOP
    del geocoder
    assert left() == {"manifest.json", new.manifest.data}
    unheld = new.manifest.data
    del new
    newest = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    assert left() == {"manifest.json", newest.manifest.data}
    assert unheld != newest.manifest.data


def test_a_failed_rebuild_leaves_the_region_as_it_was(
    grid_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY).manifest

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("geo.region_build.write_shops", fail)
    with pytest.raises(OSError, match="no space"):
        build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    assert open_region(tmp_path / "r").manifest == before
    assert {path.name for path in (tmp_path / "r").iterdir()} == {"manifest.json", before.data}


def test_what_a_killed_build_left_is_cleared_away(grid_town: Path, tmp_path: Path) -> None:
    dead = tmp_path / "r" / ".building-dead"
    dead.mkdir(parents=True)
    (dead / "lock").touch()
    (dead / "roads-car.npz").write_bytes(b"half")
    with pytest.raises(RegionMissing, match="no region here"):
        open_region(tmp_path / "r")
    build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    assert not dead.exists()


def test_without_the_engine_the_graph_answers(grid_town: Path, tmp_path: Path, at: At) -> None:
    region = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    matrix = region.travel_times().matrix([at(0, 0), at(400, 0)])
    assert matrix.distance_m[0, 1] == pytest.approx(400, abs=5)
    with pytest.raises(RegionMissing, match="no routing engine for car"):
        region.travel_times(backend="osrm")


def test_without_a_budget_for_contraction_the_engine_partitions(grid_town: Path, tmp_path: Path, at: At) -> None:
    options = BuildOptions(contraction_cpu_s=0)
    region = build_region(grid_town, tmp_path / "r", options=options)
    assert region.manifest.profiles["car"].algorithm == "MLD"
    times = region.travel_times()
    assert "multi-level Dijkstra" in times.matrix([]).source
    assert times.matrix([at(0, 0), at(400, 0)]).distance_m[0, 1] == pytest.approx(400, abs=5)


def test_progress_is_told(grid_town: Path, tmp_path: Path) -> None:
    told: list[str] = []
    build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY, progress=told.append)
    assert told[0] == "reading gridton.osm.pbf"
    assert told[-1] == "finishing gridton"


def test_an_unknown_profile_or_backend_is_refused(grid_region: Region) -> None:
    with pytest.raises(ValueError, match="'rocket'; it was built for car, bicycle, foot"):
        grid_region.travel_times("rocket")
    with pytest.raises(ValueError, match="backend must be one of"):
        grid_region.travel_times(backend="abacus")


def test_a_missing_extract_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match=r"nowhere\.osm\.pbf: no such file"):
        build_region(tmp_path / "nowhere.osm.pbf", tmp_path / "r")


def test_a_text_file_is_no_extract(tmp_path: Path) -> None:
    text = tmp_path / "text.osm.pbf"
    text.write_text("id,name\n1,Shop\n")
    with pytest.raises(ExtractError, match="not a readable OpenStreetMap extract"):
        build_region(text, tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_an_extract_cut_in_half_is_refused(grid_town: Path, tmp_path: Path) -> None:
    whole = grid_town.read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ExtractError, match=r"cut\.osm\.pbf: the file ends too early"):
        build_region(cut, tmp_path / "r")


def test_an_extract_without_roads_is_refused(new_town: Any, tmp_path: Path, at: At) -> None:
    new_town.node(at(0, 0), addr__street="Nowhere", addr__housenumber="1")
    path = new_town.write(tmp_path / "roadless.osm.pbf")
    with pytest.raises(ExtractError, match=r"roadless\.osm\.pbf: no road for car"):
        build_region(path, tmp_path / "r")


def test_an_extract_without_addresses_is_refused(new_town: Any, tmp_path: Path, at: At) -> None:
    new_town.way([new_town.node(at(0, 0)), new_town.node(at(100, 0))], highway="residential")
    path = new_town.write(tmp_path / "nameless.osm.pbf")
    with pytest.raises(ExtractError, match=r"nameless\.osm\.pbf: no addresses in it"):
        build_region(path, tmp_path / "r")


def test_a_folder_without_a_region_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegionMissing, match="bailiwick region build"):
        open_region(tmp_path)


def test_a_region_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 0}))
    with pytest.raises(RegionMissing, match="another version"):
        open_region(tmp_path)


def test_a_broken_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 1, "na')
    with pytest.raises(RegionMissing, match="not a region's manifest"):
        open_region(tmp_path)


def test_a_region_whose_data_are_gone_is_refused(grid_town: Path, tmp_path: Path) -> None:
    region = build_region(grid_town, tmp_path / "r", options=GRAPH_ONLY)
    region.data.rename(tmp_path / "elsewhere")
    with pytest.raises(RegionMissing, match="are gone; build it again"):
        open_region(tmp_path / "r")


def test_copenhagen_is_whole(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    region = build_region(shared_data("data/osm/copenhagen.osm.pbf"), tmp_path / "r", options=GRAPH_ONLY)
    assert (region.manifest.shops, region.manifest.addresses) == (731, 35_115)
    assert region.manifest.profiles["car"].road_km == pytest.approx(540, abs=20)


@pytest.mark.parametrize("name", ["town.osm", "town.osm.d", "town.osrm", "a b"])
def test_any_folder_will_do(grid_town: Path, tmp_path: Path, name: str, at: At) -> None:
    extract = tmp_path / f"{name} here.osm.pbf"
    extract.write_bytes(grid_town.read_bytes())
    region = build_region(extract, tmp_path / name / "r", options=BuildOptions(contraction_cpu_s=0))
    assert not [path for path in region.data.iterdir() if path.is_symlink()]
    times = region.travel_times(backend="osrm")
    assert times.matrix([at(0, 0), at(400, 0)]).distance_m[0, 1] == pytest.approx(400, abs=5)
