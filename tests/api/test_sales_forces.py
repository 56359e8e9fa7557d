"""Several sales forces own the same accounts beside each other: one owner each on any day, cover, support, joint visits."""

from contextlib import suppress
from datetime import timedelta
from itertools import combinations
from threading import Event, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from crm.act import Act
from crm.columns import table_of
from crm.tables import Assignment, HolderRole, PlanState, Rep, Role, Territory, TerritoryHolder, TerritoryPlan
from planning.holders import add_holder, end_holder
from planning.record import save_plan
from planning.record_errors import RefusedError
from planning.viewer import everything
from tests.api_content import content
from tests.api_users import bearer
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("tests", "an overlay", NOON)
holder = table_of(TerritoryHolder)
PLAN = {"starts_on": MONDAY, "weeks": 1, "seed": 0, "tolerance": 0.05, "max_deviation": 0.0, "travel_source": "none"}
PLAN |= {"visits_due": 0, "visits_planned": 0, "visits_unserved": 0, "travel_estimated": True, "created_at": NOON}


def overlay(record, sales_force, owner, site_ids, since=MONDAY):
    """A plan of another sales force in which one rep owns these sites; returns territory and rep."""
    with record.write(ACT) as session:
        plan = TerritoryPlan(
            title=sales_force, sales_force=sales_force, state=PlanState.PUBLISHED, valid_from=since, **PLAN
        )
        rep = Rep(external_id=owner, name=owner)
        session.add_all([plan, rep])
        session.flush()
        ground = Territory(plan_id=plan.id, zone=0, name=f"All of {sales_force}")
        session.add(ground)
        session.flush()
        session.add(TerritoryHolder(territory_id=ground.id, rep_id=rep.id, valid_from=since))
        where = {"plan_id": plan.id, "territory_id": ground.id, "valid_from": since}
        session.add_all([Assignment(site_id=one, reason="overlay", **where) for one in site_ids])
        session.flush()
        return ground.id, rep.id


def send(site, method, path, body, version=None, headers=None):
    match = {"If-Match": f'"{version}"'} if version else {}
    return site.client.request(method, path, json=body, headers=match | (headers or {}))


def owners(answer):
    return [
        (item["sales_force"], item["territory"], [held["rep"] for held in item["holders"]]) for item in answer["items"]
    ]


def test_an_overlay_shares_accounts_and_sees_them(site):
    ground, olga = overlay(site.record, "Drinks", "Olga", (1, 4))
    whole = owners(site.get("/api/accounts/1/owners"))
    assert whole == [("", "Rep 0", ["Rep 0"]), ("Drinks", "All of Drinks", ["Olga"])]
    own = bearer(site.record, "olga", Role.REP, rep_id=olga)
    seen = site.client.get("/api/accounts", headers=own).json()["items"]
    assert [item["external_id"] for item in seen] == ["a1", "a4"]
    assert [item["sites"][0]["rep"] for item in seen] == ["Rep 0", "Rep 1"]  # the first sales force is shown
    theirs = site.get("/api/accounts", sales_force="Drinks", rep=olga)["items"]
    assert [(item["external_id"], item["sites"][0]["rep"]) for item in theirs] == [("a1", "Olga"), ("a4", "Olga")]
    assert site.client.get("/api/accounts/2", headers=own).status_code == 404
    rollup = site.get("/api/rollups/accounts", by="rep", sales_force="Drinks")["items"]
    assert {item["name"]: item["accounts"] for item in rollup} == {"Olga": 2, "": 5}
    assert send(site, "POST", f"/api/territories/{ground}/holders", {"rep_id": 1, "role": "support"}).status_code == 201
    rep = bearer(site.record, "ruth", Role.REP, rep_id=1)
    assert "a4" in [item["external_id"] for item in site.client.get("/api/accounts", headers=rep).json()["items"]]


def test_who_owned_this_street_on_a_day(site):
    monday, later = MONDAY, MONDAY + timedelta(days=14)
    overlay(site.record, "Drinks", "Olga", (1,), since=later)
    path = "/api/territories/1/holders"
    assert send(site, "POST", path, {"rep_id": 2, "since": str(later)}).status_code == 201
    assert send(site, "POST", path, {"rep_id": 2, "role": "cover", "since": str(monday), "until": str(later)})
    before = site.get("/api/owners", street="street 1", city="town", on=str(later - timedelta(days=1)))
    assert owners(before) == [("", "Rep 0", ["Rep 0", "Rep 1"])]
    after = site.get("/api/owners", street="Street 1", on=str(later))
    assert owners(after) == [("", "Rep 0", ["Rep 1"]), ("Drinks", "All of Drinks", ["Olga"])]
    assert owners(site.get("/api/owners", lat=50.5, lon=10.5, on=str(monday))) == [("", "Rep 0", ["Rep 0", "Rep 1"])]
    assert site.get("/api/owners", street="Street 1", on="2020-01-01")["items"] == []
    assert site.problem("/api/owners", 422)
    assert site.problem("/api/owners", 422, street="x", lat=1, lon=1)
    rep = bearer(site.record, "ruth", Role.REP, rep_id=2)
    hidden = site.client.get("/api/owners?street=Street 3&on=2026-11-24", headers=rep).json()
    assert [item["holders"][0]["rep"] for item in hidden["items"]] == ["Rep 0"]  # covers it today


def test_a_new_owner_takes_over_and_the_past_stays(site):
    before = content(site.record)
    path = "/api/territories/1/holders"
    later = str(MONDAY + timedelta(days=7))
    made = send(site, "POST", path, {"rep_id": 2, "since": later, "why": "Rep 0 leaves"}).json()
    found = site.get(path)["items"]
    assert [(item["rep"], item["valid_from"], item["valid_to"]) for item in found] == [
        ("Rep 0", str(MONDAY), later),
        ("Rep 1", later, None),
    ]
    assert [item["rep"] for item in site.get(path, on=str(MONDAY))["items"]] == ["Rep 0"]
    for body in (
        {"rep_id": 1, "since": "2026-11-01"},
        {"rep_id": 1, "since": str(MONDAY)},  # an owner comes later
        {"rep_id": 1, "role": "cover", "since": later, "until": str(MONDAY)},
    ):
        assert send(site, "POST", path, body).status_code == 409, body
    assert send(site, "POST", path, {"rep_id": 99}).status_code == 404
    end = f"/api/holders/{made['id']}/end"
    assert send(site, "POST", end, {"until": "2026-12-24"}).status_code == 428
    assert send(site, "POST", end, {"until": "2026-12-24"}, 1).json()["valid_to"] == "2026-12-24"
    for _ in range(2):
        newest = next(
            item for item in site.get("/api/batches")["items"] if item["kind"] == "edit" and not item["undone_by"]
        )
        assert send(site, "POST", f"/api/batches/{newest['id']}/undo", {}).status_code == 200
    after = content(site.record)
    assert {name: after[name] for name in before if name != "app_user"} == {
        n: before[n] for n in before if n != "app_user"
    }


def test_a_tree_of_territories_passes_sight_down(site):
    made = send(site, "POST", "/api/plans/1/territories", {"name": "Region"})
    assert made.status_code == 201, made.text
    region = made.json()["id"]
    for ground in (1, 2):
        assert send(site, "PATCH", f"/api/territories/{ground}", {"parent_id": region}, 1).status_code == 200
    circle = send(site, "PATCH", f"/api/territories/{region}", {"parent_id": 1}, 1)
    assert (circle.status_code, "lies below" in circle.json()["detail"]) == (409, True)
    with site.record.write(ACT) as session:
        session.add(Rep(external_id="Mona", name="Mona"))
        session.flush()
        mona = session.scalar(select(Rep.id).where(Rep.name == "Mona"))
    assert send(site, "POST", f"/api/territories/{region}/holders", {"rep_id": mona}).status_code == 201
    manager = bearer(site.record, "mona", Role.MANAGER, rep_id=mona)
    assert len(site.client.get("/api/accounts", headers=manager).json()["items"]) == 6
    above = site.get("/api/workloads")["above"]
    assert [item["territory"] for item in above] == ["Region"]
    for headers in ({}, manager):
        for on in ("2026-11-23", "2027-03-03", "2026-11-01"):
            path = f"/api/rollups/accounts?by=territory&on={on}"
            sums = site.client.get(path, headers=headers).json()
            placed = [item for item in sums["items"] if item["id"] is not None]
            assert [one["id"] for one in sums["above"]] == ([region] if placed else [])
            for name in ("accounts", "sites", "located", "visits_a_year", "value", "potential"):
                assert sum(one[name] for one in sums["above"]) == sum(item[name] for item in placed), (on, name)


def test_each_sales_force_follows_its_own_plans(site, plan):
    overlay(site.record, "Drinks", "Olga", (1,))
    next_week = MONDAY + timedelta(days=7)
    save_plan(site.record, plan(starts_on=next_week), now=NOON)
    states = {(item["sales_force"], item["title"]): item["state"] for item in site.get("/api/plans")["items"]}
    assert states[("Drinks", "Drinks")] == "published"
    again = save_plan(site.record, plan(starts_on=next_week), now=NOON, sales_force="Drinks")
    plans = {item["id"]: item for item in site.get("/api/plans")["items"]}
    assert plans[again]["state"] == "published"
    assert [(item["state"], item["valid_to"]) for item in plans.values() if item["title"] == "Drinks"] == [
        ("superseded", str(next_week))
    ]
    earlier = MONDAY + timedelta(days=3)  # a plan that begins before the one published: that one never counts
    save_plan(site.record, plan(starts_on=earlier), now=NOON)
    spans = [
        (item["valid_from"], item["valid_to"])
        for item in reversed(site.get("/api/plans")["items"])
        if item["sales_force"] == ""
    ]
    assert spans == [
        (str(MONDAY), str(earlier)),
        (str(next_week), str(next_week)),
        (str(earlier), None),
    ]


def test_a_joint_visit_is_held_by_reps_who_share_the_account(site):
    _, olga = overlay(site.record, "Drinks", "Olga", (1,))
    stops = site.get("/api/reps/1/routes/2026-11-23")["stops"]
    shared, other = (stop["visit_id"] for stop in stops)
    path = f"/api/visits/{shared}/companions"
    assert send(site, "PUT", path, {"rep_ids": [olga]}).status_code == 428
    answer = send(site, "PUT", path, {"rep_ids": [olga]}, 1)
    assert (answer.status_code, [item["rep"] for item in answer.json()["items"]]) == (200, ["Olga"])
    refused = send(site, "PUT", f"/api/visits/{other}/companions", {"rep_ids": [olga]}, 1)
    assert (refused.status_code, "does not share Account 2" in refused.json()["detail"]) == (409, True)
    own = bearer(site.record, "olga", Role.REP, rep_id=olga)
    joint = site.client.get(f"/api/reps/{olga}/joint-visits?first=2026-11-23", headers=own).json()["items"]
    assert [(item["id"], item["account"], item["rep_id"]) for item in joint] == [(shared, "Account 1", 1)]
    assert send(site, "PUT", path, {"rep_ids": []}, 2).json()["items"] == []


def test_the_database_refuses_two_owners_on_one_day(site):
    spans = [
        (
            holder,
            {
                "territory_id": 1,
                "rep_id": 2,
                "role": "primary",
                "valid_from": MONDAY,
                "valid_to": MONDAY + timedelta(9),
            },
        ),
        (
            table_of(Assignment),
            {
                "plan_id": 1,
                "site_id": 1,
                "territory_id": 2,
                "valid_from": MONDAY,
                "valid_to": MONDAY + timedelta(9),
                "reason": "",
                "locked": False,
            },
        ),
    ]
    for table, row in spans:
        with pytest.raises(DBAPIError, match="on one day"), site.record.write(ACT) as session:
            session.execute(insert(table), [row | {"version": 1}])
    with pytest.raises(DBAPIError, match="on one day"), site.record.write(ACT) as session:
        session.execute(text("UPDATE territory_plan SET valid_to = NULL"))
        values = PLAN | {"title": "x", "state": "superseded", "valid_from": MONDAY, "valid_to": MONDAY + timedelta(3)}
        session.execute(
            insert(TerritoryPlan), [values | {"notes": [], "defaults": {}, "source": "", "sales_force": ""}]
        )


def test_two_who_write_at_once_cannot_give_a_site_two_owners_on_a_day(record):
    save_plan(record, small_plan(), now=NOON)
    span = {"plan_id": 1, "site_id": 7, "territory_id": 1, "reason": "", "locked": False, "version": 1}
    first, second = (
        span
        | {"territory_id": ground, "valid_from": MONDAY + timedelta(begin), "valid_to": MONDAY + timedelta(begin + 9)}
        for ground, begin in ((1, 0), (2, 5))
    )
    written, refused = Event(), []

    def other():
        written.wait(30)
        try:
            with record.write(ACT) as session:
                session.execute(insert(table_of(Assignment)), [second])
        except DBAPIError as error:
            refused.append(str(error))

    thread = Thread(target=other)
    thread.start()
    with record.write(ACT) as session:
        session.execute(insert(table_of(Assignment)), [first])
        written.set()
        thread.join(0.3)  # the other waits for this one
        assert thread.is_alive()
    thread.join(30)
    assert "on one day" in refused[0]
    with record.read() as session:
        assert len(session.execute(select(Assignment.id).where(Assignment.site_id == 7)).all()) == 1


DAYS = st.integers(0, 30).map(lambda days: MONDAY + timedelta(days))
CHANGES = st.lists(
    st.tuples(st.sampled_from(HolderRole), st.integers(1, 2), DAYS, st.none() | DAYS, st.booleans()), max_size=12
)


def test_there_is_one_owner_on_any_day_whatever_is_asked(record):
    save_plan(record, small_plan(), now=NOON)
    viewer = everything(MONDAY)

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(CHANGES)
    def play(changes):
        class Enough(Exception):
            pass

        with suppress(Enough), record.write(ACT) as session:
            for role, rep_id, since, until, ends in changes:
                try:
                    with session.begin_nested():
                        made = add_holder(session, viewer, 1, rep_id, role, since=since, until=until)
                        if ends:
                            end_holder(session, viewer, made, 1, since + timedelta(2))
                except RefusedError:
                    continue
            rows = session.execute(select(holder).where(holder.c.territory_id == 1)).all()
            for one, other in combinations(rows, 2):
                same = one.role == other.role and (one.role == "primary" or one.rep_id == other.rep_id)
                days = {
                    one.valid_from + timedelta(n)
                    for n in range(60)
                    if one.valid_to is None or one.valid_from + timedelta(n) < one.valid_to
                }
                theirs = {
                    other.valid_from + timedelta(n)
                    for n in range(60)
                    if other.valid_to is None or other.valid_from + timedelta(n) < other.valid_to
                }
                assert not (same and days & theirs), (one, other)
            raise Enough

    play()
