"""What accounts were on a day that has passed, told by the ledger."""

from datetime import timedelta


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
