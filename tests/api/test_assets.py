"""Equipment at outlets: its register, its faults, and the service that the next day plan takes in."""

from datetime import UTC, datetime

import pytest

from crm.tables import Role
from planning.day_solver import AskedStop, solve_day
from tests.api.test_day_work import EIGHT, day, order, post
from tests.api.test_people import send
from tests.api_users import bearer
from tests.planning.test_day_solver import HOUR, asked, stop


@pytest.fixture
def ruth(site):
    return bearer(site.record, "ruth", Role.REP, rep_id=1)


def freezer(site, site_id=3, number="FZ-1", status=201, headers=None, **more):
    body = {"site_id": site_id, "kind": "freezer", "serial_number": number, **more}
    return send(site, "POST", "/api/assets", body, status, headers=headers)


def fault(site, asset, status=201, **more):
    path = f"/api/assets/{asset['id']}/faults"
    return send(site, "POST", path, {"text": "Does not cool", **more}, status, asset["version"])


def test_equipment_is_entered_found_and_changed(site, ruth):
    made = freezer(site, installed_on="2026-03-02", headers=ruth)
    assert (made["state"], made["account"], made["task_id"]) == ("in_service", "Account 3", None)
    assert "already" in freezer(site, site_id=4, status=409)["detail"]
    freezer(site, site_id=5, number="FZ-2", status=404, headers=ruth)
    other = freezer(site, site_id=5, number="FZ-2")
    one, two = made["id"], other["id"]
    for query, found in (({}, [one, two]), ({"site": 3}, [one]), ({"account": 5}, [two]), ({"state": "faulty"}, [])):
        assert [item["id"] for item in site.get("/api/assets", **query)["items"]] == found
    assert [item["id"] for item in site.client.get("/api/assets", headers=ruth).json()["items"]] == [made["id"]]
    first = site.get("/api/assets", limit=1)
    assert [item["id"] for item in site.get("/api/assets", cursor=first["next"])["items"]] == [other["id"]]
    path = f"/api/assets/{made['id']}"
    assert "Report the fault" in send(site, "PATCH", path, {"state": "faulty"}, 409, 1)["detail"]
    send(site, "PATCH", path, {"state": "withdrawn", "withdrawn_on": "2026-03-01"}, 409, 1)
    gone = send(site, "PATCH", path, {"state": "withdrawn"}, 200, 1)
    assert (gone["state"], gone["withdrawn_on"]) == ("withdrawn", "2026-11-23")
    send(site, "PATCH", path, {"note": "x"}, 412, 1)
    back = send(site, "PATCH", path, {"state": "in_service", "site_id": 2}, 200, 2)
    assert (back["withdrawn_on"], back["site_id"]) == (None, 2)


def test_kinds_are_those_of_the_list_where_it_has_any(site):
    send(site, "POST", "/api/codes", {"list_name": "asset_kind", "code": "cooler", "label": "Cooler"}, 201)
    assert "cooler" in freezer(site, status=409)["detail"]


def test_a_fault_is_served_on_the_next_day_planned(site, ruth):
    site.moment[0] = EIGHT
    asset = freezer(site)
    task = fault(site, asset, priority="high")
    assert (task["state"], task["priority"], task["not_before"]) == ("faulty", "high", "2026-11-23")
    assert "task 1 is open" in fault(site, asset | {"version": 2}, status=409)["detail"]
    assert "is open" in send(site, "PATCH", "/api/assets/1", {"state": "in_service"}, 409, 2)["detail"]
    assert order(day(site)) == ["a1", "a2"]
    planned = post(site, ruth, "reps/1/day-plans", version=1, status=201, overtime_s=6 * 3600)["route"]
    (served,) = [one for one in planned["stops"] if one["external_id"] == "a3"]
    assert served["why"] == "service of a freezer, high: Does not cool"
    assert {one["external_id"]: one["why"] for one in planned["stops"] if one is not served} == {"a1": "", "a2": ""}
    assert site.get("/api/service-tasks/1")["next_visit_on"] == "2026-11-23"
    later = post(site, ruth, "reps/1/day-plans", version=1, status=201, day="2026-11-25")["route"]
    assert all(one["why"] == "" for one in later["stops"]), "an earlier day serves it"
    send(site, "POST", "/api/service-tasks/1/done", {"state": "faulty"}, 409, 1)
    done = send(site, "POST", "/api/service-tasks/1/done", {"outcome": "compressor"}, 200, 1)
    assert (done["state"], done["done_by"], done["outcome"]) == ("in_service", "boss", "compressor")
    assert site.get("/api/service-tasks", open="true")["items"] == []
    send(site, "POST", "/api/service-tasks/1/done", {}, 409, 2)


def test_a_visit_that_is_there_already_takes_the_service_in_once(site, ruth):
    site.moment[0] = EIGHT
    fault(site, freezer(site, site_id=2))
    fault(site, freezer(site, site_id=2, number="FZ-2"), priority="low", not_before="2026-11-24")
    planned = post(site, ruth, "reps/1/day-plans", version=1, status=201)["route"]
    assert sorted(order(planned)) == ["a1", "a2"]
    (visit,) = [one for one in planned["stops"] if one["external_id"] == "a2"]
    assert visit["why"] == "service of a freezer, normal: Does not cool"
    site.moment[0] = datetime(2026, 11, 23, 10, tzinfo=UTC)
    post(site, ruth, f"visits/{visit['visit_id']}/done", version=visit["version"], outcome="met")
    again = post(site, ruth, "reps/1/day-plans", version=planned["version"], status=201)["route"]
    assert order(again).count("a2") == 1, "the rep has been there since"
    repair = send(site, "POST", "/api/service-tasks/1/done", {"state": "in_repair"}, 200, 1)
    assert repair["state"] == "in_repair"


def test_where_room_is_short_the_more_pressing_stop_stays():
    def long(key, weight) -> AskedStop:
        from dataclasses import replace

        return replace(stop(key, east=0.05), service_s=5 * HOUR, name=f"{key}", weight=weight)

    for weights, kept in (((1, 2), 2), ((5, 2), 1), ((5, 25), 2)):
        found = solve_day(asked(*(long(key, weight) for key, weight in enumerate(weights, start=1))))
        assert [one.key for one in found.stops] == [kept]
