"""Meetings with slots that can be offered, joint visits in both days, next contacts, loads and limits of driving."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select

from crm.act import Act
from crm.columns import table_of
from crm.tables import AccountShare, Activity, Role, Visit, VisitCompanion
from tests.api.test_day_work import EIGHT, day, order, post, ruth
from tests.api_users import bearer
from tests.small_plan import NOON

__all__ = ["ruth"]
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
TUESDAY = "2026-11-24"
visit, companion = table_of(Visit), table_of(VisitCompanion)
ACT = Act("me", "told by phone", NOON)


def rows(site, table, *where):
    with site.record.read() as session:
        return session.execute(select(table).where(*where).order_by(table.c.id)).all()


def put(site, path, version, status=200, **body):
    answer = site.client.put(f"/api/{path}", json=body, headers={"If-Match": f'"{version}"'})
    assert answer.status_code == status, answer.text
    return answer.json()


def shared(site, site_id=3):
    """Rep 1 has a share of the account, too."""
    with site.record.write(ACT) as session:
        session.execute(
            insert(AccountShare), [{"account_id": site_id, "rep_id": 2, "share": 0.5, "valid_from": date(2026, 1, 1)}]
        )


def test_slots_leave_time_to_get_there_and_on(site, ruth):
    site.moment[0] = EIGHT
    query = {"site_id": 3, "first": "2026-11-23", "last": "2026-11-29", "service_s": 1800}
    found = site.get("/api/reps/1/slots", **query)["items"]
    assert {one["day"] for one in found} == {f"2026-11-{number}" for number in range(23, 28)}, "the days worked"
    assert [one["day"] for one in found] == sorted(one["day"] for one in found)
    tuesday = next(one for one in found if one["day"] == TUESDAY)
    assert tuesday["from_at"] > "2026-11-24T08:00:00+01:00" and tuesday["extra_s"] > 0, "the way there comes first"
    long = site.problem("/api/reps/1/slots", 409, **(query | {"last": "2027-02-01"}))
    assert "1 to 31 days" in long["detail"]


def test_a_meeting_is_a_visit_at_its_moment_and_stays_there(site, ruth):
    site.moment[0] = EIGHT
    asked = {"site_id": 3, "day": TUESDAY, "at_s": 14 * 3600, "service_s": 3600, "text": "autumn range"}
    made = post(site, ruth, "reps/1/meetings", status=201, **asked)
    (stop,) = made["route"]["stops"]
    assert (stop["visit_id"], stop["starts_at"], stop["service_s"]) == (
        made["visit_id"],
        "2026-11-24T14:00:00+01:00",
        3600,
    )
    assert stop["why"] == "meeting: autumn range"
    again = post(
        site, ruth, "reps/1/day-plans", version=made["route"]["version"], status=201, day=TUESDAY, add_site_ids=[2]
    )
    times = {one["external_id"]: one["starts_at"] for one in again["route"]["stops"]}
    assert times["a3"] == "2026-11-24T14:00:00+01:00" and set(times) == {"a2", "a3"}
    clash = post(site, ruth, "reps/1/meetings", status=409, **(asked | {"site_id": 1, "at_s": 14 * 3600 + 300}))
    assert "no room" in clash["detail"]


def test_a_joint_meeting_needs_both_calendars_and_is_in_both_days(site):
    site.moment[0] = EIGHT
    shared(site)
    boss = {}
    alone = site.get("/api/reps/1/slots", site_id=3, first=TUESDAY, last=TUESDAY)["items"]
    both = site.get("/api/reps/1/slots", site_id=3, first=TUESDAY, last=TUESDAY, companion_id=2)["items"]
    assert both[0]["from_at"] > alone[0]["from_at"], "the other rep lives farther away"
    post(site, boss, "reps/2/absences", status=201, first_on="2026-11-25", last_on="2026-11-25", reason="fair")
    asked = {"site_id": 3, "at_s": 13 * 3600, "service_s": 1800, "companion_ids": [2]}
    away = post(site, boss, "reps/1/meetings", status=409, day="2026-11-25", **asked)
    assert "does not work on 2026-11-25: absence fair" in away["detail"]
    made = post(site, boss, "reps/1/meetings", status=201, day=TUESDAY, **asked)
    other = site.get(f"/api/reps/2/routes/{TUESDAY}")
    (joint,) = other["joined"]
    assert (joint["visit_id"], joint["starts_at"]) == (made["visit_id"], "2026-11-24T13:00:00+01:00")
    assert other["stops"] == [] and other["service_s"] == 1800 and other["drive_s"] > 0
    added = post(site, boss, "reps/2/day-plans", version=other["version"], status=201, day=TUESDAY, add_site_ids=[5])
    (own,) = added["route"]["stops"]
    assert not "2026-11-24T12:30" < own["starts_at"] < "2026-11-24T13:30" and added["route"]["joined"] == [joint]
    assert [one.rep_id for one in rows(site, companion)] == [2]
    week = site.get(f"/api/reps/2/weeks/{TUESDAY}")["days"][1]
    assert (week["visits"], week["joined"], week["service_s"]) == (2, 1, 1800 + own["service_s"])
    fact = site.get(f"/api/reps/2/plan-fact/{TUESDAY}")
    assert (fact["planned"], [(one["led_by"], one["sequence"]) for one in fact["stops"] if one["led_by"]]) == (
        2,
        [("Rep 0", None)],
    )
    wednesday = post(site, boss, "reps/1/meetings", status=201, day="2026-11-26", **(asked | {"companion_ids": []}))
    put(site, f"visits/{wednesday['visit_id']}/companions", 1, rep_ids=[2])
    busy = post(
        site, boss, "reps/1/meetings", status=201, day="2026-11-23", **(asked | {"companion_ids": [], "at_s": 33_000})
    )
    refused = put(site, f"visits/{busy['visit_id']}/companions", 1, status=409, rep_ids=[2])
    assert "Rep 1 is at Account 4 from 09:00" in refused["detail"]


def test_an_overdue_next_contact_is_in_tomorrows_plan_by_itself(site, ruth):
    site.moment[0] = EIGHT
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    noted = {"account_id": 3, "site_id": 3, "kind": "phone_call", "outcome": "call back", "made_by": "ruth", "at": at}
    with site.record.write(ACT) as session:
        session.add(Activity(**noted, next_contact_on=date(2026, 11, 20)))
    with site.record.write(ACT) as session:  # the visit planned for Wednesday is the one that would satisfy it
        session.execute(visit.delete().where(visit.c.site_id == 3))
    found = post(site, ruth, "reps/1/day-plans", status=201, day=TUESDAY, add_site_ids=[2])
    stops = {one["external_id"]: one["why"] for one in found["route"]["stops"]}
    assert stops == {"a2": "", "a3": "next contact asked for 2026-11-20"}
    met = {**noted, "at": NOON, "kind": "visit"}
    with site.record.write(ACT) as session:
        session.add(Activity(**met))
    later = post(site, ruth, "reps/1/day-plans", status=201, day="2026-11-26", add_site_ids=[1])
    assert order(later["route"]) == ["a1"]


def test_what_does_not_fit_on_the_vehicle_is_left_out_and_a_days_driving_has_a_limit(site):
    site.moment[0] = EIGHT
    assert site.get("/api/reps/1/driving")["vehicle_capacity"] is None
    put(site, "reps/1/driving", 1, vehicle_capacity=10)
    for number in (1, 2, 3):
        version = site.get(f"/api/accounts/{number}")["sites"][0]["version"]
        body = {"wishes": {"load": 6}}
        changed = site.client.patch(f"/api/sites/{number}", json=body, headers={"If-Match": f'"{version}"'})
        assert changed.status_code == 200 and changed.json()["sites"][0]["wishes"] == {"load": 6}
    small = post(site, {}, "reps/1/day-plans", version=day(site)["version"], status=201)["route"]
    assert len(small["stops"]) == 1 and "the load is full: 2 too much" in small["left_out"][0]["why"]
    put(site, "reps/1/driving", 2, vehicle_capacity=10, depot_lat=50.5, depot_lon=10.5, reload_s=600)
    both = post(
        site,
        {},
        "reps/1/day-plans",
        version=small["version"],
        status=201,
        add_site_ids=[small["left_out"][0]["site_id"]],
    )
    assert len(both["route"]["stops"]) == 2, "filled on the way"
    put(site, "reps/1/driving", 3, most_drive_s=60)
    tight = post(site, {}, "reps/1/day-plans", version=both["route"]["version"], status=201)["route"]
    assert order(tight) == ["a2"], "it lies next door"
    assert "are allowed" in tight["left_out"][0]["why"]


def test_wishes_that_cannot_be_meant_are_refused(site):
    def refused(**body):
        return site.client.patch("/api/sites/1", json=body, headers={"If-Match": '"1"'})

    assert refused(wishes={"visits_by_month": [1, 2]}).status_code == 422
    assert refused(wishes={"appointment_s": 36000}).json()["detail"].startswith("appointment_s: a time of day needs")
    assert "“XX”" in refused(wishes={"holidays": "XX"}).json()["detail"]
    assert refused(opening_hours="whenever").json()["detail"].startswith("opening_hours: opening hours are expected")
    assert refused(wishes=None).status_code == 200


def test_a_rep_sees_neither_the_slots_nor_the_meetings_of_others(site):
    ruth = bearer(site.record, "ruth2", Role.REP, rep_id=1)
    query = {"site_id": 4, "first": TUESDAY, "last": TUESDAY}
    assert site.client.get("/api/reps/2/slots", params=query, headers=ruth).status_code == 404
    assert site.client.get("/api/reps/1/slots", params=query, headers=ruth).status_code == 404, "nor others' accounts"


def test_a_report_is_filled_in_from_plan_calendar_and_position_for_the_rep_to_confirm(site, ruth):
    stop = day(site)["stops"][0]
    path = f"/api/visits/{stop['visit_id']}/report"
    with site.record.write(ACT) as session:
        session.add(VisitCompanion(visit_id=stop["visit_id"], rep_id=2))
    draft = site.get(path, lat=stop["lat"] + 0.001, lon=stop["lon"])
    assert (draft["planned_from"], draft["began_at"]) == (stop["starts_at"],) * 2
    assert (draft["ended_at"], draft["at_site"], draft["companions"]) == ("2026-11-23T13:00:00+01:00", True, ["Rep 1"])
    assert (draft["distance_m"], draft["next_visit_on"], draft["next_contact_on"]) == (111, "2026-11-25", None)
    assert site.get(path)["at_site"] is None
    said = {"outcome": "ordered", "at": draft["ended_at"]}
    post(site, ruth, f"visits/{stop['visit_id']}/done", version=draft["version"], **said)
    second = site.get(f"/api/visits/{day(site)['stops'][1]['visit_id']}/report")
    assert second["began_at"] == draft["ended_at"], "not before the first one ended"
    assert second["next_contact_on"] == "2026-12-23", "twelve visits a year, none planned"


def test_the_share_of_visits_by_the_known_rep_is_told(site):
    query = {"first": "2026-11-23", "last": "2026-11-29"}
    told = site.get("/api/continuity", **query)
    assert [(one["rep"], one["visits"], one["known"], one["first"]) for one in told["items"]] == [
        ("Rep 0", 4, 1, 3),
        ("Rep 1", 3, 0, 3),
    ]
    assert told["share"] == 1.0
    with site.record.write(ACT) as session:
        session.execute(visit.update().where(visit.c.site_id == 1, visit.c.day == date(2026, 11, 25)).values(rep_id=2))
    assert site.get("/api/continuity", **query)["share"] == 0.0
