"""Long work on the record as jobs: places, days of all reps, territories."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Activity, Assignment, Route, Site, Territory, TerritoryPlan, Visit, VisitCompanion, VisitState
from geo.address import Address
from geo.located import Level, Located
from geo.place import Place
from geo.region_manifest import Bounds
from planning.drafts import publish_draft
from planning.record import save_plan
from planning.record_errors import RefusedError
from planning.region_job import offers
from planning.use_case import Installation
from tests.planning.job_builders import Here, asked, seen, work
from tests.small_plan import MONDAY, NOON, small_plan

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
route, visit, site = table_of(Route), table_of(Visit), table_of(Site)
companion = table_of(VisitCompanion)
plan, territory, assignment = table_of(TerritoryPlan), table_of(Territory), table_of(Assignment)
ACT = Act("me", "told by phone", NOON)
NEXT_MONDAY = MONDAY + timedelta(weeks=1)


class Book:
    """A geocoder that knows streets by number."""

    calls: int = 0

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        Book.calls += 1
        return [
            Located(Place(52.0, float(one.line.split()[1])), Level.ROOFTOP, 1.0, "book", "found") for one in addresses
        ]


def opened(region: Path | None) -> SimpleNamespace:
    return SimpleNamespace(geocoders=(Book(),), roads=None)


@pytest.fixture
def plan_id(record):
    return save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")


def rows(record, table, *where):
    with record.read() as session:
        return session.execute(select(table).where(*where).order_by(table.c.id)).all()


def days(record, here=None, **what):
    job = asked(record, "cycles", **({"starts_on": NEXT_MONDAY.isoformat(), "weeks": 5} | what))
    work(record, here=here)
    return seen(record, job)


def test_the_days_of_all_reps_are_planned_rep_by_rep_on_what_the_record_holds(record, plan_id):
    before = len(rows(record, route))
    done = days(record)
    assert (done.state, done.units, done.units_done) == ("done", 2, 2), done.error
    assert [unit.error for unit in done.failed] == []
    fresh = rows(record, route, route.c.day >= NEXT_MONDAY)
    assert {row.rep_id for row in fresh} == {1, 2} and len(rows(record, route)) == before + len(fresh)
    assert done.answer["days"] == len(fresh) and done.answer["visits_due"] > 0
    visits = rows(record, visit, visit.c.day >= NEXT_MONDAY)
    assert len(visits) == done.answer["visits_due"] - done.answer["visits_unserved"]
    with record.read() as session:
        held = {row[0]: row[1] for row in session.execute(select(route.c.id, route.c.rep_id))}
    assert all(held[one.route_id] == one.rep_id and one.state == VisitState.PLANNED for one in visits)


@sqlite_only
def test_days_are_planned_anew_on_places_as_rough_as_the_plan_was_made_on(record, plan_id):
    with record.write(Act("tests", "towns", NOON)) as session:
        session.execute(update(site).values(level="city"))
    done = days(record)
    assert done.state == "done" and done.answer["visits_due"] > 0, done.error
    with record.write(Act("tests", "nothing was planned there", NOON)) as session:
        session.execute(delete(visit))
    assert "known to city level only" in days(record, weeks=1, starts_on="2027-02-01").error


@sqlite_only
def test_days_and_territories_of_jobs_are_planned_in_the_traffic_of_the_installation(record, plan_id, tmp_path):
    slow = tmp_path / "traffic.toml"
    slow.write_text('source = "our vans"\n[hours]\n"Mo-Fr 00:00-24:00" = 2.0\n', "utf-8")
    calm, busy = days(record, weeks=1), days(record, Installation(traffic=slow), weeks=1)
    assert busy.answer["drive_h"] == pytest.approx(2 * calm.answer["drive_h"], rel=0.05)
    assert "(our vans)" in busy.answer["travel_source"] and "(our vans)" not in calm.answer["travel_source"]
    drafted = asked(record, "zones", weeks=1)
    work(record, here=Installation(traffic=slow, cores=2))
    draft = rows(record, plan, plan.c.id == seen(record, drafted).answer["plan_id"])[0]
    assert "(our vans)" in draft.travel_source


@sqlite_only
def test_days_planned_anew_take_the_place_of_the_old_ones_but_for_what_was_done(record, plan_id):
    days(record)
    first = rows(record, visit, visit.c.day >= NEXT_MONDAY)
    done_day = first[0].day
    with record.write(ACT) as session:
        session.execute(update(visit).where(visit.c.id == first[0].id).values(state=VisitState.DONE))
        noted = next(one for one in first if one.rep_id != first[0].rep_id)
        about = {"account_id": noted.site_id, "site_id": noted.site_id, "visit_id": noted.id}
        session.add(Activity(kind="note", text="ring twice", at=NOON, made_by="me", **about))
    again = days(record)
    assert again.state == "done" and again.answer["days_kept"] == 1
    kept = rows(record, visit, visit.c.rep_id == first[0].rep_id, visit.c.day == done_day)
    assert [one.id for one in kept] == [
        one.id for one in first if one.rep_id == first[0].rep_id and one.day == done_day
    ]
    told = rows(record, visit, visit.c.id == noted.id)[0]
    assert (told.state, told.route_id) == ("cancelled", None)
    with record.read() as session:
        twice = select(route.c.rep_id, route.c.day).group_by(route.c.rep_id, route.c.day).having(func.count() > 1)
        assert session.execute(twice).all() == []


@sqlite_only
def test_a_joint_visit_keeps_its_moment_in_the_weeks_of_both_reps(record, plan_id):
    days(record)
    chosen = rows(record, visit, visit.c.day >= NEXT_MONDAY, visit.c.rep_id == 1)[0]
    at = {
        "promised_from_s": 50_400,
        "promised_until_s": 51_000,
        "start_s": 50_400,
        "arrive_s": 50_400,
        "depart_s": 52_200,
    }
    with record.write(ACT) as session:
        session.execute(update(visit).where(visit.c.id == chosen.id).values(at))
        session.add(VisitCompanion(visit_id=chosen.id, rep_id=2))
    again = days(record)
    assert (again.state, again.answer["joint_visits"], again.answer["settled_lost"]) == ("done", 1, 0), again.error
    (kept,) = rows(record, visit, visit.c.site_id == chosen.site_id, visit.c.day == chosen.day)
    assert 50_400 <= kept.start_s <= 51_000 and (kept.promised_from_s, kept.promised_until_s) == (50_400, 51_000)
    assert [(one.visit_id, one.rep_id) for one in rows(record, companion)] == [(kept.id, 2)]
    (other,) = rows(record, route, route.c.rep_id == 2, route.c.day == chosen.day)
    assert other.start_s < 50_400 < other.end_s, "the companion is on the road to it"
    others = rows(record, visit, visit.c.rep_id == 2, visit.c.day == chosen.day)
    assert all(one.depart_s <= 50_400 or one.start_s >= 52_200 for one in others)
    assert (
        len(rows(record, visit, visit.c.day >= NEXT_MONDAY))
        == again.answer["visits_due"] - again.answer["visits_unserved"]
    )


@sqlite_only
def test_only_the_rep_whose_accounts_changed_meanwhile_is_computed_again(record, plan_id):
    changed = []

    def change(units):
        if not changed:
            changed.append(units)
            with record.write(ACT) as session:
                session.execute(update(site).where(site.c.id == 4).values(service_s=3600, version=site.c.version + 1))

    job = asked(record, "cycles", starts_on=NEXT_MONDAY.isoformat(), weeks=5)
    engine = Here(before=change)
    work(record, engine)
    assert seen(record, job).state == "done"
    assert sorted(unit for batch in engine.batches for unit in batch)[:2] == [1, 2] and len(engine.batches) == 3
    visits = rows(record, visit, visit.c.day >= NEXT_MONDAY, visit.c.site_id == 4)
    assert visits and all(one.depart_s - one.start_s == 3600 for one in visits)


@sqlite_only
def test_days_that_are_there_already_and_plans_that_are_over_are_refused(record, plan_id):
    for what, said in (
        ({"starts_on": MONDAY.isoformat()}, "from tomorrow on"),
        ({"starts_on": NEXT_MONDAY.isoformat(), "rep_ids": [99]}, "Rep 99 holds no accounts"),
        ({"starts_on": "2026-11-01", "plan_id": plan_id}, "from tomorrow on"),
    ):
        job = asked(record, "cycles", **what)
        work(record)
        assert seen(record, job).state == "failed" and said in seen(record, job).error


@sqlite_only
def test_addresses_are_looked_up_in_parts_and_what_people_set_stays(record, plan_id, monkeypatch):
    monkeypatch.setattr("planning.locate_job.AT_ONCE", 2)
    with record.write(ACT) as session:
        session.execute(update(site).values(level="street", lat=50.0, lon=10.0, version=site.c.version + 1))
        session.execute(update(site).where(site.c.id == 1).values(level="manual"))
    moved = []

    def move(units):
        if not moved:
            moved.append(units)
            with record.write(ACT) as session:
                session.execute(update(site).where(site.c.id == 7).values(line="Street 99", version=site.c.version + 1))

    job = asked(record, "geocode", which="rough")
    work(record, Here(before=move), here=Installation(geocoders=opened))
    done = seen(record, job)
    assert done.state == "done" and done.units == 3, done.error
    assert done.answer == {"looked_up": 6, "changed": 5, "not_found": 0, "to_review": 0}
    found = {row.id: (row.lat, row.lon, row.level) for row in rows(record, site)}
    assert found[1] == (50.0, 10.0, "manual") and found[7][2] == "street"
    assert all(found[number] == (52.0, float(number), "rooftop") for number in range(2, 7))
    nobody = asked(record, "geocode")
    work(record)
    assert "BAILIWICK_GEOCODER_SERVICE" in seen(record, nobody).error


def test_territories_are_built_as_a_draft_whose_days_are_measured_and_published(record, plan_id):
    job = asked(
        record, "zones", starts_on=NEXT_MONDAY.isoformat(), weeks=5, tolerance=0.2, title="Spring", rebuild=True
    )
    work(record)
    done = seen(record, job)
    assert done.state == "done", (done.error, done.failed)
    draft = done.answer["plan_id"]
    assert draft != plan_id and (done.answer["territories"], done.answer["accounts"]) == (2, 6)
    assert done.answer["unplaced"] == 1 and done.answer["max_deviation"] <= 0.2
    (row,) = rows(record, plan, plan.c.id == draft)
    assert (row.state, row.valid_from, row.title, row.weeks) == ("draft", None, "Spring", 5)
    names = [one.name for one in rows(record, territory, territory.c.plan_id == draft)]
    assert sorted(names) == ["Rep 0", "Rep 1"]
    assert rows(record, route, route.c.plan_id == draft) and rows(record, assignment, assignment.c.plan_id == draft)
    measured = asked(record, "cycles", plan_id=draft, starts_on=NEXT_MONDAY.isoformat(), weeks=2)
    work(record)
    assert seen(record, measured).state == "done", seen(record, measured).error
    (row,) = rows(record, plan, plan.c.id == draft)
    assert row.weeks == 2 and row.visits_planned + row.visits_unserved == row.visits_due
    with record.write(ACT) as session:
        publish_draft(session, draft, row.version, MONDAY)
    states = {one.id: (one.state, one.valid_to) for one in rows(record, plan)}
    assert states == {plan_id: ("superseded", NEXT_MONDAY), draft: ("published", None)}
    for number, said in ((draft, "is no draft"), (plan_id, "is no draft")):
        with pytest.raises(RefusedError, match=said), record.write(ACT) as session:
            publish_draft(session, number, 1, MONDAY)


@sqlite_only
def test_territories_of_accounts_that_changed_meanwhile_are_built_anew(record, plan_id):
    changed = []

    def change(units):
        if not changed:
            changed.append(units)
            with record.write(ACT) as session:
                session.execute(update(site).where(site.c.id == 7).values(lat=50.5, lon=10.6, level="manual"))

    job = asked(record, "zones", starts_on=NEXT_MONDAY.isoformat(), weeks=1, tolerance=0.9)
    engine = Here(before=change)
    work(record, engine)
    done = seen(record, job)
    assert done.state == "done" and len(engine.batches) == 2 and done.answer["accounts"] == 7, done.error
    nobody = asked(record, "zones", rep_ids=[99])
    work(record)
    assert seen(record, nobody).error == "There is no rep 99."


@sqlite_only
def test_a_region_is_built_of_a_file_in_the_folder_of_extracts_and_of_no_other(record, tmp_path, monkeypatch):
    extracts, regions = tmp_path / "extracts", tmp_path / "regions"
    extracts.mkdir()
    (extracts / "town.osm.pbf").write_bytes(b"map")
    (tmp_path / "secret.osm.pbf").write_bytes(b"secret")
    (extracts / "link.osm.pbf").symlink_to(tmp_path / "secret.osm.pbf")
    built = []

    def build(extract, folder, *, options):
        built.append((extract, folder, [profile.name for profile in options.profiles]))
        profiles = {"car": SimpleNamespace(road_km=12.4)}
        facts = SimpleNamespace(addresses=3, shops=1, profiles=profiles)
        return SimpleNamespace(manifest=facts, name="town", bounds=Bounds(1, 2, 3, 4), attribution="©")

    monkeypatch.setattr("geo.region.build_region", build)
    here = Installation(regions=regions, extracts=extracts)
    job = asked(record, "region", extract="town.osm.pbf", name="town", profiles=["car", "foot"])
    work(record, here=here)
    assert seen(record, job).answer["road_km"] == {"car": 12}, seen(record, job).error
    assert built == [(extracts.resolve() / "town.osm.pbf", regions / "town", ["car", "foot"])]
    for name, said in (("gone.osm.pbf", "There is no extract"), ("link.osm.pbf", "There is no extract")):
        job = asked(record, "region", extract=name, name="town")
        work(record, here=here)
        assert seen(record, job).state == "failed" and said in seen(record, job).error
    for what in (
        {"extract": "../secret.osm.pbf", "name": "town"},
        {"extract": "/etc/passwd", "name": "town"},
        {"extract": "town.osm.pbf", "name": "../town"},
        {"extract": "town.osm.pbf", "name": "town", "profiles": ["plane"]},
        {"extract": "town.osm.pbf", "name": "town", "street_map": "../../x"},
        {"name": "town"},
    ):
        with pytest.raises(RefusedError, match="expected"):
            asked(record, "region", **what)
    assert len(built) == 1 and [offer.name for offer in offers(here)] == ["town.osm.pbf"]
