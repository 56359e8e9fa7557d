"""Whoever makes a user inactive is told what nobody looks after any more, and the user is out at once."""

import pytest
from sqlalchemy import update

from crm.tables import Job, JobState, Role
from planning.jobs import ask_job
from tests.api_users import bearer
from tests.small_plan import NOON


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_a_rep_leaves_behind_is_listed_unless_somebody_else_is_that_rep(site):
    (rep,) = [one["id"] for one in site.get("/api/reps")["items"] if one["external_id"] == "Rep 0"]
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=rep)
    (user,) = [one for one in site.get("/api/users")["items"] if one["name"] == "ruth"]
    with site.record.write() as session:
        waiting, job, other = (ask_job(session, "drill", {}, by=name, now=NOON) for name in ("ruth", "ruth", "rosa"))
        session.execute(update(Job).where(Job.id == job).values(state=JobState.RUNNING, lease_until=NOON))
    off = {"json": {"active": False}, "headers": {"If-Match": f'"{user["version"]}"'}}
    assert site.client.get("/api/me", headers=ruth).status_code == 200
    assert site.client.patch(f"/api/users/{user['id']}", **off).status_code == 200
    assert site.client.get("/api/me", headers=ruth).status_code == 401
    states = [site.get(f"/api/jobs/{one}")["state"] for one in (waiting, job, other)]
    assert states == ["cancelled", "running", "queued"]
    left = site.get(f"/api/users/{user['id']}/left-behind")
    route = site.get(f"/api/reps/{rep}/routes/2026-11-23")
    assert left["orphaned"] and left["rep_id"] == rep and left["jobs"] == [job]
    assert len(left["territories"]) == 1 and left["visits"] >= len(route["stops"]) > 0
    assert left["last_visit_on"] >= "2026-11-23"
    bearer(site.record, "rosa", Role.REP, rep_id=rep)
    after = site.get(f"/api/users/{user['id']}/left-behind")
    assert after["others"] == ["rosa"] and not after["orphaned"]
    assert site.client.get("/api/users/4711/left-behind").status_code == 404


def test_who_gave_somebody_a_new_password_is_written_down(site):
    bearer(site.record, "anna", Role.PLANNER)
    user = next(one for one in site.get("/api/users")["items"] if one["name"] == "anna")
    assert site.client.post(f"/api/users/{user['id']}/password").status_code == 200
    act = site.get("/api/batches", limit=1)["items"][0]
    assert (act["made_by"], act["why"]) == ("boss", f"A new password for user {user['id']}")
