"""Changing rows, the ledger of it, and taking it back."""

import pytest
from sqlalchemy import select, text

from crm.columns import Record, table_of
from crm.ledger import entry
from crm.tables import Change
from crm.tables_ledger import NOT_IN_LEDGER
from planning.demo_pipeline import seed_pipeline
from planning.record import save_plan
from tests.api_content import content
from tests.small_plan import NOON


def patch(site, path, body, version, **headers):
    return site.client.patch(path, json=body, headers={"If-Match": f'"{version}"'} | headers)


def newest(site):
    return site.get("/api/batches", limit=1)["items"][0]


def test_an_edit_needs_the_version_that_was_read(site):
    assert patch(site, "/api/accounts/1", {"name": "New"}, 1).json()["version"] == 2
    stale = patch(site, "/api/accounts/1", {"name": "Newer"}, 1)
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    assert site.client.patch("/api/accounts/1", json={"name": "x"}).status_code == 428
    assert patch(site, "/api/accounts/99", {"name": "x"}, 1).status_code == 404
    assert site.get("/api/accounts/1")["name"] == "New"


def test_an_edit_changes_only_what_it_names(site):
    before = site.get("/api/accounts/1")
    after = patch(site, "/api/accounts/1", {"state": "dormant", "value": None}, 1).json()
    assert after == before | {"state": "dormant", "value": None, "version": 2}


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"name": "a\x00b"}, {"state": "gone"}, {"id": 7}, {"value": "much"}, {"value": 1e300}, []]
)
def test_a_wrong_edit_names_the_field(site, body):
    answer = patch(site, "/api/accounts/1", body, 1)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("body")


def test_a_pin_that_a_person_sets_is_manual(site):
    answer = patch(site, "/api/sites/7", {"lat": 50.5, "lon": 10.25, "why": "seen there"}, 1)
    place = answer.json()["sites"][0]
    assert (place["lat"], place["lon"], place["level"], place["why"], place["version"]) == (
        50.5,
        10.25,
        "manual",
        "",
        2,
    )
    assert patch(site, "/api/sites/7", {"lat": 50.5}, 2).status_code == 409


def test_an_account_gets_further_sites_by_address_or_place(site):
    before = content(site.record)
    made = site.client.post("/api/accounts/1/sites", json={"line": "Side Road 1", "city": "Town", "visits_per_year": 6})
    assert made.status_code == 201
    first, second = made.json()["sites"]
    assert (second["line"], second["visits_per_year"], second["level"], second["territory"]) == (
        *("Side Road 1", 6, "none", None),
    )
    assert first["territory"] is not None
    pinned = {"lat": 50.4, "lon": 10.6, "opening_hours": "Mo-Fr 09:00-17:00; Dec 24 off"}
    third = site.client.post("/api/accounts/1/sites", json=pinned).json()["sites"][2]
    assert (third["level"], third["opening_hours"], third["version"]) == ("manual", pinned["opening_hours"], 1)
    for body, says in (
        ({"visits_per_year": 2}, "Say where the site is"),
        ({"lat": 50.4}, "lat and lon together"),
        ({"city": "Town", "opening_hours": "whenever"}, "opening_hours"),
    ):
        answer = site.client.post("/api/accounts/1/sites", json=body)
        assert (answer.status_code, says in answer.json()["detail"]) == (409, True), answer.text
    for batch in site.get("/api/batches", limit=2)["items"]:
        assert site.client.post(f"/api/batches/{batch['id']}/undo", json={}).status_code == 200
    assert content(site.record) == before
    assert patch(site, "/api/accounts/2", {"state": "closed"}, 1).status_code == 200
    closed = site.client.post("/api/accounts/2/sites", json={"city": "Town"})
    assert (closed.status_code, "closed since 2026-11-23" in closed.json()["detail"]) == (409, True)


def test_a_closed_account_gets_no_sale_and_no_visit_and_what_happened_is_still_noted(site):
    seed_pipeline(site.record, seed=1, now=NOON)

    def post(path, body, version=None):
        answer = site.client.post(f"/api/{path}", json=body, headers={"If-Match": f'"{version}"'} if version else {})
        return answer.status_code, answer.json().get("detail", answer.json())

    asset = post("assets", {"site_id": 3, "kind": "freezer", "serial_number": "F1"})[1]
    lead = post("leads", {"source": "web", "trigger": "list", "payload": {"n": 1}})[1]["id"]
    assert post(f"leads/{lead}/match", {"account_id": 3}, 1)[0] == 200
    assert post(f"leads/{lead}/qualify", {"rep_id": 1}, 2)[0] == 200
    elsewhere = post("opportunities", {"title": "A sale", "stage_id": 1, "account_id": 1})[1]
    assert patch(site, "/api/accounts/3", {"state": "closed"}, 1).status_code == 200
    sale, since = {"title": "A sale", "stage_id": 1}, "Account 3 (Account 3) is closed since 2026-11-23: open it before"
    for refused, what in (
        (post("opportunities", sale | {"account_id": 3}), "a new sale"),
        (post(f"leads/{lead}/convert", sale, 3), "a new sale"),
        (post(f"assets/{asset['id']}/faults", {"text": "warm"}, 1), "a visit for service"),
        (post("reps/1/day-plans", {"add_site_ids": [3]}, 1), "a visit"),
    ):
        assert refused == (409, f"{since} it gets {what}.")
    assert patch(site, f"/api/opportunities/{elsewhere['id']}", {"account_id": 3}, 1).status_code == 409
    for noted in ({"kind": "note", "text": "moved out"}, {"kind": "phone_call", "outcome": "reached"}):
        assert post("activities", noted | {"account_id": 3})[0] == 201
    assert post("tasks", {"account_id": 3, "kind": "invoice", "title": "The last one"})[0] == 201
    assert patch(site, "/api/accounts/3", {"state": "active"}, 2).status_code == 200
    assert post("opportunities", sale | {"account_id": 3})[0] == 201


def test_history_tells_who_changed_what_and_why(site):
    patch(site, "/api/accounts/1", {"name": "New", "why": "new sign"}, 1)
    newest_change = site.get("/api/accounts/1/history")["items"][0]
    assert newest_change["fields"] == {"name": ["Account 1", "New"]}
    assert (newest_change["made_by"], newest_change["why"], newest_change["act"]) == (
        "boss",
        "new sign",
        "changed",
    )
    assert [item["act"] for item in site.get("/api/accounts/1/history")["items"]] == [
        "changed",
        "added",
        "added",
        "added",
    ]
    assert site.problem("/api/accounts/99/history", 404)


def test_undo_restores_and_keeps_the_history(site):
    before = content(site.record)
    patch(site, "/api/accounts/1", {"name": "New", "value": 0.1 + 0.2}, 1)
    batch = newest(site)["id"]
    answer = site.client.post(f"/api/batches/{batch}/undo", json={})
    assert answer.status_code == 200
    assert (answer.json()["undoes"], answer.json()["changes"]) == (batch, 1)
    assert content(site.record) == before
    assert site.get("/api/accounts/1")["version"] == 3
    assert site.get(f"/api/batches/{batch}")["undone_by"] == answer.json()["id"]
    assert len(site.get("/api/accounts/1/history")["items"]) == 5


def test_an_undo_can_be_undone(site):
    patch(site, "/api/accounts/1", {"value": 0.1 + 0.2}, 1)
    batch = newest(site)["id"]
    undo = site.client.post(f"/api/batches/{batch}/undo", json={}).json()["id"]
    assert site.client.post(f"/api/batches/{undo}/undo", json={}).status_code == 200
    assert site.get("/api/accounts/1")["value"] == 0.1 + 0.2
    assert site.get(f"/api/batches/{batch}")["undone_by"] is None
    assert site.client.post(f"/api/batches/{batch}/undo", json={}).status_code == 200


def test_an_act_is_undone_once(site):
    patch(site, "/api/accounts/1", {"name": "New"}, 1)
    batch = newest(site)["id"]
    site.client.post(f"/api/batches/{batch}/undo", json={})
    again = site.client.post(f"/api/batches/{batch}/undo", json={})
    assert again.status_code == 409
    assert "undone already" in again.json()["detail"]


def test_what_was_changed_again_is_not_undone(site):
    patch(site, "/api/accounts/1", {"name": "New"}, 1)
    batch = newest(site)["id"]
    patch(site, "/api/accounts/1", {"name": "Newer"}, 2)
    answer = site.client.post(f"/api/batches/{batch}/undo", json={})
    row = {"table": "account", "row_id": 1, "fields": ["name"], "batch_id": batch + 1, "by": "boss"}
    assert (answer.status_code, answer.json()["rows"]) == (409, [row])
    assert site.get("/api/accounts/1")["name"] == "Newer"
    assert newest(site)["id"] == batch + 1


def test_what_was_changed_since_elsewhere_in_the_row_stays(site):
    patch(site, "/api/accounts/1", {"name": "New"}, 1)
    batch = newest(site)["id"]
    patch(site, "/api/accounts/1", {"segment": "C"}, 2)
    assert site.client.post(f"/api/batches/{batch}/undo", json={}).status_code == 200
    now = site.get("/api/accounts/1")
    assert (now["name"], now["segment"], now["version"]) == ("Account 1", "C", 4)


def test_a_whole_plan_can_be_undone_and_brought_back(site, plan):
    before = content(site.record)
    small = plan()
    changed = plan(accounts=(*small.accounts[1:], small.accounts[0]), reps=small.reps[:2])
    save_plan(site.record, changed, now=site.moment[0], page="<p>other")
    after = content(site.record)
    assert after != before
    batch = newest(site)
    assert batch["kind"] == "plan"
    assert site.client.post(f"/api/batches/{batch['id']}/undo", json={}).status_code == 200
    assert content(site.record) == before
    assert site.client.post(f"/api/batches/{newest(site)['id']}/undo", json={}).status_code == 200
    assert content(site.record) == after


def test_rows_that_others_refer_to_are_not_taken_away(site):
    first = site.get("/api/batches")["items"][-1]["id"]
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    answer = site.client.post(f"/api/batches/{first}/undo", json={})
    assert answer.status_code == 409
    assert "refers to it" in answer.json()["detail"]
    assert len(site.get("/api/accounts")["items"]) == 7


def test_undoing_an_import_takes_even_stage_moves_away(site):
    before = content(site.record)
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    assert site.client.post(f"/api/batches/{newest(site)['id']}/undo", json={}).status_code == 200
    assert content(site.record) == before


def test_one_change_of_an_act_can_be_undone(site):
    act = next(item["id"] for item in site.get("/api/batches")["items"] if item["kind"] == "plan")
    every = site.get(f"/api/batches/{act}/changes", limit=500)["items"]
    load = next(item for item in every if item["table"] == "transfer")
    path = f"/api/batches/{act}/changes/{load['id']}/undo"
    assert site.client.post(path, json={"why": "not meant"}).status_code == 200
    assert content(site.record)["transfer"] == {}
    assert len(content(site.record)["account"]) == 7
    assert site.client.post(path, json={}).status_code == 409
    assert site.client.post(f"/api/batches/{act}/changes/999999/undo", json={}).status_code == 404


def test_the_ledger_replayed_equals_the_record(site, plan):
    patch(site, "/api/accounts/1", {"name": "New"}, 1)
    save_plan(site.record, plan(title="Second"), now=site.moment[0])
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    site.client.post(f"/api/batches/{newest(site)['id']}/undo", json={})
    change = table_of(Change)
    replayed = {name: {} for name in content(site.record)}
    with site.record.read() as session:
        for row in session.execute(select(change).order_by(change.c.id)).mappings():
            made = entry(row)
            if made.after is None:
                del replayed[made.table][made.row_id]
            else:
                replayed[made.table][made.row_id] = {c: v for c, v in made.after.items() if c != "version"}
    assert replayed == content(site.record)


def test_a_change_without_who_and_why_is_refused_by_the_database(site):
    with pytest.raises(Exception, match="a change needs a batch"), site.record.write() as session:
        session.execute(text("UPDATE account SET name = 'x'"))
    with pytest.raises(Exception, match="only ever added"), site.record.write() as session:
        session.execute(text("DELETE FROM change"))


def test_every_table_is_in_the_ledger(site):
    with site.record.read() as session:
        if site.record.engine.dialect.name == "postgresql":
            sql = "SELECT tgrelid::regclass::text || '_ledger' FROM pg_trigger WHERE tgname LIKE '%_ledger'"
            found = [name.removesuffix("_ledger") for name in session.scalars(text(sql))]
        else:
            sql = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_ledger_update'"
            rows = session.execute(text(sql)).all()
            found = [name for name, _ in rows]
            for name, sql in rows:
                for column in Record.metadata.tables[name].c:
                    assert f"NEW.{column.name}" in sql and f"OLD.{column.name}" in sql
    assert set(found) == Record.metadata.tables.keys() - NOT_IN_LEDGER


def test_a_request_that_comes_again_is_done_once(site):
    key = {"Idempotency-Key": "k1"}
    first = patch(site, "/api/accounts/1", {"name": "New"}, 1, **key)
    again = patch(site, "/api/accounts/1", {"name": "New"}, 1, **key)
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (200, first.json())
    assert site.get("/api/accounts/1")["version"] == 2
    other = patch(site, "/api/accounts/1", {"name": "Other"}, 2, **key)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "header.Idempotency-Key")


def test_an_opportunity_moves_within_its_pipeline(site):
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    deal = next(item for item in site.get("/api/opportunities")["items"] if item["kind"] == "open")
    path, match = f"/api/opportunities/{deal['id']}/moves", {"If-Match": f'"{deal["version"]}"'}
    assert (
        site.client.post(path, json={"stage_id": 6}, headers=match).json()["detail"]
        == "A lost opportunity needs a reason."
    )
    assert site.client.post(path, json={"stage_id": 99}, headers=match).status_code == 409
    assert site.client.post(path, json={"stage_id": deal["stage_id"]}, headers=match).status_code == 409
    moved = site.client.post(path, json={"stage_id": 6, "why": "too dear"}, headers=match).json()
    assert (moved["stage"], moved["kind"], moved["version"], moved["probability"]) == ("Lost", "lost", 2, 0.0)
    assert site.client.post(path, json={"stage_id": 2}, headers=match).status_code == 412
    assert site.get(f"/api/opportunities/{deal['id']}")["stage"] == "Lost"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_changes_nothing(site, headers):
    answer = patch(site, "/api/accounts/1", {"name": "x"}, 1, **headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")
    assert site.get("/api/accounts/1")["version"] == 1
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert patch(site, "/api/accounts/1", {"name": "x"}, 1, **own).status_code == 200
