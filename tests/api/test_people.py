"""People, names and links of firms, code lists."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, AccountLink, Change, ContactKind, LinkKind, Record, Role
from planning.contact_points import contact_key
from planning.firms import add_link
from planning.record_errors import RefusedError
from planning.viewer import everything
from tests.api_users import bearer
from tests.small_plan import NOON

ALL = everything(NOON.date())


def send(site, method, path, body, status=200, version=None, headers=None):
    more = ({"If-Match": f'"{version}"'} if version else {}) | (headers or {})
    answer = site.client.request(method, path, json=body, headers=more)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_person_has_roles_at_several_accounts_and_is_found_by_name_number_and_address(site):
    body = {
        "name": "Ænna Müller",
        "roles": [{"account_id": 1, "role": "buyer", "is_main": True}, {"account_id": 5, "valid_to": "2026-01-01"}],
        "contacts": [
            {"kind": "phone", "value": "+49 (0)30 123-456", "preferred": True},
            {"kind": "email", "value": "Anna@Example.org"},
        ],
    }
    made = send(site, "POST", "/api/people", body, 201)
    assert [role["account"] for role in made["roles"]] == ["Account 1", "Account 5"]
    for words in ("mueller", "MÜLLER", "aenna", "+4930123456", "0049 30 123456", "anna@example", "EXAMPLE.ORG"):
        found = [person["id"] for person in site.get("/api/people", words=words)["items"]]
        assert found == [made["id"]], words
    assert site.get("/api/people", words="nobody")["items"] == []
    assert site.get("/api/people", words="%")["items"] == []
    assert [person["id"] for person in site.get("/api/people", account=5)["items"]] == [made["id"]]


def test_a_rep_sees_and_replaces_only_the_roles_at_own_accounts(site):
    rep = site.get("/api/reps")["items"][0]["id"]
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=rep)
    both = {"name": "Both", "roles": [{"account_id": 1, "role": "buyer"}, {"account_id": 5, "role": "owner"}]}
    shared = send(site, "POST", "/api/people", both, 201)
    foreign = send(site, "POST", "/api/people", {"name": "Foreign", "roles": [{"account_id": 5}]}, 201)
    seen = site.client.get("/api/people", headers=ruth).json()["items"]
    assert [(person["name"], len(person["roles"])) for person in seen] == [("Both", 1)]
    assert site.client.get(f"/api/people/{foreign['id']}", headers=ruth).status_code == 404
    body = {"roles": [{"account_id": 2, "role": "boss"}]}
    send(site, "PATCH", f"/api/people/{shared['id']}", body, 200, shared["version"], ruth)
    roles = {(role["account_id"], role["role"]) for role in site.get(f"/api/people/{shared['id']}")["roles"]}
    assert roles == {(2, "boss"), (5, "owner")}
    send(site, "POST", "/api/people", {"name": "x", "roles": [{"account_id": 5}]}, 404, headers=ruth)
    send(site, "POST", "/api/people", {"name": "x"}, 409, headers=ruth)


def test_consent_is_what_was_said_last_and_everything_said_is_kept(site):
    person = send(site, "POST", "/api/people", {"name": "Anna", "roles": [{"account_id": 1}]}, 201)
    path = f"/api/people/{person['id']}/consents"
    send(site, "POST", path, {"purpose": "newsletter", "state": "given", "source": "fair"}, 201)
    said = send(site, "POST", path, {"purpose": "newsletter", "state": "withdrawn", "source": "mail"}, 201)
    assert [(item["purpose"], item["state"], item["source"]) for item in said["consents"]] == [
        ("newsletter", "withdrawn", "mail")
    ]
    with site.record.read() as session:
        from crm.tables import Consent

        assert len(session.execute(select(table_of(Consent))).all()) == 2


def test_a_word_on_one_channel_stands_beside_the_others_until_one_on_all(site):
    person = send(site, "POST", "/api/people", {"name": "Anna", "roles": [{"account_id": 1}]}, 201)
    path = f"/api/people/{person['id']}/consents"

    def say(state, channel, purpose="newsletter"):
        said = send(site, "POST", path, {"purpose": purpose, "state": state, "channel": channel}, 201)
        return {(item["purpose"], item["channel"], item["state"]) for item in said["consents"]}

    say("given", None)
    assert say("withdrawn", "email") == {("newsletter", None, "given"), ("newsletter", "email", "withdrawn")}
    say("given", "email", "survey")
    assert say("withdrawn", None) == {("newsletter", None, "withdrawn"), ("survey", "email", "given")}
    send(site, "POST", path, {"purpose": "newsletter", "state": "given", "channel": "pigeon"}, 422)


def test_a_number_has_days_and_is_there_once_on_any_of_them(site):
    old = {"kind": "phone", "value": "+49 30 1", "valid_to": "2026-11-01"}
    new = {"kind": "phone", "value": "+49 30 2", "valid_from": "2026-11-01", "preferred": True}
    body = {"name": "Anna", "roles": [{"account_id": 1, "is_main": True}], "contacts": [old, new, new]}
    person = send(site, "POST", "/api/people", body, 201)
    path = f"/api/people/{person['id']}"
    assert [(way["value"], way["valid_from"], way["valid_to"]) for way in person["contacts"]] == [
        ("+49 30 1", None, "2026-11-01"),
        ("+49 30 2", "2026-11-01", None),
    ]

    def shown(**on):
        (one,) = site.get("/api/accounts/1/overview", **on)["people"]
        return [way["value"] for way in one["contacts"]]

    assert shown() == ["+49 30 2"] and shown(on="2026-10-31") == ["+49 30 1"], "half-open"
    (one,) = site.get("/api/people", account=1, on="2026-10-31")["items"]
    assert [way["value"] for way in one["contacts"]] == ["+49 30 1"]
    assert len(site.get("/api/people", words="+49301")["items"]) == 1, "a past number still finds who had it"
    backwards = {"contacts": [new | {"valid_to": "2026-11-01"}]}
    refused = send(site, "PATCH", path, backwards, 409, 1)
    assert "+49 30 2: valid_to is the first day on which it no longer counts" in refused["detail"]
    twice = {"contacts": [old, old | {"value": "0049 (30) 1", "valid_from": "2020-01-01", "valid_to": None}]}
    refused = send(site, "PATCH", path, twice, 409, 1)
    assert "twice on the same days: until 2026-11-01, and as '0049 (30) 1' from 2020-01-01" in refused["detail"]
    again = {"contacts": [old, old | {"valid_from": "2026-11-01", "valid_to": None}]}
    with site.record.read() as session:
        before = session.scalar(select(func.max(table_of(Change).c.id)))
    came_back = send(site, "PATCH", path, again, 200, 1)["contacts"]
    assert [(way["value"], way["valid_from"], way["valid_to"], way["preferred"]) for way in came_back] == [
        ("+49 30 1", None, "2026-11-01", False),
        ("+49 30 1", "2026-11-01", None, False),
    ]
    with site.record.read() as session:
        own = (table_of(Change).c.id > before, table_of(Change).c.table_name == "contact_point")
        assert len(session.execute(select(table_of(Change)).where(*own)).all()) == 2, "one went, one came, one stayed"
    send(site, "PATCH", path, again, 412, 1)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (ContactKind.PHONE, "+49 30 1234", "0049 (30) 12-34"),
        (ContactKind.PHONE, "+49 (0)30 1234", "+4930 1234"),
        (ContactKind.MOBILE, "0171/12 34", "0171 1234"),
        (ContactKind.EMAIL, " A@B.org ", "a@b.ORG"),
    ],
)
def test_two_writings_of_one_number_share_a_key(kind, one, other):
    assert contact_key(kind, one) == contact_key(kind, other)


def test_a_list_with_codes_takes_only_its_active_codes(site):
    person = {"name": "Anna", "roles": [{"account_id": 1, "role": "anything"}]}
    send(site, "POST", "/api/people", person, 201)
    code = send(site, "POST", "/api/codes", {"list_name": "person_role", "code": "buyer", "label": "Buyer"}, 201)
    refused = send(site, "POST", "/api/people", person, 409)
    assert "it has: buyer" in refused["detail"]
    buyer = {"name": "Anna", "roles": [{"account_id": 1, "role": "buyer"}]}
    send(site, "POST", "/api/people", buyer, 201)
    send(site, "PATCH", f"/api/codes/{code['id']}", {"active": False}, 200, code["version"])
    send(site, "POST", "/api/people", buyer, 409)
    assert [item["active"] for item in site.get("/api/codes", list="person_role")["items"]] == [False]
    assert len(site.get("/api/people", account=1)["items"]) == 2, "an inactive code stays where it is"


def test_names_have_dates_and_replace_each_other_under_the_accounts_version(site):
    names = [
        {"kind": "legal", "name": "Nord GmbH", "valid_from": "2020-01-01"},
        {"kind": "former", "name": "Süd GmbH", "valid_to": "2020-01-01"},
    ]
    made = send(site, "PUT", "/api/accounts/1/names", {"names": names}, 200, 1)
    assert (made["version"], len(made["items"])) == (2, 2)
    send(site, "PUT", "/api/accounts/1/names", {"names": []}, 412, 1)
    now = site.get("/api/accounts/1/overview")["names"]
    assert [item["name"] for item in now] == ["Nord GmbH"]
    then = site.get("/api/accounts/1/overview", on="2019-06-01")["names"]
    assert [item["name"] for item in then] == ["Süd GmbH"]
    backwards = [{"kind": "brand", "name": "x", "valid_from": "2021-01-01", "valid_to": "2020-01-01"}]
    send(site, "PUT", "/api/accounts/1/names", {"names": backwards}, 409, 2)
    again = [names[0], {"kind": "legal", "name": "NORD  GmbH", "valid_from": "2024-01-01"}]
    refused = send(site, "PUT", "/api/accounts/1/names", {"names": again}, 409, 2)
    assert "twice on the same days: from 2020-01-01" in refused["detail"] and "from 2024-01-01" in refused["detail"]
    again[0] = names[0] | {"valid_to": "2024-01-01"}
    send(site, "PUT", "/api/accounts/1/names", {"names": [*again, names[0] | {"kind": "brand"}]}, 200, 2)


def test_owners_do_not_go_round_in_a_circle_on_any_day(site):
    link = {"kind": "owner", "valid_from": "2020-01-01", "valid_to": "2022-01-01"}
    send(site, "POST", "/api/accounts/1/links", link | {"to_account_id": 2}, 201)
    send(site, "POST", "/api/accounts/2/links", link | {"to_account_id": 3}, 201)
    refused = send(site, "POST", "/api/accounts/3/links", link | {"to_account_id": 1, "valid_from": "2021-12-31"}, 409)
    assert "Account 3 → Account 1 → Account 2 → Account 3" in refused["detail"] and "2021-12-31" in refused["detail"]
    later = {"kind": "owner", "to_account_id": 1, "valid_from": "2022-01-01"}
    made = send(site, "POST", "/api/accounts/3/links", later, 201)
    send(site, "PATCH", f"/api/links/{made['id']}", {"valid_from": None}, 409, made["version"])
    send(site, "POST", "/api/accounts/3/links", {"kind": "supplier", "to_account_id": 1}, 201)
    send(site, "POST", "/api/accounts/1/links", {"kind": "owner", "to_account_id": 1}, 409)


DAYS = st.integers(1, 6).map(lambda day: date(2026, 1, day))
SPANS = st.tuples(st.none() | DAYS, st.none() | DAYS).filter(lambda s: not (s[0] and s[1]) or s[0] < s[1])
LINKS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), SPANS).filter(lambda link: link[0] != link[1]), max_size=10
)


def test_owners_agree_with_a_search_of_every_day(record):
    with record.write(Act("tests", "firms", NOON)) as session:
        rows = [{"id": n, "external_id": str(n), "name": str(n), "created_at": NOON} for n in range(1, 6)]
        session.execute(insert(Account), rows)

    def circle_on_some_day(links):
        for day in (date(2025, 1, 1), *(date(2026, 1, n) for n in range(1, 8))):
            up = {}
            for child, parent, (begin, end) in links:
                if (begin or date.min) <= day < (end or date.max):
                    up.setdefault(child, set()).add(parent)
            for start in up:
                reached, todo = set(), [start]
                while todo:
                    for above in up.get(todo.pop(), ()):
                        if above == start:
                            return True
                        if above not in reached:
                            reached.add(above)
                            todo.append(above)
        return False

    @settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(links=LINKS)
    def agrees(links):
        kept = []
        with Session(record.writing) as session, session.begin() as transaction:
            from crm.act import entered

            with entered(session, Act("tests", "links", NOON)):
                session.execute(table_of(AccountLink).delete())
                for child, parent, (begin, end) in links:
                    wanted = [*kept, (child, parent, (begin, end))]
                    try:
                        add_link(session, ALL, child, parent, LinkKind.OWNER, valid_from=begin, valid_to=end)
                    except RefusedError:
                        assert circle_on_some_day(wanted)
                    else:
                        assert not circle_on_some_day(wanted)
                        kept = wanted
            transaction.rollback()

    agrees()


def test_a_family_is_seen_across_territories_by_whom_it_was_granted(site):
    send(site, "POST", "/api/accounts/5/links", {"kind": "owner", "to_account_id": 1}, 201)
    send(site, "POST", "/api/accounts/7/links", {"kind": "owner", "to_account_id": 5, "valid_to": "2026-11-01"}, 201)
    body = {"name": "hq", "role": "manager", "sees_families": [1]}
    made = send(site, "POST", "/api/users", body, 201)
    assert made["sees_families"] == [1]
    headers = token_of(site, "hq")
    seen = [item["external_id"] for item in site.client.get("/api/accounts", headers=headers).json()["items"]]
    assert seen == ["a1", "a5"], "what is no longer owned is no longer seen"
    send(site, "PATCH", f"/api/users/{made['id']}", {"sees_families": []}, 200, made["version"])
    assert site.client.get("/api/accounts", headers=headers).json()["items"] == []
    send(site, "POST", "/api/users", {"name": "x", "role": "manager", "sees_families": [999]}, 409)


def token_of(site, name):
    from datetime import timedelta

    from crm.tables import TokenKind
    from planning.sign_in import open_token
    from planning.users import user_named

    with site.record.write() as session:
        user_id = user_named(session, name).id
        secret = open_token(session, user_id, TokenKind.API, "tests", NOON, NOON + timedelta(days=1))
    return {"Authorization": f"Bearer {secret}"}


def test_a_person_who_is_forgotten_is_named_nowhere_any_more(site):
    contacts = [{"kind": "email", "value": "zora@quite-unique.example"}, {"kind": "phone", "value": "+49 30 5551234"}]
    body = {"name": "Zora Quitunic", "roles": [{"account_id": 1}], "contacts": contacts}
    made = site.client.post("/api/people", json=body, headers={"Idempotency-Key": "zora"}).json()
    path = f"/api/people/{made['id']}"
    match = {"If-Match": f'"{made["version"]}"'}
    edited = site.client.patch(path, json={"name": "Zora Quitunic-Neu", "contacts": contacts[:1]}, headers=match)
    assert edited.status_code == 200, edited.text
    form = {"source": "web", "trigger": "t", "payload": {"mail": "zora@quite-unique.example"}}
    lead = site.client.post("/api/leads", json=form).json()["id"]
    assert site.client.post(f"{path}/erase", json={}, headers=match).status_code == 412
    ruth = bearer(site.record, "ruth", Role.PLANNER)
    now = {"If-Match": f'"{edited.json()["version"]}"'}
    assert site.client.post(f"{path}/erase", json={}, headers=ruth | now).status_code == 403
    done = site.client.post(f"{path}/erase", json={"why": "asked by letter"}, headers=now)
    assert done.status_code == 200, done.text
    assert done.json()["contacts"] == 2 and done.json()["leads"] == [lead]
    assert site.get(path)["name"] == "(erased)" and site.get(path)["contacts"] == []
    said = [row for row in whole(site.record) if row[0] != "lead" and "lead" not in row]
    for word in ("Zora", "Quitunic", "quite-unique", "5551234"):
        assert [row for row in said if word in str(row)] == []
    act = site.get("/api/batches", limit=1)["items"][0]
    assert act["why"] == "asked by letter" and act["made_by"] == "boss"
    with pytest.raises(DBAPIError, match="only ever added"), site.record.write(Act("me", "x", NOON)) as session:
        session.execute(table_of(Change).update().values(after=None))


def whole(record):
    """Every row of every table, with the table's name."""
    with record.read() as session:
        return [
            (name, *row) for name, table in Record.metadata.tables.items() for row in session.execute(table.select())
        ]
