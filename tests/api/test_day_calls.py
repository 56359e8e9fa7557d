"""Visits by telephone or video in a rep's day: they take time and no way, and count as a visit."""

from datetime import UTC, datetime, timedelta

from crm.tables import Role
from planning.record import save_plan
from planning.result import PlannedCall
from tests.api_users import bearer
from tests.small_plan import NOON, small_plan

EIGHT = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)  # five past eight in Berlin


def post(site, headers, path, status=200, version=None, **body):
    more = {"If-Match": f'"{version}"'} if version else {}
    answer = site.client.post(f"/api/{path}", json=body, headers=headers | more)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_planned_calls_stand_in_the_day_and_a_call_counts_as_the_visit(site):
    monday = small_plan().starts_on
    at = datetime.combine(monday, datetime.min.time()) + timedelta(hours=9, minutes=35)
    calls = (PlannedCall("Rep 0", 2, at, 15.0), PlannedCall("Rep 0", 2, at + timedelta(days=3), 15.0))
    save_plan(site.record, small_plan(calls=calls), now=NOON, time_zone="Europe/Berlin")
    route = site.get(f"/api/reps/1/routes/{monday}")
    assert [(stop["external_id"], stop["by_phone"]) for stop in route["stops"]] == [
        ("a1", False),
        ("a3", True),
        ("a2", False),
    ]
    call = route["stops"][1]
    assert (call["starts_at"], call["service_s"], call["drive_s"]) == ("2026-11-23T09:35:00+01:00", 900, 0)
    alone = site.get(f"/api/reps/1/routes/{monday + timedelta(days=3)}")
    assert ([stop["by_phone"] for stop in alone["stops"]], alone["drive_s"], alone["line"]) == ([True], 0, None)
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    done = post(site, ruth, f"visits/{call['visit_id']}/done", version=1, outcome="met")
    assert (done["visit"]["state"], done["visit"]["by_phone"]) == ("done", True)
    (noted,) = site.get("/api/activities", account=call["account_id"])["items"]
    assert noted["kind"] == "phone_call"


def test_a_client_is_called_instead_of_visited_wherever_the_rep_is(site):
    boss: dict[str, str] = {}
    site.moment[0] = EIGHT
    before = site.get("/api/reps/1/routes/2026-11-23")
    refused = post(site, boss, "reps/1/day-plans", 409, version=1, add_site_ids=[3], call_site_ids=[3])
    assert "either visited or called" in refused["detail"]
    planned = post(site, boss, "reps/1/day-plans", 201, version=1, call_site_ids=[7])["route"]
    (call,) = [stop for stop in planned["stops"] if stop["by_phone"]]
    assert (call["external_id"], call["lat"], call["drive_s"], call["service_s"]) == ("a7", None, 0, 900)
    post(site, boss, "reps/1/day-plans", 409, version=2, add_site_ids=[7])
    without = post(site, boss, "reps/1/day-plans", 201, version=2)["route"]
    assert len(without["stops"]) == len(before["stops"]) + 1 and without["drive_s"] == planned["drive_s"]
    page = site.client.get("/today?rep=1&day=2026-11-23").text
    assert "by telephone" in page
