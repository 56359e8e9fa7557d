"""Who owned what on which day."""

from dataclasses import replace
from datetime import timedelta

from planning.record import save_plan


def owner(site, **query):
    return site.get("/api/accounts/1", **query)["sites"][0]["rep"]


def test_owners_of_any_day(site, plan):
    small = plan()
    handed_over = replace(small.accounts[0], zone=1, rep="Rep 1")
    later = plan(starts_on=small.starts_on + timedelta(weeks=4), accounts=(handed_over, *small.accounts[1:]))
    save_plan(site.record, later, now=site.moment[0])
    assert owner(site, on="2026-11-22") is None
    assert owner(site, on="2026-11-23") == "Rep 0"
    assert owner(site, on="2026-12-20") == "Rep 0"
    assert owner(site, on="2026-12-21") == "Rep 1"
    assert owner(site, on="9999-12-31") == "Rep 1"
    assert [item["sites"][0]["rep"] for item in site.get("/api/accounts", on="2026-12-21", limit=2)["items"]] == [
        "Rep 1",
        "Rep 0",
    ]


def test_before_the_first_plan_begins_its_owners_are_shown(site, plan):
    site.moment[0] -= timedelta(weeks=1)
    assert owner(site) == "Rep 0"
    assert site.problem("/api/accounts/1", 422, on="soon")["errors"][0]["field"] == "query.on"
