"""A rep works through a day by the API: done, skipped, planned again, near and due, the week, absences."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Rep, Role
from planning import near_due
from tests.api_users import bearer
from tests.small_plan import NOON

EIGHT = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)  # five past eight in Berlin, before anything began


@pytest.fixture
def ruth(site):
    """Headers of the user who is Rep 0."""
    return bearer(site.record, "ruth", Role.REP, rep_id=1)


@pytest.fixture
def far(monkeypatch):
    """Detours of two hours count as near: the small plan has its accounts far apart."""
    monkeypatch.setattr(near_due, "LONGEST_DETOUR_S", 7200)


def day(site, on="2026-11-23"):
    return site.get(f"/api/reps/1/routes/{on}")


def post(site, headers, path, version=None, key=None, status=200, **body):
    more = {
        name: value for name, value in (("If-Match", version and f'"{version}"'), ("Idempotency-Key", key)) if value
    }
    answer = site.client.post(f"/api/{path}", json=body, headers=headers | more)
    assert answer.status_code == status, answer.text
    return answer.json()


def order(route):
    return [stop["external_id"] for stop in route["stops"]]


def test_a_visit_is_done_once_with_its_outcome_and_the_next_contact(site, ruth):
    stop = day(site)["stops"][0]
    said = {"outcome": "ordered", "text": "samples", "next_contact_on": "2026-12-07", "at": "2026-11-23T09:40:00+01:00"}
    path = f"visits/{stop['visit_id']}/done"
    first = post(site, ruth, path, version=1, key="k1", **said)
    assert (first["visit"]["state"], first["visit"]["done_at"]) == ("done", "2026-11-23T08:40:00Z")
    assert post(site, ruth, path, version=1, key="k1", **said) == first  # sent again when the net was back
    (noted,) = site.get("/api/activities", account=stop["account_id"])["items"]
    assert (noted["visit_id"], noted["kind"], noted["outcome"], noted["text"]) == (
        stop["visit_id"],
        "visit",
        "ordered",
        "samples",
    )
    assert (noted["next_contact_on"], noted["rep_id"], noted["made_by"]) == ("2026-12-07", 1, "ruth")
    assert "done already" in post(site, ruth, path, version=2, status=409, **said)["detail"]
    post(site, ruth, f"batches/{first['batch_id']}/undo")
    assert day(site)["stops"][0]["state"] == "planned"
    assert site.get("/api/activities", account=stop["account_id"])["items"] == []


def test_somebody_elses_change_is_not_overwritten(site, ruth):
    stop = day(site)["stops"][0]
    post(site, ruth, f"visits/{stop['visit_id']}/skip", version=1, why="closed")
    refused = post(site, ruth, f"visits/{stop['visit_id']}/done", version=1, status=412, outcome="met")
    assert refused["version"] == 2
    assert post(site, ruth, f"visits/{stop['visit_id']}/done", version=2, outcome="met")["visit"]["why"] == ""


def test_a_skipped_visit_has_its_reason_and_counts_in_no_sum(site, ruth):
    before = day(site)
    visit = before["stops"][1]["visit_id"]
    post(site, ruth, f"visits/{visit}/skip", version=1, status=422, why="")
    post(site, ruth, f"visits/{visit}/skip", version=1, why="closed")
    after = day(site)
    assert (after["stops"][1]["state"], after["stops"][1]["why"]) == ("skipped", "closed")
    assert (before["service_s"], after["service_s"]) == (3600, 1800)
    site.client.post("/api/codes", json={"list_name": "skip_reason", "code": "closed", "label": "Closed"})
    post(site, ruth, f"visits/{before['stops'][0]['visit_id']}/skip", version=1, status=409, why="tired")


def test_what_was_not_made_yet_or_long_ago_is_not_reported(site, ruth):
    visit = day(site)["stops"][0]["visit_id"]
    for at in ("2026-11-23T12:10:00Z", "2026-11-01T12:00:00Z"):
        post(site, ruth, f"visits/{visit}/done", version=1, status=409, outcome="met", at=at)
    ahead = day(site, "2026-11-25")["stops"][0]["visit_id"]
    assert "2026-11-25" in post(site, ruth, f"visits/{ahead}/done", version=1, status=409, outcome="met")["detail"]


def test_another_visit_is_made_next_and_the_rest_is_planned_after_it(site, ruth):
    site.moment[0] = EIGHT
    before = day(site)
    assert (order(before), before["version"]) == (["a1", "a2"], 1)
    wish = {"next_visit_id": before["stops"][1]["visit_id"]}
    post(site, ruth, "reps/1/day-plans", status=428, **wish)
    post(site, ruth, "reps/1/day-plans", version=7, status=412, **wish)
    planned = post(site, ruth, "reps/1/day-plans", version=1, key="k", status=201, **wish)
    route = planned["route"]
    assert (order(route), route["version"], [stop["sequence"] for stop in route["stops"]]) == (["a2", "a1"], 2, [1, 2])
    assert route["starts_at"] == "2026-11-23T08:05:00+01:00"
    assert planned == post(site, ruth, "reps/1/day-plans", version=1, key="k", status=201, **wish)
    drives = [stop["drive_s"] for stop in route["stops"]]
    assert route["drive_s"] > sum(drives) > 0  # and the way home
    assert route["line"]["coordinates"][0] == [10.5, 50.5]  # from home
    post(site, ruth, f"batches/{planned['batch_id']}/undo")
    again = day(site)
    assert (order(again), again["starts_at"], again["line"]) == (["a1", "a2"], before["starts_at"], before["line"])


def test_the_rest_begins_where_the_last_visit_was_made_and_done_ones_stay(site, ruth):
    first, second = day(site)["stops"]
    post(site, ruth, f"visits/{second['visit_id']}/done", version=1, outcome="met")
    route = post(site, ruth, "reps/1/day-plans", version=1, status=201)["route"]
    assert [(stop["external_id"], stop["state"], stop["sequence"]) for stop in route["stops"]] == [
        ("a2", "done", 2),
        ("a1", "planned", 3),
    ]
    arrives = datetime.fromisoformat(route["stops"][1]["arrives_at"])
    assert arrives - NOON == timedelta(seconds=route["stops"][1]["drive_s"])  # straight from a2, at 13:00 in Berlin
    here = {"position": {"lat": first["lat"], "lon": first["lon"]}}
    route = post(site, ruth, "reps/1/day-plans", version=2, status=201, **here)["route"]
    assert route["stops"][1]["drive_s"] == 0
    somewhere = {"position": {"lat": 50.123456, "lon": 10.234567}}
    route = post(site, ruth, "reps/1/day-plans", version=3, status=201, **somewhere)["route"]
    assert route["stops"][1]["drive_s"] > 0
    assert [10.234567, 50.123456] not in route["line"]["coordinates"]  # where a rep is, is kept nowhere


def test_an_account_near_is_taken_in_and_leaves_the_later_day_it_was_planned_for(site, ruth, far):
    site.moment[0] = EIGHT
    (near,) = site.get("/api/reps/1/near-and-due")["items"]
    assert (near["account"], near["reason"], near["text"]) == ("Account 3", "left_out", "the day is full")
    assert near["extra_s"] > 0
    (best,) = site.get("/api/reps/1/near-and-due", order="best")["items"]
    assert best["score"] == pytest.approx(best["rank"]["value"] * best["rank"]["dueness"] * best["rank"]["way"])
    assert best["rank"]["value"] == 2.0 and 0 < best["rank"]["way"] < 0.5
    post(site, ruth, "reps/1/day-plans", version=1, status=404, add_site_ids=[4])  # of Rep 1
    route = post(site, ruth, "reps/1/day-plans", version=1, status=201, add_site_ids=[near["site_id"]])["route"]
    assert sorted(order(route)) == ["a1", "a2", "a3"]
    later = day(site, "2026-11-25")
    assert order(later) == ["a1"]
    assert [(left["account"], left["why"]) for left in later["left_out"]] == [
        ("Account 3", "brought forward to 2026-11-23")
    ]
    assert post(site, ruth, "reps/1/day-plans", version=2, status=409, add_site_ids=[3])["detail"].startswith(
        "Account 3 is in"
    )


def test_what_finds_no_room_is_named_with_its_reason_and_can_be_put_back(site, ruth):
    site.moment[0] = datetime(2026, 11, 23, 14, 40, tzinfo=UTC)  # 15:40 in Berlin, nothing done yet
    route = post(site, ruth, "reps/1/day-plans", version=1, status=201)["route"]
    (left,) = route["left_out"]
    assert len(route["stops"]) == 1 and "28 min after the shift" in left["why"]
    longer = {"add_site_ids": [left["site_id"]], "overtime_s": 6 * 3600}
    route = post(site, ruth, "reps/1/day-plans", version=2, status=201, **longer)["route"]
    assert (len(route["stops"]), route["left_out"]) == (2, [])
    site.moment[0] = datetime(2026, 11, 23, 21, 40, tzinfo=UTC)
    assert "working day ends" in post(site, ruth, "reps/1/day-plans", version=3, status=409)["detail"]


def test_a_day_without_a_plan_is_made_of_what_is_due(site, ruth, far):
    near = site.get("/api/reps/1/near-and-due", day="2026-11-24")["items"]
    assert [item["account"] for item in near] == ["Account 3"]  # the others have their visits around that day
    made = {"day": "2026-11-24", "add_site_ids": [near[0]["site_id"]]}
    route = post(site, ruth, "reps/1/day-plans", status=201, **made)["route"]
    assert (route["day"], len(route["stops"]), route["version"]) == ("2026-11-24", 1, 1)
    post(site, ruth, "reps/1/day-plans", status=409, day="2026-11-20")


def test_the_week_says_why_a_day_holds_nothing(site, ruth):
    with site.record.write(Act("tests", "a calendar", NOON)) as session:
        session.execute(update(table_of(Rep)).values(holidays="DE-SN"))
    made = post(site, ruth, "reps/1/absences", status=201, first_on="2026-11-19", last_on="2026-11-20", reason="leave")
    post(site, ruth, "reps/1/absences", status=409, first_on="2026-11-20", last_on="2026-11-25")
    days = site.get("/api/reps/1/weeks/2026-11-18")["days"]
    kinds = [(day["off"] or {}).get("kind") for day in days]
    assert kinds == [None, None, "holiday", "absence", "absence", "weekday", "weekday"]
    assert (days[2]["off"]["name"], days[3]["off"]["name"]) == ("Buß- und Bettag", "leave")
    week = site.get("/api/reps/1/weeks/today")
    assert (week["today"], [day["visits"] for day in week["days"]]) == ("2026-11-23", [2, 0, 2, 0, 0, 0, 0])
    assert week["days"][0]["towns"] == ["Town"]
    post(site, ruth, f"absences/{made['id']}/remove", version=1)
    assert site.get("/api/reps/1/absences")["items"] == []
