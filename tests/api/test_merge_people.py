"""Two people who are one become one, nothing is lost, and the act can be taken back."""

import pytest
from sqlalchemy import select

from crm.columns import Record, table_of
from crm.tables import Change, Role
from planning.merge_rows import OF_PEOPLE
from planning.people_alike import alike, judged
from tests.api_content import content
from tests.api_users import bearer


def send(site, method, path, body, status=200, version=None, headers=None):
    match = {"If-Match": f'"{version}"'} if version else {}
    answer = site.client.request(method, path, json=body, headers=match | (headers or {}))
    assert answer.status_code == status, answer.text
    return answer.json()


def add(site, name, external_id, accounts, *contacts, note=""):
    roles = [{"account_id": key, "role": "buyer"} for key in accounts]
    ways = [{"kind": kind, "value": value} for kind, value in contacts]
    body = {"name": name, "external_id": external_id, "note": note, "roles": roles, "contacts": ways}
    return send(site, "POST", "/api/people", body, 201)


@pytest.fixture
def pair(site):
    """The same buyer twice: at accounts 1 and 5, and at account 1 under a short name."""
    one = add(site, "Anna Berg", "p-1", (1, 5), ("phone", "+49 30 1234567"), note="mornings")
    other = add(site, "Berg, A.", "p-2", (1,), ("phone", "0049 30 1234567"), ("email", "a@b.org"), note="no sugar")
    for person, state in ((one, "given"), (other, "withdrawn")):
        send(site, "POST", f"/api/people/{person['id']}/consents", {"purpose": "mail", "state": state}, 201)
    spoken = {"account_id": 1, "kind": "note", "person_id": other["id"], "text": "x"}
    send(site, "POST", "/api/activities", spoken, 201)
    return one, other


def merge(site, stays, goes, status=200, headers=None, **more):
    body = {"other_id": goes["id"], "other_version": goes["version"], **more}
    return send(site, "POST", f"/api/people/{stays['id']}/merges", body, status, stays["version"], headers)


def test_a_number_of_both_counts_on_the_days_of_both(site):
    number = {"kind": "phone", "value": "+49 30 1", "preferred": False, "valid_from": None, "valid_to": None}
    own = [number | {"valid_to": "2026-01-01"}, number | {"valid_from": "2026-06-01", "valid_to": "2026-07-01"}]
    others = [
        number | {"value": "0049 30 1", "valid_from": "2025-06-01", "valid_to": "2026-03-01", "preferred": True},
        number | {"valid_from": "2026-08-01"},
    ]
    one, other = (
        send(site, "POST", "/api/people", {"name": name, "roles": [{"account_id": 1}], "contacts": ways}, 201)
        for name, ways in (("Anna Berg", own), ("Berg, A.", others))
    )
    before = content(site.record)
    person = merge(site, one, other)["person"]
    assert [(way["valid_from"], way["valid_to"], way["preferred"]) for way in person["contacts"]] == [
        (None, "2026-03-01", True),
        ("2026-06-01", "2026-07-01", False),
        ("2026-08-01", None, False),
    ]
    act = site.get("/api/batches", limit=1)["items"][0]["id"]
    assert site.client.post(f"/api/batches/{act}/undo", json={}).status_code == 200
    assert content(site.record) == before


def test_every_reference_to_a_person_has_a_rule():
    refers = {
        table.name
        for table in Record.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    assert refers == {model.__tablename__ for model in OF_PEOPLE}


def test_a_merge_loses_nothing_and_is_undone_exactly(site, pair):
    one, other = pair
    before = content(site.record)
    made = merge(site, one, other, why="the same buyer")
    person = made["person"]
    assert made["moved"] == {"contact_point": 1, "consent": 1, "activity": 1}
    assert (person["name"], person["note"]) == ("Anna Berg", "mornings\nno sugar")
    assert [(role["account_id"], role["role"]) for role in person["roles"]] == [(1, "buyer"), (5, "buyer")]
    assert [way["value"] for way in person["contacts"]] == ["+49 30 1234567", "a@b.org"]
    assert [said["state"] for said in person["consents"]] == ["withdrawn"]
    after = content(site.record)
    assert len(after["consent"]) == 2
    gone = site.problem(f"/api/people/{other['id']}", 404)
    assert f"merged into person {one['id']}" in gone["detail"]
    send(site, "POST", "/api/people", {"name": "New", "external_id": "p-2", "roles": [{"account_id": 1}]}, 409)
    send(site, "POST", f"/api/batches/{made['batch_id']}/undo", {})
    assert content(site.record) == before


def test_a_file_finds_a_merged_person_by_the_old_id(site, pair):
    one, other = pair
    merge(site, one, other)

    def stage(text):
        answer = site.client.post("/api/imports?kind=people&name=people.csv", content=text.encode())
        assert answer.status_code == 201, answer.text
        rows = site.get(f"/api/imports/{answer.json()['id']}/rows")["items"]
        return [(row["state"], row["record_id"]) for row in rows]

    head = "id,name,account,role,email\n"
    assert stage(head + 'p-2,"Berg, A.",a1,buyer,a@b.org\n') == [("unchanged", one["id"])]
    assert stage(head + "p-2,Anna Berg-Falk,a1,buyer,a@b.org\n") == [("update", one["id"])]


def test_what_is_in_the_way_is_told_and_only_managers_merge(site, pair):
    one, other = pair
    merge(site, one, one, 409)
    merge(site, one, other | {"version": 7}, 412)
    rep = site.get("/api/reps")["items"][0]["id"]
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=rep)
    merge(site, one, other, 403, ruth)
    foreign = add(site, "Anna Berg", None, (5,))
    mona = bearer(site.record, "mona", Role.MANAGER, sees_reps=(rep,))
    merge(site, one, foreign, 404, mona)
    taken = merge(site, one, other, 200, mona, take=["name", "note"])["person"]
    assert (taken["name"], taken["note"]) == ("Berg, A.", "no sugar")
    seen = [item["id"] for item in site.get("/api/people", words="berg")["items"]]
    assert seen == [one["id"], foreign["id"]]


def test_forgetting_a_person_forgets_those_merged_into_them(site, pair):
    one, other = pair
    made = merge(site, one, other)["person"]
    send(site, "POST", f"/api/people/{one['id']}/erase", {}, 200, made["version"])
    with site.record.read() as session:
        change = table_of(Change)
        told = session.execute(
            select(change.c.before, change.c.after).where(
                change.c.table_name.in_(("person", "person_key", "contact_point"))
            )
        )
        text = str(told.all())
    assert not [word for word in ("Anna", "Berg", "a@b.org", "p-2", "sugar") if word in text]


def test_duplicates_are_suggested_with_reasons(site, pair):
    one, _ = pair
    add(site, "Boris Falk", None, (1,), ("phone", "+49 30 1234567"))
    add(site, "Anna Bergs", None, (1,))
    add(site, "Anna Berg", None, (6,))
    found = site.get(f"/api/people/{one['id']}/duplicates")["items"]
    assert [(item["name"], item["reasons"][1:]) for item in found] == [
        ("Berg, A.", ["reached by the same telephone", "at the same account"]),
        ("Anna Bergs", ["at the same account"]),
    ]
    assert found[0]["score"] > found[1]["score"]


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("anna berg", "berg anna", 1.0, 1.0),
        ("a berg", "anna berg", 0.9, 0.95),
        ("a b", "anna berg", 0.0, 0.7),
        ("anna berg", "boris falk", 0.0, 0.6),
    ],
)
def test_names_are_alike_whatever_the_order_of_their_words(one, other, least, most):
    assert least <= alike(one, other) <= most
    assert judged(0.79, "telephone", True) == (0.0, ())
