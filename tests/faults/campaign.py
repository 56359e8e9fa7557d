"""Hundreds of kills: storms of fifty each on records of their own, several side by side, judged one by one.

What a storm found is a line in a file as soon as it is over: a campaign that was cut off goes on where it stopped.
"""

import json
import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from tests.faults.databases import database
from tests.faults.storm import Outcome, storm

OF_A_STORM = 50
LAST_LINES = 40
"""Of a server's log, where its storm went wrong."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One storm: which database, its number, and how many kills."""

    kind: str
    number: int
    kills: int
    seed: int
    workers: int
    cold: bool

    @property
    def name(self) -> str:
        return f"{self.kind} {self.number}, {self.kills} kills, seed {self.seed}{', cold' * self.cold}"


def plans(kinds: Sequence[str], kills: int, *, seed: int, workers: int, cold: bool) -> list[Plan]:
    """The storms of a campaign with `kills` on each kind of database, the kinds in turn."""
    sizes = [min(OF_A_STORM, kills - begin) for begin in range(0, kills, OF_A_STORM)]
    return [Plan(kind, number, size, seed, workers, cold) for number, size in enumerate(sizes, 1) for kind in kinds]


def rage(plan: Plan) -> Outcome:
    """One storm on a database of its own; what keeps it from its end is a fault, with the last words of the server."""
    with TemporaryDirectory(prefix="bw-storm-") as name, database(plan.kind, Path(name)) as url:
        seed = f"{plan.seed} {plan.kind} {plan.number}"
        try:
            made = storm(url, Path(name), kills=plan.kills, seed=seed, workers=plan.workers, cold=plan.cold)
        except Exception as error:
            made = Outcome(wrong=[f"{type(error).__name__}: {error}"])
        if made.faults:
            print_log(plan, Path(name) / "serve.log")
        return made


def print_log(plan: Plan, path: Path) -> None:
    """What the servers of a storm said, beside the campaign's own lines."""
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = file.readlines()
    kept = Path(gettempdir()) / f"storm-{plan.kind}-{plan.number}.log"
    kept.write_text("".join(lines), encoding="utf-8")
    print(f"{plan.name}: {kept}\n{''.join(lines[-LAST_LINES:])}", file=sys.stderr, flush=True)


def in_process(plan: Plan, answer: Connection) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended ends PostgreSQL too
    answer.send(rage(plan))


def side_by_side(wanted: Sequence[Plan], at_once: int) -> Iterator[tuple[Plan, Outcome]]:
    """Storms in processes of their own, as they end."""
    begin = multiprocessing.get_context("fork")
    running: dict[Connection, tuple[Plan, Any]] = {}
    left = list(wanted)
    try:
        while left or running:
            while left and len(running) < at_once:
                plan = left.pop(0)
                ours, theirs = begin.Pipe(duplex=False)
                process = begin.Process(target=in_process, args=(plan, theirs))
                process.start()
                theirs.close()
                running[ours] = plan, process
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                plan, process = running.pop(ready)
                try:
                    outcome = ready.recv()
                except EOFError:
                    outcome = Outcome(wrong=[f"{plan.name}: it ended without a word"])
                process.join()
                yield plan, outcome
    finally:
        for _, process in running.values():
            process.terminate()
        for _, process in running.values():
            process.join()


def known(path: Path | None) -> Mapping[str, Outcome]:
    """What storms have found that are over, by their names."""
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {line.pop("storm"): read(line) for line in lines}


def written(plan: Plan, outcome: Outcome) -> str:
    """A storm's line in the file."""
    return json.dumps({"storm": plan.name} | {one.name: getattr(outcome, one.name) for one in fields(outcome)})


def read(line: dict[str, Any]) -> Outcome:
    counted = {name: Counter(line[name]) for name in ("kills", "moments")}
    return Outcome(**(line | counted))


def campaign(wanted: Sequence[Plan], *, at_once: int, path: Path | None) -> dict[str, Outcome]:
    """All storms that are not over yet, with a line of progress for each; the outcome of each kind of database."""
    before = known(path)
    sums: dict[str, Outcome] = {}
    for plan in wanted:
        if plan.name in before:
            sums.setdefault(plan.kind, Outcome()).add(before[plan.name])
    began_s, killed = time.monotonic(), 0
    for plan, outcome in side_by_side([plan for plan in wanted if plan.name not in before], at_once):
        sums.setdefault(plan.kind, Outcome()).add(outcome)
        killed += outcome.kills.total()
        if path is not None:
            with path.open("a", encoding="utf-8") as file:
                file.write(written(plan, outcome) + "\n")
        pace = (time.monotonic() - began_s) / max(1, killed)
        print(f"[{pace:.2f} s a kill] {plan.name} over; {plan.kind} so far: {sums[plan.kind]}", flush=True)
        for fault in outcome.faults:
            print(f"FAULT: {plan.name}: {fault}", flush=True)
    return sums
