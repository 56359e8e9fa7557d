"""Who may do what: every route × role × own or foreign object; the routes come from OpenAPI.

A route that is not in `ACCESS` fails this test: whoever adds one says here who may use it.
"""

from itertools import product

import pytest
from shapely import to_wkb
from shapely.geometry import box

from crm.act import Act
from crm.tables import Opportunity, Role
from geo.admin_regions import AdminRegion
from planning.demo_pipeline import seed_pipeline
from planning.jobs import ask_job, cancel_job
from planning.region_editions import NewEdition, keep_edition, ready_edition
from planning.viewer import everything
from planning.work_queue import NewItem, add_items, make_queue, pull
from tests.api_users import bearer
from tests.small_plan import NOON

ANYBODY, USERS, SEEN, MANAGING, OFFICE, ADMIN = "anybody", "users", "seen", "managing", "office", "admin"
REFUSED = {MANAGING: (Role.REP,), OFFICE: (Role.REP, Role.MANAGER), ADMIN: (Role.REP, Role.MANAGER, Role.PLANNER)}
ACCESS = {
    "GET /health": ANYBODY,
    "GET /ready": ANYBODY,
    "GET /metrics": ADMIN,
    "GET /api/accounts": USERS,
    "GET /api/accounts/{account_id}": SEEN,
    "PATCH /api/accounts/{account_id}": SEEN,
    "GET /api/accounts/{account_id}/history": SEEN,
    "GET /api/accounts/{account_id}/duplicates": SEEN,
    "GET /api/accounts/{account_id}/owners": SEEN,
    "GET /api/owners": USERS,
    "GET /api/territories/{territory_id}/holders": SEEN,
    "POST /api/territories/{territory_id}/holders": OFFICE,
    "POST /api/holders/{holder_id}/end": OFFICE,
    "PATCH /api/territories/{territory_id}": OFFICE,
    "POST /api/plans/{plan_id}/territories": OFFICE,
    "GET /api/visits/{visit_id}/companions": SEEN,
    "PUT /api/visits/{visit_id}/companions": SEEN,
    "GET /api/reps/{rep_id}/joint-visits": SEEN,
    "POST /api/accounts/{account_id}/merges": MANAGING,
    "POST /api/duplicates/searches": OFFICE,
    "GET /api/duplicates": MANAGING,
    "PATCH /api/duplicates/{pair_id}": MANAGING,
    "GET /api/review": USERS,
    "PATCH /api/sites/{site_id}": SEEN,
    "GET /api/opportunities": USERS,
    "GET /api/opportunities/{opportunity_id}": SEEN,
    "POST /api/opportunities": USERS,
    "PATCH /api/opportunities/{opportunity_id}": SEEN,
    "GET /api/opportunities/{opportunity_id}/form": SEEN,
    "GET /api/opportunities/{opportunity_id}/estimates": SEEN,
    "GET /api/rollups/sales/rows": USERS,
    "GET /api/stuck-opportunities": USERS,
    "GET /api/sales-board": USERS,
    "GET /api/account-names": USERS,
    "GET /api/accounts-by-words": USERS,
    "GET /api/completeness": USERS,
    "GET /api/sync": USERS,
    "GET /api/tasks": USERS,
    "POST /api/tasks": USERS,
    "GET /api/tasks/{todo_id}": SEEN,
    "PATCH /api/tasks/{todo_id}": SEEN,
    "POST /api/tasks/{todo_id}/done": SEEN,
    "POST /api/tasks/{todo_id}/cancel": SEEN,
    "GET /api/events": OFFICE,
    "GET /api/opportunities/{opportunity_id}/moves": SEEN,
    "POST /api/opportunities/{opportunity_id}/moves": SEEN,
    "GET /api/pipelines": USERS,
    "POST /api/pipelines": OFFICE,
    "GET /api/pipelines/{pipeline_id}": USERS,
    "PATCH /api/pipelines/{pipeline_id}": OFFICE,
    "GET /api/pipelines/{pipeline_id}/funnel": USERS,
    "GET /api/pipelines/{pipeline_id}/counts": USERS,
    "GET /api/pipelines/{pipeline_id}/flow": USERS,
    "POST /api/pipelines/{pipeline_id}/changes": OFFICE,
    "GET /api/pipelines/{pipeline_id}/calibration": USERS,
    "GET /api/pipelines/{pipeline_id}/win-models": OFFICE,
    "POST /api/pipelines/{pipeline_id}/win-models": OFFICE,
    "GET /api/batches": USERS,
    "GET /api/batches/{batch_id}": SEEN,
    "GET /api/batches/{batch_id}/changes": SEEN,
    "POST /api/batches/{batch_id}/undo": SEEN,
    "POST /api/batches/{batch_id}/changes/{change_id}/undo": SEEN,
    "GET /api/export": USERS,
    "POST /api/exports": USERS,
    "GET /api/exports/{job_id}": SEEN,
    "GET /api/imports": OFFICE,
    "POST /api/imports": OFFICE,
    "GET /api/imports/{import_id}": OFFICE,
    "GET /api/imports/{import_id}/rows": OFFICE,
    "POST /api/imports/{import_id}/commit": OFFICE,
    "POST /api/imports/{import_id}/rows/{row_id}/choice": OFFICE,
    "GET /api/plans": USERS,
    "POST /api/plans": OFFICE,
    "POST /api/plans/{plan_id}/days": OFFICE,
    "POST /api/plans/{plan_id}/publish": OFFICE,
    "POST /api/lookups": OFFICE,
    "GET /api/admin-regions": USERS,
    "POST /api/admin-regions": OFFICE,
    "GET /api/admin-regions/{edition_id}": USERS,
    "GET /api/admin-regions/{edition_id}/outlines": USERS,
    "GET /api/regions": ADMIN,
    "POST /api/regions": ADMIN,
    "GET /api/plans/{plan_id}": USERS,
    "GET /api/plans/{plan_id}/zones": USERS,
    "GET /api/plans/{plan_id}/comparison": USERS,
    "GET /api/plans/{plan_id}/points": USERS,
    "GET /api/plans/{plan_id}/names": USERS,
    "GET /api/plans/{plan_id}/ground": USERS,
    "GET /api/plans/{plan_id}/background": USERS,
    "GET /api/plans/{plan_id}/regions/{edition_id}": USERS,
    "GET /api/scenarios": MANAGING,
    "POST /api/scenarios": MANAGING,
    "GET /api/scenarios/{scenario_id}": MANAGING,
    "PATCH /api/scenarios/{scenario_id}": MANAGING,
    "GET /api/scenarios/{scenario_id}/steps": MANAGING,
    "POST /api/scenarios/{scenario_id}/steps": MANAGING,
    "POST /api/scenarios/{scenario_id}/undo": MANAGING,
    "POST /api/scenarios/{scenario_id}/redo": MANAGING,
    "POST /api/scenarios/{scenario_id}/rebase": MANAGING,
    "POST /api/scenarios/{scenario_id}/publish": MANAGING,
    "POST /api/scenarios/{scenario_id}/curves": MANAGING,
    "GET /api/scenarios/{scenario_id}/curves": MANAGING,
    "GET /api/workloads": USERS,
    "GET /api/workloads/periods": USERS,
    "GET /api/accounts/{account_id}/shares": OFFICE,
    "PUT /api/accounts/{account_id}/shares": OFFICE,
    "GET /api/proposals/{proposal_id}": OFFICE,
    "POST /api/proposals/{proposal_id}/accept": OFFICE,
    "POST /api/proposals/{proposal_id}/decline": OFFICE,
    "POST /api/territories/{territory_id}/rebalances": OFFICE,
    "POST /api/territories/{territory_id}/challenges": OFFICE,
    "GET /api/jobs": USERS,
    "GET /api/jobs/{job_id}": SEEN,
    "GET /api/jobs/{job_id}/events": SEEN,
    "POST /api/jobs/{job_id}/cancel": SEEN,
    "POST /api/jobs/{job_id}/retry": SEEN,
    "GET /api/reps": USERS,
    "GET /api/reps/{rep_id}/routes/{day}": SEEN,
    "POST /api/reps/{rep_id}/day-plans": SEEN,
    "GET /api/reps/{rep_id}/near-and-due": SEEN,
    "GET /api/reps/{rep_id}/slots": SEEN,
    "POST /api/reps/{rep_id}/meetings": SEEN,
    "GET /api/visits/{visit_id}/report": SEEN,
    "GET /api/continuity": USERS,
    "POST /api/crew-days": OFFICE,
    "GET /api/reps/{rep_id}/driving": SEEN,
    "PUT /api/reps/{rep_id}/driving": OFFICE,
    "GET /api/reps/{rep_id}/weeks/{day}": SEEN,
    "GET /api/reps/{rep_id}/plan-fact/{day}": SEEN,
    "GET /api/reps/{rep_id}/agenda/{day}": SEEN,
    "GET /api/reps/{rep_id}/unplanned/{day}": SEEN,
    "GET /api/reps/{rep_id}/absences": SEEN,
    "POST /api/reps/{rep_id}/absences": SEEN,
    "POST /api/absences/{absence_id}/remove": SEEN,
    "POST /api/visits/{visit_id}/done": SEEN,
    "POST /api/visits/{visit_id}/skip": SEEN,
    "GET /api/document-forms": USERS,
    "POST /api/document-forms": OFFICE,
    "GET /api/document-forms/{form_id}": USERS,
    "PATCH /api/document-forms/{form_id}": OFFICE,
    "POST /api/visits/{visit_id}/documents": SEEN,
    "GET /api/documents": USERS,
    "GET /api/documents/{document_id}": SEEN,
    "PATCH /api/documents/{document_id}": SEEN,
    "GET /api/queues": USERS,
    "POST /api/queues": OFFICE,
    "GET /api/queues/{queue_id}/items": OFFICE,
    "POST /api/queues/{queue_id}/items": OFFICE,
    "POST /api/queues/{queue_id}/reps/{rep_id}/pulls": SEEN,
    "GET /api/reps/{rep_id}/work-items": SEEN,
    "POST /api/reps/{rep_id}/work-items/{item_id}/return": SEEN,
    "POST /api/reps/{rep_id}/work-items/{item_id}/renew": SEEN,
    "POST /api/reps/{rep_id}/work-items/{item_id}/complete": SEEN,
    "GET /api/lead-rules": OFFICE,
    "POST /api/lead-rules": OFFICE,
    "GET /api/lead-rules/{rules_id}": OFFICE,
    "POST /api/lead-rules/{rules_id}/dry-runs": OFFICE,
    "POST /api/lead-rules/{rules_id}/assignments": OFFICE,
    "POST /api/opportunities/{opportunity_id}/assignments": OFFICE,
    "GET /api/lead-choices": OFFICE,
    "GET /api/lead-choices/{choice_id}": OFFICE,
    "GET /api/lead-fairness": OFFICE,
    "GET /api/reps/{rep_id}/skills": OFFICE,
    "PUT /api/reps/{rep_id}/skills": OFFICE,
    "GET /api/accounts/{account_id}/needs": OFFICE,
    "PUT /api/accounts/{account_id}/needs": OFFICE,
    "GET /api/me": USERS,
    "GET /api/me/tokens": USERS,
    "POST /api/me/tokens": USERS,
    "POST /api/me/tokens/{token_id}/revoke": SEEN,
    "GET /api/me/sessions": USERS,
    "DELETE /api/me/sessions/{session_id}": USERS,
    "POST /api/me/sessions/end-others": USERS,
    "GET /api/users/{user_id}/sessions": ADMIN,
    "DELETE /api/users/{user_id}/sessions/{session_id}": ADMIN,
    "GET /api/accounts/{account_id}/overview": SEEN,
    "PUT /api/accounts/{account_id}/names": SEEN,
    "POST /api/accounts/{account_id}/links": SEEN,
    "PATCH /api/links/{link_id}": SEEN,
    "GET /api/people": USERS,
    "POST /api/people": USERS,
    "GET /api/people/{person_id}": SEEN,
    "PATCH /api/people/{person_id}": SEEN,
    "POST /api/people/{person_id}/consents": SEEN,
    "POST /api/people/{person_id}/erase": ADMIN,
    "GET /api/people/{person_id}/duplicates": SEEN,
    "POST /api/people/{person_id}/merges": MANAGING,
    "GET /api/codes": USERS,
    "GET /api/activity-types": USERS,
    "POST /api/activity-types": OFFICE,
    "GET /api/workload-rules": OFFICE,
    "POST /api/workload-rules": OFFICE,
    "GET /api/visit-policies": OFFICE,
    "POST /api/visit-policies": OFFICE,
    "POST /api/visit-policies/dry-runs": OFFICE,
    "GET /api/accounts/{account_id}/visit-policy": SEEN,
    "POST /api/accounts/{account_id}/sites": SEEN,
    "GET /api/accounts/{account_id}/timeline": SEEN,
    "GET /api/people/{person_id}/history": SEEN,
    "GET /api/opportunities/{opportunity_id}/history": SEEN,
    "PATCH /api/activity-types/{type_id}": OFFICE,
    "POST /api/codes": OFFICE,
    "PATCH /api/codes/{code_id}": OFFICE,
    "GET /api/activities": USERS,
    "POST /api/activities": USERS,
    "GET /api/activities/{activity_id}": SEEN,
    "PATCH /api/activities/{activity_id}": SEEN,
    "GET /api/assets": USERS,
    "POST /api/assets": USERS,
    "GET /api/assets/{asset_id}": SEEN,
    "PATCH /api/assets/{asset_id}": SEEN,
    "POST /api/assets/{asset_id}/faults": SEEN,
    "GET /api/service-tasks": USERS,
    "GET /api/service-tasks/{task_id}": SEEN,
    "POST /api/service-tasks/{task_id}/done": SEEN,
    "POST /api/intake/stamps": ANYBODY,
    "POST /api/intake/leads": ANYBODY,
    "GET /api/intakes": ADMIN,
    "POST /api/intakes": ADMIN,
    "GET /api/intakes/{intake_id}": ADMIN,
    "PATCH /api/intakes/{intake_id}": ADMIN,
    "POST /api/intakes/{intake_id}/keys": ADMIN,
    "POST /api/intakes/{intake_id}/keys/{key_id}/revoke": ADMIN,
    "GET /api/leads": USERS,
    "POST /api/leads": USERS,
    "GET /api/leads/{lead_id}": SEEN,
    "POST /api/leads/{lead_id}/match": SEEN,
    "POST /api/leads/{lead_id}/qualify": SEEN,
    "POST /api/leads/{lead_id}/reject": SEEN,
    "POST /api/leads/{lead_id}/convert": SEEN,
    "POST /api/accounts": OFFICE,
    "POST /api/accounts/bulk": USERS,
    "GET /api/rollups/accounts": USERS,
    "GET /api/rollups/sales": USERS,
    "GET /api/rollups/pipeline": USERS,
    "POST /api/rollups/pipeline": USERS,
    "GET /api/plan-fact": USERS,
    "GET /api/targets": USERS,
    "GET /api/incentive-rules": OFFICE,
    "POST /api/incentive-rules": OFFICE,
    "GET /api/incentive-rules/{rules_id}": OFFICE,
    "GET /api/incentive-runs": OFFICE,
    "POST /api/incentive-runs": OFFICE,
    "GET /api/incentive-runs/{run_id}": OFFICE,
    "POST /api/incentive-runs/{run_id}/close": OFFICE,
    "GET /api/incentive-runs/{run_id}/payroll": OFFICE,
    "GET /api/incentive-lines": USERS,
    "POST /api/targets": MANAGING,
    "PATCH /api/targets/{target_id}": MANAGING,
    "DELETE /api/targets/{target_id}": MANAGING,
    "GET /api/opportunities/{opportunity_id}/credit": SEEN,
    "PUT /api/opportunities/{opportunity_id}/credit": OFFICE,
    "GET /api/views": USERS,
    "POST /api/views": USERS,
    "GET /api/views/{view_id}": SEEN,
    "GET /api/views/{view_id}/accounts": SEEN,
    "GET /api/views/{view_id}/opportunities": SEEN,
    "PATCH /api/views/{view_id}": SEEN,
    "DELETE /api/views/{view_id}": SEEN,
    "GET /api/me/second-factor": USERS,
    "POST /api/me/second-factor": USERS,
    "POST /api/me/second-factor/confirm": USERS,
    "POST /api/me/second-factor/recovery-codes": USERS,
    "POST /api/me/second-factor/remove": USERS,
    "POST /api/users/{user_id}/second-factor/reset": ADMIN,
    "GET /api/users": ADMIN,
    "GET /api/users/{user_id}": ADMIN,
    "POST /api/users": ADMIN,
    "PATCH /api/users/{user_id}": ADMIN,
    "POST /api/users/{user_id}/password": ADMIN,
    "GET /api/users/{user_id}/left-behind": ADMIN,
}
NOT_FOR_ANYBODY = 401, 403, 404


@pytest.fixture
def people(site):
    """Headers by role: the rep is Rep 0, the manager may see what Rep 0 sees."""
    (own,) = [rep["id"] for rep in site.get("/api/reps")["items"] if rep["external_id"] == "Rep 0"]
    return {
        Role.REP: bearer(site.record, "ruth", Role.REP, rep_id=own),
        Role.MANAGER: bearer(site.record, "mona", Role.MANAGER, sees_reps=(own,)),
        Role.PLANNER: bearer(site.record, "paul", Role.PLANNER),
        Role.ADMIN: bearer(site.record, "adam", Role.ADMIN),
    }


@pytest.fixture
def objects(site, people):
    """By parameter, an id that the rep and the manager may see, and one that they may not."""
    accounts = {item["external_id"]: item for item in site.get("/api/accounts")["items"]}
    own, foreign = accounts["a1"], accounts["a5"]
    deals = sell(site.record, (own, foreign))
    reps = own["sites"][0]["rep_id"], foreign["sites"][0]["rep_id"]
    edit = {"name": "Renamed", "why": "access"}
    body = site.client.patch(f"/api/accounts/{own['id']}", json=edit, headers=people[Role.REP] | {"If-Match": '"1"'})
    assert body.status_code == 200, body.text
    return {
        "account_id": (own["id"], foreign["id"]),
        "site_id": (own["sites"][0]["id"], foreign["sites"][0]["id"]),
        "opportunity_id": deals,
        "rep_id": reps,
        "plan_id": (site.plan_id, site.plan_id),
        "day": ("2026-11-23", "2026-11-23"),
        "batch_id": (site.get("/api/batches", limit=1)["items"][0]["id"], 1),
        "change_id": (1, 1),
        "token_id": (9999, 1),
        "intake_id": (1, 1),
        "key_id": (1, 1),
        "import_id": (1, 1),
        "user_id": (1, 1),
        "queue_id": (line_up(site.record, reps), 1),
        "item_id": (1, 2),
        "rules_id": (1, 1),
        "choice_id": (1, 1),
        "code_id": (1, 1),
        "type_id": (1, 1),
        "proposal_id": (1, 1),
        "scenario_id": scenarios(site, people),
        "territory_id": (1, 2),
        "holder_id": (1, 2),
        "job_id": tuple(ended_job(site.record, name) for name in ("ruth", "paul")),
        "visit_id": tuple(site.get(f"/api/reps/{rep_id}/routes/2026-11-23")["stops"][0]["visit_id"] for rep_id in reps),
        "run_id": (1, 1),
        "document_id": write_down(site, reps),
        "form_id": (1, 1),
        "edition_id": (draw_region(site.record),) * 2,
        "absence_id": tuple(away(site, rep_id) for rep_id in reps),
        "target_id": (1, 1),
        "pair_id": (1, 1),
        "view_id": tuple(keep(site, shared=shared) for shared in (True, False)),
        **talk(site, (own["id"], foreign["id"])),
        **equip(site, (own["sites"][0]["id"], foreign["sites"][0]["id"])),
        "todo_id": tuple(todo(site, account["id"]) for account in (own, foreign)),
    }


def draw_region(record):
    """An edition of one region; returns its id."""
    with record.write(Act("tests", "regions", NOON)) as session:
        square = [AdminRegion("S", "South", "", to_wkb(box(10, 50, 11, 51)))]
        ready = ready_edition(session, NewEdition("state", "", "", NOON.date()), square)
        return keep_edition(session, ready, by="tests", now=NOON)[0]


def write_down(site, reps):
    """A document of a visit of each rep; returns their ids."""
    form = {"name": "note", "kind": "comment", "definition": {"title": "Note", "fields": []}}
    assert site.client.post("/api/document-forms", json=form).status_code == 201
    made = []
    for rep_id in reps:
        visit = site.get(f"/api/reps/{rep_id}/routes/2026-11-23")["stops"][0]["visit_id"]
        answer = site.client.post(f"/api/visits/{visit}/documents", json={"form": "note"})
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    return tuple(made)


def away(site, rep_id):
    """An absence of a rep; returns its id."""
    days = {"first_on": "2027-01-04", "last_on": "2027-01-05"}
    return site.client.post(f"/api/reps/{rep_id}/absences", json=days).json()["id"]


def keep(site, *, shared):
    """A search that the administrator keeps; returns its id."""
    body = {"of": "accounts", "name": f"shared {shared}", "query": {}, "shared": shared}
    return site.client.post("/api/views", json=body).json()["id"]


def ended_job(record, name):
    """A job that this user asked for and cancelled."""
    with record.write() as session:
        made = ask_job(session, "drill", {}, by=name, now=NOON)
        cancel_job(session, everything(NOON.date()), made, now=NOON)
        return made


def sell(record, accounts):
    """An opportunity for each account, on top of the demo's pipeline; returns their ids."""
    seed_pipeline(record, seed=1, now=NOON)
    with record.write(Act("tests", "sales", NOON)) as session:
        made = [
            Opportunity(
                account_id=account["id"],
                rep_id=account["sites"][0]["rep_id"],
                stage_id=1,
                title="A sale",
                created_at=NOON,
            )
            for account in accounts
        ]
        session.add_all(made)
        session.flush()
        return tuple(deal.id for deal in made)


def talk(site, accounts):
    """A person, an activity, a lead and a link of each account; returns their ids by parameter."""
    made = {"person_id": [], "activity_id": [], "lead_id": [], "link_id": []}
    for account in accounts:
        for name, path, body in (
            ("person_id", "people", {"name": "Anna", "roles": [{"account_id": account}]}),
            ("activity_id", "activities", {"account_id": account, "kind": "note"}),
            ("lead_id", "leads", {"source": "web", "trigger": "t", "payload": {}}),
            ("link_id", f"accounts/{account}/links", {"to_account_id": account + 1, "kind": "supplier"}),
        ):
            answer = site.client.post(f"/api/{path}", json=body)
            assert answer.status_code == 201, answer.text
            made[name].append(answer.json()["id"])
        match = {"headers": {"If-Match": '"1"'}, "json": {"account_id": account}}
        assert site.client.post(f"/api/leads/{made['lead_id'][-1]}/match", **match).status_code == 200
    return {name: tuple(ids) for name, ids in made.items()}


def equip(site, sites):
    """A freezer with a fault at each site; returns the ids by parameter."""
    made = {"asset_id": [], "task_id": []}
    for site_id in sites:
        body = {"site_id": site_id, "kind": "freezer", "serial_number": f"FZ-{site_id}"}
        made["asset_id"].append(site.client.post("/api/assets", json=body).json()["id"])
        fault = f"/api/assets/{made['asset_id'][-1]}/faults"
        said = site.client.post(fault, json={"text": "warm"}, headers={"If-Match": '"1"'})
        made["task_id"].append(said.json()["id"])
    return {name: tuple(ids) for name, ids in made.items()}


def todo(site, account_id):
    """A task for an account; returns its id."""
    body = {"account_id": account_id, "kind": "call", "title": "Call"}
    return site.client.post("/api/tasks", json=body).json()["id"]


def scenarios(site, people):
    """A draft of the manager's own, and one of the head office."""
    made = []
    for role in (Role.MANAGER, Role.PLANNER):
        answer = site.client.post("/api/scenarios", json={"name": f"Of a {role}"}, headers=people[role])
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    return tuple(made)


def line_up(record, reps):
    """A queue in which each rep holds an item, and more wait; returns its id."""
    with record.write(Act("tests", "work", NOON)) as session:
        made = make_queue(session, "Calls", lease_s=3600)
        add_items(session, made, [NewItem(f"i{number}", "Call") for number in range(20)], now=NOON)
        for rep_id in reps:
            pull(session, made, rep_id, now=NOON)
        return made


def operations(site):
    for path, verbs in site.client.get("/openapi.json").json()["paths"].items():
        for method in verbs:
            yield method.upper(), path


QUERIES = {"/api/reps/{rep_id}/slots": "?site_id=1&first=2000-01-03&last=2000-01-03"}
BODIES = {
    "POST /api/reps/{rep_id}/meetings": {"site_id": 1, "day": "2000-01-03", "at_s": 36000, "service_s": 1800},
    "/sites/": {"line": "x"},
    "/moves": {"stage_id": 1},
    "POST /api/reps/{rep_id}/work-items": {"lease": 1},
    "/names": {"names": []},
    "POST /api/accounts/{account_id}/links": {"to_account_id": 2, "kind": "supplier"},
    "PATCH /api/links": {"share": 0.5},
    "/consents": {"purpose": "mail", "state": "given"},
    "PATCH /api/activities": {"text": "x"},
    "/match": {"account_id": 1},
    "/convert": {"title": "x", "stage_id": 1},
    "/done": {"outcome": "x"},
    "/companions": {"rep_ids": []},
    "POST /api/holders": {"until": "2026-12-01"},
    "POST /api/territories/{territory_id}/holders": {"rep_id": 1},
    "POST /api/reps/{rep_id}/absences": {"first_on": "2027-02-01", "last_on": "2027-02-01"},
    "PATCH /api/opportunities": {"title": "x"},
    "/faults": {"text": "x"},
    "PATCH /api/documents": {"answers": {}},
    "/documents": {"form": "note"},
    "PATCH /api/assets": {"note": "x"},
    "PATCH /api/tasks": {"text": "x"},
    "POST /api/tasks": {"outcome": "x"},
    "PATCH": {"name": "x"},
    "POST": {"why": "x"},
}
"""By part of method and path, a body that is right: what is refused is refused for who asks."""


def test_every_route_says_here_who_may_use_it(site):
    assert {f"{method} {path}" for method, path in operations(site)} == ACCESS.keys()


def test_every_route_that_is_not_open_to_anybody_needs_a_user(site):
    asked = 0
    for method, path in operations(site):
        if ACCESS[f"{method} {path}"] == ANYBODY:
            continue
        for headers in ({"Authorization": ""}, {"Authorization": "Bearer bw_wrong"}, {"Authorization": "Basic x"}):
            target = path.replace("{day}", "today").replace("{", "").replace("}", "")
            target = "/".join("1" if part.endswith("_id") else part for part in target.split("/"))
            answer = site.client.request(method, target, headers=headers, content=b"")
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.headers["www-authenticate"] == "Bearer"
            asked += 1
    assert asked > 60


def test_every_role_may_do_what_is_said_and_nothing_else(site, people, objects):
    for (method, path), (role, headers) in product(list(operations(site)), people.items()):
        rule = ACCESS[f"{method} {path}"]
        for whose, foreign in (("own", 0), ("foreign", 1)):
            target = path
            for name, ids in objects.items():
                target = target.replace("{" + name + "}", str(ids[foreign]))
            # A wrong version and an empty body: nothing is changed, and who may not is told so first.
            answer = site.client.request(method, target, headers=headers | {"If-Match": '"999"'}, json={"why": 5})
            said = (method, path, role, whose, answer.status_code, answer.text[:200])
            if rule in (ANYBODY, USERS):
                assert answer.status_code not in NOT_FOR_ANYBODY, said
            elif role in REFUSED.get(rule, ()):
                assert answer.status_code == 403, said
            else:
                assert answer.status_code not in (401, 403), said


def test_a_foreign_object_is_answered_as_if_it_were_not_there(site, people, objects):
    for method, path in operations(site):
        if ACCESS[f"{method} {path}"] != SEEN:
            continue
        for role, foreign in product((Role.REP, Role.MANAGER), (0, 1)):
            target = path
            for name, ids in objects.items():
                target = target.replace("{" + name + "}", str(ids[foreign]))
            body = next((body for part, body in BODIES.items() if part in f"{method} {path}"), None)
            headers = people[role] | {"If-Match": '"999"'}
            query = QUERIES.get(path, "")
            answer = site.client.request(method, target + query, headers=headers, json=body)
            said = (method, path, role, foreign, answer.text[:200])
            if foreign:
                assert answer.status_code == 404, said
                nowhere = path
                for name, ids in objects.items():
                    nowhere = nowhere.replace("{" + name + "}", "77777" if name.endswith("_id") else str(ids[0]))
                missing = site.client.request(method, nowhere + query, headers=headers, json=body)
                assert (missing.status_code, missing.json()["title"]) == (404, answer.json()["title"])
            elif ("batch" in path or "job" in path) and role is Role.MANAGER:
                assert answer.status_code == 404, said  # made by the rep, not by the manager
            elif path == "/api/exports/{job_id}":
                assert answer.status_code == 404, said  # a job that has made no file
            elif path == "/api/views/{view_id}/opportunities":
                assert answer.status_code == 404, said  # the view that is there searches accounts
            elif "token" not in path and "change_id" not in path:
                assert answer.status_code in (200, 201, 409, 412), said


def test_lists_hold_only_what_may_be_seen(site, people):
    accounts = {item["external_id"]: item for item in site.get("/api/accounts")["items"]}
    sell(site.record, (accounts["a1"], accounts["a5"]))
    for role, count in ((Role.REP, 3), (Role.MANAGER, 3), (Role.PLANNER, 7), (Role.ADMIN, 7)):
        got = site.client.get("/api/accounts", headers=people[role]).json()["items"]
        assert len(got) == count, role
        inside = site.client.get("/api/accounts?bbox=-180,-90,180,90", headers=people[role]).json()["items"]
        assert len(inside) == min(count, 6), role
        reps = {"Rep 0"} if count == 3 else {"Rep 0", "Rep 1"}
        zones = site.client.get("/api/plans/1/zones", headers=people[role]).json()["features"]
        assert {zone["properties"]["rep"] for zone in zones} == reps, role
        work = site.client.get("/api/workloads", headers=people[role]).json()["items"]
        assert {item["rep"] for item in work} == reps, role
        known = {rep["name"] for rep in site.client.get("/api/reps", headers=people[role]).json()["items"]}
        assert known == (reps if count == 3 else reps | {"Rep 9"}), role
        deals = site.client.get("/api/opportunities?limit=500", headers=people[role]).json()["items"]
        assert {deal["rep"] for deal in deals} == reps, role


def test_the_map_of_everything_is_for_those_who_see_everything(site, people):
    for role, status in ((Role.REP, 404), (Role.MANAGER, 404), (Role.PLANNER, 200), (Role.ADMIN, 200)):
        assert site.client.get("/map/saved", headers=people[role]).status_code == status, role
        assert site.client.get("/map", headers=people[role]).status_code == 200, role
    reps = tuple(rep["id"] for rep in site.get("/api/reps")["items"])
    whole = bearer(site.record, "mira", Role.MANAGER, sees_reps=reps)
    assert site.client.get("/map/saved", headers=whole).status_code == 200


def test_what_was_owned_in_the_past_gives_no_right_today(site, people, plan):
    from datetime import timedelta

    from planning.record import save_plan
    from tests.small_plan import MONDAY, account

    later = plan(MONDAY + timedelta(days=7))
    swapped = tuple(account(int(a.id[1:]), a.place, None if a.zone is None else 1 - a.zone) for a in later.accounts)
    save_plan(site.record, plan(MONDAY + timedelta(days=7), accounts=swapped), now=NOON)
    seen = [a["external_id"] for a in site.client.get("/api/accounts", headers=people[Role.REP]).json()["items"]]
    assert seen == ["a1", "a2", "a3"]
    site.moment[0] = NOON + timedelta(days=7)
    for query in ("", "?on=2026-11-23"):
        got = site.client.get(f"/api/accounts{query}", headers=people[Role.REP]).json()["items"]
        assert [a["external_id"] for a in got] == ["a4", "a5", "a6"]
