"""The page on which days away are written down, and the one for a page that a browser does not have."""

import pytest

from crm.tables import Role
from tests.api_users import bearer

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
HOSTILE = "</script><img src=x onerror=alert(1)>"
AWAY = "/today?rep=1&view=away"


@sqlite_only
def test_days_away_are_listed_with_the_visits_planned_on_them(site):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    assert "No days away are written down." in site.client.get(AWAY, headers=ruth).text
    body = {"first_on": "2026-11-23", "last_on": "2026-11-27", "reason": HOSTILE}
    made = site.client.post("/api/reps/1/absences", json=body, headers=ruth)
    assert made.status_code == 201, made.text
    old = {"first_on": "2026-11-02", "last_on": "2026-11-03", "reason": "illness"}
    assert site.client.post("/api/reps/1/absences", json=old, headers=ruth).status_code == 201
    page = site.client.get(AWAY, headers=ruth).text
    assert HOSTILE not in page and "&lt;img src=x" in page
    assert "planned all the same" in page and "day=2026-11-23" in page
    assert f'data-remove="/api/absences/{made.json()["id"]}/remove" data-version="1"' in page
    assert "Over (1)" in page and "illness" in page


@sqlite_only
def test_days_away_of_a_stranger_are_not_there(site):
    other = bearer(site.record, "olaf", Role.REP, rep_id=2)
    assert site.client.get(AWAY, headers=other).status_code == 404


@sqlite_only
def test_the_page_for_no_network_names_no_data(site):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    page = site.client.get("/today/offline", headers=ruth)
    assert page.status_code == 200 and "No network" in page.text and "Account 1" not in page.text
