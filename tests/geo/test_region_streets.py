"""Regions from government street files: columns mapped, blocks numbered, junctions joined."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geo.address import Address
from geo.address_record import AddressRange, Side, StreetLine
from geo.errors import ExtractError
from geo.place import Place
from geo.region import build_region
from geo.region_build import BuildOptions
from geo.region_street_file import read_streets
from geo.region_street_map import StreetMap, shipped, shipped_map

At = Callable[[float, float], Place]
CITY = StreetMap(
    name="crossing",
    city="Crossing",
    columns={
        "geometry": "shape", "street": "street", "left_first": "lf", "left_last": "lt", "right_first": "rf",
        "right_last": "rt", "postcode": "zip", "class": "kind", "oneway": "way", "limit_mph": "mph",
    },
    highway={"A": "primary", "B": "residential"},
    oneway={"F": "forward", "T": "backward"},
    skip={"state": frozenset({"planned"})},
)  # fmt: skip
HEADER = "street,lf,lt,rf,rt,zip,kind,way,mph,state,shape\n"


def wkt(*places: Place) -> str:
    return f'"LINESTRING({", ".join(f"{place.lon} {place.lat}" for place in places)})"'


@pytest.fixture
def crossing(tmp_path: Path, at: At) -> Path:
    """Main St eastwards, two blocks; Oak Ave north from the middle, one-way; a path; a planned road."""
    rows = [
        f"Main St,101,199,100,198,12345,A,,30,built,{wkt(at(0, 0), at(200, 0))}",
        f"Main St,201,299,200,298,12345,A,,30,built,{wkt(at(200, 0), at(400, 0))}",
        f"Oak Ave,0,0,2,40,12345,B,F,0,built,{wkt(at(200, 0), at(200, 200))}",
        f"Elm Ave,0,0,0,0,12345,B,,0,built,{wkt(at(200, 200), at(0, 0))}",
        f"Trail,0,0,0,0,12345,P,,0,built,{wkt(at(200, 200), at(900, 0))}",
        f"Future Rd,1,9,2,8,12345,B,,0,planned,{wkt(at(200, 200), at(900, 900))}",
    ]
    path = tmp_path / "streets.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_only_roads_are_read(crossing: Path) -> None:
    names = [street.tags["name"] for street in read_streets(crossing, CITY)]
    assert names == ["Main St", "Main St", "Oak Ave", "Elm Ave"]


def test_tags_say_class_direction_and_limit(crossing: Path) -> None:
    main, _, oak, _ = read_streets(crossing, CITY)
    assert main.tags == {"highway": "primary", "name": "Main St", "maxspeed": "30 mph"}
    assert oak.tags == {"highway": "residential", "name": "Oak Ave", "oneway": "yes"}


def test_each_side_has_its_numbers(crossing: Path) -> None:
    main, _, oak, elm = read_streets(crossing, CITY)
    left, right = main.records
    assert isinstance(left, AddressRange) and isinstance(right, AddressRange)
    assert (left.first, left.last, left.side) == (101, 199, Side.LEFT)
    assert (right.first, right.last, right.side) == (100, 198, Side.RIGHT)
    assert (left.city, left.postcode) == ("Crossing", "12345")
    assert [record.side for record in oak.records if isinstance(record, AddressRange)] == [Side.RIGHT]
    assert [type(record) for record in elm.records] == [StreetLine]


def test_a_street_file_becomes_a_region(crossing: Path, tmp_path: Path, at: At) -> None:
    region = build_region(crossing, tmp_path / "r", options=BuildOptions(streets=CITY))
    assert (region.name, region.manifest.addresses, region.manifest.shops) == ("crossing", 5, 0)
    for backend in ("osrm", "dijkstra"):
        times = region.travel_times(backend=backend)
        matrix = times.matrix([at(200, 20), at(200, 180), at(100, 0)])
        assert matrix.distance_m[0, 1] == pytest.approx(160, abs=5)
        assert matrix.distance_m[1, 0] == pytest.approx(20 + 283 + 200 + 20, abs=8)  # back by Elm Ave and Main St
    found = region.geocoder().geocode([Address(line="150 Main St", city="Crossing")])[0]
    assert found.place is not None
    assert found.place.lon == pytest.approx(at(100, 0).lon, abs=2e-4)
    assert found.place.lat < at(0, 0).lat  # even numbers are on the right, south of an eastbound street


def test_crossing_lines_without_a_common_end_are_bridges(tmp_path: Path, at: At) -> None:
    rows = [
        f"Low St,1,9,2,8,1,B,,0,built,{wkt(at(0, 0), at(200, 0), at(400, 0))}",
        f"High St,1,9,2,8,1,B,,0,built,{wkt(at(200, -200), at(200, 0), at(200, 200))}",
        f"Ramp,0,0,0,0,1,B,,0,built,{wkt(at(400, 0), at(200, 200))}",
    ]
    path = tmp_path / "bridge.csv"
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    region = build_region(path, tmp_path / "r", options=BuildOptions(streets=CITY, use_engine=False))
    matrix = region.travel_times().matrix([at(200, -10), at(200, 0)])
    low_to_high = region.travel_times().matrix([at(100, 0), at(200, -100)]).distance_m[0, 1]
    assert matrix.distance_m[0, 1] > 0
    assert low_to_high == pytest.approx(300 + 283 + 300, abs=8)


def write_tiger(path: Path, lines: Sequence[shapely.LineString], crs: str = "EPSG:4269") -> None:
    """A small file as the Census Bureau lays it out."""
    fields = ["TLID", "FULLNAME", "MTFCC", "LFROMADD", "LTOADD", "RFROMADD", "RTOADD", "ZIPL", "ZIPR", "TNIDF", "TNIDT"]
    values = [
        ["1", "2", "3"], ["N Main St", "Oak Ave", "Mill Creek"], ["S1400", "S1400", "H3010"],
        ["101", "1", None], ["199", "99", None], ["100", None, None], ["198", None, None],
        ["12345", "12345", None], ["12346", None, None], ["11", "12", "13"], ["12", "13", "14"],
    ]  # fmt: skip
    columns = [np.array(column, dtype=object) for column in values]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(lines)),
        columns,
        fields,
        geometry_type="LineString",
        crs=crs,
        driver="ESRI Shapefile",
    )


def tiger_lines(at: At) -> list[shapely.LineString]:
    corners = [(at(0, 0), at(0, 300)), (at(0, 300), at(400, 300)), (at(0, 0), at(400, 300))]
    return [shapely.LineString([(a.lon, a.lat), (b.lon, b.lat)]) for a, b in corners]


def test_tiger_edges_are_read(tmp_path: Path, at: At) -> None:
    path = tmp_path / "tl_2023_00000_edges.shp"
    write_tiger(path, tiger_lines(at))
    streets = read_streets(path, shipped_map("tiger_edges"))
    assert [street.tags["name"] for street in streets] == ["N Main St", "Oak Ave"]
    left, right = streets[0].records
    assert isinstance(left, AddressRange) and isinstance(right, AddressRange)
    assert (left.first, left.last, left.postcode) == (101, 199, "12345")
    assert (right.first, right.last, right.postcode) == (100, 198, "12346")
    region = build_region(path, tmp_path / "r", options=BuildOptions(streets=shipped_map("tiger_edges")))
    assert region.travel_times().matrix([at(0, 0), at(400, 300)]).distance_m[0, 1] == pytest.approx(700, abs=5)
    assert region.attribution == "U.S. Census Bureau, TIGER/Line"


def test_a_known_kind_of_file_needs_no_map(tmp_path: Path, at: At) -> None:
    path = tmp_path / "tl_2023_00000_edges.shp"
    write_tiger(path, tiger_lines(at))
    region = build_region(path, tmp_path / "r", options=BuildOptions(use_engine=False))
    assert (region.name, region.manifest.addresses) == ("tiger", 3)


def test_a_map_beside_the_file_is_used(crossing: Path, tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match=r"put a column map beside it as streets\.toml"):
        build_region(crossing, tmp_path / "r")
    (tmp_path / "streets.toml").write_text(
        'name = "beside"\nhighway_default = "residential"\n'
        '[columns]\ngeometry = "shape"\nstreet = "street"\nleft_first = "lf"\nleft_last = "lt"\n'
    )
    region = build_region(crossing, tmp_path / "r", options=BuildOptions(use_engine=False))
    assert (region.name, region.manifest.addresses) == ("beside", 3)
    text = (tmp_path / "streets.toml").read_text()
    (tmp_path / "streets.toml").write_text(text.replace("residential", "primary"))
    again = build_region(crossing, tmp_path / "r", options=BuildOptions(use_engine=False))
    assert again.manifest.key != region.manifest.key  # faster roads: nothing cached may be read


def test_metres_are_turned_into_degrees_when_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "utm.shp"
    lines = [shapely.LineString([(500_000 + x, 5_540_000), (500_100 + x, 5_540_000)]) for x in (0, 100, 200)]
    write_tiger(path, lines, crs="EPSG:32632")
    street = read_streets(path, shipped_map("tiger_edges"))[0]
    assert street.line[0].lon == pytest.approx(9, abs=1e-9)
    assert street.line[0].lat == pytest.approx(50.01, abs=0.01)


def test_metres_without_a_word_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "metres.csv"
    path.write_text(HEADER + 'Main St,1,9,2,8,1,A,,0,built,"LINESTRING(500000 5540000, 500100 5540000)"\n')
    with pytest.raises(ExtractError, match=r"not degrees.*`crs`"):
        read_streets(path, CITY)


def test_a_missing_column_is_named(tmp_path: Path, at: At) -> None:
    path = tmp_path / "poor.csv"
    path.write_text(f"street,shape\nMain St,{wkt(at(0, 0), at(9, 9))}\n")
    with pytest.raises(ExtractError, match=r"no column lf, lt, .*; the file has street, shape"):
        read_streets(path, CITY)


def test_a_file_of_rivers_is_refused(tmp_path: Path, at: At) -> None:
    path = tmp_path / "rivers.csv"
    path.write_text(HEADER + f"Nile,0,0,0,0,,R,,0,built,{wkt(at(0, 0), at(9, 9))}\n")
    with pytest.raises(ExtractError, match=r"no road among 1 rows"):
        read_streets(path, CITY)


@pytest.mark.parametrize(("name", "content"), [("junk.shp", b"junk"), ("junk.gpkg", b"SQLite? no")])
def test_junk_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ExtractError, match="GDAL"):
        read_streets(tmp_path / name, CITY)


def test_a_missing_street_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match=r"nowhere\.shp: no such file"):
        read_streets(tmp_path / "nowhere.shp", CITY)


def test_every_shipped_map_reads(tmp_path: Path) -> None:
    assert {"san_francisco", "tiger_edges"} <= set(shipped())
    for name in shipped():
        assert shipped_map(name).columns["street"]
    with pytest.raises(ExtractError, match="no street map called 'atlantis'"):
        shipped_map("atlantis")


def test_all_faults_of_a_map_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('colour = "red"\n[columns]\nstret = "X"\n[oneway]\nF = "sideways"\n')
    with pytest.raises(ExtractError) as fault:
        StreetMap.read(path)
    for part in (
        "'colour' means nothing",
        "'stret' means nothing",
        "columns.street is missing",
        "'sideways'",
        "highway",
    ):
        assert part in str(fault.value)
    path.write_text("columns = [")
    with pytest.raises(ExtractError, match="not a TOML file"):
        StreetMap.read(path)


def test_san_francisco_is_whole(shared_data: Callable[[str], Path]) -> None:
    streets = read_streets(shared_data("data/san-francisco/street_segments.csv"), shipped_map("san_francisco"))
    records = [record for street in streets for record in street.records]
    assert len(streets) == 15_438
    assert sum(isinstance(record, AddressRange) for record in records) == 26_753
