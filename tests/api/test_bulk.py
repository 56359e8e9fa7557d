"""New accounts and many accounts at once, over HTTP."""

import json

from crm.tables import Role
from tests.api_content import content
from tests.api_users import bearer


def bulk(site, *lines, status=200, **headers):
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answer = site.client.post("/api/accounts/bulk", content=body.encode(), headers=headers)
    assert answer.status_code == status, answer.text
    assert status != 200 or answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_each_line_has_its_own_answer_and_all_are_one_act(site):
    before = content(site.record)
    done = bulk(
        site,
        {"external_id": "n1", "name": "New", "city": "Town", "visits_per_year": 4},
        "",
        {"id": 1, "version": 1, "segment": "B"},
        {"id": 2, "version": 7, "segment": "B"},
        {"external_id": "a3", "name": "Known"},
        "{not json",
        {"id": 3, "segment": "B"},
        {"id": 3, "version": 1, "segmnt": "B", "name": ""},
        {"id": 99, "version": 1, "name": "x"},
    )
    assert [(one["line"], one["result"]) for one in done] == [
        (1, "created"),
        (3, "changed"),
        *((line, "refused") for line in (4, 5, 6, 7, 8, 9)),
    ]
    whys = [one["why"] for one in done[2:]]
    assert whys[0] == "Account 2 has been changed since you read it: it is at version 1 now."
    assert whys[1] == "There is an account with the id 'a3' already: it is number 3."
    assert whys[2].startswith("Not a JSON object")
    assert whys[3].startswith("version: Expected the version you read")
    assert whys[4].startswith("name: ") and "segmnt: " in whys[4]
    assert whys[5] == "There is no account 99."
    made = site.get(f"/api/accounts/{done[0]['id']}")
    assert (made["state"], made["sites"][0]["city"], made["sites"][0]["visits_per_year"]) == ("prospect", "Town", 4)
    assert site.get("/api/accounts/1")["segment"] == "B"
    batch = site.get("/api/batches", limit=1)["items"][0]
    assert site.client.post(f"/api/batches/{batch['id']}/undo", json={}).status_code == 200
    assert content(site.record) == before


def test_what_comes_again_with_its_key_is_done_once(site):
    line = {"external_id": "n1", "name": "New"}
    first = bulk(site, line, **{"Idempotency-Key": "k"})
    assert bulk(site, line, **{"Idempotency-Key": "k"}) == first
    assert bulk(site, line)[0]["result"] == "refused"
    bulk(site, line, line, status=422, **{"Idempotency-Key": "k"})


def test_a_rep_changes_own_accounts_and_makes_none(site):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    lines = (
        {"id": 1, "version": 1, "name": "Mine"},
        {"id": 5, "version": 1, "name": "x"},
        {"external_id": "n", "name": "n"},
    )
    done = bulk(site, *lines, **ruth)
    assert [one["result"] for one in done] == ["changed", "refused", "refused"]
    assert done[1]["why"] == "There is no account 5."


def test_ten_thousand_and_one_lines_are_refused_at_once(bare_site):
    assert bare_site.client.post("/api/accounts/bulk", content=b"{}\n" * 10_001).status_code == 413
    assert bulk(bare_site) == []


def test_an_account_is_made_with_its_address(bare_site):
    body = {"external_id": "n1", "name": "New", "line": "Street 1", "state": "active"}
    answer = bare_site.client.post("/api/accounts", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["sites"][0]["line"], made["sites"][0]["level"]) == ("active", "Street 1", "none")
    assert bare_site.client.post("/api/accounts", json=body).status_code == 409
