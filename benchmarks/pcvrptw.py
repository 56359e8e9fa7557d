"""Prize-collecting vehicle routing with time windows on VRPLIB files: distance and the prizes left behind.

`--budget-s` is what everybody gets (default 10 CPU seconds, one core). A row fails unless it is better than every peer;
VROOM and vrp-cli cannot weigh prizes against distance.
"""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.contract import Options, Row
from benchmarks.fleet import instances, rows
from benchmarks.instances_fleet import read_vrplib
from benchmarks.team_peers import by_ortools, by_pyvrp

PEERS = {"PyVRP": by_pyvrp, "OR-Tools": by_ortools}


def run(options: Options) -> Iterator[Row]:
    found = instances(options, ["*.vrp"], lambda path: [read_vrplib(path)])
    yield from rows(found, options, options.budget_s or 10.0, 1, PEERS, better_than_peers)


def better_than_peers(ours: Row, peers: list[Row]) -> Row:
    best = min((row.cost for row in peers if row.feasible and row.cost is not None), default=None)
    if best is not None and ours.cost is not None and ours.cost >= best:
        return replace(ours, feasible=False, why=f"not better than {best:.0f}")
    return ours
