"""Workload over HTTP: of a plan, of a day's plan, by period, of shared accounts."""

from tests.api.test_work import send


def test_a_plans_workload_says_how_each_figure_is_known(site):
    body = site.get("/api/workloads")
    assert (body["basis"]["drive_h"], body["basis"]["value"]) == ("estimated", "measured")
    figures = set(body["items"][0]) - {"territory_id", "territory", "zone", "rep_id", "rep"}
    assert figures == set(body["basis"]), "each figure has its label"
    assert {row["metric"]: row["spread"] for row in body["evenness"]} == {"hours": 0.0, "visits": 0.0, "value": 900.0}
    assert body["above"] == [] and body["items"][0]["net_h_a_year"] is None


def test_the_plan_of_a_day_is_asked_for_by_the_day(site):
    assert site.get("/api/workloads", on="2026-11-30")["plan_id"] == site.plan_id
    assert site.problem("/api/workloads", 404, on="2026-11-22")["detail"] == "No plan was in force on 2026-11-22."
    site.problem("/api/workloads", 422, on="2026-11-30", plan=1)


def test_work_comes_by_day_and_week_of_reps_and_territories(site):
    week = site.get("/api/workloads/periods", first="2026-11-23", last="2026-11-29")
    assert [(row["name"], row["first"], row["planned"]["visits"]) for row in week["items"]] == [
        ("Rep 0", "2026-11-23", 4.0),
        ("Rep 1", "2026-11-23", 3.0),
    ]
    days = site.get("/api/workloads/periods", first="2026-11-23", last="2026-11-29", by="day", of="territory")
    assert sum(row["planned"]["service_s"] for row in days["items"]) == 7 * 1800
    assert week["basis"]["done.visits"] == "measured" and week["evenness"][0]["metric"] == "planned hours"
    site.problem("/api/workloads/periods", 422, first="2026-11-23", last="2026-11-22")
    site.problem("/api/workloads/periods", 422, first="2010-11-23", last="2026-11-22")
    site.problem("/api/workloads/periods", 422, by="decade")


def test_an_account_is_shared_from_a_day_on(site):
    path = "/api/accounts/1/shares"
    made = send(site, "PUT", path, {"shares": {"1": 0.5, "2": 0.5}, "since": "2026-11-24"})
    assert made["shares"] == {"1": 0.5, "2": 0.5}
    assert site.get(path)["shares"] == {}, "today is the day before"
    assert site.get(path, on="2026-11-25")["shares"] == {"1": 0.5, "2": 0.5}
    week = site.get("/api/workloads/periods", first="2026-11-23", last="2026-11-29")
    assert [row["planned"]["visits"] for row in week["items"]] == [3.5, 3.5]
    bad = send(site, "PUT", path, {"shares": {"1": 0.5}}, 422)
    assert bad["errors"][0]["field"] == "body.shares" and "add up to 0.5" in bad["detail"]
