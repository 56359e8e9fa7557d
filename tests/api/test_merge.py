"""Two accounts that are one firm become one, nothing is lost, and the act can be taken back."""

import csv
import io

import pytest

from crm.columns import Record
from crm.tables import Role
from planning.demo_pipeline import seed_pipeline
from planning.merge_rows import RULES
from planning.merge_sites import MOVED, ONCE, is_same
from planning.record import save_plan
from tests.api_content import content
from tests.api_users import bearer


def send(site, method, path, body, version=None, **headers):
    match = {"If-Match": f'"{version}"'} if version else {}
    return site.client.request(method, path, json=body, headers=match | headers)


def by_key(site):
    return {item["external_id"]: item for item in site.get("/api/accounts")["items"]}


def merge(site, stays, goes, **more):
    body = {"other_id": goes["id"], "other_version": goes["version"], **more}
    return send(site, "POST", f"/api/accounts/{stays['id']}/merges", body, stays["version"])


@pytest.fixture
def pair(site):
    """Accounts a1 and a2 of Rep 0, with all that can belong to an account."""
    seed_pipeline(site.record, now=site.moment[0], share=1.0)
    accounts = by_key(site)
    one, two = accounts["a1"], accounts["a2"]
    for account in (one, two):
        key = account["id"]
        roles = [{"account_id": key, "role": ""}]
        phone = [{"kind": "phone", "value": "+49 30 1234567"}]
        asks = [
            ("people", {"name": "Anna Berg", "roles": roles, "contacts": phone}),
            ("activities", {"account_id": key, "kind": "note", "text": "x"}),
            (f"accounts/{key}/links", {"to_account_id": accounts["a3"]["id"], "kind": "supplier"}),
        ]
        for path, body in asks:
            assert send(site, "POST", f"/api/{path}", body).status_code == 201
        needs = {"needs": {"cooling": float(key)}}
        assert send(site, "PUT", f"/api/accounts/{key}/needs", needs).status_code == 200
    names = {"names": [{"kind": "brand", "name": "Zwei"}]}
    assert send(site, "PUT", f"/api/accounts/{two['id']}/names", names, two["version"]).status_code == 200
    accounts = by_key(site)
    return accounts["a1"], accounts["a2"]


def test_every_reference_to_an_account_or_site_has_a_rule():
    refers = {
        (table.name, next(iter(column.foreign_keys)).column.table.name)
        for table in Record.metadata.tables.values()
        for column in table.columns
        if column.foreign_keys
    }
    accounts = {table for table, to in refers if to == "account"}
    sites = {table for table, to in refers if to == "site"}
    assert accounts == {model.__tablename__ for model in RULES} | {"account_text"}  # follows its account
    named = {model.__tablename__ for model in MOVED} | {model.__tablename__ for model, _ in ONCE}
    derived = {"site_region", "site_street"}  # follow their sites at the end of every act
    assert sites == named | derived | {"assignment", "account_key"}


def test_a_merge_loses_nothing_and_is_undone_exactly(site, pair):
    one, two = pair
    names = {"names": [{"kind": "brand", "name": "ZWEI", "valid_to": "2025-01-01"}]}
    assert send(site, "PUT", f"/api/accounts/{one['id']}/names", names, one["version"]).status_code == 200
    one = by_key(site)["a1"]
    payer = {"to_account_id": two["id"], "kind": "payer"}
    assert send(site, "POST", f"/api/accounts/{one['id']}/links", payer).status_code == 201
    before = content(site.record)
    answer = merge(site, one, two, why="one firm")
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert [item["id"] for item in made["account"]["sites"]] == [1, 2]
    after = content(site.record)
    for table in ("site", "activity", "opportunity", "stage_move", "visit", "assignment", "account_person"):
        assert len(after[table]) == len(before[table]), table
    assert two["id"] not in {row.get("account_id") for table in after.values() for row in table.values()}
    assert {row["level"] for row in after["account_need"].values() if row["account_id"] == one["id"]} == {2.0}
    assert [row["kind"] for row in after["account_link"].values()] == ["supplier"]
    whole = site.get(f"/api/accounts/{one['id']}/overview")
    assert {(item["kind"], item["name"]) for item in whole["names"]} == {("brand", "ZWEI")}
    (brand,) = [row for row in after["account_name"].values() if row["kind"] == "brand"]
    assert (brand["valid_from"], brand["valid_to"]) == (None, None), "the days of both"
    dated = [row for row in after["account_name"].values() if row["kind"] == "former"]
    assert [(row["name"], str(row["valid_to"])) for row in dated] == [("Account 2", "2026-11-23")]
    gone = site.problem(f"/api/accounts/{two['id']}", 404)
    assert f"merged into account {one['id']}" in gone["detail"]
    undone = send(site, "POST", f"/api/batches/{made['batch_id']}/undo", {})
    assert undone.status_code == 200, undone.text
    assert content(site.record) == before
    acts = [
        item["act"] for item in site.get(f"/api/accounts/{two['id']}/history")["items"] if item["table"] == "account"
    ]
    assert acts == ["added", "removed", "changed", "added"]


def test_an_undo_says_what_was_changed_since_and_keeps_what_is_new(site, pair):
    one, two = pair
    made = merge(site, one, two, take=["name"]).json()
    assert made["account"]["name"] == two["name"]
    newer = {"account_id": one["id"], "kind": "note", "text": "after"}
    note = send(site, "POST", "/api/activities", newer).json()["id"]
    assert send(site, "PATCH", f"/api/accounts/{one['id']}", {"segment": "C"}, 2).status_code == 200
    renamed = send(site, "PATCH", f"/api/accounts/{one['id']}", {"name": "Another"}, 3)
    path = f"/api/batches/{made['batch_id']}/undo"
    refused = send(site, "POST", path, {})
    assert refused.status_code == 409
    (row,) = refused.json()["rows"]
    assert (row["table"], row["row_id"], row["fields"], row["by"]) == ("account", one["id"], ["name"], "boss")
    assert send(site, "PATCH", f"/api/accounts/{one['id']}", {"name": two["name"]}, renamed.json()["version"])
    assert send(site, "POST", path, {}).status_code == 200
    now = site.get(f"/api/accounts/{one['id']}")
    assert (now["name"], now["segment"], len(now["sites"])) == ("Account 1", "C", 1)
    assert site.get(f"/api/activities/{note}")["account_id"] == one["id"]
    assert site.get(f"/api/accounts/{two['id']}")["name"] == "Account 2"


def test_sites_of_one_place_become_one(site, pair):
    one, two = pair
    before = content(site.record)
    same = [{"from_id": two["sites"][0]["id"], "into_id": one["sites"][0]["id"]}]
    made = merge(site, one, two, same=same).json()
    assert made["same"] == same
    (left,) = made["account"]["sites"]
    assert left["territory"] == "Rep 0"
    visits = [row["site_id"] for row in content(site.record)["visit"].values()]
    assert visits.count(1) == 3
    assert 2 not in visits
    assert send(site, "POST", f"/api/batches/{made['batch_id']}/undo", {}).status_code == 200
    assert content(site.record) == before
    one, two = (by_key(site)[name] for name in ("a1", "a2"))
    foreign = merge(site, one, two, same=[{"from_id": 5, "into_id": 1}])
    assert (foreign.status_code, "expected a site of the account" in foreign.json()["detail"]) == (409, True)


def test_a_file_finds_a_merged_account_by_its_old_id(site, pair, plan):
    one, two = pair
    rows = [
        {"id": item["external_id"], "name": item["name"], "segment": item["segment"], "city": "Town"}
        for item in (one, two)
    ]
    merge(site, one, two)

    def stage(*rows, **query):
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        answer = site.client.post("/api/imports", params={"name": "a.csv", **query}, content=text.getvalue())
        assert answer.status_code == 201, answer.text
        staged = answer.json()
        return staged, site.get(f"/api/imports/{staged['id']}/rows")["items"]

    staged, items = stage(*rows, whole=True)
    assert [item["account_id"] for item in items[:2]] == [one["id"]] * 2
    assert (staged["counts"]["unchanged"], staged["counts"]["create"]) == (2, 0)
    assert one["id"] not in [item["account_id"] for item in items if item["state"] == "close"]
    assert stage(rows[1])[0]["counts"]["unchanged"] == 1
    later, items = stage(rows[1] | {"segment": "C", "city": "Village"})
    assert {(item["field"], item["given"]) for item in items[0]["reasons"]} >= {("segment", "C"), ("city", "Village")}
    committed = send(site, "POST", f"/api/imports/{later['id']}/commit", {})
    assert committed.status_code == 200
    now = site.get(f"/api/accounts/{one['id']}")
    assert (now["name"], now["segment"]) == ("Account 1", "C")
    assert [item["city"] for item in now["sites"]] == ["Town", "Village"]
    assert stage(rows[1] | {"segment": "C", "city": "Village"})[0]["counts"]["unchanged"] == 1
    save_plan(site.record, plan(), now=site.moment[0])  # a plan of the same file goes on with it too
    assert len(site.get("/api/accounts")["items"]) == 6
    assert site.get(f"/api/accounts/{one['id']}")["sites"][1]["territory"] == "Rep 0"


def test_a_merge_needs_both_versions_and_both_accounts(site, pair):
    one, two = pair
    foreign = by_key(site)["a5"]
    body = {"other_id": two["id"], "other_version": 1}
    assert send(site, "POST", f"/api/accounts/{one['id']}/merges", body).status_code == 428
    stale = send(site, "POST", f"/api/accounts/{one['id']}/merges", body, one["version"])
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    assert merge(site, one, one).status_code == 409
    assert merge(site, one, two, take=["id"]).status_code == 422
    own = one["sites"][0]["rep_id"]
    manager = bearer(site.record, "mona", Role.MANAGER, sees_reps=(own,))
    rep = bearer(site.record, "ruth", Role.REP, rep_id=own)
    body = {"other_id": foreign["id"], "other_version": foreign["version"]}
    path = f"/api/accounts/{one['id']}/merges"
    assert send(site, "POST", path, body, one["version"], **manager).status_code == 404
    assert send(site, "POST", path, body, one["version"], **rep).status_code == 403
    body = {"other_id": two["id"], "other_version": two["version"]}
    assert send(site, "POST", path, body, one["version"], **manager).status_code == 200
    hidden = site.client.get(f"/api/accounts/{two['id']}", headers=bearer(site.record, "nina", Role.REP)).json()
    assert hidden["detail"] == f"There is no account {two['id']}."


def test_owners_do_not_come_to_own_each_other(site, pair):
    one, two = pair
    between = by_key(site)["a4"]["id"]
    for key, to in ((one["id"], between), (between, two["id"])):
        assert (
            send(site, "POST", f"/api/accounts/{key}/links", {"to_account_id": to, "kind": "owner"}).status_code == 201
        )
    before = content(site.record)
    answer = merge(site, one, two)
    assert (answer.status_code, "circle" in answer.json()["detail"]) == (409, True)
    assert content(site.record) == before


def test_likely_duplicates_are_found_by_place_or_telephone_and_name(site, pair):
    one, two = pair
    (found,) = site.get(f"/api/accounts/{one['id']}/duplicates")["items"]
    assert (found["account_id"], found["version"]) == (two["id"], 2)
    assert found["reasons"] == ["names 88% alike", "reached by the same telephone"]
    for number, name in enumerate(("Account 4 GmbH", "Zinnober")):
        made = send(site, "POST", "/api/accounts", {"external_id": f"n{number}", "name": name}).json()["sites"][0]["id"]
        assert send(site, "PATCH", f"/api/sites/{made}", {"lat": 50.2501, "lon": 11.5001}, 1).status_code == 200
    items = site.get(f"/api/accounts/{by_key(site)['a4']['id']}/duplicates")["items"]
    assert [item["external_id"] for item in items] == ["n0"]  # who moved in next door is somebody else


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"line": "Hauptstraße 1", "city": "Bonn"}, True),
        ({"line": "Hauptstr. 2", "city": "Bonn"}, False),
        ({"line": "Hauptstrasse 1", "city": "Köln"}, False),
        ({"line": "", "city": "", "lat": 50.0001, "lon": 7.0}, True),
        ({"line": "", "city": "", "lat": 50.01, "lon": 7.0}, False),
        ({"line": "", "city": "", "lat": None, "lon": None}, False),
    ],
)
def test_places_of_one_firm_are_told_apart(other, same):
    here = {"line": "Hauptstrasse 1", "city": "Bonn", "lat": 50.0, "lon": 7.0}
    assert is_same(here, here | other) is same
