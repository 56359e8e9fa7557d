"""The weeks of a whole country's reps, a rep a unit, as the job that plans them: read, computed by Dask, saved.

`--size REPS/WEEKS/ACCOUNTS` (default 200/4/40000). A record of so many accounts in as many towns as reps is planned on
one process, then again on `--workers` of them, on a record of its own each time (SQLite). `cost` is seconds from taking
the job to its saved end, `reference` the ideal: the CPU seconds of all units shared out evenly. Processes are warmed by
a week of some reps first, so that loading compiled code counts nowhere. `--budget-s`: CPU seconds that a rep may take
in the mean. The last row is no measurement: what ten machines of eight cores would take on paper (`Took.on_paper`).

What was saved is checked by reading it again: every due visit is planned or named as not, on a site of the rep's own,
on no more days than there are, one after the other; and both runs must have saved the same.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from benchmarks.api_record import fill
from benchmarks.contract import Options, Row
from crm.columns import table_of
from crm.database import Database, open_database
from crm.tables import Assignment, Route, UnservedVisit, Visit, VisitState
from planning.compute import DaskEngine, EngineOptions
from planning.coordinator import Coordinator
from planning.job_leases import Watch, claim_next
from planning.jobs import JobView, ask_job, attempts_of, get_job
from planning.options import next_monday
from planning.viewer import everything

MACHINES, CORES = 10, 8
LEASE_S = 60.0
route, visit, left_out, assignment = (table_of(one) for one in (Route, Visit, UnservedVisit, Assignment))


@dataclass(frozen=True, slots=True)
class Took:
    """Where the time of a job went, in seconds: before the first unit, in all units together, after the last."""

    wall_s: float
    before_s: float
    after_s: float
    units_s: tuple[float, ...]

    def on_paper(self, cores: int) -> float:
        """The same job on so many cores: units share nothing, but none is ever split, and the rest is not shared."""
        return self.before_s + max(max(self.units_s), sum(self.units_s) / cores) + self.after_s


def run(options: Options) -> Iterator[Row]:
    reps, weeks, accounts = sizes(options.size or "200/4/40000")
    name = f"{reps} reps × {weeks} weeks"
    plans, took = [], None
    for processes in sorted({1, options.workers}):
        with TemporaryDirectory(prefix="bw-country-") as folder:
            job, took, plan, faults = planned(Path(folder), (reps, weeks, accounts), processes, options.seed)
        plans.append(plan)
        mean_s, ideal_s = sum(took.units_s) / reps, sum(took.units_s) / processes
        faults += ["another plan than on one process"] * (plan != plans[0])
        if options.budget_s and mean_s > options.budget_s:
            faults.append(f"a rep took {mean_s:.1f} s in the mean")
        said = f"reading {took.before_s:.1f} s, saving {took.after_s:.1f} s, a rep {mean_s:.2f} s, the slowest "
        due, left = job.answer["visits_due"], job.answer["visits_unserved"]
        said += f"{max(took.units_s):.2f} s; {due} visits due, {left} left out"
        faulty = "; ".join(faults[:3])
        whole = (f"{name}, {processes} processes", accounts, took.wall_s, ideal_s, not faults, faulty or said)
        yield Row(*whole, sum(took.units_s), took.wall_s, processes)
    assert took is not None
    cores = MACHINES * CORES
    paper_s = took.on_paper(cores)
    said = f"not measured: {took.before_s + took.after_s:.1f} s read and save, the rest on {cores} cores like these"
    yield Row(
        f"{name}, {MACHINES} machines", accounts, paper_s, None, True, said, sum(took.units_s), 0.0, cores, "paper"
    )


def sizes(text: str) -> tuple[int, int, int]:
    """REPS/WEEKS/ACCOUNTS."""
    try:
        reps, weeks, accounts = map(int, text.split("/"))
    except ValueError:
        raise ValueError(f"--size: expected REPS/WEEKS/ACCOUNTS like 200/4/40000, got {text!r}") from None
    if reps < 2 or weeks < 1 or accounts < reps:
        raise ValueError(f"--size: expected two reps or more, a week, and an account each; got {text!r}")
    return reps, weeks, accounts


def planned(
    folder: Path, size: tuple[int, int, int], processes: int, seed: int
) -> tuple[JobView, Took, list[Any], list[str]]:
    """Fill a record and have its weeks planned; the job, where its time went, what was saved, and its faults."""
    reps, weeks, accounts = size
    url = f"sqlite:///{folder}/record.sqlite"
    fill(url, accounts, seed, datetime.now(UTC), per_rep=accounts // reps)
    starts_on = next_monday(datetime.now(UTC).date())
    record = open_database(url)
    engine = DaskEngine(EngineOptions(workers=processes, niceness=0))
    try:
        asked: dict[str, Any] = {"starts_on": starts_on.isoformat(), "weeks": weeks}
        worked(record, engine, asked | {"weeks": 1, "rep_ids": list(range(1, min(reps, 2 * processes) + 1))})
        job = worked(record, engine, asked)
        took = spent(record, job)
        return (
            job,
            took,
            saved(record, starts_on),
            faults_of(record, job, starts_on, starts_on + timedelta(weeks=weeks)),
        )
    finally:
        engine.close()
        record.close()


def worked(record: Database, engine: DaskEngine, what: dict[str, Any]) -> JobView:
    """Ask for the days and work on the job here until it is over.

    Raises:
        ValueError: it failed.
    """
    with record.write() as session:
        number = ask_job(session, "cycles", what, by="benchmark", now=datetime.now(UTC))
    claim = claim_next(record, Watch(LEASE_S), coordinator="benchmark", now=datetime.now(UTC))
    assert claim is not None
    Coordinator(record, engine, claim, lambda: datetime.now(UTC), LEASE_S, threading.Event()).run()
    with record.read() as session:
        job = get_job(session, everything(datetime.now(UTC).date()), number)
    if job.error or job.units_failed:
        raise ValueError(job.error or f"{job.failed[0].name}: {job.failed[0].error}")
    return job


def spent(record: Database, job: JobView) -> Took:
    """Where the time went."""
    with record.read() as session:
        tries = attempts_of(session, job.id)
    assert job.started_at is not None and job.ended_at is not None
    began = min(one.ended_at - timedelta(seconds=one.wall_s) for one in tries)
    parts = (job.ended_at - job.started_at, began - job.started_at, job.ended_at - max(one.ended_at for one in tries))
    wall_s, before_s, after_s = (max(0.0, part.total_seconds()) for part in parts)
    return Took(wall_s, before_s, after_s, tuple(one.cpu_s for one in tries))


def saved(record: Database, starts_on: Any) -> list[Any]:
    """Every planned stop, in order."""
    columns = (visit.c.rep_id, visit.c.day, visit.c.sequence, visit.c.site_id, visit.c.start_s, visit.c.depart_s)
    sql = select(*columns).where(visit.c.day >= starts_on, visit.c.state == VisitState.PLANNED)
    with record.read() as session:
        return [tuple(row) for row in session.execute(sql.order_by(visit.c.rep_id, visit.c.day, visit.c.sequence))]


def faults_of(record: Database, job: JobView, starts_on: Any, ends_on: Any) -> list[str]:
    """What is wrong with what was saved."""
    stops = saved(record, starts_on)
    with record.read() as session:
        owner = {row.site_id: row.territory_id for row in session.execute(select(assignment))}
        left = int(session.scalar(select(func.coalesce(func.sum(left_out.c.visits), 0))) or 0)
        days = session.execute(
            select(route.c.rep_id, route.c.day).where(route.c.day >= starts_on, route.c.day < ends_on)
        ).all()
    found = []
    if len(stops) + left != job.answer["visits_due"]:
        found.append(f"{len(stops)} visits planned and {left} not, but {job.answer['visits_due']} due")
    found += [f"rep {row[0]} visits site {row[3]}, another's" for row in stops if owner[row[3]] != row[0]]
    found += [f"rep {row[0]} works after the last week" for row in stops if row[1] >= ends_on]
    found += ["a rep has two plans for one day"] if len(set(days)) < len(days) else []
    for before, after in pairwise(stops):
        if before[:2] == after[:2] and after[4] < before[5]:
            found.append(f"rep {after[0]} is at two places at once on {after[1]}")
    return found
