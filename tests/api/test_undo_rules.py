"""Taking back what would leave the record as no edit could make it, or what the user may not change any more."""

import pytest

from crm.tables import Role
from tests.api_users import bearer


def newest(site):
    return site.get("/api/batches", limit=1)["items"][0]["id"]


def undo(site, batch, **asked):
    return site.client.post(f"/api/batches/{batch}/undo", json={}, **asked)


def patch(site, path, body, version=1):
    answer = site.client.patch(path, json=body, headers={"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text
    return newest(site)


def made(site, path, body):
    answer = site.client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_undo_closes_no_circle_of_owners(site):
    body = {"kind": "owner", "to_account_id": 2, "valid_from": "2026-01-01", "valid_to": "2026-06-01"}
    link = made(site, "/api/accounts/1/links", body)["id"]
    shortened = patch(site, f"/api/links/{link}", {"valid_to": "2026-03-01"})
    made(site, "/api/accounts/2/links", {"kind": "owner", "to_account_id": 1, "valid_from": "2026-04-01"})
    refused = undo(site, shortened)
    assert refused.status_code == 409
    assert "circle from 2026-04-01" in refused.json()["detail"]


def test_an_undo_puts_no_territory_below_itself(site):
    plan = f"/api/plans/{site.plan_id}/territories"
    upper, lower = (made(site, plan, {"name": name})["id"] for name in ("Upper", "Lower"))
    patch(site, f"/api/territories/{lower}", {"parent_id": upper})
    freed = patch(site, f"/api/territories/{lower}", {"parent_id": None}, 2)
    patch(site, f"/api/territories/{upper}", {"parent_id": lower})
    refused = undo(site, freed)
    assert (refused.status_code, "below itself" in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize("until", [None, "2027-06-01"])
def test_an_undo_gives_no_territory_a_second_owner(site, until):
    owner = site.get("/api/territories/1/holders")["items"][0]
    match = {"If-Match": f'"{owner["version"]}"'}
    ended = site.client.post(f"/api/holders/{owner['id']}/end", json={"until": "2027-01-01"}, headers=match)
    assert ended.status_code == 200, ended.text
    act = newest(site)
    rep = 3 - owner["rep_id"]
    made(site, "/api/territories/1/holders", {"rep_id": rep, "since": "2027-01-01", "until": until})
    refused = undo(site, act)
    assert refused.status_code == 409, refused.text
    assert ("two primary owners" if until else "takes its place") in refused.json()["detail"]
    assert undo(site, newest(site)).status_code == 200
    assert undo(site, act).status_code == 200
    assert site.get("/api/territories/1/holders")["items"][0]["valid_to"] is None


def test_a_move_is_not_taken_back_from_under_later_ones(site):
    stages = [{"name": name, "probability": 0.5} for name in "ABC"] + [
        {"name": kind, "kind": kind} for kind in ("won", "lost")
    ]
    ids = [stage["id"] for stage in made(site, "/api/pipelines", {"name": "Sales", "stages": stages})["stages"]]
    deal = f"/api/opportunities/{made(site, '/api/opportunities', {'title': 'x', 'stage_id': ids[0]})['id']}"
    acts = []
    for version, stage in enumerate((1, 2, 1), 1):
        moved = site.client.post(f"{deal}/moves", json={"stage_id": ids[stage]}, headers={"If-Match": f'"{version}"'})
        assert moved.status_code == 200
        acts.append(newest(site))
    refused = undo(site, acts[0])
    row = {"table": "opportunity", "row_id": 1, "fields": ["stage_id"], "batch_id": acts[2], "by": "boss"}
    assert (refused.status_code, refused.json()["rows"]) == (409, [row])
    for act in reversed(acts):
        assert undo(site, act).status_code == 200
    assert site.get(deal)["stage_id"] == ids[0]


def test_a_single_share_is_not_taken_back(site):
    put = site.client.put("/api/accounts/1/shares", json={"shares": {"1": 0.4, "2": 0.6}})
    assert put.status_code == 200
    act = newest(site)
    first = site.get(f"/api/batches/{act}/changes")["items"][0]["id"]
    refused = site.client.post(f"/api/batches/{act}/changes/{first}/undo", json={})
    assert (refused.status_code, "divided whole" in refused.json()["detail"]) == (409, True)
    assert undo(site, act).status_code == 200


@pytest.mark.parametrize("role", [Role.PLANNER, Role.MANAGER])
def test_only_administrators_take_back_what_was_done_to_users(site, role):
    user = made(site, "/api/users", {"name": "una", "role": "admin"})
    demoted = patch(site, f"/api/users/{user['id']}", {"role": "planner"}, user["version"])
    asked = {"headers": bearer(site.record, "una2", role)}
    assert undo(site, demoted, **asked).status_code == (409 if role is Role.PLANNER else 404)
    assert site.get(f"/api/users/{user['id']}")["role"] == "planner"
    assert undo(site, demoted).status_code == 200


def test_what_is_not_seen_any_more_is_not_changed_by_an_undo(site):
    rep = bearer(site.record, "ruth", Role.REP, rep_id=1)
    edit = site.client.patch("/api/accounts/1", json={"value": 7.0}, headers=rep | {"If-Match": '"1"'})
    act = edit.headers["Bailiwick-Act"]
    territory = site.get("/api/accounts/1")["sites"][0]["territory_id"]
    made(site, f"/api/territories/{territory}/holders", {"rep_id": 2})
    refused = undo(site, act, headers=rep)
    assert (refused.status_code, refused.json()["detail"]) == (404, "There is no account 1.")
    assert undo(site, newest(site)).status_code == 200
    assert undo(site, act, headers=rep).status_code == 200
