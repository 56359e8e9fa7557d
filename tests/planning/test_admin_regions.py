"""Regions from polygons: every place in exactly one, at once and for good, whatever moves."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box
from sqlalchemy import delete, event, select, update

from crm.act import Act
from crm.columns import table_of
from crm.ledger import entries, take_back
from crm.tables import Account, ActKind, RegionEdition, Site, SiteRegion
from geo.admin_region_file import read_admin_regions
from geo.admin_regions import AdminRegion, region_finder
from geo.errors import FrameError
from planning.admin_regions import asked_region, list_editions, regions_of_sites
from planning.record import save_plan
from planning.record_errors import FaultyError
from planning.record_rows import insert_all
from planning.region_editions import NewEdition, keep_edition, ready_edition
from planning.viewer import everything
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("tests", "a change", NOON)
site, lies = table_of(Site), table_of(SiteRegion)
SQUARES = {"B": box(0, 0, 1, 1), "A": box(1, 0, 2, 1), "C": box(0, 1, 1, 2)}


def regions(shapes=None):
    return [
        AdminRegion(code, f"Region {code}", "", shapely.to_wkb(shape)) for code, shape in (shapes or SQUARES).items()
    ]


def code_of(finder, lat, lon):
    index, several = finder.of_places(np.array([lat]), np.array([lon]))
    return (finder.codes[index[0]] if index[0] >= 0 else None, bool(several[0]))


def test_a_place_on_a_border_goes_to_the_first_code_and_one_outside_to_none():
    finder = region_finder(regions())
    assert code_of(finder, 0.5, 0.5) == ("B", False)
    assert code_of(finder, 0.5, 1.0) == ("A", True)  # between B and A
    assert code_of(finder, 1.0, 1.0) == ("A", True)  # where three meet
    assert code_of(finder, 0.0, 0.5) == ("B", False)  # at the outer edge
    assert code_of(finder, 1.5, 1.5) == (None, False)
    apart = region_finder(regions({"X": box(0, 0, 1, 1), "Y": box(1 + 2e-6, 0, 2, 1)}))  # drawn twice, a hair between
    assert code_of(apart, 0.5, 1 + 1e-6) == ("X", True)
    assert code_of(apart, 0.5, -1e-6) == (None, False)  # no neighbour there: outside


@settings(max_examples=60)
@given(st.permutations("ABC"), st.lists(st.tuples(*[st.sampled_from([x / 4 for x in range(-1, 10)])] * 2), max_size=30))
def test_the_answer_does_not_depend_on_the_order_of_the_file(order, spots):
    finder = region_finder(regions({code: SQUARES[code] for code in order}))
    for lat, lon in spots:
        holding = [code for code in "ABC" if shapely.intersects_xy(SQUARES[code], lon, lat)]
        assert code_of(finder, lat, lon) == (holding[0] if holding else None, len(holding) > 1)


def written(folder, frame, ending="geojson"):
    path = folder / f"regions.{ending}"
    frame.to_file(path)
    return path


def frame_of(rows):
    columns = {"ISO_3166_2": [row[0] for row in rows], "name": [f"Region {row[0]}" for row in rows]}
    return gpd.GeoDataFrame(columns, geometry=[row[1] for row in rows], crs="EPSG:4326")


def test_regions_are_read_from_geojson_and_geopackage_alike(tmp_path):
    frame = frame_of(SQUARES.items())
    plain = read_admin_regions(written(tmp_path, frame))
    packed = read_admin_regions(written(tmp_path, frame.to_crs("EPSG:3857"), "gpkg"))
    assert [(one.code, one.name) for one in plain] == [(code, f"Region {code}") for code in "ABC"]
    assert [one.code for one in packed] == ["A", "B", "C"]


def test_every_fault_of_a_file_is_named(tmp_path):
    bow = Polygon([(0, 5), (1, 6), (1, 5), (0, 6)])
    rows = [("B", SQUARES["B"]), ("B", SQUARES["A"]), ("", SQUARES["C"]), ("D", bow), ("E", shapely.Point(1, 1))]
    rows.append(("F", box(179, 0, 181, 1)))
    with pytest.raises(FrameError) as refused:
        read_admin_regions(written(tmp_path, frame_of(rows)))
    said = "\n".join(refused.value.faults)
    for words in (
        "feature 2 (B): has the code of feature 1",
        "feature 3: expected a code",
        "feature 4 (D): the polygon",
    ):
        assert words in said
    assert "feature 5 (E): expected a polygon, found Point" in said and "feature 6 (F): reaches beyond 180°" in said
    over = frame_of([("A", box(0, 0, 1, 1)), ("B", box(0.5, 0, 2, 1))])
    with pytest.raises(FrameError, match="A and B lie over each other"):
        read_admin_regions(written(tmp_path, over))
    with pytest.raises(FrameError, match="there is no column 'zip'; found 'ISO_3166_2', 'name'"):
        read_admin_regions(written(tmp_path, frame_of(SQUARES.items())), code="zip")
    nameless = frame_of(SQUARES.items()).rename(columns={"ISO_3166_2": "what"})
    with pytest.raises(FrameError, match="no column of codes"):
        read_admin_regions(written(tmp_path, nameless))
    (tmp_path / "cut.geojson").write_text('{"type": "FeatureCollection", "features": [')
    with pytest.raises(FrameError, match="cannot be read"):
        read_admin_regions(tmp_path / "cut.geojson")


WEST_EAST = {"W": box(9, 49, 11, 51), "E": box(11, 49, 14, 51)}
"""The small plan lies at 50° north from 10° east on."""


def keep(record, shapes, level="state", since=MONDAY):
    with record.write(ACT) as session:
        ready = ready_edition(session, NewEdition(level, "", "", since), regions(shapes))
        made, _ = keep_edition(session, ready, by="tests", now=NOON)
        return made, session.info["batch_id"]


def codes(record, level="state", day=MONDAY):
    with record.read() as session:
        ids = list(session.scalars(select(site.c.id).order_by(site.c.id)))
        rows = regions_of_sites(session, ids, day)
        return {row.site_id: (row.code, row.found) for row in rows if row.level == level}


def undo(record, batch):
    with record.write(Act("tests", "back", NOON, ActKind.UNDO, batch)) as session:
        take_back(session, entries(session, batch))
        return session.info["batch_id"]


def as_reckoned(record, shapes):
    """The same worked out plainly."""
    with record.read() as session:
        rows = session.execute(select(site.c.id, site.c.lat, site.c.lon).where(site.c.lat.is_not(None))).all()
    finder = {}
    for row in rows:
        holding = sorted(code for code, shape in shapes.items() if shapely.intersects_xy(shape, row.lon, row.lat))
        found = "outside" if not holding else "border" if len(holding) > 1 else "inside"
        finder[row.id] = (holding[0] if holding else None, found)
    return finder


def test_sites_follow_their_place_the_polygons_and_undo(record):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    assert codes(record) == {}
    first, brought = keep(record, WEST_EAST)
    before = codes(record)
    assert before == as_reckoned(record, WEST_EAST) and {code for code, _ in before.values()} == {"W", "E"}
    assert len(before) == 6  # the seventh has no place, and so no region
    one = min(before)
    with record.write(ACT) as session:
        session.execute(update(site).where(site.c.id == one).values(lat=60.0, lon=10.0))
        moved = session.info["batch_id"]
    assert codes(record)[one] == (None, "outside")
    with record.write(ACT) as session:
        session.execute(update(site).where(site.c.id == one).values(lat=50.0, lon=11.0))
    assert codes(record)[one] == ("E", "border")
    with record.write(ACT) as session:
        session.execute(update(site).where(site.c.id == one).values(lat=60.0, lon=10.0))
    undo(record, moved)
    assert codes(record) == before
    with record.write(ACT) as session:
        facts = {"external_id": "new", "name": "New", "state": "active", "created_at": NOON, "version": 1}
        (made,) = insert_all(session, Account, [facts | {"segment": "", "industry": ""}])
        place = {"lat": 50.5, "lon": 13.0, "level": "given", "visits_per_year": 0.0, "version": 1}
        (there,) = insert_all(session, Site, [place | {"account_id": made}])
        added = session.info["batch_id"]
    assert codes(record)[there] == ("E", "inside")
    undo(record, added)
    assert codes(record) == before
    assert keep(record, WEST_EAST)[0] == first  # the same again is not kept twice
    later = {"X": box(9, 49, 14, 51)}
    _, newer = keep(record, later, since=date(2027, 1, 1))
    assert codes(record) == before and set(codes(record, day=date(2027, 1, 1)).values()) == {("X", "inside")}
    undo(record, newer)
    assert codes(record, day=date(2027, 1, 1)) == before
    back = undo(record, brought)
    assert codes(record) == {}
    undo(record, back)
    assert codes(record) == before
    with record.read() as session:
        (view,) = list_editions(session, everything(MONDAY), MONDAY)
        assert (view.id, view.sites, view.outside, view.in_force) == (first, 6, 0, True)
        assert sorted(session.scalars(asked_region(session, "state:W", MONDAY).sites())) == sorted(
            key for key, (code, _) in before.items() if code == "W"
        )
        assert list(session.scalars(asked_region(session, "state:", MONDAY).sites())) == []
        with pytest.raises(FaultyError, match=r"levels on 2026-11-23: state"):
            asked_region(session, "Q", MONDAY)
        with pytest.raises(FaultyError, match="none"):
            asked_region(session, "W", date(2020, 1, 1))
    with record.write(ACT) as session:
        session.execute(delete(lies))  # nothing that the ledger keeps


def add_site(record):
    """A site north of all; returns its id and that of the act."""
    with record.write(ACT) as session:
        row = {"account_id": 1, "lat": 60.0, "lon": 10.0, "level": "given", "version": 1}
        return insert_all(session, Site, [row])[0], session.info["batch_id"]


def test_nobody_waits_while_regions_are_found_and_what_others_move_meanwhile_counts(record):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    _, added = add_site(record)
    with record.read() as session:
        ready = ready_edition(session, NewEdition("state", "", "", MONDAY), regions(WEST_EAST))
        ids = list(session.scalars(select(site.c.id).where(site.c.lat.is_not(None)).order_by(site.c.id)))
    with record.write(ACT) as session:
        session.execute(update(site).where(site.c.id == ids[0]).values(lat=50.0, lon=13.0))
        session.execute(update(site).where(site.c.id == ids[1]).values(lat=None, lon=None, level="none"))
    undo(record, added)
    there, _ = add_site(record)
    asked = []
    event.listen(record.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with record.write(ACT) as session:
        _, is_new = keep_edition(session, ready, by="tests", now=NOON)
        brought = session.info["batch_id"]
    found = codes(record)
    assert is_new and found == as_reckoned(record, WEST_EAST)
    assert (found[ids[0]], found[there], ids[1] in found) == (("E", "inside"), (None, "outside"), False)
    places = [sql for sql in asked if sql.startswith("SELECT site.id, site.lat")]
    assert places and all("site.id IN" in sql for sql in places[:1]), "only what was moved is read under the lock"
    undo(record, undo(record, brought))
    assert codes(record) == found


def test_a_new_title_finds_no_region_anew(record):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    keep(record, WEST_EAST)
    asked = []
    event.listen(record.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with record.write(ACT) as session:
        session.execute(update(RegionEdition).values(title="States of 2026"))
    assert not [sql for sql in asked if "site_region" in sql]
