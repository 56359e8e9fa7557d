"""The served map with many accounts: a corner of a border is moved until the table shows the new work.

The record is filled with the same accounts and territories as the map of the benchmark. What is counted is processor
time on both sides: the page's main thread, and this process, in which the server runs.
"""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from playwright.sync_api import Browser

from geo.address import Address
from geo.located import Level
from geo.place import Place

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REPEATS = 5


def filled(url: str, accounts: Any) -> str:
    """A record with one plan; returns a session's secret."""
    from crm.act import Act
    from crm.database import open_database, upgrade
    from crm.tables import Role, TokenKind, User
    from planning.record import save_plan
    from planning.sign_in import open_token

    upgrade(url)
    database = open_database(url)
    try:
        save_plan(database, plan_of(accounts), now=NOON)
        with database.write(Act("benchmark", "a user", NOON)) as session:
            user = User(name="bench", role=Role.PLANNER, created_at=NOON)
            session.add(user)
            session.flush()
            assert user.id is not None
            return open_token(session, user.id, TokenKind.SESSION, "", NOON, NOON + timedelta(days=1))
    finally:
        database.close()


def plan_of(accounts: Any) -> Any:
    """The accounts as a finished plan without days."""
    from planning.result import PlannedAccount, PlanResult, RepFigures, ZoneShape

    zones = len(accounts.outlines)
    count = np.bincount(accounts.zone, minlength=zones)
    rows = tuple(
        PlannedAccount(
            id=f"a{n}",
            row=n + 2,
            name=f"Account {n}",
            address=Address(line=f"Street {n % 977}", city=f"Town {n % 331}"),
            place=Place(float(accounts.lat[n]), float(accounts.lon[n])),
            level=Level.GIVEN,
            zone=int(accounts.zone[n]),
            rep=f"Rep {accounts.zone[n]}",
            visits_per_year=12.0,
            service_min=30.0,
            value=float(n % 5000),
            segment="ABCD"[n % 4],
            current_rep=None,
            locked=False,
            status="planned",
            why="nearest to the middle",
        )
        for n in range(len(accounts.lat))
    )
    middles = [Place(shape.centroid.y, shape.centroid.x) for shape in accounts.outlines]
    reps = tuple(
        RepFigures(
            rep=f"Rep {zone}",
            zone=zone,
            home=middles[zone],
            home_assumed=True,
            accounts=int(count[zone]),
            visits=int(count[zone]),
            service_h=count[zone] / 2,
            drive_h=count[zone] / 4,
            workload_h=count[zone] * 0.75,
            capacity_h=140.0,
            value=0.0,
            deviation=0.0,
            hours_a_year=count[zone] * 9.0,
        )
        for zone in range(zones)
    )
    shapes = tuple(ZoneShape(z, f"Rep {z}", shape, middles[z]) for z, shape in enumerate(accounts.outlines))
    return PlanResult(
        title="Benchmark",
        source="generated",
        accounts=rows,
        rejected=0,
        reps=reps,
        zones=shapes,
        days=(),
        unserved=(),
        transfers=(),
        scenarios=(),
        visits_due=0,
        max_deviation=0.0,
        certificate=None,
        tolerance=0.1,
        starts_on=date(2026, 11, 23),
        weeks=4,
        seed=0,
        travel_source="none",
        travel_estimated=True,
        attribution="",
        notes=(),
        defaults={},
    )


@contextmanager
def running(url: str) -> Iterator[str]:
    """The application in this process."""
    import socket

    import uvicorn

    from api.app import create_app
    from api.settings import Settings

    app = create_app(Settings(database_url=url), clock=lambda: NOON)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        live = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=live.run, kwargs={"sockets": [free]})
        thread.start()
        while not live.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{free.getsockname()[1]}"
        finally:
            live.should_exit = True
            thread.join()


def border_costs(browser: Browser, accounts: Any) -> tuple[list[float], int, str]:
    """Milliseconds of processor time of each edit, the bytes of the page, and what is wrong, if anything."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'record.sqlite'}"
        secret = filled(url, accounts)
        with running(url) as address:
            return edits(browser, address, secret, accounts)


def edits(browser: Browser, address: str, secret: str, accounts: Any) -> tuple[list[float], int, str]:
    """Move a corner inside the country to and fro; the first time is not counted."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "bailiwick_session", "value": secret, "url": address}])
    page = context.new_page()
    page.set_default_timeout(120_000)
    answer = page.goto(f"{address}/map")
    size = len(answer.body()) if answer else 0
    page.wait_for_selector("html[data-page=ready]", state="attached")
    clock = context.new_cdp_session(page)
    clock.send("Performance.enable", {"timeDomain": "threadTicks"})

    def thread_ms() -> float:
        rows = clock.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(row["value"] for row in rows if row["name"] == "TaskDuration"))

    corner = inner_corner(accounts.outlines)
    page.evaluate("bailiwickPage.act({kind: 'lock', sites: [1]})")  # a draft is begun before the clock runs
    away = [round(corner[0] + 0.02, 6), round(corner[1] + 0.03, 6)]
    costs: list[float] = []
    for turn in range(REPEATS + 1):
        at, to = (corner, away) if turn % 2 == 0 else (away, corner)
        began, here = thread_ms(), time.process_time()
        version = page.evaluate("bailiwickPage.store.scenario.version")
        moved = page.evaluate("([at, to]) => bailiwickPage.borders.moveCorner(at, to)", [at, to])
        if not moved:
            return costs, size, "the corner could not be moved"
        page.wait_for_function(
            "version => bailiwickPage.store.scenario.version > version || !document.getElementById('notice').hidden",
            arg=version,
        )
        if refused := page.locator("#notice:not([hidden])").all_inner_texts():
            return costs, size, f"refused: {refused[0][:120]}"
        costs.append(thread_ms() - began + 1000 * (time.process_time() - here))
    context.close()
    return costs[1:], size, ""  # the first loads what the server needs for borders


def inner_corner(outlines: list[Any]) -> list[float]:
    """A corner that three territories share, as the page knows it: latitude, longitude."""
    seen: dict[tuple[float, float], int] = {}
    for shape in outlines:
        for lon, lat in set(map(tuple, np.round(shapely.get_coordinates(shape), 6).tolist())):
            seen[lat, lon] = seen.get((lat, lon), 0) + 1
    middle = np.array([51.0, 10.5])
    shared = [at for at, count in seen.items() if count >= 3]
    return list(min(shared, key=lambda at: float(np.hypot(*(np.array(at) - middle)))))
