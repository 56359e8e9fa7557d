"""Kills under load: the API, the worker beside it and its computing processes die at random; nothing is lost or twice.

One client writes notes through the API and remembers what was acknowledged; jobs whose every unit leaves a note are
asked for all the while. A process is killed (SIGKILL) again and again: after the last kill has been got over, or in the
middle of that. Then everything is left to finish, told to end, and looked at.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import psutil
from sqlalchemy import func, select

from crm.columns import table_of
from crm.database import Database, open_database
from crm.tables import Account, Activity, ChangeBatch, Job, JobState, Role
from planning.jobs import ask_job, retry_job
from planning.record import save_plan
from planning.viewer import everything
from tests.api_users import bearer
from tests.faults.load import KIND, answer, note_of, offered
from tests.faults.marks import look, stop
from tests.faults.service import TARGETS, Service
from tests.faults.writer import Writer
from tests.small_plan import small_plan

SIZES = ((4, 0.05), (20, 0.02), (60, 0.005), (150, 0.001))
"""Units of a job, and seconds of each; chance picks."""
RECOVERY_S = 300.0
AMBUSH_S = 4.0
"""So long a moment is waited for that not every kill would hit."""
AMBUSHES = {"coordinator": ("saving", "saving", "keeping", "handing in", "preparing"), "worker": ("unit", "starting")}
"""Moments that are waited for."""
job, activity, batch = table_of(Job), table_of(Activity), table_of(ChangeBatch)


@dataclass
class Outcome:
    """What was found at the end of one storm, or of several together. `moments`: what was going on at the kills."""

    kills: Counter[str] = field(default_factory=Counter)
    moments: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    jobs: int = 0
    units: int = 0
    retried: int = 0
    wrong: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    wall_s: float = 0.0

    def add(self, other: "Outcome") -> None:
        """Count another storm in."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def faults(self) -> list[str]:
        """What must not be; empty when all is well."""
        found = list(self.wrong)
        found += [f"{self.lost} acknowledged writes lost"] if self.lost else []
        found += [f"{self.twice} writes or units twice"] if self.twice else []
        found += [f"process left over: {name}" for name in self.orphans]
        return found

    def __str__(self) -> str:
        kills, moments = (
            ", ".join(f"{count:,} × {name}" for name, count in sorted(counted.items()))
            for counted in (self.kills, self.moments)
        )
        return (
            f"{self.kills.total():,} kills ({kills}) in {self.wall_s:,.0f} s of storms; hit at: {moments}; "
            f"{self.acknowledged:,} acknowledged writes, {self.lost} lost; {self.jobs:,} jobs of {self.units:,} units, "
            f"{self.retried} taken up again by hand, {self.twice} writes or units twice, {len(self.wrong)} wrong; "
            f"{len(self.orphans)} processes left over"
        )


@dataclass
class Storm:
    """A service under load on a record with one plan in it, and who loads it."""

    record: Database
    service: Service
    writer: Writer
    account: int
    chance: Random
    ending: threading.Event

    def ask(self) -> None:
        """Ask for another job, unless enough wait."""
        with self.record.write() as session:
            waiting = session.scalar(select(func.count()).where(job.c.ended_at.is_(None)))
            if int(waiting or 0) < 2:
                units, seconds = self.chance.choice(SIZES)
                asked: dict[str, Any] = {"units": units, "seconds": seconds, "account": self.account}
                ask_job(session, KIND, asked, by="storm", now=datetime.now(UTC))

    def kill(self, target: str) -> str:
        """End a process of this kind, as soon as there is one; says what was going on in it."""
        began_s = time.monotonic()
        while time.monotonic() - began_s < RECOVERY_S and not self.ending.is_set():
            self.service.keep()
            if found := self.service.alive()[target]:
                victim = self.chance.choice(found)
                self.lie_in_wait(victim.pid, target)
                stop(victim.pid)
                moment = look(victim.pid)
                if target == "api" and moment != "starting" and self.writer.asking.is_set():
                    moment = "request"
                try:
                    victim.kill()
                except psutil.NoSuchProcess:  # it went before
                    continue
                if target == "api":
                    self.service.process.wait()
                return moment
            if self.chance.random() < 0.1:  # what waited may have needed nothing but saving, and nobody who computes
                self.ask()
            time.sleep(0.05)
        raise RuntimeError(f"there is no {target} to kill; {self.state()}")

    def lie_in_wait(self, pid: int, target: str) -> None:
        """Before every other kill: wait a while for a moment that chance picks, and then for some milliseconds."""
        if (moments := AMBUSHES.get(target)) and self.chance.random() < 0.5:
            moment, until_s = self.chance.choice(moments), time.monotonic() + AMBUSH_S
            while time.monotonic() < until_s and look(pid) != moment:
                time.sleep(0.005)
            time.sleep(min(0.02, self.chance.expovariate(300)))

    def recover(self) -> None:
        """Wait until writes are acknowledged and units computed again."""
        written, done, began_s = len(self.writer.acknowledged), self.units_done(), time.monotonic()
        while time.monotonic() - began_s < RECOVERY_S and not self.ending.is_set():
            self.service.keep()
            if len(self.writer.acknowledged) > written and self.units_done() > done:
                return
            if self.chance.random() < 0.2:
                self.ask()
            time.sleep(0.1)
        raise RuntimeError(f"the service does not recover; {self.state()}")

    def state(self) -> str:
        """The jobs that are not over, and the processes there are."""
        with self.record.read() as session:
            rows = session.execute(select(job).where(job.c.ended_at.is_(None))).all()
        said = [f"job {row.id} {row.state} {row.phase} {row.units_done}/{row.units} {row.coordinator}" for row in rows]
        alive = [f"{len(found)} {name}" for name, found in self.service.alive().items()]
        return ", ".join([*said, *alive])

    def units_done(self) -> int:
        with self.record.read() as session:
            return int(session.scalar(select(func.sum(job.c.units_done))) or 0)

    def finish(self) -> int:
        """Wait until every job is over; those given up after too many deaths are taken up again, and counted."""
        retried, began_s = 0, time.monotonic()
        while time.monotonic() - began_s < RECOVERY_S and not self.ending.is_set():
            self.service.keep()
            with self.record.write() as session:
                for number in session.scalars(select(job.c.id).where(job.c.state == JobState.FAILED)).all():
                    retry_job(session, everything(datetime.now(UTC).date()), number)
                    retried += 1
                if not session.scalar(select(func.count()).where(job.c.ended_at.is_(None))):
                    return retried
            time.sleep(0.1)
        raise RuntimeError(f"the jobs do not end; {self.state()}")


def storm(
    url: str,
    folder: Path,
    *,
    kills: int,
    seed: int | str,
    workers: int = 1,
    every_s: float = 0.08,
    recover: float = 0.6,
    cold: bool = False,
    ending: threading.Event | None = None,
) -> Outcome:
    """Kill so many processes of a service on the (empty, upgraded) record at `url`; say what became of everything.

    `recover`: the share of kills before which the one before is got over; the others come in the middle of that.
    `cold`: servers begin as installed, rather than forked from a process that has imported everything.
    """
    chance, outcome, began_s = Random(seed), Outcome(), time.monotonic()
    record = open_database(url)
    save_plan(record, small_plan(), now=datetime.now(UTC), page="<!doctype html><p>map")
    headers = bearer(record, "boss", Role.ADMIN)
    with record.read() as session:
        account = int(session.scalar(select(func.min(table_of(Account).c.id))) or 0)
    with offered(folder):
        service = Service(url, folder, workers, cold=cold)
        writer = Writer(service.port, headers, account, every_s)
        running = Storm(record, service, writer, account, chance, ending or threading.Event())
        try:
            writer.start()
            for target in targets(kills, chance):
                running.ask()
                if not outcome.kills or chance.random() < recover:
                    running.recover()
                time.sleep(chance.uniform(0, 0.6))
                outcome.moments[f"{target} {running.kill(target)}"] += 1
                outcome.kills[target] += 1
                service.keep()
            outcome.retried = running.finish()
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
        units = row.asked["units"]
        outcome.units += units
        expected = answer(units, units * (units + 1) // 2)
        if row.state != JobState.DONE or row.units_failed or row.units_done != units or row.answer != expected:
            said = f"{row.units_done} of {row.units} units, {row.units_failed} failed, {row.answer}, {row.error}"
            outcome.wrong.append(f"job {row.id} is {row.state}: {said}")
        if missing := [n for n in range(1, units + 1) if note_of(row.id, f"unit {n}") not in there]:
            outcome.wrong.append(f"job {row.id} left no note of {len(missing)} units, such as {missing[0]}")
        saved = sum(count for why, count in acts.items() if why.startswith(f"Job {row.id}: "))
        if saved != 1:
            outcome.wrong.append(f"job {row.id} was saved {saved} times")
