"""What lists of accounts ask is answered from the indexes that are made for it, on both databases."""

import pytest
from sqlalchemy import insert, select

from crm.act import Act
from crm.tables import Account, Site
from planning.areas import Box, site
from planning.plans_in_force import InForce
from planning.viewer import accounts_in, own_assignment
from tests.small_plan import NOON


def steps(session, sql):
    """How the database answers a query, as one text; one of few rows is not read from end to end for that."""
    connection = session.connection()
    text = str(sql.compile(connection, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "sqlite":
        return "\n".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
    for way in ("enable_seqscan", "enable_bitmapscan"):
        connection.exec_driver_sql(f"SET LOCAL {way} = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {text}"))


def test_a_box_is_found_by_bands_of_latitude_and_the_longitude_in_them(record):
    with record.read() as session:
        plan = steps(session, select(site.c.id).where(Box(9.9, 49.9, 10.1, 50.1).holds()))
    assert "ix_site_band" in plan
    assert any(one in plan for one in ("(<expr>=? AND lon>? AND lon<?)", "Index Cond: ((round("))


def test_the_sites_of_a_territory_are_found_in_their_index_alone(record):
    held = own_assignment.c.territory_id.in_([1, 2])
    with record.read() as session:
        plan = steps(session, accounts_in(held, (InForce(1, NOON.date()),)))
    assert any(f"{one} ix_assignment_territory" in plan for one in ("COVERING INDEX", "Index Only Scan using"))


@pytest.mark.parametrize(
    "box",
    [Box(0, -90, 0, 90), Box(179, 47.9, -179, 48.1), Box(5, 47.124, 5, 47.126), Box(5, -0.01, 5, 0.01)],
)
def test_edges_of_bands_belong_to_the_box(record, box):
    lats = [n / 8 for n in range(-720, 721)] + [47.1249, 47.1251, -0.009, 0.009]
    lon = box.west
    with record.write(Act("tests", "places", NOON)) as session:
        session.execute(insert(Account), [{"external_id": "a", "name": "A", "created_at": NOON}])
        rows = [{"account_id": 1, "lat": lat, "lon": lon, "level": "given"} for lat in lats]
        session.execute(insert(Site), rows)
    with record.read() as session:
        found = session.scalars(select(site.c.lat).where(box.holds()))
        assert sorted(found) == sorted(lat for lat in lats if box.south <= lat <= box.north)
