"""A geocoding batch killed at random points: nothing lost, nothing asked twice but what a kill makes unavoidable.

`python -m tests.faults.geocoding_batch --kills 20 [--rows 10000] [--seed 1]`

A service on this machine counts what it is asked. Another process geocodes the batch and is killed (SIGKILL) over and
over: while the service still thinks, or just after it has answered. Then it is left to finish. Every row must be there
with its own answer; a question may have been asked twice only if a kill fell between asking and storing, and the
program must name exactly those.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.geo.fake_service import FakeService, Reply, found, serving

ROOT = Path(__file__).parents[2]
WORKER = """
import csv, json, sys
from pathlib import Path
from geo import Address, AnswerCache, OnlineGeocoder, open_service
domain, rows, cache, out = sys.argv[1:]
service = open_service("nominatim", options={"domain": domain, "scheme": "http"}, seconds=0)
memory = AnswerCache(Path(cache))
geocoder = OnlineGeocoder(service, memory)
with open(rows, encoding="utf-8", newline="") as file:
    asked = [Address(row[0]) for row in csv.reader(file)]
answers = geocoder.geocode(asked)
again = [key.partition(chr(10))[0] for key in memory.asked_again(service.key)]
text = json.dumps({"places": [[a.place.lat, a.place.lon] if a.place else None for a in answers], "again": again})
Path(out).write_text(text, encoding="utf-8")
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the service and the batch say of each other; `lost` and `wrong` count rows."""

    rows: int
    kills: int
    lost: int
    wrong: int
    requests: int
    twice: tuple[str, ...]
    oftener: tuple[str, ...]
    named: tuple[str, ...]
    wall_s: float

    @property
    def faults(self) -> list[str]:
        """What must not be; empty when all is well."""
        found = []
        if self.lost or self.wrong:
            found.append(f"{self.lost} rows lost, {self.wrong} with another row's answer")
        if self.oftener:
            found.append(f"asked more than twice: {', '.join(self.oftener[:5])}")
        if len(self.twice) > self.kills:
            found.append(f"{len(self.twice)} questions asked twice after {self.kills} kills")
        if not set(self.twice) <= set(self.named):
            found.append(f"asked twice and not said: {', '.join(sorted(set(self.twice) - set(self.named))[:5])}")
        return found


class Killer:
    """Answers as a service does, and kills the process that asks when its time has come."""

    def __init__(self, moments: list[int], chance: Random) -> None:
        self.moments, self.chance = moments, chance
        self.process: subprocess.Popen[bytes] | None = None
        self.seen = 0
        self.lock = threading.Lock()

    def __call__(self, query: str) -> Reply:
        with self.lock:
            self.seen += 1
            if self.moments and self.seen >= self.moments[0] and self.process is not None:
                self.moments.pop(0)
                delay_s = self.chance.choice((0.0, 0.0, self.chance.uniform(0, 0.004)))
                process, self.process = self.process, None
                if delay_s:
                    threading.Timer(delay_s, process.kill).start()
                else:
                    process.kill()
        return found(query, lat=place_of(query)[0], lon=place_of(query)[1])


def place_of(query: str) -> tuple[float, float]:
    """A place of its own for every row."""
    number = int(query.rpartition(" ")[2])
    return round(40 + number / 10_000, 6), round(10 + number / 5_000, 6)


def killed_batch(folder: Path, rows: int, kills: int, seed: int) -> Outcome:
    """Run a batch of so many rows to its end through so many kills."""
    chance = Random(seed)
    started = time.monotonic()
    lines = [f"Long Street {number}" for number in range(rows)]
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([line] for line in lines)
    killer = Killer(sorted(chance.sample(range(1, rows), kills)), chance)
    with serving(killer) as service:
        dead = 0
        while run_once(folder, service, killer) != 0:
            dead += 1
            if dead > kills:
                raise RuntimeError("the batch fails by itself")
        said = json.loads((folder / "out.json").read_text(encoding="utf-8"))
        asked = dict(service.asked)
    places = said["places"]
    return Outcome(
        rows=rows,
        kills=dead,
        lost=rows - sum(place is not None for place in places) + sum(line not in asked for line in lines),
        wrong=sum(
            place is not None and tuple(place) != place_of(line) for line, place in zip(lines, places, strict=True)
        ),
        requests=sum(asked.values()),
        twice=tuple(line.casefold() for line, count in asked.items() if count == 2),
        oftener=tuple(line.casefold() for line, count in asked.items() if count > 2),
        named=tuple(said["again"]),
        wall_s=time.monotonic() - started,
    )


def run_once(folder: Path, service: FakeService, killer: Killer) -> int:
    """One process that works on the batch until it is done or dead; returns how it ended."""
    files = [str(folder / name) for name in ("rows.csv", "cache.sqlite", "out.json")]
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    process = subprocess.Popen([sys.executable, "-c", WORKER, service.domain, *files], env=env)
    killer.process = process
    return process.wait(timeout=600)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.geocoding_batch", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        outcome = killed_batch(Path(folder), given.rows, given.kills, given.seed)
    print(
        f"{outcome.rows:,} rows, {outcome.kills} kills, {outcome.requests:,} requests: {outcome.lost} rows lost, "
        f"{outcome.wrong} wrong, {len(outcome.twice)} asked twice (each killed between asking and storing, and named), "
        f"{len(outcome.oftener)} oftener; {outcome.wall_s:.0f} s"
    )
    for fault in outcome.faults:
        print(f"FAULT: {fault}")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
