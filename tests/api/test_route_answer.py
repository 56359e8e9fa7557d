"""A rep's day is answered as it is described, although nothing checks it on the way out."""

from datetime import UTC, timedelta

import orjson
import pytest
from sqlalchemy import func, select

from api.routes_today import as_route
from api.schemas import AccountsOut
from crm.columns import table_of
from crm.tables import AccessToken
from planning.today import rep_route
from planning.viewer import everything
from tests.small_plan import MONDAY, NOON


def test_the_answer_is_what_the_description_says(site):
    for day in (MONDAY, MONDAY + timedelta(2)):
        with site.record.read() as session:
            found = as_route(rep_route(session, everything(MONDAY), 1, day, now=NOON))
        answer = site.client.get(f"/api/reps/1/routes/{day}")
        assert answer.json() == orjson.loads(found.model_dump_json())
        assert answer.json().keys() == type(found).model_fields.keys()
    assert found.model_dump_json(exclude={"line"})[:80].encode() in answer.content


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_today_is_the_day_where_the_rep_is(site):
    midnight = NOON.astimezone(UTC).replace(hour=22, minute=59)
    for minutes, day in ((0, "2026-11-22"), (1, "2026-11-23")):  # Berlin is an hour ahead
        site.moment[0] = midnight - timedelta(days=1) + timedelta(minutes=minutes)
        if day == "2026-11-22":
            assert site.problem("/api/reps/1/routes/today", 404)["next_date"] == "2026-11-23"
        else:
            assert site.get("/api/reps/1/routes/today")["day"] == day


def test_the_accounts_are_what_the_description_says(site):
    answer = site.client.get("/api/accounts?limit=3")
    assert answer.content == AccountsOut.model_validate_json(answer.content).model_dump_json().encode()


def test_the_use_of_a_token_is_noted_though_the_day_has_no_route(site):
    """The route finds out itself who asks, with what it reads."""
    token = table_of(AccessToken)
    for path, status in (("/api/reps/1/routes/2026-11-23", 200), ("/api/reps/1/routes/2030-01-01", 404)):
        site.moment[0] += timedelta(hours=1)
        assert site.client.get(path).status_code == status
        with site.record.read() as session:
            assert session.scalar(select(func.max(token.c.used_at))) == site.moment[0]
    assert site.client.get(path, headers={"Authorization": "Bearer nobody"}).status_code == 401
