"""A server has worked out how its routes are called before it takes the first request."""

import pytest
from fastapi.testclient import TestClient

from api.app import create_app, every_route
from api.settings import Settings
from api.warm_up import warm_up


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_first_request_waits_for_nothing_that_could_be_done_before(record_url, monkeypatch):
    every_route.cache_clear()
    app = create_app(Settings(database_url=record_url))
    warm_up(app)
    monkeypatch.setattr("fastapi.routing.get_dependant", lambda **given: pytest.fail(f"{given['path']} is worked out"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/sign-in").status_code == 200
        assert client.get("/api/accounts").status_code == 401
        assert client.get("/no/such/page").status_code == 404
