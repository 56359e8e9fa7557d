"""Leads from forms outside: who may send, what is taken, whom it is matched with, and that nothing is told."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from crm.tables import Role
from planning.intake_leads import SAME_WITHIN
from tests.api_users import bearer
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
PAGE = "https://www.example.org"


class Form:
    """A form with a key, and a browser or server that sends it: without a user."""

    def __init__(self, site, **more):
        body = {"name": "Web", "source": "web", "trigger": "price list", **more}
        made = site.client.post("/api/intakes", json=body)
        assert made.status_code == 201, made.text
        self.site, self.id, self.path = site, made.json()["id"], f"/api/intakes/{made.json()['id']}"
        answer = site.client.post(f"{self.path}/keys", json={"title": "page"})
        assert answer.status_code == 201, answer.text
        self.key = answer.json()["key"]
        self.app = TestClient(site.client.app, base_url="http://localhost", raise_server_exceptions=False)

    def stamp(self):
        answer = self.app.post("/api/intake/stamps", headers={"X-Intake-Key": self.key})
        assert answer.status_code == 200, answer.text
        self.site.moment[0] += timedelta(seconds=5)
        return answer.json()["stamp"]

    def send(self, headers=None, **body):
        body.setdefault("stamp", None)
        body["stamp"] = self.stamp() if body["stamp"] is None else body["stamp"]
        return self.app.post("/api/intake/leads", json=body, headers={"X-Intake-Key": self.key} | (headers or {}))

    def taken(self, **body):
        answer = self.send(**body)
        assert (answer.status_code, answer.json()) == (202, {"received": True}), answer.text
        return self.site.get("/api/leads", limit=500)["items"]

    def counts(self):
        (key,) = self.site.get(self.path)["keys"]
        return key["taken"], key["repeated"], key["refused"]


@pytest.fixture
def form(site):
    return Form(site)


def test_a_lead_comes_in_once_and_is_found_a_territory(form, site):
    stamp = form.stamp()
    said = {"name": "Zoe", "email": "Zoe@Example.net", "lat": 50.05, "lon": 10.05, "message": "Prices?", "stamp": stamp}
    (lead,) = form.taken(**said)
    assert (lead["state"], lead["source"], lead["trigger"], lead["account_id"]) == ("new", "web", "price list", None)
    assert lead["payload"] == {key: value for key, value in said.items() if key != "stamp"}
    owners = site.get("/api/owners", lat=50.05, lon=10.05)["items"]
    assert [lead["rep_id"]] == [one["holders"][0]["rep_id"] for one in owners]
    assert len(form.taken(**said)) == 1, "one stamp is one lead"
    assert len(form.taken(**said | {"stamp": None})) == 1, "and so is what comes again word for word"
    later = form.taken(**said | {"stamp": None, "message": "And samples?"})
    assert [item["rep_id"] for item in later] == [lead["rep_id"]] * 2, "the same sender stays with the same rep"
    site.moment[0] += SAME_WITHIN + timedelta(hours=1)
    assert len(form.taken(**said | {"stamp": None})) == 3
    assert form.counts() == (3, 2, 0)
    batch = site.get("/api/batches", limit=1)["items"][0]
    assert batch["made_by"] == "intake Web"
    undone = site.client.post(f"/api/batches/{batch['id']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert len(site.get("/api/leads")["items"]) == 2


def test_further_fields_do_not_stand_for_those_that_were_looked_at(form):
    (lead,) = form.taken(email="a@example.net", more={"email": "boss@example.org", "name": "Boss", "cups": "9"})
    assert lead["payload"] == {"email": "a@example.net", "cups": "9"}


def test_it_is_matched_by_who_is_reached_and_by_name_and_place(form, site):
    mail = [{"kind": "email", "value": "anna@a5.org"}]
    person = {"name": "Anna", "roles": [{"account_id": 5}], "contacts": mail}
    assert site.client.post("/api/people", json=person).status_code == 201
    account = site.get("/api/accounts/5")
    (lead,) = form.taken(email="ANNA@a5.org")
    assert (lead["state"], lead["account_id"], lead["rep_id"]) == ("matched", 5, account["sites"][0]["rep_id"])
    place = site.get("/api/accounts/6")["sites"][0]
    here = {"lat": place["lat"], "lon": place["lon"]}
    *_, lead = form.taken(company="ACCOUNT  6", phone="+49 30 777888", **here)
    assert lead["account_id"] == 6
    *_, lead = form.taken(company="Another", phone="+49 30 777889", **here)
    assert (lead["account_id"], lead["state"]) == (None, "new"), "a place alone decides nothing"
    *_, lead = form.taken(company="Account 6", phone="+49 30 777890")
    assert lead["account_id"] is None, "nor does a name"


@sqlite_only
def test_a_territory_is_found_by_postcode(form, site):
    where = site.get("/api/accounts/6")["sites"][0]
    edit = site.client.patch(f"/api/sites/{where['id']}", json={"postcode": "13355"}, headers={"If-Match": '"1"'})
    assert edit.status_code == 200, edit.text
    (lead,) = form.taken(phone="0171 123", postcode="13355")
    assert lead["rep_id"] == where["rep_id"]
    *_, lead = form.taken(phone="0171 124", postcode="99999")
    assert lead["rep_id"] is None


@sqlite_only
def test_what_programs_send_is_dropped_and_nothing_is_told(form, site):
    assert form.taken(email="a@b.org", fax="x") == []
    assert form.counts() == (0, 0, 1)
    fresh = form.app.post("/api/intake/stamps", headers={"X-Intake-Key": form.key}).json()["stamp"]
    for stamp, said in (
        (fresh, "2 s old"),
        ("", "of this server"),
        ("1.2.3", "of this server"),
        ("x", "of this server"),
    ):
        answer = form.send(email="a@b.org", stamp=stamp)
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text
    old = form.stamp()
    site.moment[0] += timedelta(hours=25)
    assert "last 24 hours" in form.send(email="a@b.org", stamp=old).json()["detail"]
    for wrong in (
        {},
        {"email": "no address"},
        {"email": "a@b.org", "lat": 1},
        {"phone": "12"},
        {"email": "a@b.org", "x": 1},
    ):
        assert form.send(**wrong).status_code == 422, wrong
    big = form.app.post("/api/intake/leads", content=b"x" * 70_000, headers={"X-Intake-Key": form.key})
    assert big.status_code == 413
    assert site.get("/api/leads")["items"] == []


@sqlite_only
def test_only_a_key_opens_it_and_only_until_it_ends(form, site):
    boss = site.client.headers["Authorization"]
    for headers in ({}, {"Authorization": boss}, {"Cookie": "bailiwick_session=x"}):
        assert form.app.post("/api/intake/leads", json={"email": "a@b.org"}, headers=headers).status_code == 422
    wrong = {"X-Intake-Key": "bwi_wrong", "Authorization": boss}
    told = form.app.post("/api/intake/stamps", headers=wrong)
    assert told.status_code == 401
    assert form.app.get("/api/leads", headers={"Authorization": f"Bearer {form.key}"}).status_code == 401
    second = site.client.post(f"{form.path}/keys", json={}).json()["key"]
    first = site.get(form.path)["keys"][0]["id"]
    assert site.client.post(f"{form.path}/keys/{first}/revoke").status_code == 200
    ended = form.app.post("/api/intake/stamps", headers={"X-Intake-Key": form.key})
    assert (ended.status_code, ended.json()["detail"]) == (401, told.json()["detail"])
    form.key = second
    form.stamp()
    closed = site.client.patch(form.path, json={"active": False}, headers={"If-Match": '"1"'})
    assert closed.status_code == 200
    assert form.app.post("/api/intake/stamps", headers={"X-Intake-Key": second}).status_code == 401


@sqlite_only
def test_a_server_may_send_without_a_stamp_and_names_what_it_sends(site):
    form = Form(site, needs_stamp=False)
    assert len(form.taken(email="a@b.org", stamp="", request_id="r-1")) == 1
    assert len(form.taken(email="b@b.org", stamp="", request_id="r-1")) == 1
    assert len(form.taken(email="b@b.org", stamp="")) == 2


@sqlite_only
def test_pages_of_named_sites_may_send_and_no_others(record, record_url):
    settings = Settings(database_url=record_url, intake_origins=(PAGE,), leads_per_hour=3)
    headers = bearer(record, "boss", Role.ADMIN)
    app = create_app(settings, clock=lambda: NOON)
    with TestClient(app, base_url="http://localhost", headers=headers) as client:
        body = {"name": "Web", "source": "web", "trigger": "x", "needs_stamp": False}
        path = f"/api/intakes/{client.post('/api/intakes', json=body).json()['id']}/keys"
        key = client.post(path, json={}).json()["key"]

        def ask(method, path, origin, **more):
            asked = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "X-Intake-Key": key} | more
            return client.request(method, path, headers=asked, json={"email": "a@b.org"} if method == "POST" else None)

        wants = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-intake-key"}
        may = ask("OPTIONS", "/api/intake/leads", PAGE, **wants)
        assert (may.status_code, may.headers["access-control-allow-origin"]) == (204, PAGE)
        assert "access-control-allow-credentials" not in may.headers
        for path, origin in (("/api/intake/leads", "https://evil.example"), ("/api/leads", PAGE)):
            refused = ask("OPTIONS", path, origin, **wants)
            assert (refused.status_code, "access-control-allow-origin" in refused.headers) == (405, False)
            assert ask("POST", path, origin).status_code == 403
        sent = ask("POST", "/api/intake/leads", PAGE)
        assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (202, PAGE)
        codes = [ask("POST", "/api/intake/leads", PAGE).status_code for _ in range(3)]
        assert codes == [202, 202, 429]
        assert len(client.get("/api/leads").json()["items"]) == 1
    with pytest.raises(ValueError, match=r"https://www\.example\.org"):
        Settings(database_url=record_url, intake_origins=("www.example.org",))
