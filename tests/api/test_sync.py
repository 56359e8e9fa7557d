"""GET /api/sync: everything once, then what changed."""

from gzip import compress

from sqlalchemy import select, update

from crm.act import Act
from crm.columns import table_of
from crm.tables import Account, Activity, Assignment, Rep, Role, Site, Visit
from planning.record_rows import insert_all
from tests.api_users import bearer
from tests.small_plan import MONDAY, NOON

account, visit = table_of(Account), table_of(Visit)
ACT = Act("tests", "a change", NOON)
TEXT = "Wants the autumn range; asked for {} boxes of the new sort, on approval, and for a shelf at the till by friday."
STOPS = 24


def read_all(site, headers, cursor=None):
    """Pages until there is no more, and what went over the line, in bytes of gzip."""
    pages, size = [], 0
    while not pages or pages[-1]["more"]:
        query = {"cursor": cursor} if cursor else {}
        answer = site.client.get("/api/sync", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        size += len(compress(answer.content, 6))
        cursor = pages[-1]["cursor"]
    return pages, size


def busy(site):
    """A rep's customers as in service: 300 of them with what was said there, 24 visited on the day."""
    with site.record.write(ACT) as session:
        one = session.execute(select(table_of(Assignment)).order_by(table_of(Assignment).c.id)).first()
        facts = {"state": "active", "segment": "A", "industry": "", "created_at": NOON, "version": 1, "value": 1200.5}
        rows = [{"external_id": f"b{n}", "name": f"Customer No. {7919 * n % 1000}"} | facts for n in range(300)]
        accounts = insert_all(session, Account, rows)
        place = {"city": "Town", "country": "DE", "level": "given", "visits_per_year": 12.0, "version": 1}
        spots = ({"lat": 50 + 0.00317 * n, "lon": 10 + 0.00291 * n, "line": f"Street {n}"} for n in range(300))
        rows = [place | spot | {"account_id": of} for spot, of in zip(spots, accounts, strict=True)]
        sites = insert_all(session, Site, rows)
        owned = {name: one._mapping[name] for name in ("plan_id", "territory_id", "valid_from")}
        more = {"locked": False, "reason": "", "version": 1}
        insert_all(session, Assignment, [owned | more | {"site_id": of} for of in sites])
        said = {"kind": "note", "outcome": "", "made_by": "anna", "at": NOON, "version": 1}
        insert_all(
            session, Activity, [said | {"account_id": accounts[n % 300], "text": TEXT.format(n)} for n in range(900)]
        )
        made = {"rep_id": session.scalar(select(table_of(Rep).c.id)), "day": MONDAY, "state": "planned", "version": 1}
        insert_all(session, Visit, [made | {"site_id": of, "outcome": ""} for of in sites[:STOPS]])
    return accounts


def test_a_day_of_changes_weighs_little_and_goes_on_where_it_stopped(site):
    busy(site)
    headers = bearer(site.record, "anna", Role.REP, rep_id=1)
    everything, whole = read_all(site, headers)
    assert sum(len(page["accounts"]) for page in everything) == 303 and len(everything) == 4
    assert all(page["from_scratch"] for page in everything)
    # The day: every visit is reported, with a note, and its customer's figures change.
    with site.record.write(ACT) as session:
        session.execute(update(visit).where(visit.c.day == MONDAY).values(state="done", done_at=NOON, outcome="met"))
        visited = select(table_of(Site).c.account_id).join(visit, visit.c.site_id == table_of(Site).c.id)
        session.execute(update(account).where(account.c.id.in_(visited)).values(value=77.0))
    (page,), size = read_all(site, headers, everything[-1]["cursor"])
    assert not page["from_scratch"] and not page["more"] and not any(page["gone"].values())
    assert {one["value"] for one in page["accounts"]} == {77.0} and len(page["accounts"]) >= STOPS
    (day,) = (one for one in page["days"] if one["day"] == MONDAY.isoformat())
    assert {one["outcome"] for one in day["visits"]} == {"met"} and len(day["visits"]) == STOPS + 2
    assert size < 20_000 and whole < 100_000, (size, whole)
    (again,), _ = read_all(site, headers, page["cursor"])
    assert not again["accounts"] and not again["days"]


def test_a_cursor_that_cannot_be_gone_on_from_is_refused(site):
    anna = bearer(site.record, "anna", Role.REP, rep_id=1)
    ben = bearer(site.record, "ben", Role.REP, rep_id=2)
    (page,), _ = read_all(site, anna)
    foreign = site.client.get("/api/sync", params={"cursor": page["cursor"]}, headers=ben)
    assert (foreign.status_code, foreign.json()["type"]) == (410, "urn:bailiwick:problem:gone")
    assert "without a cursor" in foreign.json()["detail"]
    for wrong in ("x", "bnVsbA", page["cursor"][:-6], "WzEsMl0", "e30"):
        answer = site.client.get("/api/sync", params={"cursor": wrong}, headers=anna)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "query.cursor"
    assert site.client.get("/api/sync", headers={"Authorization": ""}).status_code == 401
