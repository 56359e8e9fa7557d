"""GET /api/reps/{id}/routes/{date|today}."""

from datetime import UTC, datetime, timedelta

from planning.record import save_plan
from planning.result import UnservedVisits


def rep_id(site, name="Rep 0"):
    return next(rep["id"] for rep in site.get("/api/reps")["items"] if rep["name"] == name)


def test_a_day_has_its_stops_in_order_with_local_times(site):
    body = site.get(f"/api/reps/{rep_id(site)}/routes/2026-11-23")
    assert [stop["external_id"] for stop in body["stops"]] == ["a1", "a2"]
    assert body["starts_at"] == "2026-11-23T08:30:00+01:00"
    assert body["stops"][0]["arrives_at"] == "2026-11-23T09:00:00+01:00"
    assert (body["drive_s"], body["service_s"], body["travel_estimated"]) == (5400, 3600, True)
    assert body["line"] == {"type": "LineString", "coordinates": [[10.5, 50.25], [10.5, 50.5]]}


def test_today_is_the_date_where_the_rep_is(site):
    site.moment[0] = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    assert site.get(f"/api/reps/{rep_id(site)}/routes/today")["day"] == "2026-11-23"
    site.moment[0] = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert site.problem(f"/api/reps/{rep_id(site)}/routes/today", 404)["next_date"] == "2026-11-23"


def test_a_day_without_a_route_names_the_next_one_that_has_one(site):
    body = site.problem(f"/api/reps/{rep_id(site)}/routes/2026-11-24", 404)
    assert body["next_date"] == "2026-11-25"
    assert body["detail"] == "Rep 0 has no route on 2026-11-24; the next one is on 2026-11-25."
    body = site.problem(f"/api/reps/{rep_id(site)}/routes/2026-12-01", 404)
    assert body["next_date"] is None


def test_a_new_plan_takes_over_from_its_first_day(site, plan):
    later = plan().starts_on + timedelta(days=2)
    save_plan(site.record, plan(starts_on=later), now=site.moment[0], time_zone="Europe/Berlin")
    monday = site.get(f"/api/reps/{rep_id(site)}/routes/2026-11-23")
    wednesday = site.get(f"/api/reps/{rep_id(site)}/routes/2026-11-25")
    assert (monday["plan_id"], wednesday["plan_id"]) == (1, 2)
    assert [stop["external_id"] for stop in wednesday["stops"]] == ["a1", "a2"]


def test_an_unknown_rep_or_day_is_a_problem(site):
    assert site.problem("/api/reps/99/routes/today", 404)["detail"] == "There is no rep 99."
    assert site.problem("/api/reps/1/routes/yesterday", 422)["errors"][0]["field"] == "path.day"


def test_what_found_no_day_says_what_blocks_it_and_the_way_out(site, plan):
    left = UnservedVisits(2, "Rep 0", 1, "the day is full", "2026-11-24: the day is full: would need 9 min more; …")
    save_plan(site.record, plan(unserved=(left,)), now=site.moment[0], time_zone="Europe/Berlin")
    for on in ("2026-11-23", "today"):
        (one,) = site.get(f"/api/reps/{rep_id(site)}/unplanned/{on}")["items"]
        assert (one["account"], one["visits"], one["reason"], one["details"]) == (
            "Account 3",
            left.visits,
            left.reason,
            left.details,
        )
    assert site.problem("/api/reps/99/unplanned/today", 404)["detail"] == "There is no rep 99."
    page = site.client.get(f"/today?rep={rep_id(site)}&day=2026-11-23").text
    assert left.details in page
