"""Boxes and polygons against a plain check of every place, on both databases."""

import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from crm.act import Act
from crm.tables import Account, Site
from planning import account_search
from planning.account_search import Wanted, account_ids
from planning.areas import Box
from planning.viewer import everything
from tests.small_plan import NOON

ALL = everything(NOON.date())
# Places on a coarse grid, so that many lie exactly on edges, and some on both sides of the 180th meridian.
PLACES = [(lat, lon) for lat in range(-90, 91, 15) for lon in range(-180, 181, 15)]
DEGREES = st.integers(-12, 12).map(lambda step: step * 15.0)
LATITUDES = st.integers(-6, 6).map(lambda step: step * 15.0)
BOXES = st.builds(
    lambda west, east, lats: Box(west, min(lats), east, max(lats)), DEGREES, DEGREES, st.tuples(LATITUDES, LATITUDES)
)
CORNERS = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=3, max_size=8)
AREAS = CORNERS.map(lambda corners: shapely.MultiPoint(corners).convex_hull).filter(
    lambda hull: hull.geom_type == "Polygon"
)


def in_box(box, lat, lon):
    across = box.west <= lon <= box.east if box.west <= box.east else lon >= box.west or lon <= box.east
    return box.south <= lat <= box.north and across


def test_a_search_finds_exactly_what_lies_inside(record, monkeypatch):
    with record.write(Act("tester", "a grid", NOON)) as session:
        rows = [{"external_id": str(n), "name": str(n), "created_at": NOON} for n in range(len(PLACES))]
        session.execute(insert(Account), rows)
        places = [
            {"account_id": n + 1, "lat": lat, "lon": lon, "level": "given"} for n, (lat, lon) in enumerate(PLACES)
        ]
        session.execute(insert(Site), places)

    @settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        box=st.none() | BOXES, area=st.none() | AREAS, dense=st.sampled_from([1, 20, 5000]), page=st.integers(1, 400)
    )
    def agrees(box, area, dense, page):
        monkeypatch.setattr(account_search, "DENSE", dense)
        monkeypatch.setattr(account_search, "SCAN", 50)
        wanted = [
            n + 1
            for n, (lat, lon) in enumerate(PLACES)
            if (box is None or in_box(box, lat, lon)) and (area is None or area.intersects(shapely.Point(lon, lat)))
        ]
        with record.read() as session:
            found = account_ids(session, ALL, Wanted(box=box, area=area), None, 0, page)
            assert found == wanted[:page]
            if len(found) == page:
                more = account_ids(session, ALL, Wanted(box=box, area=area), None, found[-1], len(PLACES) + 1)
                assert found + more == wanted

    agrees()
