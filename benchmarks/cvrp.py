"""The vehicle routing problem with loads on VRPLIB files: whole distances, the fleet as large as it likes.

`--budget-s` is CPU seconds for everybody, for us on each of `--workers` cores (default 30).
"""

from collections.abc import Iterator

from benchmarks.contract import Options, Row
from benchmarks.fleet import instances, rows
from benchmarks.instances_fleet import read_vrplib
from benchmarks.vrptw import PEERS


def run(options: Options) -> Iterator[Row]:
    found = instances(options, ["*.vrp"], lambda path: [read_vrplib(path)])
    yield from rows(found, options, options.budget_s or 30.0, options.workers, PEERS, lambda ours, peers: ours)
