"""Ids from other systems are used once; who gives one that is taken learns that, and not what has it or whose it is."""

import pytest
from sqlalchemy import select, text

from crm.columns import table_of
from crm.tables import Activity, Role
from tests.api_users import bearer

WORK = {
    "/api/people": {"name": "Anna Berg", "external_id": "x-1", "roles": [{"account_id": 1}]},
    "/api/activities": {"account_id": 1, "text": "a note", "external_id": "x-1"},
}


def test_an_id_that_is_taken_elsewhere_is_said_to_be_taken_and_no_more(site):
    ruth = bearer(site.record, "ruth", Role.REP, rep_id=2)
    (own,) = [one["id"] for one in site.client.get("/api/accounts", headers=ruth).json()["items"][:1]]
    for path, first in WORK.items():
        assert site.client.post(path, json=first).status_code == 201
        assert own != 1
        mine = first | ({"account_id": own} if "account_id" in first else {"name": "Max"})
        mine |= {"roles": [{"account_id": own}]} if "roles" in first else {}
        refused = site.client.post(path, json=mine, headers=ruth)
        assert refused.status_code == 409, refused.text
        kind = path.rpartition("/")[2]
        said = f"The id 'x-1' is taken: ids of {kind} are used once in the whole record. Give another one."
        assert refused.json()["detail"] == said
        assert site.client.post(path, json=mine | {"external_id": "x-2"}, headers=ruth).status_code == 201


@pytest.mark.parametrize("clash", [True, False])
def test_what_two_write_at_once_is_refused_and_other_faults_of_a_row_stay_ours(site, monkeypatch, clash):
    """The second passes the look at the ids before the first has written, as on PostgreSQL."""
    monkeypatch.setattr("planning.activities.require_free_id", lambda *_: None)
    first = WORK["/api/activities"]
    assert site.client.post("/api/activities", json=first).status_code == 201
    if not clash:
        half = text("INSERT INTO activity (version) VALUES (1)")
        monkeypatch.setattr("planning.activities.insert_all", lambda session, *_: session.execute(half))
    answer = site.client.post("/api/activities", json=first)
    assert answer.status_code == (409 if clash else 500), answer.text
    with site.record.read() as session:
        assert len(session.scalars(select(table_of(Activity).c.id)).all()) == 1
