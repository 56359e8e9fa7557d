"""Places that wait for a person, and pins: set by people, changed by nobody else."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from crm.act import Act
from crm.columns import table_of
from crm.ledger import entries, take_back
from crm.tables import Account, ActKind, Role, Site
from geo.address import Address
from geo.located import Level, Located
from geo.place import Place
from planning.account_table import AccountRow, AccountTable
from planning.edits import edit_site
from planning.import_accounts import File
from planning.import_fields import Setting
from planning.import_kinds import KINDS
from planning.imports import commit_import, stage
from planning.locate import locate_sites
from planning.record import save_plan
from planning.review import places_to_review
from planning.viewer import everything
from tests.api_users import bearer
from tests.small_plan import NOON, small_plan

table, accounts = table_of(Site), table_of(Account)
ADMIN = everything(NOON.date())
ROUGH = Located(
    Place(50.25, 10.5), Level.STREET, 0.62, "town 2026", "Street 1: the middle of the street", {"street": 0.9},
    "Street 1, Otherton", 4400.0, ("Street 1 in Otherton fits as well",), 170.0, "© Somebody",
)  # fmt: skip


def plan_with(located, number=0):
    plan = small_plan()
    first = replace(plan.accounts[number], place=located.place, level=located.level, located=located)
    return replace(plan, accounts=(*plan.accounts[:number], first, *plan.accounts[number + 1 :]))


def row_of(record, site_id=1):
    with record.read() as session:
        return dict(session.execute(select(table).where(table.c.id == site_id)).mappings().one())


def test_the_record_keeps_how_a_place_was_found_and_lists_what_is_for_review(site):
    save_plan(site.record, plan_with(ROUGH), now=NOON, time_zone="Europe/Berlin")
    listed = site.get("/api/review")["items"]
    assert [item["external_id"] for item in listed] == ["a1", "a7"]
    found = listed[0]
    assert (found["level"], found["score"], found["scores"]) == ("street", 0.62, {"street": 0.9})
    assert (found["source"], found["why"], found["attribution"]) == ("town 2026", ROUGH.why, "© Somebody")
    assert (found["runner_up"], found["runner_up_m"], found["snap_m"]) == ("Street 1, Otherton", 4400.0, 170.0)
    assert found["reasons"] == [
        "Street 1 in Otherton fits as well", "known to street level only", "170 m from the nearest road",
    ]  # fmt: skip
    assert listed[1]["reasons"] == ["no place was found"]
    place = site.get("/api/accounts/1")["sites"][0]
    assert (place["place_score"], place["snap_m"], place["doubts"]) == (0.62, 170.0, ROUGH.doubts[0])


def test_the_list_comes_page_by_page(site):
    save_plan(site.record, plan_with(ROUGH), now=NOON, time_zone="Europe/Berlin")
    first = site.get("/api/review", limit=1)
    second = site.get("/api/review", limit=1, cursor=first["next"])
    assert [item["external_id"] for item in first["items"] + second["items"]] == ["a1", "a7"]
    assert second["next"] is None


def test_a_pin_settles_a_place_with_the_version_that_was_read_and_stands_in_the_ledger(site):
    save_plan(site.record, plan_with(ROUGH), now=NOON, time_zone="Europe/Berlin")
    item = site.get("/api/review")["items"][0]
    path, pin = f"/api/sites/{item['site_id']}", {"lat": 50.26, "lon": 10.51, "why": "seen there"}
    stale = site.client.patch(path, json=pin, headers={"If-Match": f'"{item["version"] - 1}"'})
    assert stale.status_code == 412
    done = site.client.patch(path, json=pin, headers={"If-Match": f'"{item["version"]}"'})
    assert done.json()["sites"][0]["level"] == "manual"
    assert [each["external_id"] for each in site.get("/api/review")["items"]] == ["a7"]
    act = site.get("/api/batches", limit=1)["items"][0]
    assert act["why"] == "seen there"


def test_what_was_found_can_be_confirmed_by_setting_the_pin_where_it_is(site):
    save_plan(site.record, plan_with(ROUGH), now=NOON, time_zone="Europe/Berlin")
    item = site.get("/api/review")["items"][0]
    same = {"lat": item["lat"], "lon": item["lon"]}
    site.client.patch(f"/api/sites/{item['site_id']}", json=same, headers={"If-Match": f'"{item["version"]}"'})
    assert [each["external_id"] for each in site.get("/api/review")["items"]] == ["a7"]


def test_a_new_address_puts_the_place_on_the_list_and_leaves_the_pin(site):
    pin = {"lat": 50.26, "lon": 10.51}
    site.client.patch("/api/sites/1", json=pin, headers={"If-Match": '"1"'})
    site.client.patch("/api/sites/1", json={"line": "Side St 9"}, headers={"If-Match": '"2"'})
    item = site.get("/api/review")["items"][0]
    assert (item["level"], item["lat"], item["reasons"]) == (
        "manual",
        50.26,
        ["the place was found for Street 1, Town"],
    )


def test_a_rep_sees_only_places_of_the_own_territory(site):
    plan = plan_with(ROUGH, number=4)
    save_plan(site.record, plan, now=NOON, time_zone="Europe/Berlin")
    assert "a5" in {item["external_id"] for item in site.get("/api/review")["items"]}
    other = bearer(site.record, "rep zero", Role.REP, rep_id=1)
    listed = site.client.get("/api/review", headers=other).json()["items"]
    assert "a5" not in {item["external_id"] for item in listed}


class Fixed:
    """Finds everything at one place, to the house."""

    def __init__(self, place):
        self.place = place

    def geocode(self, addresses):
        return [Located(self.place, Level.ROOFTOP, 1.0, "index", "found") for _ in addresses]


def test_locating_fills_what_is_open_and_can_be_undone(site):
    counts = locate_sites(site.record, [Fixed(Place(50.5, 10.5))], by="tests", now=lambda: NOON)
    assert (counts.looked_up, counts.changed, counts.to_review) == (1, 1, 0)
    assert site.get("/api/review")["items"] == []
    assert locate_sites(site.record, [Fixed(Place(1, 1))], by="tests", now=lambda: NOON).looked_up == 0
    batch = site.get("/api/batches", limit=1)["items"][0]["id"]
    site.client.post(f"/api/batches/{batch}/undo", json={})
    assert row_of(site.record, 7)["lat"] is None


def test_a_site_that_somebody_changes_meanwhile_is_left_alone(site):
    class Slow(Fixed):
        def geocode(self, addresses):
            with site.record.write(Act("Anna", "pin", NOON)) as session:
                edit_site(session, ADMIN, 7, 1, {"lat": 50.9, "lon": 10.9})
            return super().geocode(addresses)

    counts = locate_sites(site.record, [Slow(Place(1, 1))], by="tests", now=lambda: NOON)
    assert counts.changed == 0
    assert (row_of(site.record, 7)["lat"], row_of(site.record, 7)["level"]) == (50.9, "manual")


coordinates = st.integers(0, 8).map(lambda n: Place(50 + n / 10, 10 + n / 10))


class PinsAndOthers(RuleBasedStateMachine):
    """People set pins and take them back; plans, imports and geocoders come and go. The pin is the person's."""

    record = None

    @initialize()
    def begin(self):
        plan = small_plan()
        save_plan(self.record, plan, now=NOON, time_zone="Europe/Berlin")
        with self.record.write(Act("tests", "as at first", NOON)) as session:
            version = session.scalar(select(table.c.version).where(table.c.id == 1))
            edit_site(session, ADMIN, 1, version, {"lat": 50.0, "lon": 10.0, "line": "Street 1", "city": "Town"})
        self.pins, self.tick = [Place(50.0, 10.0)], 0

    def now(self):
        self.tick += 1
        return NOON + timedelta(minutes=self.tick)

    @rule(place=coordinates)
    def a_person_sets_a_pin(self, place):
        with self.record.write(Act("Anna", "pin", self.now())) as session:
            version = session.scalar(select(table.c.version).where(table.c.id == 1))
            edit_site(session, ADMIN, 1, version, {"lat": place.lat, "lon": place.lon})
            self.batch = session.info["batch_id"]
        self.pins.append(place)

    @rule(place=coordinates, level=st.sampled_from([Level.GIVEN, Level.ROOFTOP, Level.STREET, Level.NONE]))
    def a_plan_is_saved(self, place, level):
        located = Located(None if level is Level.NONE else place, level, 0.5, "index", "found")
        save_plan(self.record, plan_with(located), now=self.now(), time_zone="Europe/Berlin")

    @rule(place=coordinates)
    def a_plan_brings_a_pin_of_its_own(self, place):
        located = Located(place, Level.MANUAL, 1.0, "set by a person (review.csv)")
        save_plan(self.record, plan_with(located), now=self.now(), time_zone="Europe/Berlin")
        self.pins.append(place)

    @rule(place=st.none() | coordinates, line=st.sampled_from(["Street 1", "Side St 9"]))
    def a_file_is_imported(self, place, line):
        row = AccountRow(2, "a1", "Account 1", Address(line, "Town", country="DE"), place)
        rows = AccountTable("file.csv", 1, (row,), (), (), (), ())
        moment = self.now()
        run = stage(self.record, KINDS["accounts"], File(rows), Setting("tests", moment, UTC))
        with self.record.write(Act("tests", "import", moment, ActKind.IMPORT)) as session:
            commit_import(session, run, now=moment)

    @rule(place=coordinates)
    def a_geocoder_looks_everything_up(self, place):
        locate_sites(self.record, [Fixed(place)], by="tests", now=self.now)

    @rule()
    def the_last_pin_is_taken_back(self):
        row = row_of(self.record)
        if len(self.pins) < 2 or not hasattr(self, "batch"):
            return
        with self.record.read() as session:
            made = entries(session, self.batch)
        left = next(entry.after for entry in made if entry.table == "site")
        if any(row[name] != left[name] for name in left if name != "version"):
            return  # something else of the row was changed since: the undo would be refused
        with self.record.write(Act("Anna", "undo", self.now(), ActKind.UNDO, undoes=self.batch)) as session:
            take_back(session, made)
        before = next(entry.before for entry in made if entry.table == "site")
        del self.batch
        self.pins = [Place(before["lat"], before["lon"])]

    @invariant()
    def the_place_is_the_last_that_a_person_set(self):
        if self.record is None or not hasattr(self, "pins"):
            return
        row = row_of(self.record)
        assert (row["level"], Place(row["lat"], row["lon"])) == ("manual", self.pins[-1])


def test_a_pin_is_overwritten_by_nothing_but_a_later_pin(record):
    machine = type("Machine", (PinsAndOthers,), {"record": record})
    limits = settings(
        max_examples=6,
        stateful_step_count=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=limits)


def test_a_closed_account_is_not_on_the_list(record):
    save_plan(record, plan_with(ROUGH), now=NOON, time_zone="Europe/Berlin")
    with record.write(Act("tests", "closed", NOON)) as session:
        session.execute(accounts.update().where(accounts.c.id == 1).values(state="closed"))
    with record.read() as session:
        assert [view.external_id for view in places_to_review(session, ADMIN, limit=10).places] == ["a7"]


@pytest.mark.parametrize("kind", [ActKind.IMPORT, ActKind.PLAN])
def test_the_database_itself_refuses_to_overwrite_a_pin(site, kind):
    site.client.patch("/api/sites/1", json={"lat": 50.26, "lon": 10.51}, headers={"If-Match": '"1"'})
    with (
        pytest.raises(DatabaseError, match="nothing but a later pin"),
        site.record.write(Act("x", "", NOON, kind)) as db,
    ):
        db.execute(table.update().where(table.c.id == 1).values(lat=1.0, lon=1.0, level="rooftop"))
    assert row_of(site.record)["lat"] == 50.26
    with site.record.write(Act("x", "", NOON, kind)) as db:
        db.execute(table.update().where(table.c.id == 1).values(visits_per_year=3))


def test_what_is_found_again_as_it_is_changes_nothing(site):
    class Rough:
        def geocode(self, addresses):
            return [replace(ROUGH, snap_m=None) for _ in addresses]

    assert locate_sites(site.record, [Rough()], by="tests", now=lambda: NOON).changed == 1
    again = locate_sites(site.record, [Rough()], by="tests", now=lambda: NOON)
    assert (again.looked_up, again.changed, again.to_review) == (1, 0, 1)
