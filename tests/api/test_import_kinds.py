"""Imports of people, leads, opportunities and activities: each row's report, twice the same, and the way back."""

import io
import zipfile
from datetime import date

import pytest

from tests.api_content import content

PIPELINE = {
    "name": "Field sales",
    "stages": [
        {"name": "Prospecting", "probability": 0.1},
        {"name": "Engaging", "probability": 0.4},
        {"name": "Won", "kind": "won", "probability": 1.0, "required": ["value"]},
        {"name": "Lost", "kind": "lost"},
    ],
}


def stage(site, kind, text, status=201, **query):
    query = {"name": f"{kind}.csv", "kind": kind} | query
    answer = site.client.post("/api/imports", params=query, content=text.encode())
    assert answer.status_code == status, answer.text
    return answer.json()


def commit(site, run):
    answer = site.client.post(f"/api/imports/{run['id']}/commit", json={})
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(site, run, **query):
    return site.get(f"/api/imports/{run['id']}/rows", **query)["items"]


def some(run):
    return {state: number for state, number in run["counts"].items() if number}


def undo(site, done):
    answer = site.client.post(f"/api/batches/{done['batch_id']}/undo", json={})
    assert answer.status_code == 200, answer.text


def in_twice_and_out_again(site, kind, text, **query):
    """Import a file; check that it again changes nothing, and that undoing it leaves what was before."""
    before = content(site.record)
    run = stage(site, kind, text, **query)
    assert content(site.record) == before
    done = commit(site, run)
    after = content(site.record)
    again = stage(site, kind, text, **query)
    assert set(some(again)) <= {"unchanged", "reject", "review"}, rows(site, again)
    assert commit(site, again)["batch_id"] is None
    assert content(site.record) == after
    undo(site, done)
    assert content(site.record) == before
    commit(site, stage(site, kind, text, **query))
    return run


def test_people_come_with_roles_contacts_and_consent(site):
    text = (
        "Id;Name;Account;Role;E-Mail;Phone;Newsletter\n"
        "p1;Anna Berg;a1;buyer;anna@x.example;+49 30 1;yes\n"
        "p1;Anna Berg;a2;buyer;;;\n"
        ";Bo Dahl;Account 3;owner;bo@y.example;;no\n"
        "p3;Nobody;zz;;;;\n"
        "p4;;a1;;;;\n"
    )
    run = in_twice_and_out_again(site, "people", text)
    assert some(run) == {"create": 2, "unchanged": 1, "reject": 2}
    wrong = {row["line"]: row["reasons"][0]["field"] for row in rows(site, run, state="reject")}
    assert wrong == {5: "account", 6: "name"}
    anna, bo = site.get("/api/people")["items"]
    assert [role["account"] for role in anna["roles"]] == ["Account 1", "Account 2"]
    assert [(one["kind"], one["value"]) for one in anna["contacts"]] == [
        ("email", "anna@x.example"),
        ("phone", "+49 30 1"),
    ]
    assert [(one["purpose"], one["state"]) for one in bo["consents"]] == [("contact", "withdrawn")]

    met = stage(site, "people", "name,email,mobile\nBo Dahl,BO@y.example,0170 1\nCy Ek,bo@y.example,\n")
    assert some(met) == {"update": 1, "review": 1}
    known, open_row = rows(site, met)
    assert (known["record_id"], known["reasons"][0]["note"][:8]) == (bo["id"], "matched:")
    assert [(one["record_id"], one["state"]) for one in open_row["candidates"]] == [
        (bo["id"], "update"),
        (None, "create"),
    ]
    where = f"/api/imports/{met['id']}/rows/{open_row['id']}/choice"
    assert site.client.post(where, json={"candidate": 7}).status_code == 409
    chosen = site.client.post(where, json={"candidate": 1}).json()
    assert (chosen["state"], site.get(f"/api/imports/{met['id']}")["counts"]["review"]) == ("create", 0)
    commit(site, met)
    assert [one["name"] for one in site.get("/api/people")["items"]] == ["Anna Berg", "Bo Dahl", "Cy Ek"]


def test_leads_keep_what_came_in_and_are_matched_where_it_is_plain(site):
    text = "id,source,company,received,shoe size\nl1,fair,Account 1,2026-11-01 10:00,44\nl2,web,Elsewhere,2026-11-02,\n"
    run = in_twice_and_out_again(site, "leads", text, zone="Europe/Berlin")
    assert some(run) == {"create": 2}
    first, second = site.get("/api/leads")["items"]
    assert (first["state"], first["account"], first["payload"]["shoe size"]) == ("matched", "Account 1", "44")
    assert (second["state"], second["received_at"]) == ("new", "2026-11-02T11:00:00Z")
    changed = stage(site, "leads", text.replace(",44", ",45"))
    assert (some(changed), rows(site, changed)[0]["reasons"][0]["field"]) == (
        {"unchanged": 1, "reject": 1},
        "shoe size",
    )


def test_opportunities_walk_the_stages_their_dates_tell_of(site):
    assert site.client.post("/api/pipelines", json=PIPELINE).status_code == 201
    site.client.post("/api/codes", json={"list_name": "product", "code": "GTX Pro", "label": "GTX Pro", "position": 1})
    text = (
        "opportunity_id,account,product,deal_stage,engage_date,close_date,close_value\n"
        "o1,Account 1,GTXPro,Won,10/20/2016,3/1/2017,1054\n"
        "o2,,GTX Pro,Engaging,11/1/2016,,\n"
        "o3,Acount 2,GTX Pro,Lost,11/2/2016,12/31/2016,0\n"
        "o4,Account 2,Wheel,Won,11/2/2016,11/13/2016,5\n"
        "o5,Account 2,GTX Pro,Dreaming,,,\n"
        "o6,Account 2,GTX Pro,Won,11/2/2016,11/13/2016,\n"
        "o7,Account 2,GTX Pro,Lost,11/2/2016,11/1/2016,\n"
    )
    said = {"set": ["opening_stage=Engaging", "reason=price"]}
    run = in_twice_and_out_again(site, "opportunities", text, **said)
    assert some(run) == {"create": 2, "review": 1, "reject": 4}
    wrong = [row["reasons"][0]["field"] for row in rows(site, run, state="reject")]
    assert wrong == ["product", "stage", "value", "closed_at"]
    (near,) = rows(site, run, state="review")
    assert near["candidates"][0]["account_id"] == 2
    won, orphan = site.get("/api/opportunities")["items"]
    assert (won["product"], won["account"], won["value"], orphan["account"]) == ("GTX Pro", "Account 1", 1054.0, None)
    moves = site.get(f"/api/opportunities/{won['id']}/moves")["items"]
    assert [(one["to_stage"], one["moved_at"][:10]) for one in moves] == [
        ("Engaging", "2016-10-20"),
        ("Won", "2017-03-01"),
    ]
    assert moves[0]["stayed_s"] == 132 * 86400

    later = stage(site, "opportunities", text.replace("Engaging,11/1/2016,,", "Won,11/1/2016,1/1/2017,9"), **said)
    assert some(later)["update"] == 1
    commit(site, later)
    assert [one["to_stage"] for one in site.get(f"/api/opportunities/{orphan['id']}/moves")["items"]] == [
        "Engaging",
        "Won",
    ]


def test_activities_are_visits_at_the_only_site_and_date_its_last_visit(site):
    text = "store id,date,result,comment\na1,20261101,ok,first\na1,20261101,ok,first\na2,2026-11-02 09:30,,\nzz,20261101,ok,\n"
    run = in_twice_and_out_again(site, "activities", text, set=["kind=visit"], zone="America/Los_Angeles")
    assert some(run) == {"create": 2, "reject": 2}
    assert [row["reasons"][0]["field"] for row in rows(site, run, state="reject")] == ["outcome", "account"]
    found = site.get("/api/activities")["items"]
    assert {(one["kind"], one["at"], one["site_id"]) for one in found} == {("visit", "2026-11-01T20:00:00Z", 1)}
    assert content(site.record)["site"][1]["last_visit_on"] == date(2026, 11, 1)


def test_accounts_that_nobody_knows_are_made_when_asked_for(site):
    run = in_twice_and_out_again(
        site, "leads", "id,source,company\nl1,web,New & Co\nl2,web,New & Co\n", make_accounts=True
    )
    assert some(run) == {"create": 2}
    made = site.get("/api/accounts")["items"][-1]
    assert (made["external_id"], made["name"], made["state"]) == ("New & Co", "New & Co", "prospect")
    assert {lead["account_id"] for lead in site.get("/api/leads")["items"]} == {made["id"]}


def test_what_whole_files_lack_is_said_at_once(site):
    no_kind = stage(site, "activities", "account,date\na1,2026-01-01\n", 422)
    assert "no column for kind (phone_call, mail, visit" in no_kind["detail"]
    assert "There is no pipeline" in stage(site, "opportunities", "id,stage\n1,Won\n", 422)["detail"]
    for query, field in (
        ({"set": "kind"}, "query.set"),
        ({"column": "=x"}, "query.column"),
        ({"zone": "Moon"}, "query.zone"),
    ):
        assert stage(site, "leads", "id,source\n1,x\n", 422, **query)["errors"][0]["field"] == field
    assert "There is no field 'colour'" in stage(site, "leads", "id,source\n1,x\n", 422, set="colour=red")["detail"]


@pytest.fixture
def bomb():
    """A workbook of a few kilobytes whose sheet unpacks to half a gigabyte."""
    packed = io.BytesIO()
    pack = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED)
    with pack, pack.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
        for _ in range(64):
            member.write(bytes(8 * 2**20))
    return packed.getvalue()


def test_too_many_rows_and_what_would_fill_the_memory_are_refused(site, bomb):
    settings = site.client.app.state.settings
    site.client.app.state.settings = settings.model_copy(update={"max_import_rows": 2})
    assert "3 rows, more than the limit of 2" in stage(site, "leads", "id,source\n1,x\n2,x\n3,x\n", 422)["detail"]
    assert "3 rows, more than the limit of 2" in stage(site, "accounts", "id,city\n1,x\n2,x\n3,x\n", 422)["detail"]
    answer = site.client.post("/api/imports", params={"name": "a.xlsx", "kind": "people"}, content=bomb)
    assert (answer.status_code, "would unpack to 537 MB" in answer.json()["detail"]) == (422, True), answer.text
