"""A server with a plan of two unequal territories, and pages of people who are signed in."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import uvicorn
from shapely.geometry import box

from api.app import create_app
from api.settings import Settings
from crm.act import Act
from crm.database import Database
from crm.tables import Role, TokenKind, User
from geo.place import Place
from planning.record import save_plan
from planning.result import PlanResult, ZoneShape
from planning.sign_in import open_token
from planning.users import set_grants
from tests.small_plan import NOON, account, small_plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, HIGH = 6, 5


def uneven_plan(**more: Any) -> PlanResult:
    """Thirty accounts on a grid: twenty in the west (10–11.33° east), ten in the east, one without a place."""
    accounts = []
    for n in range(WIDE * HIGH):
        zone = int(n % WIDE > 3)
        place = Place(50.1 + 0.2 * (n // WIDE), 10.17 + n % WIDE / 3)
        accounts.append(account(n + 1, place, zone, segment="ABC"[n % 3], visits_per_year=26.0))
    accounts.append(account(99, None, None))
    reps = []
    for rep, count in zip(small_plan().reps, (20, 10), strict=True):
        hours = {"visits": 2 * count, "service_h": float(count), "drive_h": float(count), "workload_h": 2.0 * count}
        reps.append(replace(rep, accounts=count, value=1000.0 * count, capacity_h=40.0, **hours))
    middle = 10 + 4 / 3
    zones = (
        ZoneShape(0, "Rep 0", box(10, 50, middle, 51), Place(50.5, 10.6)),
        ZoneShape(1, "Rep 1", box(middle, 50, 12, 51), Place(50.5, 11.6)),
    )
    facts = {"weeks": 4, "days": (), "unserved": (), "transfers": (), "tolerance": 0.1, "title": "West and east"}
    return small_plan(accounts=tuple(accounts), reps=tuple(reps), zones=zones, **(facts | more))


@dataclass
class Served:
    """Where the server is, and a session of each person by name."""

    address: str
    record: Database
    sessions: dict[str, str] = field(default_factory=dict)

    def user(self, name: str, role: Role = Role.PLANNER, sees: tuple[int, ...] = ()) -> None:
        """Somebody who is signed in."""
        with self.record.write(Act("tests", "a user", NOON)) as session:
            user = User(name=name, role=role, created_at=NOON)
            session.add(user)
            session.flush()
            assert user.id is not None
            set_grants(session, user.id, sees)
            until = NOON + timedelta(days=10)
            self.sessions[name] = open_token(session, user.id, TokenKind.SESSION, "tests", NOON, until)


@contextmanager
def served(record: Database, url: str) -> Iterator[Served]:
    """The application on a port of its own; its clock stands still."""
    import maps.live  # the first map loads Folium, which may take longer than a browser waits on a busy machine

    assert maps.live
    app = create_app(Settings(database_url=url), clock=lambda: NOON)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        live = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=live.run, kwargs={"sockets": [free]})
        thread.start()
        while not live.started:
            time.sleep(0.01)
        site = Served(f"http://127.0.0.1:{free.getsockname()[1]}", record)
        site.user("paul")
        try:
            yield site
        finally:
            live.should_exit = True
            thread.join()


class Seat:
    """Somebody's browser, with all it complained about and asked of others."""

    def __init__(self, browser: "Browser", site: Served, name: str, width: int = 1280, height: int = 860) -> None:
        self.site = site
        self.context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        cookie = {"name": "bailiwick_session", "value": site.sessions[name], "url": site.address}
        self.context.add_cookies([cookie])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.page.on("request", self._request)

    def _console(self, said: Any) -> None:
        if said.type in ("error", "warning") and not any(part in said.text for part in self.expected):
            self.complaints.append(said.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site.address, "data:", "blob:")):
            self.complaints.append(f"asked for {request.url}")

    def open(self, path: str = "/map") -> "Page":
        self.page.goto(f"{self.site.address}{path}")
        self.ready()
        return self.page

    def ready(self) -> None:
        self.page.wait_for_selector("html[data-page=ready]", state="attached")

    def settled(self, note: str) -> None:
        """Wait until the draft says this of its last act."""
        self.page.wait_for_function(
            "text => document.getElementById('draft-note').textContent.includes(text)", arg=note
        )

    def leave(self) -> None:
        self.context.close()
        assert self.complaints == []


def saved(record: Database, result: PlanResult) -> int:
    """The plan in the record."""
    return save_plan(record, result, now=NOON)
