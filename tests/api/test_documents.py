"""Documents of visits: what their forms ask for, what is refused and where, who sees them, and editions."""

import pytest

from crm.tables import Role
from planning.document_answers import Line, check_document
from planning.document_forms import read_definition
from planning.record_errors import FaultyError
from tests.api_content import content
from tests.api_users import bearer

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
ORDER = {
    "title": "Order",
    "fields": [{"name": "deliver_on", "kind": "date", "required": True}],
    "lines": {"least": 1, "most": 2, "fields": [{"name": "price", "kind": "amount", "least": 0}]},
}
SHELF = {
    "title": "Shelf audit",
    "fields": [
        {"name": "facings", "kind": "integer", "required": True, "least": 0, "most": 200},
        {"name": "state", "kind": "choice", "choices": ["full", "gaps"]},
        {"name": "clean", "kind": "yes_no"},
        {"name": "remark", "kind": "text"},
    ],
}


def send(site, method, path, body, status=200, version=None, headers=None):
    match = {"If-Match": f'"{version}"'} if version else {}
    answer = site.client.request(method, path, json=body, headers=match | (headers or {}))
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
def visits(site):
    """Visits of today of both reps; forms for orders and shelves are there."""
    for name, kind, definition in (("order", "order", ORDER), ("shelf", "shelf", SHELF)):
        send(site, "POST", "/api/document-forms", {"name": name, "kind": kind, "definition": definition}, 201)
    reps = [item["id"] for item in site.get("/api/reps")["items"][:2]]
    return [(rep, site.get(f"/api/reps/{rep}/routes/today")["stops"][0]["visit_id"]) for rep in reps]


def test_an_order_is_written_at_a_visit_once_and_can_be_undone(site, visits):
    (rep, visit), _ = visits
    before = content(site.record)
    lines = [{"product": "espresso", "quantity": 6, "answers": {"price": "12.50"}}]
    where = {"lat": 50.25, "lon": 10.5, "accuracy_m": 8}
    body = {"form": "order", "answers": {"deliver_on": "2026-11-30"}, "lines": lines, "external_id": "d-1", **where}
    made = send(site, "POST", f"/api/visits/{visit}/documents", body, 201)
    assert (made["kind"], made["edition"], made["rep_id"], made["made_by"]) == ("order", 1, rep, "boss")
    assert (made["away_m"], made["lines"]) == (0.0, [lines[0] | {"quantity": 6.0}])
    assert send(site, "POST", f"/api/visits/{visit}/documents", body, 201)["id"] == made["id"], "the device sends twice"
    assert [item["id"] for item in site.get("/api/documents", kind="order", account=made["account_id"])["items"]] == [1]
    assert site.get("/api/documents", kind="shelf")["items"] == []
    (shown,) = site.get(f"/api/accounts/{made['account_id']}/overview")["documents"]
    assert shown == made
    before_it = site.get(f"/api/accounts/{made['account_id']}/overview", on="2026-11-22")
    assert (before_it["documents"], before_it["as_of"]["documents"]) == ([], "2026-11-22")
    more = [lines[0], {"product": "filter", "quantity": 1}]
    edited = send(site, "PATCH", "/api/documents/1", {"lines": more}, 200, made["version"])
    assert [line["product"] for line in edited["lines"]] == ["espresso", "filter"]
    assert edited["answers"] == {"deliver_on": "2026-11-30"}
    send(site, "PATCH", "/api/documents/1", {"lines": more}, 412, made["version"])
    made = [item["id"] for item in site.get("/api/batches", limit=3)["items"] if item["changes"]]
    for batch in made:
        send(site, "POST", f"/api/batches/{batch}/undo", {})
    assert content(site.record) == before


@sqlite_only
def test_what_is_wrong_is_named_with_its_place(site, visits):
    (_, visit), _ = visits
    path = f"/api/visits/{visit}/documents"
    code = {"list_name": "product", "code": "espresso", "label": "Espresso"}
    send(site, "POST", "/api/codes", code, 201)
    wrong = [{"product": "tea", "quantity": None, "answers": {"price": "1.23456", "colour": "x"}}]
    body = {"form": "order", "answers": {"deliver_on": "soon"}, "lines": wrong}
    faults = send(site, "POST", path, body, 422)["errors"]
    assert [fault["field"] for fault in faults] == [
        "body.answers.deliver_on",
        "body.lines.0.product",
        "body.lines.0.quantity",
        "body.lines.0.answers.colour",
        "body.lines.0.answers.price",
    ]
    shelf = {"form": "shelf", "answers": {"facings": 201, "state": "burnt", "clean": "yes"}}
    told = {fault["field"]: fault["expected"] for fault in send(site, "POST", path, shelf, 422)["errors"]}
    assert told == {
        "body.answers.facings": "Expected a number from 0 and to 200.",
        "body.answers.state": "Expected one of full, gaps.",
        "body.answers.clean": "Expected true or false.",
    }
    assert "there are: order, shelf" in send(site, "POST", path, {"form": "return"}, 409)["detail"]
    bad = {"title": "", "fields": [{"name": "A b", "kind": "photo"}, {"name": "x", "kind": "choice"}], "line": []}
    faults = send(site, "POST", "/api/document-forms", {"name": "x", "kind": "other", "definition": bad}, 422)["errors"]
    assert [fault["field"] for fault in faults] == [
        "body.definition.line",
        "body.definition.title",
        "body.definition.fields.0.name",
        "body.definition.fields.0.kind",
        "body.definition.fields.1.choices",
    ]


@sqlite_only
def test_documents_keep_the_edition_they_were_written_by(site, visits):
    (_, visit), _ = visits
    path = f"/api/visits/{visit}/documents"
    old = send(site, "POST", path, {"form": "shelf", "answers": {"facings": 3}}, 201)
    shorter = {"title": "Shelf audit", "fields": [{"name": "gaps", "kind": "yes_no", "required": True}]}
    new = send(site, "POST", "/api/document-forms", {"name": "shelf", "kind": "shelf", "definition": shorter}, 201)
    assert new["edition"] == 2
    assert send(site, "POST", path, {"form": "shelf", "answers": {"gaps": True}}, 201)["edition"] == 2
    send(site, "PATCH", f"/api/documents/{old['id']}", {"answers": {"gaps": True}}, 422, 1)
    assert send(site, "PATCH", f"/api/documents/{old['id']}", {"answers": {"facings": 4}}, 200, 1)["edition"] == 1
    send(site, "PATCH", f"/api/document-forms/{new['id']}", {"active": False}, 200, 1)
    assert send(site, "POST", path, {"form": "shelf", "answers": {"facings": 1}}, 201)["edition"] == 1
    send(site, "POST", "/api/document-forms", {"name": "shelf", "kind": "order", "definition": ORDER}, 409)


@sqlite_only
def test_a_rep_writes_and_reads_only_what_is_their_own(site, visits):
    (rep, visit), (_, foreign) = visits
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=rep)
    body = {"form": "shelf", "answers": {"facings": 3}}
    assert send(site, "POST", f"/api/visits/{visit}/documents", body, 201, headers=ruth)["made_by"] == "ruth"
    send(site, "POST", f"/api/visits/{foreign}/documents", body, 404, headers=ruth)
    hidden = send(site, "POST", f"/api/visits/{foreign}/documents", body, 201)
    seen = site.client.get("/api/documents", headers=ruth).json()["items"]
    assert [item["visit_id"] for item in seen] == [visit]
    assert site.client.get(f"/api/documents/{hidden['id']}", headers=ruth).status_code == 404
    later = site.get(f"/api/reps/{rep}/routes/2026-11-25")["stops"][0]["visit_id"]
    assert "take it into today first" in send(site, "POST", f"/api/visits/{later}/documents", body, 409)["detail"]


def test_every_kind_of_answer_is_kept_in_one_way():
    kinds = ("text", "integer", "number", "amount", "yes_no", "date", "choice", "product")
    fields = [{"name": kind, "kind": kind} | ({"choices": ["a"]} if kind == "choice" else {}) for kind in kinds]
    definition = read_definition({"title": "All", "fields": fields})
    given = (" x ", 3.0, 2, 12.5, False, "2026-11-23", "a", "p")
    kept, _ = check_document(definition, dict(zip(kinds, given, strict=True)), (), {})
    assert list(kept.values()) == ["x", 3, 2.0, "12.5", False, "2026-11-23", "a", "p"]
    assert check_document(definition, dict.fromkeys(kinds), (), {}) == ({}, [])
    wrong = (5, 2.5, True, "1e3", 1, "23.11.2026", "b", 7)
    with pytest.raises(FaultyError) as error:
        check_document(definition, dict(zip(kinds, wrong, strict=True)), (), {})
    assert [where for where, _ in error.value.faults] == [f"answers.{kind}" for kind in kinds]
    with pytest.raises(FaultyError, match="lines: expected no lines"):
        check_document(definition, {}, [Line("p")], {})
