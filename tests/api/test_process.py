"""Pipelines as processes: tasks of two branches, gates, forms, effects, timers, editions, stuck and incomplete sales."""

from datetime import timedelta

import pytest

from crm.tables import Role
from planning.stage_effects import fire_due
from tests.api.test_people import send
from tests.api_content import content
from tests.api_users import bearer
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
WON, LOST = {"name": "Won", "kind": "won", "probability": 1.0}, {"name": "Lost", "kind": "lost"}


@pytest.fixture
def reps(site):
    return {name: bearer(site.record, name, Role.REP, rep_id=rep) for name, rep in (("ruth", 1), ("ben", 2))}


def pipeline(site, *stages, name="Field", status=201):
    body = {"name": name, "stages": [{"name": one} if isinstance(one, str) else one for one in (*stages, WON, LOST)]}
    made = send(site, "POST", "/api/pipelines", body, status)
    return made if status != 201 else (made, {stage["name"]: stage["id"] for stage in made["stages"]})


def open_deal(site, stage, account=1, rep=1, headers=None, **more):
    body = {"title": "Range", "stage_id": stage, "account_id": account, "rep_id": rep, **more}
    return send(site, "POST", "/api/opportunities", body, 201, headers=headers)


def move(site, deal, stage, status=200, why="", **headers):
    version = site.get(f"/api/opportunities/{deal['id']}")["version"]
    path = f"/api/opportunities/{deal['id']}/moves"
    return send(site, "POST", path, {"stage_id": stage, "why": why}, status, version, headers)


def seen(site, headers, what="accounts", key="external_id"):
    return [item[key] for item in site.client.get(f"/api/{what}", headers=headers).json()["items"]]


def test_reps_of_two_branches_work_on_one_sale_and_its_gate_waits_for_both(site, reps):
    _, stages = pipeline(site, "Lead", {"name": "Deal", "rules": {"gates": ["survey", "credit check"]}})
    deal = open_deal(site, stages["Lead"], headers=reps["ruth"])
    other = open_deal(site, stages["Lead"], account=2)
    assert "there is no task of the kind survey" in move(site, deal, stages["Deal"], 409)["detail"]
    asked = {"opportunity_id": deal["id"], "title": "Please", "due_on": "2026-12-01"}
    own = send(site, "POST", "/api/tasks", asked | {"kind": "survey", "rep_id": 1}, 201, headers=reps["ruth"])
    assert seen(site, reps["ben"]) == ["a4", "a5", "a6"]
    send(site, "POST", "/api/tasks", asked | {"kind": "credit check", "rep_id": 2}, 404, headers=reps["ben"])
    his = send(site, "POST", "/api/tasks", asked | {"kind": "credit check", "rep_id": 2}, 201, headers=reps["ruth"])
    assert seen(site, reps["ben"]) == ["a1", "a4", "a5", "a6"] and seen(site, reps["ruth"]) == ["a1", "a2", "a3"]
    assert seen(site, reps["ben"], "opportunities", "id") == [deal["id"]]
    assert site.client.get(f"/api/opportunities/{other['id']}", headers=reps["ben"]).status_code == 404
    assert seen(site, reps["ben"], "tasks?rep=2&state=open&due_by=2026-12-01", "id") == [his["id"]]
    said = move(site, deal, stages["Deal"], 409, **reps["ruth"])["detail"]
    assert f"task {own['id']} (Please, Rep 0) is open" in said and f"task {his['id']} (Please, Rep 1) is open" in said
    path = f"/api/tasks/{own['id']}/done"
    assert "only they, their manager or ruth" in send(site, "POST", path, {}, 409, 1, reps["ben"])["detail"]
    send(site, "POST", f"/api/tasks/{his['id']}/cancel", {}, 409, 1, reps["ben"])
    send(site, "POST", f"/api/tasks/{his['id']}/done", {"outcome": "good"}, 200, 1, reps["ben"])
    assert "Rep 0) is open" in move(site, deal, stages["Deal"], 409, **reps["ben"])["detail"]
    send(site, "POST", path, {}, 200, 1, reps["ruth"])
    assert move(site, deal, stages["Deal"], **reps["ben"])["stage"] == "Deal"
    assert seen(site, reps["ben"]) == ["a1", "a4", "a5", "a6"], "the sale is still open"
    move(site, deal, stages["Won"])
    assert seen(site, reps["ben"]) == ["a4", "a5", "a6"]


EFFECTS = [
    {"do": "create_task", "title": "Survey {title}", "kind": "survey", "due_days": 3, "to": {"rep_id": 2}},
    {"do": "set_field", "field": "probability", "value": 0.6},
    {"do": "create_opportunity", "title": "{title}: service", "pipeline": "Service", "to": {"holder": "primary"}},
    {"do": "emit", "event": "offer.sent"},
]
OFFER = {
    "name": "Offer",
    "rules": {
        "performer": {"rep_id": 2},
        "effects": EFFECTS,
        "timers": [{"after_days": 7, "effects": [{"do": "hand_over", "to": {"holder": "primary"}}]}],
    },
}


def test_a_move_sets_off_what_its_stage_declares_once_and_can_be_taken_back(site, reps):
    pipeline(site, "Contract", name="Service")
    _, stages = pipeline(site, "Lead", OFFER)
    deal = open_deal(site, stages["Lead"], headers=reps["ruth"])
    before = content(site.record)
    path, body = f"/api/opportunities/{deal['id']}/moves", {"stage_id": stages["Offer"]}
    headers = {"Idempotency-Key": "k", "If-Match": '"1"', **reps["ruth"]}
    first, again = (site.client.post(path, json=body, headers=headers) for _ in range(2))
    assert first.status_code == 200 and first.json() == again.json(), first.text
    assert (first.json()["rep"], first.json()["probability"]) == ("Rep 1", 0.6)
    (task,) = site.get("/api/accounts/1/overview")["tasks"]
    assert (task["title"], task["rep"], task["due_on"]) == ("Survey Range", "Rep 1", "2026-11-26")
    (service,) = [one for one in site.get("/api/opportunities")["items"] if one["pipeline"] == "Service"]
    assert (service["title"], service["rep"], service["account_id"]) == ("Range: service", "Rep 0", 1)
    assert [one["kind"] for one in site.get("/api/events")["items"]] == [
        *("opportunity.created", "opportunity.moved", "task.created", "opportunity.created", "offer.sent"),
    ]
    effects = content(site.record)["stage_effect"].values()
    assert [one["kind"] for one in effects] == ["hand_over", *(one["do"] for one in EFFECTS)]
    for days, fired in ((6, 0), (8, 1), (9, 0)):
        assert fire_due(site.record, NOON + timedelta(days=days)) == fired
    assert site.get(f"/api/opportunities/{deal['id']}")["rep"] == "Rep 0"
    for _ in range(2):
        act = next(one for one in site.get("/api/batches")["items"] if not one["undone_by"] and not one["undoes"])
        send(site, "POST", f"/api/batches/{act['id']}/undo", {}, 200)
    assert content(site.record) == before
    assert len(site.get("/api/events")["items"]) == 5


def test_a_sale_may_be_lost_anywhere_with_a_reason_and_nothing_waits_for_it_then(site):
    send(site, "POST", "/api/codes", {"list_name": "loss_reason", "code": "price", "label": "Price"}, 201)
    pipeline(site, "Contract", name="Service")
    _, stages = pipeline(site, "Lead", OFFER, {"name": "Deal", "rules": {"gates": ["survey"]}})
    deal = open_deal(site, stages["Lead"])
    move(site, deal, stages["Offer"])
    move(site, deal, stages["Lost"], 409)
    assert "it has: price" in move(site, deal, stages["Lost"], 409, why="weather")["detail"]
    move(site, deal, stages["Lost"], why="price")
    assert [(one["state"], one["outcome"]) for one in site.get("/api/tasks")["items"]] == [
        ("cancelled", "The sale was lost")
    ]
    assert fire_due(site.record, NOON + timedelta(days=30)) == 0
    assert [one["state"] for one in content(site.record)["stage_timer"].values()] == ["cancelled"]
    assert site.get("/api/events", kind="opportunity.lost")["items"][0]["data"]["reason"] == "price"


@sqlite_only
def test_sales_that_set_each_other_off_without_end_are_refused(site):
    loop = {"do": "create_opportunity", "pipeline": "Field"}
    _, stages = pipeline(site, {"name": "Lead", "rules": {"effects": [loop]}})
    body = {"title": "x", "stage_id": stages["Lead"], "account_id": 1}
    assert "without end" in send(site, "POST", "/api/opportunities", body, 409)["detail"]
    assert site.get("/api/opportunities")["items"] == []


FORM = [
    {"field": "value", "required": True},
    {"field": "expected_on"},
    {"field": "title", "edit": False},
    {"field": "account.contact", "required": True},
]


@sqlite_only
def test_a_step_shows_and_lets_be_changed_only_its_own_fields(site, reps):
    _, stages = pipeline(
        site,
        {"name": "Lead", "rules": {"form": FORM}},
        {"name": "Offer", "rules": {"required_by_segment": {"A": ["expected_on"], "B": ["product"]}}},
    )
    deal = open_deal(site, stages["Lead"])
    path = f"/api/opportunities/{deal['id']}"
    said = send(site, "PATCH", path, {"title": "New", "value": 5.0}, 409, 1)["detail"]
    assert said == "In the stage Lead title cannot be changed; it lets be changed: value, expected_on."
    form = site.get(f"{path}/form")
    assert [(one["field"], one["edit"], one["missing"]) for one in form["fields"]] == [
        *(("value", True, True), ("expected_on", True, True), ("title", False, False)),
        ("account.contact", False, True),
    ]
    assert {one["stage"]: one["allowed"] for one in form["next"]} == {"Offer": False, "Won": False, "Lost": True}
    (group,) = site.get("/api/completeness")["items"]
    assert (group["name"], group["asked"], group["filled"], group["share"]) == ("Rep 0", 2, 0, 0.0)
    assert group["named"][0]["missing"] == ["value", "account.contact"]
    send(site, "PATCH", path, {"value": 5.0}, 200, 1)
    send(site, "POST", "/api/people", {"name": "Anna", "roles": [{"account_id": 1}]}, 201)
    assert "expected_on of segment A" in move(site, deal, stages["Offer"], 409)["detail"]
    send(site, "PATCH", path, {"expected_on": "2026-12-24"}, 200, 2)
    move(site, deal, stages["Offer"])
    for by, name in (("rep", "Rep 0"), ("stage", "Offer"), ("segment", "A")):
        (group,) = site.get("/api/completeness", by=by)["items"]
        assert (group["name"], group["complete"], group["asked"], group["share"]) == (name, 1, 3, 1.0)
    assert site.client.get("/api/completeness", headers=reps["ben"]).json()["items"] == []


def test_running_sales_stay_in_their_edition_or_are_taken_over_by_a_map(site, reps):
    old, stages = pipeline(site, {"name": "Lead", "expected_days": 10}, {"name": "Offer", "expected_days": 5})
    first, second = open_deal(site, stages["Lead"]), open_deal(site, stages["Lead"], account=5, rep=2)
    move(site, second, stages["Offer"])
    timer = {"after_days": 20, "effects": [{"do": "emit", "event": "slow"}]}
    new, later = pipeline(site, {"name": "Talks", "expected_days": 10, "rules": {"timers": [timer]}}, "Close")
    assert (new["edition"], site.get(f"/api/opportunities/{first['id']}")["stage"]) == (2, "Lead")
    site.moment[0] = NOON + timedelta(days=12)
    stuck = site.get("/api/stuck-opportunities")
    assert [(one["opportunity_id"], one["overdue_days"]) for one in stuck["items"]] == [(2, 7.0), (1, 2.0)]
    for query, found in (({"rep": 1}, [1]), ({"territory": 2}, [2]), ({"pipeline": new["id"]}, [])):
        items = site.get("/api/stuck-opportunities", **query)["items"]
        assert [one["opportunity_id"] for one in items] == found, query
    assert seen(site, reps["ben"], "stuck-opportunities", "opportunity_id") == [2]
    before, path = content(site.record), f"/api/pipelines/{old['id']}/changes"
    version = site.get(f"/api/pipelines/{old['id']}")["version"]
    body = {"to_pipeline_id": new["id"], "stages": {str(stages["Lead"]): later["Talks"]}}
    assert "Offer (1)" in send(site, "POST", path, body, 409, version)["detail"]
    body["stages"][str(stages["Offer"])] = later["Talks"]
    assert send(site, "POST", path, body | {"dry_run": True}, 200, version)["deals"] == 2
    assert content(site.record) == before
    done = send(site, "POST", path, body, 200, version)
    assert [(one["from_stage"], one["to_stage"], one["deals"]) for one in done["stages"]] == [
        *(("Lead", "Talks", 1), ("Offer", "Talks", 1)),
    ]
    items = site.get("/api/stuck-opportunities")["items"]
    assert [(one["opportunity_id"], one["stage"], one["days"]) for one in items] == [
        *((1, "Talks", 12.0), (2, "Talks", 12.0)),
    ]
    assert [one["due_at"] for one in content(site.record)["stage_timer"].values()] == [NOON + timedelta(days=20)] * 2
    for rep in (1, 2):
        (part, _, _, _) = site.get(f"/api/pipelines/{new['id']}/funnel", territory=rep)["stages"]
        assert part["present"] == 1
    funnel = site.get(f"/api/pipelines/{new['id']}/funnel")["stages"][0]
    assert (funnel["present"], funnel["lasting"]["mean_s"]) == (2, 12 * 86400.0)
    gone = site.get(f"/api/pipelines/{old['id']}/funnel")["stages"][0]
    assert (gone["entered"], gone["present"], gone["ended"]["count"]) == (2, 0, 1)
    send(site, "POST", path, body, 412, version)
    act = site.get("/api/batches", limit=1)["items"][0]
    send(site, "POST", f"/api/batches/{act['id']}/undo", {}, 200)
    assert content(site.record) == before


@sqlite_only
def test_the_flow_is_what_was_there_and_came_less_what_went(site):
    made, stages = pipeline(site, "Lead", "Offer")
    for days, target in ((0, "Offer"), (1, "Lost"), (40, "Won")):
        site.moment[0] = NOON + timedelta(days=days)
        deal = open_deal(site, stages["Lead"], value=10.0)
        move(site, deal, stages[target], why="price")
    flow = site.get(f"/api/pipelines/{made['id']}/flow", first="2026-11-01", last="2027-01-31")["items"]
    figures = {(one["stage"], one["first"]): (one["entered"], one["left"], one["present"]) for one in flow}
    assert figures["Lead", "2026-11-01"] == (2, 2, 0) and figures["Lead", "2027-01-01"] == (1, 1, 0)
    assert [figures["Offer", f"{month}-01"] for month in ("2026-11", "2026-12", "2027-01")] == [
        *((1, 0, 1), (0, 0, 1), (0, 0, 1)),
    ]
    assert figures["Won", "2027-01-01"] == (1, 0, 1)
    counts = site.get(f"/api/pipelines/{made['id']}/counts")["items"]
    funnel = site.get(f"/api/pipelines/{made['id']}/funnel")["stages"]
    assert [(one["deals"], one["value"], one["weighted"]) for one in counts] == [
        (one["present"], one["value"], one["weighted"]) for one in funnel
    ]


@sqlite_only
def test_rules_that_cannot_be_meant_are_refused_in_words(site):
    for rules, said in (
        ({"form": [{"field": "colour"}]}, "has no field 'colour'"),
        ({"form": [{"field": "account.segment", "edit": True}]}, "belongs to the account"),
        ({"required_by_segment": {"A": ["colour"]}}, "cannot ask for 'colour'"),
        ({"performer": {}}, None),
        ({"performer": {"rep_id": 77}}, "there is no rep 77"),
        ({"performer": {"rep_id": 1, "holder": "cover"}}, "either rep_id or holder"),
        ({"effects": [{"do": "set_field", "field": "probability", "value": 7}]}, "from 0 to 1"),
        ({"effects": [{"do": "set_field", "field": "product", "value": 7}]}, "expected text"),
    ):
        body = pipeline(site, {"name": "Lead", "rules": rules}, status=201 if said is None else 409)
        assert said is None or said in body["detail"], rules
    bad = {"name": "Lead", "rules": {"effects": [{"do": "dance"}]}}
    pipeline(site, bad, status=422)


def test_a_lead_converted_begins_its_sale_with_all_that_this_sets_off(site):
    call = {"do": "create_task", "title": "Call", "kind": "call", "due_days": 1}
    _, stages = pipeline(site, {"name": "Lead", "rules": {"effects": [call]}})
    lead = send(site, "POST", "/api/leads", {"source": "web", "trigger": "form", "payload": {}}, 201)
    send(site, "POST", f"/api/leads/{lead['id']}/match", {"account_id": 1}, 200, 1)
    body, headers = {"title": "Range", "stage_id": stages["Lead"]}, {"Idempotency-Key": "c", "If-Match": '"2"'}
    answers = [site.client.post(f"/api/leads/{lead['id']}/convert", json=body, headers=headers) for _ in range(2)]
    assert answers[0].status_code in (200, 201) and answers[0].json() == answers[1].json(), answers[0].text
    kinds = [one["kind"] for one in site.get("/api/events")["items"]]
    assert kinds == ["opportunity.created", "task.created", "lead.converted"]
    assert len(site.get("/api/tasks")["items"]) == 1


@sqlite_only
def test_behind_a_sum_of_any_day_are_the_sales_that_it_adds_up(site, reps):
    _, stages = pipeline(site, {"name": "Lead", "probability": 0.5}, "Offer")
    deals = [
        open_deal(site, stages["Lead"], account=account, value=10.0 * account, currency="EUR") for account in (1, 2, 5)
    ]
    send(site, "PUT", f"/api/opportunities/{deals[0]['id']}/credit", {"shares": {"1": 0.5, "2": 0.5}}, 200, 1)
    site.moment[0] = NOON + timedelta(days=3)
    move(site, deals[1], stages["Offer"])
    for by, day in (
        ("stage", "2026-11-23"),
        ("stage", "2026-11-26"),
        ("rep", "2026-11-26"),
        ("territory", "2026-11-26"),
    ):
        for one in site.get("/api/rollups/sales", by=by, on=day)["items"]:
            query = {"by": by, "on": day, "kind": one["kind"], "currency": one["currency"], "limit": 1}
            rows, more = [], {"id": one["id"]} if one["id"] else {}
            while True:
                page = site.get("/api/rollups/sales/rows", **query, **more)
                rows += page["items"]
                if page["next"] is None:
                    break
                more["cursor"] = page["next"]
            assert len({row["opportunity_id"] for row in rows}) == one["sales"]
            for figure in ("value", "weighted"):
                assert sum(row[figure] for row in rows) == pytest.approx(one[figure]), (by, day, one)
    mine = site.client.get(f"/api/rollups/sales/rows?by=stage&id={stages['Lead']}", headers=reps["ben"]).json()["items"]
    assert {row["opportunity_id"] for row in mine} == {deals[2]["id"]}
