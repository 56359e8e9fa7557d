"""Readers of the published instance formats."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PLAIN, TIMED = 1, 5  # types of problem in Cordeau's headers


@dataclass(frozen=True, slots=True, eq=False)
class PeriodicInstance:
    """One of Cordeau's periodic problems: node 0 is the depot, patterns are sets of days, the fleet is the same daily.

    `most_duration` and `capacity` per day; 0 duration = unlimited. `opens`, `closes`: when a visit may begin, or the
    depot is left and reached; empty without windows.
    """

    name: str
    xy: NDArray[np.float64]
    service: NDArray[np.float64]
    demand: NDArray[np.float64]
    patterns: tuple[tuple[tuple[int, ...], ...], ...]
    vehicles: int
    days: int
    most_duration: tuple[float, ...]
    capacity: tuple[float, ...]
    opens: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    closes: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


def read_periodic(path: Path) -> PeriodicInstance:
    """Read Cordeau's format: pattern bits are read left to right, the first bit is the first day.

    Type 1 has no windows; type 5 has them in the last two columns. There is a line of limits for each day, or one for
    all.

    Raises:
        ValueError: what was found where something else was expected.
    """
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    try:
        kind, vehicles, clients, days = (int(value) for value in rows[0][:4])
        lines = next(k for k, row in enumerate(rows[1:]) if len(row) > 2)
        limits = [(float(row[0]), float(row[1])) for row in rows[1 : 1 + lines]] * (days if lines == 1 else 1)
        nodes = [row for row in rows[1 + lines :] if len(row) >= 7 or int(row[0]) == 0]
        depots = [row for row in nodes if int(row[0]) == 0]
        visited = [row for row in nodes if int(row[0]) > 0 and int(row[5]) > 0]
        patterns = tuple(tuple(_days(int(code), days) for code in row[7 : 7 + int(row[6])]) for row in visited)
        table = np.array([[float(v) for v in row[1:5]] for row in [depots[0], *visited]])
        windows = np.array([[float(v) for v in row[-2:]] for row in [depots[0], *visited]] if kind == TIMED else [])
    except (IndexError, ValueError, StopIteration) as fault:
        raise ValueError(f"{path.name} is not in Cordeau's periodic format: {fault}") from fault
    if kind not in (PLAIN, TIMED) or len(limits) != days or len([row for row in nodes if int(row[0]) > 0]) < clients:
        raise ValueError(
            f"{path.name}: expected type 1 or 5 with {clients} clients, got type {kind}, {len(nodes) - 1} rows"
        )
    return PeriodicInstance(
        path.name,
        table[:, :2],
        table[:, 2],
        table[:, 3],
        patterns,
        vehicles,
        days,
        tuple(limit[0] for limit in limits),
        tuple(limit[1] for limit in limits),
        *((windows[:, 0], windows[:, 1]) if kind == TIMED else ()),
    )


def _days(code: int, days: int) -> tuple[int, ...]:
    return tuple(day for day in range(days) if code >> (days - 1 - day) & 1)
