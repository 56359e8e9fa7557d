"""What accounts were on a day that has passed, told by the ledger."""

from datetime import timedelta

from tests.api.test_people import send


def patch(site, path, body):
    asked = {"If-Match": f'"{site.get("/api/accounts/1")["sites"][0]["version"] if "sites" in path else 1}"'}
    answer = site.client.patch(path, json=body, headers=asked)
    assert answer.status_code == 200, answer.text


def sums(site, by, **asked):
    items = site.get("/api/rollups/accounts", by=by, **asked)["items"]
    return {item["name"]: (item["accounts"], item["value"]) for item in items}


def test_an_account_is_shown_as_it_was(site):
    before = site.get("/api/accounts/1")
    then, by_segment = site.moment[0].date().isoformat(), sums(site, "segment")
    site.moment[0] += timedelta(days=2)
    patch(site, "/api/accounts/1", {"name": "New", "state": "dormant", "segment": "Z", "value": 999.0})
    patch(site, "/api/sites/1", {"line": "New Street 1", "opening_hours": "Mo-Fr 09:00-12:00"})
    was = site.get("/api/accounts/1", on=then)
    now = site.get("/api/accounts/1")
    assert (was["version"], was["sites"][0].pop("version")) == (2, 2)  # what a change has to name
    before["sites"][0].pop("version")
    assert was | {"version": 1} == before
    assert site.get("/api/accounts/1/overview", on=then)["account"]["name"] == "Account 1"
    assert (now["name"], now["sites"][0]["line"]) == ("New", "New Street 1")
    listed = {item["id"]: item["segment"] for item in site.get("/api/accounts", on=then, segment="A")["items"]}
    assert listed == dict.fromkeys(range(1, 8), "A")
    assert site.get("/api/accounts", on=then, segment="Z", bbox="-180,-90,180,90")["items"] == []
    assert [item["name"] for item in site.get("/api/accounts", segment="Z")["items"]] == ["New"]
    assert sums(site, "segment", on=then) == by_segment == {"A": (7, 2800.0)}
    assert sums(site, "segment") == {"A": (6, 2700.0), "Z": (1, 999.0)}
    assert sums(site, "state", on=then).keys() == {"active"}


def test_sales_and_tasks_are_shown_as_they_were(site):
    """Of a day that has passed: where each sale stood and what it was worth, and the tasks that were open."""
    stages = [{"name": "Offer", "probability": 0.2}, {"name": "Order", "probability": 0.7}]
    ends = [{"name": "Signed", "kind": "won"}, {"name": "Off", "kind": "lost"}]
    pipeline = send(site, "POST", "/api/pipelines", {"name": "Leasing", "stages": [*stages, *ends]}, 201)
    offer, order = (stage["id"] for stage in pipeline["stages"][:2])
    body = {"title": "Cooler", "stage_id": offer, "account_id": 1, "rep_id": 1, "value": 100.0, "currency": "EUR"}
    deal = send(site, "POST", "/api/opportunities", body, 201)
    call = send(
        site, "POST", "/api/tasks", {"opportunity_id": deal["id"], "kind": "call", "title": "Call", "rep_id": 1}, 201
    )
    gone = send(site, "POST", "/api/opportunities", body | {"title": "Shelf", "account_id": 2}, 201)
    day = site.moment[0].date().isoformat()
    then = site.get("/api/accounts/1/overview")
    site.moment[0] += timedelta(days=2)
    path = f"/api/opportunities/{deal['id']}"
    moved = send(site, "POST", f"{path}/moves", {"stage_id": order}, 200, deal["version"])
    edited = {"title": "Cooler, large", "value": 250.0, "rep_id": 2, "probability": 0.9}
    send(site, "PATCH", path, edited, 200, moved["version"])
    send(site, "PATCH", f"/api/tasks/{call['id']}", {"title": "Call twice", "rep_id": 2}, 200, call["version"])
    send(site, "POST", f"/api/tasks/{call['id']}/done", {"outcome": ""}, 200, 2)
    send(site, "PATCH", f"/api/opportunities/{gone['id']}", {"account_id": 1}, 200, gone["version"])
    send(site, "POST", "/api/opportunities", body | {"title": "Later"}, 201)
    send(site, "POST", "/api/tasks", {"account_id": 1, "kind": "call", "title": "Later"}, 201)
    send(site, "PATCH", "/api/accounts/1", {"name": "New"}, 200, 1)
    was, now = site.get("/api/accounts/1/overview", on=day), site.get("/api/accounts/1/overview")

    def facts(items):
        return [{name: value for name, value in item.items() if name != "version"} for item in items]

    assert facts(was["opportunities"]) == facts(then["opportunities"]) and len(was["opportunities"]) == 1
    assert facts(was["tasks"]) == facts(then["tasks"]) and len(was["tasks"]) == 1
    assert (was["as_of"]["opportunities"], was["as_of"]["tasks"], was["as_of"]["leads"]) == (
        day,
        day,
        now["as_of"]["leads"],
    )
    assert [item["title"] for item in now["opportunities"]] == ["Cooler, large", "Shelf", "Later"]
    assert [item["title"] for item in now["tasks"]] == ["Later"]
    assert [item["title"] for item in site.get("/api/accounts/2/overview", on=day)["opportunities"]] == ["Shelf"]
    before = site.get("/api/accounts/1/overview", on="2026-11-01")
    assert before["opportunities"] == before["tasks"] == []
