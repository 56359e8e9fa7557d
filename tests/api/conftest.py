"""An application on the small plan, and one on an empty record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from crm.database import Database, open_database
from crm.tables import Role
from planning.record import save_plan
from planning.result import PlanResult
from tests.api_users import bearer
from tests.conftest import EmptyDatabases
from tests.small_plan import NOON, small_plan


@dataclass
class Site:
    """A running application: `get` asks it as an administrator, `moment` is what its clock says."""

    client: TestClient
    record: Database
    plan_id: int | None
    moment: list[datetime] = field(default_factory=lambda: [NOON])

    def get(self, path: str, **query: Any) -> Any:
        """The body of an answer that must be a success."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def problem(self, path: str, status: int, **query: Any) -> Any:
        """The body of an answer that must be a problem with this status."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert {"type", "title", "status", "detail", "instance"} <= body.keys()
        assert body["status"] == status
        return body


@pytest.fixture
def plan() -> Callable[..., PlanResult]:
    """Builder of small plans."""
    return small_plan


class Here:
    """Runs solvers in this process: what a test is about is not how they are reached."""

    def __call__(self, work: Callable[..., Any], *given: Any) -> Any:
        return work(*given)

    def warm(self, work: Callable[..., Any], *given: Any) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Saved:
    """A database with the small plan and an administrator in it, to be copied."""

    url: str
    plan_id: int
    headers: dict[str, str]


SAVED: dict[str, Saved] = {}
"""By kind and server, as in `tests.conftest`."""


@pytest.fixture(scope="session")
def saved(databases: EmptyDatabases, template_url: str) -> Saved:
    """The small plan, saved at Monday noon for reps in Berlin, once for all tests."""
    name = databases.server or databases.kind
    if name not in SAVED:
        url = databases.url(template_url)
        record = open_database(url)
        page = "<!doctype html><p>map"
        plan_id = save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin", page=page)
        SAVED[name] = Saved(url, plan_id, bearer(record, "boss", Role.ADMIN))
        record.close()
    return SAVED[name]


@pytest.fixture
def record_url(request: pytest.FixtureRequest, databases: EmptyDatabases, template_url: str) -> Iterator[str]:
    """URL of a database with every table; with the small plan in it for a test that asks for `site`."""
    planned = "site" in request.fixturenames
    url = databases.url(request.getfixturevalue("saved").url if planned else template_url)
    yield url
    databases.drop(url)


def running(record: Database, url: str, plan_id: int | None, headers: dict[str, str]) -> Iterator[Site]:
    moment = [NOON]
    app = create_app(Settings(database_url=url), clock=lambda: moment[0], solver=Here())
    with TestClient(app, base_url="http://localhost", headers=headers, raise_server_exceptions=False) as client:
        yield Site(client, record, plan_id, moment)


@pytest.fixture
def site(record: Database, record_url: str, saved: Saved) -> Iterator[Site]:
    """The application on the small plan."""
    yield from running(record, record_url, saved.plan_id, saved.headers)


@pytest.fixture
def bare_site(record: Database, record_url: str) -> Iterator[Site]:
    """The application on a record with nothing in it."""
    yield from running(record, record_url, None, bearer(record, "boss", Role.ADMIN))
