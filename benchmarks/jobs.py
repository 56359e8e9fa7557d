"""Jobs beside the API: how near to ideal their units are computed, what a poisoned unit costs, how the API answers.

`--size UNITS/SECONDS/RUNS` (default 200/1/5): so many units of so many CPU seconds each on `--workers` processes, so
many times. `bailiwick serve` runs with its worker beside it, as installed, on SQLite; today's route of a rep is asked
for 20 times a second all the while. `cost` is seconds from the first unit's preparation to the saved end, `reference`
the ideal (UNITS × SECONDS ÷ workers); the first run also starts the processes. Rows `poison`: one unit ends its
process every time. Row `api p99`: milliseconds, against 50.
"""

import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.api_record import fill
from benchmarks.contract import Options, Row
from crm.database import Database, open_database
from planning.jobs import JobView, ask_job, get_job
from planning.viewer import everything

ACCOUNTS = 4_000
EVERY_S = 0.05
MOST_RATIO, MOST_POISONED, MOST_P99_MS = 1.15, 2.0, 50.0


def run(options: Options) -> Iterator[Row]:
    units, seconds, runs = sizes(options.size or "200/1/5")
    ideal_s = units * seconds / options.workers
    with TemporaryDirectory(prefix="bw-jobs-") as folder:
        url = f"sqlite:///{folder}/record.sqlite"
        made = fill(url, ACCOUNTS, options.seed, datetime.now(UTC))
        with serving(url, options.workers) as port, open_record(url) as record:
            asker = Asker(port, f"/api/reps/{made.rep_id}/routes/today", made.rep_token)
            asker.start()
            took = []
            for number in range(1, runs + 1):
                job, wall_s = done(record, {"units": units, "seconds": seconds}, ideal_s)
                took.append(wall_s)
                said = f"{wall_s / ideal_s:.3f} × ideal"
                yield result(
                    f"{units} × {seconds:g} s, {number}", units, wall_s, ideal_s, job.units_done == units, said
                )
            median_s = statistics.median(took)
            said = f"{median_s / ideal_s:.3f} × ideal, wanted {MOST_RATIO}"
            yield result("median", units, median_s, ideal_s, median_s <= MOST_RATIO * ideal_s, said)
            poison = {"units": units, "seconds": seconds, "poison": units // 3, "fault": "death"}
            job, wall_s = done(record, poison, ideal_s)
            named = [unit.name for unit in job.failed] == [f"unit {units // 3}"] and job.units_done == units - 1
            said = f"{job.units_done}/{units} done, {', '.join(unit.name for unit in job.failed)} named"
            said += f"; {wall_s / ideal_s:.3f} × ideal, wanted {MOST_POISONED}"
            yield result("poison", units, wall_s, ideal_s, named and wall_s <= MOST_POISONED * ideal_s, said)
            asker.stop()
    p99_ms = 1000 * asker.quantile(0.99)
    said = f"{len(asker.took_s)} requests, {asker.failures} failed, p50 {1000 * asker.quantile(0.5):.1f} ms"
    fine = p99_ms <= MOST_P99_MS and not asker.failures and len(asker.took_s) > 0
    yield Row("api p99 (ms)", len(asker.took_s), p99_ms, MOST_P99_MS, fine, said, 0.0, 0.0, options.workers)


def sizes(text: str) -> tuple[int, float, int]:
    """UNITS/SECONDS/RUNS."""
    try:
        units, seconds, runs = text.split("/")
        return int(units), float(seconds), int(runs)
    except ValueError:
        raise ValueError(f"--size: expected UNITS/SECONDS/RUNS like 200/1/5, got {text!r}") from None


def result(name: str, units: int, wall_s: float, ideal_s: float, fine: bool, why: str) -> Row:
    return Row(name, units, wall_s, ideal_s, fine, why, 0.0, wall_s)


@contextmanager
def open_record(url: str) -> Iterator[Database]:
    record = open_database(url)
    try:
        yield record
    finally:
        record.close()


def done(record: Database, what: Mapping[str, Any], ideal_s: float) -> tuple[JobView, float]:
    """Ask for a drill and wait for its end; returns it and how long it took.

    Raises:
        ValueError: it is not over after ten times the ideal.
    """
    began_s = time.monotonic()
    with record.write() as session:
        number = ask_job(session, "drill", what, by="benchmark", now=datetime.now(UTC))
    while time.monotonic() - began_s < 10 * ideal_s + 300:
        time.sleep(0.5)
        with record.read() as session:
            view = get_job(session, everything(datetime.now(UTC).date()), number)
        if view.started_at and view.ended_at:
            return view, (view.ended_at - view.started_at).total_seconds()
    raise ValueError(f"job {number} does not end: {view.state}, {view.units_done} of {view.units}")


@contextmanager
def serving(url: str, workers: int) -> Iterator[int]:
    """`bailiwick serve` with its worker beside it; the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = dict(os.environ, BAILIWICK_DATABASE_URL=url, BAILIWICK_WORKERS=str(workers), BAILIWICK_WORKER="true")
    words = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
    root = Path(__file__).parents[1]
    with (Path(url.removeprefix("sqlite:///")).parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(words, env=env, cwd=root, stdout=log, stderr=log)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Go on when the server answers."""
    for _ in range(600):
        if process.poll() is not None:
            raise ValueError(f"the server ended with code {process.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise ValueError("the server does not answer")


@dataclass
class Asker:
    """Asks for one path again and again at a steady pace, and notes how long each answer takes."""

    port: int
    path: str
    token: str
    took_s: list[float] = field(default_factory=list)
    failures: int = 0
    ending: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.ending.set()
        assert self.thread is not None
        self.thread.join(timeout=30)

    def quantile(self, share: float) -> float:
        """Seconds within which that share of the answers came; infinite without any."""
        ordered = sorted(self.took_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}"}
        next_s = time.monotonic()
        while not self.ending.wait(max(0.0, next_s - time.monotonic())):
            # An answer that comes late delays the next question, which is timed from when it should have been asked.
            next_s, due_s = next_s + EVERY_S, next_s
            try:
                connection.request("GET", self.path, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
            except OSError:
                connection.close()
                self.failures += 1
                continue
            self.took_s.append(time.monotonic() - max(due_s, 0.0))
            self.failures += answer.status != 200 or "stops" not in json.loads(body)
