"""Activities, leads, and all about one account."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from crm.act import Act
from crm.columns import table_of
from crm.tables import Lead, Opportunity, Role, StageMove
from planning.demo_pipeline import seed_pipeline
from tests.api.test_people import send
from tests.api_users import bearer
from tests.small_plan import NOON


@pytest.fixture
def ruth(site):
    return bearer(site.record, "ruth", Role.REP, rep_id=site.get("/api/reps")["items"][0]["id"])


def test_an_activity_is_noted_for_whoever_did_it(site, ruth):
    body = {"account_id": 1, "kind": "phone_call", "outcome": "interested", "next_contact_on": "2026-12-01"}
    made = send(site, "POST", "/api/activities", body, 201, headers=ruth)
    assert (made["rep"], made["made_by"], made["at"]) == ("Rep 0", "ruth", "2026-11-23T12:00:00Z")
    changed = send(site, "PATCH", f"/api/activities/{made['id']}", {"text": "rang twice"}, 200, made["version"])
    assert (changed["text"], changed["outcome"], changed["version"]) == ("rang twice", "interested", 2)
    send(site, "POST", "/api/activities", body | {"account_id": 5}, 404, headers=ruth)


def test_a_text_alone_is_a_note_about_the_visit_at_hand(site, ruth):
    who = {"name": "Ada", "roles": [{"account_id": 1, "is_main": True}]}
    person = send(site, "POST", "/api/people", who, 201)
    site.moment[0] = datetime(2026, 11, 23, 8, tzinfo=UTC)  # nine in Berlin, before the first visit
    noted = send(site, "POST", "/api/activities", {"text": "Wants samples"}, 201, headers=ruth)
    stop = site.get("/api/reps/1/routes/2026-11-23")["stops"][0]
    assert (noted["account_id"], noted["site_id"]) == (stop["account_id"], stop["site_id"])
    said = noted["kind"], noted["person_id"], noted["rep"], noted["made_by"], noted["at"]
    assert said == ("note", person["id"], "Rep 0", "ruth", "2026-11-23T08:00:00Z")
    about = send(site, "POST", "/api/activities", {"text": "x", "account_id": 2, "person_id": None}, 201, headers=ruth)
    assert (about["site_id"], about["person_id"]) == (2, None)
    refused = send(site, "POST", "/api/activities", {"text": "whose?"}, 409)
    assert "which account" in refused["detail"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"kind": "visit"}, "outcome is missing"),
        ({"kind": "note", "site_id": 2}, "does not belong to account 1"),
        ({"kind": "note", "opportunity_id": 9999}, "does not belong to account 1"),
        ({"kind": "note", "person_id": 9999}, "There is no person 9999"),
        ({"kind": "note", "rep_id": 9999}, "There is no rep 9999"),
    ],
)
def test_an_activity_that_does_not_hold_together_is_refused(site, more, words):
    refused = send(site, "POST", "/api/activities", {"account_id": 1, **more}, 409)
    assert words in refused["detail"]
    assert site.get("/api/activities")["items"] == []


def test_activities_come_newest_first_page_by_page_and_filtered(site):
    for day in range(5):
        at = (NOON - timedelta(days=day // 2)).isoformat()
        send(
            site,
            "POST",
            "/api/activities",
            {"account_id": 1 + day % 2, "kind": "note", "at": at, "text": str(day)},
            201,
        )
    seen, cursor = [], None
    while True:
        page = site.get("/api/activities", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["text"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["1", "0", "3", "2", "4"]
    assert [item["text"] for item in site.get("/api/activities", account=2)["items"]] == ["1", "3"]
    day_before = site.get("/api/activities", since="2026-11-22T00:00:00Z", until="2026-11-23T00:00:00Z")["items"]
    assert [item["text"] for item in day_before] == ["3", "2"]
    site.problem("/api/activities", 422, since="2026-11-22")


def lead(site, headers=None, **more):
    body = {"source": "web", "trigger": "price list", "payload": {"company": "Café", "n": [1, None]}, **more}
    return send(site, "POST", "/api/leads", body, 201, headers=headers)


def test_a_lead_is_matched_qualified_and_converted_in_one_act(site):
    seed_pipeline(site.record, seed=1, now=NOON)
    made = lead(site)
    matched = send(site, "POST", f"/api/leads/{made['id']}/match", {"account_id": 2}, 200, 1)
    qualified = send(site, "POST", f"/api/leads/{made['id']}/qualify", {"rep_id": 1}, 200, 2)
    assert (matched["state"], qualified["state"], qualified["rep"]) == ("matched", "qualified", "Rep 0")
    path, body = f"/api/leads/{made['id']}/convert", {"title": "Coffee", "stage_id": 1, "value": 10}
    send(site, "POST", path, body, 412, 1)
    done = send(site, "POST", path, body, 200, 3)
    assert (done["state"], done["payload"]) == ("converted", {"company": "Café", "n": [1, None]})
    deal = site.get(f"/api/opportunities/{done['opportunity_id']}")
    assert (deal["account_id"], deal["rep"], deal["source"], deal["title"]) == (2, "Rep 0", "web", "Coffee")
    with site.record.read() as session:
        moves = select(table_of(StageMove)).where(table_of(StageMove).c.opportunity_id == deal["id"])
        assert [row.reason for row in session.execute(moves)] == [f"Lead {made['id']}"]
    send(site, "POST", path, body, 409, 4)
    send(site, "POST", f"/api/leads/{made['id']}/reject", {"why": "late"}, 409, 4)


def test_a_lead_without_an_account_becomes_a_prospect_or_nothing_at_all(site):
    seed_pipeline(site.record, seed=1, now=NOON)
    made = lead(site)
    path, body = f"/api/leads/{made['id']}/convert", {"title": "Coffee", "stage_id": 1}
    send(site, "POST", path, body, 409, 1)
    taken = body | {"client": {"name": "Neu", "external_id": "a1"}}
    assert "match the lead with it" in send(site, "POST", path, taken, 409, 1)["detail"]
    with site.record.read() as session:
        before = session.execute(select(table_of(Opportunity).c.id)).all()
    send(site, "POST", path, body | {"stage_id": 9999, "client": {"name": "Neu", "external_id": "n1"}}, 409, 1)
    send(site, "POST", path, body | {"client": {"name": "Neu", "external_id": "n1"}}, 412, 9)
    with site.record.read() as session:
        assert session.execute(select(table_of(Opportunity).c.id)).all() == before
    assert len(site.get("/api/accounts")["items"]) == 7
    done = send(site, "POST", path, body | {"client": {"name": "Neu", "external_id": "n1", "city": "Town"}}, 200, 1)
    client = site.get(f"/api/accounts/{done['account_id']}")
    assert (client["name"], client["state"], client["sites"][0]["city"]) == ("Neu", "prospect", "Town")
    batch = site.get("/api/batches", limit=1)["items"][0]
    send(site, "POST", f"/api/batches/{batch['id']}/undo", {})
    assert len(site.get("/api/accounts")["items"]) == 7
    assert site.get(f"/api/leads/{made['id']}")["state"] == "new"


def test_a_rep_goes_on_seeing_the_firm_that_an_own_lead_became(site):
    seed_pipeline(site.record, seed=1, now=NOON)
    owner = site.get("/api/accounts/1")["sites"][0]
    own, other = (
        bearer(site.record, name, Role.REP, rep_id=rep) for name, rep in (("ruth", owner["rep_id"]), ("rolf", 2))
    )
    made = lead(site, own)
    body = {"title": "Coffee", "stage_id": 1, "client": {"name": "Neu", "external_id": "n1", "city": "Town"}}
    done = send(site, "POST", f"/api/leads/{made['id']}/convert", body, 200, 1, headers=own)
    path = f"/api/accounts/{done['account_id']}"
    (place,) = send(site, "GET", path, None, 200, headers=own)["sites"]
    assert (place["territory"], place["rep"], place["reason"]) == (owner["territory"], "Rep 0", f"Lead {made['id']}")
    note = {"account_id": done["account_id"], "kind": "note", "text": "opens in May"}
    send(site, "POST", "/api/activities", note, 201, headers=own)
    send(site, "GET", path, None, 404, headers=other)


def test_what_came_in_with_a_lead_never_changes(site):
    made = lead(site)
    table = table_of(Lead)
    for values in ({"payload": {}}, {"source": "x"}, {"received_at": NOON + timedelta(days=1)}, {"trigger": ""}):
        with pytest.raises(DatabaseError, match="never change"), site.record.write(Act("x", "x", NOON)) as session:
            session.execute(update(table).where(table.c.id == made["id"]).values(values))
    with site.record.write(Act("x", "x", NOON)) as session:
        session.execute(update(table).where(table.c.id == made["id"]).values(reason="other columns do"))


def test_a_rejected_lead_has_a_reason_and_a_lead_comes_in_once(site):
    made = lead(site, external_id="w1")
    send(site, "POST", f"/api/leads/{made['id']}/reject", {}, 409, 1)
    done = send(site, "POST", f"/api/leads/{made['id']}/reject", {"why": "spam"}, 200, 1)
    assert (done["state"], done["reason"]) == ("rejected", "spam")
    body = {"source": "web", "trigger": "t", "payload": {}, "external_id": "w1"}
    send(site, "POST", "/api/leads", body, 409)
    assert [item["id"] for item in site.get("/api/leads", state="rejected")["items"]] == [made["id"]]
    assert site.get("/api/leads", state="new")["items"] == []


def test_a_rep_sees_own_leads_and_those_of_own_accounts(site, ruth):
    own = lead(site, ruth)
    lead(site)
    about = lead(site)
    send(site, "POST", f"/api/leads/{about['id']}/match", {"account_id": 1}, 200, 1)
    seen = [item["id"] for item in site.client.get("/api/leads", headers=ruth).json()["items"]]
    assert seen == [own["id"], about["id"]]
    send(site, "POST", f"/api/leads/{own['id']}/match", {"account_id": 5}, 404, 1, ruth)
    given = send(site, "POST", f"/api/leads/{own['id']}/qualify", {"rep_id": 2}, 200, 1, ruth)
    assert given["rep"] == "Rep 1"
    assert site.client.get(f"/api/leads/{own['id']}", headers=ruth).status_code == 404


def test_an_overview_holds_all_about_an_account(site, ruth):
    seed_pipeline(site.record, seed=1, now=NOON)
    send(site, "POST", "/api/people", {"name": "Anna", "roles": [{"account_id": 1}]}, 201)
    send(site, "POST", "/api/accounts/1/links", {"kind": "owner", "to_account_id": 5}, 201)
    body = {"account_id": 1, "kind": "note", "next_contact_on": "2026-12-01"}
    send(site, "POST", "/api/activities", body, 201)
    send(site, "POST", f"/api/leads/{lead(site)['id']}/match", {"account_id": 1}, 200, 1)
    whole = site.get("/api/accounts/1/overview")
    assert whole["account"]["external_id"] == "a1"
    assert [person["name"] for person in whole["people"]] == ["Anna"]
    assert [link["to_account"] for link in whole["links"]] == ["Account 5"]
    assert (whole["ownership"][0]["rep"], whole["ownership"][0]["valid_from"]) == ("Rep 0", "2026-11-23")
    assert [visit["day"] for visit in whole["visits"]] == ["2026-11-25", "2026-11-23"]
    assert whole["next_visit"]["day"] == "2026-11-23" and whole["last_visit"] is None
    assert (whole["next_contact_on"], len(whole["activities"]), len(whole["leads"])) == ("2026-12-01", 1, 1)
    assert set(whole["as_of"].values()) == {"2026-11-23"} and whole["as_of"].keys() < whole.keys()
    then = site.get("/api/accounts/1/overview", on="2026-11-22")
    assert (then["as_of"]["activities"], then["activities"]) == ("2026-11-22", [])
    site.moment[0] = NOON + timedelta(days=10)  # the day has passed, and nobody has been in touch
    assert site.get("/api/accounts/1/overview")["next_contact_on"] == "2026-12-01"
    send(site, "POST", "/api/activities", {"account_id": 1, "kind": "phone_call", "outcome": "met"}, 201)
    assert site.get("/api/accounts/1/overview")["next_contact_on"] is None
    site.moment[0] = NOON
    own = site.client.get("/api/accounts/1/overview", headers=ruth).json()
    assert own["links"] == [], "the other side of the link is not the rep's"
    assert site.client.get("/api/accounts/5/overview", headers=ruth).status_code == 404
