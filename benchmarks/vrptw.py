"""The vehicle routing problem with time windows: Solomon's files, and VRPLIB files with an explicit matrix (ORTEC).

Cost is the distance (`instances_fleet` says by which rounding), the reference the best known one. `--budget-s` is CPU
seconds for everybody, for us on each of `--workers` cores (default 30).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.contract import Options, Row
from benchmarks.fleet import instances, rows
from benchmarks.instances_fleet import FleetInstance, read_solomon, read_vrplib
from benchmarks.team_peers import by_ortools, by_pyvrp, by_vroom, by_vrp_cli

PEERS = {"PyVRP": by_pyvrp, "OR-Tools": by_ortools, "VROOM": by_vroom, "vrp-cli": by_vrp_cli}


def run(options: Options) -> Iterator[Row]:
    found = instances(options, ["*.txt", "*.vrp"], read)
    yield from rows(found, options, options.budget_s or 30.0, options.workers, PEERS, lambda ours, peers: ours)


def read(path: Path) -> Iterable[FleetInstance]:
    """Either format, told by the first line: VRPLIB has a colon in it."""
    first = next((line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()), "")
    return [read_vrplib(path) if ":" in first else read_solomon(path)]
