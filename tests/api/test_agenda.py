"""What a rep has to do besides the route, by the API and on the page; a day that is over on the page."""

from datetime import timedelta

from tests.api.test_people import send
from tests.small_plan import NOON


def test_promised_contacts_and_tasks_stand_with_the_day_until_they_are_met(site):
    asked = {"account_id": 3, "kind": "phone_call", "outcome": "met", "next_contact_on": "2026-11-20"}
    send(site, "POST", "/api/activities", asked | {"at": "2026-11-10T09:00:00Z"}, 201)
    task = {"account_id": 1, "rep_id": 1, "kind": "samples", "title": "Bring samples", "due_on": "2026-11-23"}
    made = send(site, "POST", "/api/tasks", task, 201)
    agenda = site.get("/api/reps/1/agenda/today")
    ((due,), (todo,)) = agenda["contacts"], agenda["tasks"]
    assert (due["account"], due["on"], due["visit_on"]) == ("Account 3", "2026-11-20", "2026-11-25")
    assert (todo["title"], agenda["service"], agenda["day"]) == ("Bring samples", [], "2026-11-23")
    assert site.get("/api/reps/1/agenda/2026-11-19")["contacts"] == []
    page = site.client.get("/today?rep=1").text
    assert "Also due: 2" in page and "since Fri 20 Nov" in page and f'data-task="{made["id"]}"' in page
    send(site, "POST", f"/api/tasks/{made['id']}/done", {}, 200, made["version"])
    send(site, "POST", "/api/activities", {"account_id": 3, "kind": "phone_call", "outcome": "met"}, 201)
    assert site.get("/api/reps/1/agenda/today")["contacts"] == site.get("/api/reps/1/agenda/today")["tasks"] == []
    assert "Also due" not in site.client.get("/today?rep=1").text


def test_a_day_that_is_over_is_shown_against_its_plan_and_says_its_year(site):
    first, second = site.get("/api/reps/1/routes/2026-11-23")["stops"]
    site.moment[0] = NOON + timedelta(hours=2)
    for stop in (second, first):
        site.moment[0] += timedelta(minutes=5)
        send(site, "POST", f"/api/visits/{stop['visit_id']}/done", {"outcome": "met"}, 200, 1)
    send(site, "POST", "/api/activities", {"account_id": 3, "rep_id": 1, "kind": "visit", "outcome": "met"}, 201)
    site.moment[0] = NOON + timedelta(days=60)
    page = site.client.get("/today?rep=1&day=2026-11-23").text
    assert "Monday, 23 November 2026" in page
    assert "<b>Account 3</b>" in page and "not planned" in page
    assert page.count("as number 1") == 1 and page.count("as number 2") == 1 and page.count("later") == 2
    parts = site.client.get("/today/map?rep=1&day=2026-11-23&made=1").json()
    plain = site.client.get("/today/map?rep=1&day=2026-11-23").json()
    assert parts["visits"] == plain["visits"] == [first["visit_id"], second["visit_id"]]
    assert len(parts["html"]) > len(plain["html"])
