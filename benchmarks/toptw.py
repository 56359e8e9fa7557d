"""Team orienteering with time windows on the KUL files: the most score with two and with three routes.

`--size` is the numbers of routes (default `2,3`); `--budget-s` what everybody gets (default 5 CPU seconds; vrp-cli and
VROOM only know the clock). Cost is the score collected, the reference the best peer's; a row fails when it is more than
1 % below. The last row compares the sums.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.contract import OURS, Options, Row
from benchmarks.fleet import instances, rows
from benchmarks.instances_fleet import FleetInstance, read_orienteering
from benchmarks.team_peers import by_ortools, by_pyvrp, by_vroom

PEERS = {"PyVRP": by_pyvrp, "OR-Tools": by_ortools, "VROOM": by_vroom}
MOST_BELOW = 0.01


def run(options: Options) -> Iterator[Row]:
    fleets = [int(part) for part in (options.size or "2,3").split(",")]

    def read(path: Path) -> Iterable[FleetInstance]:
        return [read_orienteering(path, vehicles) for vehicles in fleets]

    scores: dict[str, float] = {}
    found = instances(options, ["*.txt"], read)
    for row in rows(found, options, options.budget_s or 5.0, 1, PEERS, against_peers):
        scores[row.method] = scores.get(row.method, 0.0) + (row.cost or 0.0)
        yield row
    best = max((score for method, score in scores.items() if method != OURS), default=None)
    why = ", ".join(f"{method} {score:.0f}" for method, score in scores.items())
    ours = scores.get(OURS, 0.0)
    yield Row("sum of scores", 0, ours, best, best is None or ours > best, why, 0.0, 0.0, method=f"{OURS} sum")


def against_peers(ours: Row, peers: list[Row]) -> Row:
    """Ours with the best peer's score as its reference."""
    best = max((row.cost for row in peers if row.feasible and row.cost is not None), default=None)
    if best is not None and ours.cost is not None and ours.cost < (1 - MOST_BELOW) * best:
        return replace(ours, reference=best, feasible=False, why=f"more than 1 % below {best:.0f}")
    return replace(ours, reference=best)
