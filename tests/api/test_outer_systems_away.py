"""Field work needs nobody but the record: with every outer system away it goes on, and what they are told waits."""

import socket
from datetime import timedelta

import pytest

from crm.tables import Role
from planning.demo_pipeline import seed_pipeline
from planning.hook import Hook
from planning.webhook import deliver
from tests.api_users import bearer
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def knocks(monkeypatch):
    """Whatever this process asks of another one; nobody answers."""
    tried = []

    def nobody(*given, **_):
        tried.append(given)
        raise ConnectionRefusedError("nobody there")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, nobody)
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, nobody)
    return tried


@sqlite_only
def test_a_rep_works_through_a_day_while_every_outer_system_is_away(site, knocks):
    seed_pipeline(site.record, seed=1, now=NOON)
    form = {"name": "order", "kind": "order", "definition": {"title": "Order", "fields": []}}
    assert site.client.post("/api/document-forms", json=form).status_code == 201
    hook, told = Hook("https://erp.example.org/in", "whsec_" + "A" * 43 + "="), []

    def away(*_):
        raise ConnectionRefusedError("the other system is down")

    assert deliver(site.record, hook, lambda: NOON, away) == 0  # it begins with what happens from now on
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)

    def ask(method, path, body=None, version=None):
        match = {"If-Match": f'"{version}"'} if version else {}
        answer = site.client.request(method, path, json=body, headers=ruth | match)
        assert answer.status_code < 300, answer.text
        return answer.json()

    route = ask("GET", "/api/reps/1/routes/today")
    first, second = route["stops"][:2]
    ask("GET", "/api/sync")
    ask("POST", f"/api/visits/{first['visit_id']}/done", {"outcome": "met", "text": "wants more"}, first["version"])
    ask("POST", f"/api/visits/{first['visit_id']}/documents", {"form": "order", "external_id": "d-1"})
    version = ask("GET", "/api/reps/1/routes/today")["version"]
    ask("POST", "/api/reps/1/day-plans", {"day": "2026-11-23"}, version)
    stops = {stop["visit_id"]: stop for stop in ask("GET", "/api/reps/1/routes/today")["stops"]}
    ask("POST", f"/api/visits/{second['visit_id']}/skip", {"why": "closed"}, stops[second["visit_id"]]["version"])
    stages = [one["id"] for one in site.get("/api/pipelines")["items"][0]["stages"] if one["kind"] == "open"]
    sale = {"title": "A machine", "account_id": first["account_id"], "stage_id": stages[0]}
    deal = ask("POST", "/api/opportunities", sale)
    ask("POST", f"/api/opportunities/{deal['id']}/moves", {"stage_id": stages[1]}, deal["version"])
    assert not knocks, "the API opens no connection to anybody"

    waiting = [event["id"] for event in site.get("/api/events")["items"]]
    assert waiting and deliver(site.record, hook, lambda: NOON, away) == 0
    later = NOON + timedelta(hours=1)
    while deliver(site.record, hook, lambda: later, lambda url, headers, body: told.append(headers["webhook-id"])):
        pass
    assert [int(name.split("_")[1]) for name in told] == waiting, "all of it, once, in order"
