"""The board of sales, accounts by words, and the pages of the record: who sees what, and nothing is read as markup."""

from datetime import timedelta

import pytest

from crm.tables import Role
from tests.api.test_people import send
from tests.api.test_process import open_deal, pipeline
from tests.api_users import bearer
from tests.small_plan import NOON

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
HOSTILE = "</script><script>alert(1)</script>{{ 7 * 7 }}\u202eevil"
PAGE = {"Accept": "text/html"}


def board(site, **asked):
    return site.get("/api/sales-board", **asked)


def test_a_stage_comes_page_by_page_with_what_is_stuck_and_what_is_due_next(site):
    _, stages = pipeline(site, {"name": "Lead", "expected_days": 10}, "Offer")
    for days, rep in ((30, 1), (12, 2), (12, 1), (2, 1)):
        site.moment[0] = NOON - timedelta(days=days)
        open_deal(site, stages["Lead"], rep=rep, value=100.0 * days, currency="USD" if days == 2 else "EUR")
    site.moment[0] = NOON
    for due, title in (("2026-12-24", "later"), ("2026-11-20", "soon"), (None, "some day")):
        given = {"opportunity_id": 1, "kind": "call", "title": title, "due_on": due}
        send(site, "POST", "/api/tasks", given, 201)
    first = board(site, stage=stages["Lead"], limit=2)
    rest = board(site, stage=stages["Lead"], limit=2, cursor=first["next"])
    cards = first["items"] + rest["items"]
    assert [card["id"] for card in cards] == [1, 2, 3, 4] and rest["next"] is None
    assert [card["overdue_days"] and round(card["overdue_days"]) for card in cards] == [20, 2, 2, None]
    assert (cards[0]["next_task"]["title"], cards[0]["open_tasks"], cards[1]["next_task"]) == ("soon", 3, None)
    newest = board(site, stage=stages["Lead"], limit=3, newest=True)
    last = board(site, stage=stages["Lead"], limit=3, newest=True, cursor=newest["next"])
    assert [card["id"] for card in newest["items"] + last["items"]] == [4, 3, 2, 1]
    assert [card["id"] for card in board(site, stage=stages["Lead"], rep=2)["items"]] == [2]
    assert [card["id"] for card in board(site, stage=stages["Lead"], opportunity=3)["items"]] == [3]
    counted = site.get("/api/pipelines/1/counts")["items"][0]
    sums = [(one["currency"], one["deals"], one["value"]) for one in counted["amounts"]]
    assert sums == [("EUR", 3, 5400.0), ("USD", 1, 200.0)] and counted["deals"] == 4
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=1)
    seen = site.client.get(f"/api/sales-board?stage={stages['Lead']}", headers=ruth).json()["items"]
    assert [card["id"] for card in seen] == [1, 2, 3, 4], "all are of an account of hers"
    ben = bearer(site.record, "ben", Role.REP, rep_id=2)
    assert len(site.client.get(f"/api/sales-board?stage={stages['Lead']}", headers=ben).json()["items"]) == 1
    for wrong in ("x", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OS4x"):
        assert site.problem("/api/sales-board", 422, stage=1, cursor=wrong)["errors"][0]["field"] == "query.cursor"
    assert site.problem("/api/sales-board", 404, stage=777)


def test_accounts_are_found_by_words_of_names_places_and_numbers(site):
    names = {"names": [{"kind": "former", "name": "ОАО Моторы"}]}
    send(site, "PUT", "/api/accounts/1/names", names, 200, 1)

    def found(words, **more):
        return [one["external_id"] for one in site.get("/api/account-names", words=words, **more)["items"]]

    assert found("motory") == ["a1"] and found("МОТОРЫ") == ["a1"]
    assert found("account") == [f"a{n}" for n in range(1, 8)] and found("a3") == ["a3"]
    assert found("street 2") == ["a2"] and found("town 100%") == []
    page = site.get("/api/account-names", words="town", limit=5)
    assert len(page["items"]) == 5 and found("town", cursor=page["next"]) == ["a6", "a7"]
    whole = site.get("/api/accounts-by-words", words="account", rep=2, segment="A")["items"]
    assert [one["external_id"] for one in whole] == ["a4", "a5", "a6"] and whole[0]["sites"][0]["rep"] == "Rep 1"
    ben = bearer(site.record, "ben", Role.REP, rep_id=2)
    for path in ("account-names", "accounts-by-words"):
        mine = site.client.get(f"/api/{path}?words=account", headers=ben).json()["items"]
        assert [one["external_id"] for one in mine] == ["a4", "a5", "a6"]


@sqlite_only
def test_pages_hold_what_one_may_see_and_escape_all_of_it(site):
    pipeline(site, "Lead")
    answer = site.client.patch("/api/accounts/1", json={"name": HOSTILE}, headers={"If-Match": '"1"'})
    assert answer.status_code == 200 and site.get(f"/api/batches/{answer.headers['Bailiwick-Act']}")["changes"] == 1
    open_deal(site, 1, title=HOSTILE)
    ruth = PAGE | bearer(site.record, "ruth", Role.REP, rep_id=1)
    for path in ("/sales", "/accounts", "/leads", "/accounts/1"):
        page = site.client.get(path, headers=ruth)
        assert page.status_code == 200 and "alert(1)</script>" not in page.text, path
        assert "'nonce-" in page.headers["content-security-policy"] and "style=" not in page.text
        assert "Rep 1" not in page.text and 'href="/map"' not in page.text
    assert "Rep 1" in site.client.get("/sales", headers=PAGE).text
    assert site.client.get("/accounts/4", headers=ruth).status_code == 404
    assert site.client.get("/accounts/4", headers=PAGE).status_code == 200
    away = site.client.get("/accounts/1", headers=PAGE | {"Authorization": ""}, follow_redirects=False)
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=%2Faccounts%2F1")
