"""Kills under load: the API, the worker beside it and its computing processes die at random; nothing is lost or twice.

One client writes notes through the API and remembers what was acknowledged; drills are asked for all the while. A
process is killed (SIGKILL) again and again: after the last kill has been got over, or sometimes in the middle of that.
Then everything is left to finish, told to end, and looked at.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import psutil
from sqlalchemy import func, select

from crm.columns import table_of
from crm.database import Database, open_database
from crm.tables import Account, Activity, ChangeBatch, Job, JobState, Role
from planning.jobs import ask_job, retry_job
from planning.record import save_plan
from planning.viewer import everything
from tests.api_users import bearer
from tests.faults.zygote import Forked, Zygote
from tests.small_plan import small_plan

ROOT = Path(__file__).parents[2]
TARGETS = ("api", "coordinator", "worker")
UNITS, SECONDS = 30, 0.05
RECOVERY_S = 600.0
job, activity, batch = table_of(Job), table_of(Activity), table_of(ChangeBatch)


@dataclass
class Outcome:
    """What was found at the end."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    jobs: int = 0
    retried: int = 0
    wrong: list[str] = field(default_factory=list)
    orphans: int = 0
    wall_s: float = 0.0

    @property
    def faults(self) -> list[str]:
        """What must not be; empty when all is well."""
        found = list(self.wrong)
        found += [f"{self.lost} acknowledged writes lost"] if self.lost else []
        found += [f"{self.twice} writes twice"] if self.twice else []
        found += [f"{self.orphans} processes left over"] if self.orphans else []
        return found

    def __str__(self) -> str:
        kills = ", ".join(f"{count} × {name}" for name, count in sorted(self.kills.items()))
        return (
            f"{sum(self.kills.values())} kills ({kills}) in {self.wall_s:.0f} s: {self.acknowledged} acknowledged writes, "
            f"{self.lost} lost, {self.twice} twice; {self.jobs} jobs, {self.retried} taken up again by hand, "
            f"{len(self.wrong)} wrong; {self.orphans} processes left over"
        )


class Service:
    """`bailiwick serve` on a port of its own, started again whenever it has died."""

    def __init__(self, url: str, folder: Path, workers: int, *, cold: bool) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.log = (folder / "serve.log").open("ab")
        self.env = dict(
            os.environ,
            BAILIWICK_DATABASE_URL=url,
            BAILIWICK_WORKERS=str(workers),
            BAILIWICK_JOB_LEASE_S="2",
            BAILIWICK_WORKER="true",
            BAILIWICK_NICENESS="0",  # on a busy machine there may be nothing left for those who yield
            BAILIWICK_PORT=str(self.port),
            PYTHONPATH=str(ROOT),
        )
        self.url = url
        self.zygote = None if cold else Zygote(self.env, ROOT, self.log)
        self.process = self.begin()

    def begin(self) -> subprocess.Popen[bytes] | Forked:
        if self.zygote is not None:
            return self.zygote.begin()
        words = [
            sys.executable,
            "-c",
            "from api.serve import serve; from api.settings import Settings; serve(Settings())",
        ]
        return subprocess.Popen(words, env=self.env, cwd=ROOT, stdout=self.log, stderr=self.log)

    def keep(self) -> None:
        """Start it again if it is dead."""
        if self.process.poll() is not None:
            self.process = self.begin()

    def alive(self) -> dict[str, list[psutil.Process]]:
        """The processes that may be killed, by what they are."""
        found: dict[str, list[psutil.Process]] = {name: [] for name in TARGETS}
        found["api"] = [psutil.Process(self.process.pid)] if self.process.poll() is None else []
        for process in self.ours():
            try:
                words = " ".join(process.cmdline())
            except psutil.Error:
                continue
            if "--with-parent" in words:
                found["coordinator"].append(process)
            elif "spawn_main" in words:
                found["worker"].append(process)
        return found

    def ours(self) -> list[psutil.Process]:
        """Every process that works on our database, but this one and the one that is forked."""
        found = []
        others = {os.getpid(), self.zygote.process.pid if self.zygote else 0}
        for process in psutil.process_iter():
            try:
                if process.pid not in others and process.environ().get("BAILIWICK_DATABASE_URL") == self.url:
                    found.append(process)
            except psutil.Error:
                continue
        return [process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]

    def end(self) -> int:
        """End it politely; returns how many processes are left after half a minute."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for _ in range(300):
            if not (left := self.ours()):
                break
            time.sleep(0.1)
        for process in left:
            process.kill()
        if self.zygote is not None:
            self.zygote.close()
        self.log.close()
        return len(left)


class Writer(threading.Thread):
    """Writes one note after another through the API; each until it is acknowledged."""

    def __init__(self, port: int, headers: dict[str, str], account: int, every_s: float) -> None:
        super().__init__(daemon=True)
        self.port, self.headers, self.account, self.every_s = port, headers, account, every_s
        self.acknowledged: dict[str, int] = {}
        self.wrong: list[str] = []
        self.ending = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.ending.is_set():
            number += 1
            self.write(f"note {number}")
            self.ending.wait(self.every_s)

    def write(self, text: str) -> None:
        body = json.dumps({"account_id": self.account, "kind": "note", "text": text})
        headers = self.headers | {"Idempotency-Key": text.replace(" ", "-"), "Content-Type": "application/json"}
        while not self.ending.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request("POST", "/api/activities", body, headers)
                answer = connection.getresponse()
                said = answer.read()
            except OSError:
                self.ending.wait(0.1)
                continue
            except http.client.HTTPException:
                continue
            finally:
                connection.close()
            if answer.status == 201:
                self.acknowledged[text] = json.loads(said)["id"]
                return
            if answer.status not in (409, 503):
                self.wrong.append(f"{text}: {answer.status} {said[:200]!r}")
                return


def storm(
    url: str,
    folder: Path,
    *,
    kills: int,
    seed: int,
    workers: int = 1,
    every_s: float = 0.05,
    recover: float = 0.8,
    cold: bool = False,
) -> Outcome:
    """Kill so many processes of a service on the (empty, upgraded) record at `url`; say what became of everything.

    `recover`: the share of kills before which the one before is got over; the others come in the middle of that.
    `cold`: servers begin as installed, rather than forked from a process that has imported everything.
    """
    chance, outcome, began_s = Random(seed), Outcome(), time.monotonic()
    record = open_database(url)
    now = datetime.now(UTC)
    save_plan(record, small_plan(), now=now, page="<!doctype html><p>map")
    headers = bearer(record, "boss", Role.ADMIN)
    with record.read() as session:
        account = int(session.scalar(select(func.min(table_of(Account).c.id))) or 0)
    service = Service(url, folder, workers, cold=cold)
    writer = Writer(service.port, headers, account, every_s)
    try:
        writer.start()
        for target in targets(kills, chance):
            ask(record)
            if outcome.kills and chance.random() < recover:
                recovered(record, service, writer)
            time.sleep(chance.uniform(0, 1.0))
            kill(service, target, chance)
            outcome.kills[target] += 1
            service.keep()
        recovered(record, service, writer)
        outcome.retried = finish(record, service)
    finally:
        writer.ending.set()
        writer.join(timeout=30)
        outcome.orphans = service.end()
    judge(record, writer, outcome)
    record.close()
    outcome.wall_s = time.monotonic() - began_s
    return outcome


def targets(kills: int, chance: Random) -> Iterator[str]:
    """What to kill: each kind equally often, in random order."""
    wanted = [TARGETS[number % len(TARGETS)] for number in range(kills)]
    chance.shuffle(wanted)
    yield from wanted


def kill(service: Service, target: str, chance: Random) -> None:
    """End a process of this kind, as soon as there is one."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < RECOVERY_S:
        service.keep()
        if found := service.alive()[target]:
            chance.choice(found).kill()
            if target == "api":
                service.process.wait()
            return
        time.sleep(0.05)
    raise RuntimeError(f"there is no {target} to kill")


def ask(record: Database) -> None:
    """Ask for another drill, unless enough wait."""
    with record.write() as session:
        waiting = session.scalar(select(func.count()).where(job.c.ended_at.is_(None)))
        if int(waiting or 0) < 3:
            ask_job(session, "drill", {"units": UNITS, "seconds": SECONDS}, by="storm", now=datetime.now(UTC))


def recovered(record: Database, service: Service, writer: Writer) -> None:
    """Wait until writes are acknowledged and units computed again."""
    written, done, began_s = len(writer.acknowledged), units_done(record), time.monotonic()
    while time.monotonic() - began_s < RECOVERY_S:
        service.keep()
        if len(writer.acknowledged) > written and units_done(record) > done:
            return
        if idle(record):
            ask(record)
        time.sleep(0.1)
    raise RuntimeError("the service does not recover")


def units_done(record: Database) -> int:
    with record.read() as session:
        return int(session.scalar(select(func.sum(job.c.units_done))) or 0)


def idle(record: Database) -> bool:
    with record.read() as session:
        return session.execute(select(job.c.id).where(job.c.ended_at.is_(None)).limit(1)).first() is None


def finish(record: Database, service: Service) -> int:
    """Wait until every job is over; those that were given up after too many deaths are taken up again, and counted."""
    retried, began_s = 0, time.monotonic()
    while time.monotonic() - began_s < 10 * RECOVERY_S:
        service.keep()
        with record.write() as session:
            for number in session.scalars(select(job.c.id).where(job.c.state == JobState.FAILED)).all():
                retry_job(session, everything(datetime.now(UTC).date()), number)
                retried += 1
        if idle(record):
            return retried
        time.sleep(0.2)
    raise RuntimeError("the jobs do not end")


def judge(record: Database, writer: Writer, outcome: Outcome) -> None:
    """Compare what was acknowledged with what is there, and what the jobs say with what they did."""
    with record.read() as session:
        there = Counter(session.scalars(select(activity.c.text)))
        ids = {row.text: row.id for row in session.execute(select(activity.c.text, activity.c.id))}
        jobs = session.execute(select(job)).all()
        acts = Counter(session.scalars(select(batch.c.why)))
    outcome.acknowledged = len(writer.acknowledged)
    outcome.lost = sum(ids.get(text) != number for text, number in writer.acknowledged.items())
    outcome.twice = sum(count > 1 for count in there.values())
    outcome.wrong += writer.wrong
    outcome.jobs = len(jobs)
    for row in jobs:
        said = f"job {row.id} is {row.state}: {row.units_done} of {row.units}, {row.units_failed} failed, {row.answer}"
        expected = {"units": UNITS, "sum": UNITS * (UNITS + 1) // 2}
        if row.state != JobState.DONE or row.units_failed or row.units_done != UNITS or row.answer != expected:
            outcome.wrong.append(said)
        saved = sum(count for why, count in acts.items() if why.startswith(f"Job {row.id}: "))
        if saved != 1:
            outcome.wrong.append(f"job {row.id} was saved {saved} times")
