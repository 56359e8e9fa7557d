"""What every benchmark takes and gives back.

A benchmark is a module `benchmarks/NAME.py` with `run(options) -> Iterator[Row]`: it solves through the public names,
checks every answer with code that the solver does not share, and yields a row as soon as an instance is done.
"""

import json
import resource
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Protocol

OURS = "bailiwick"


@dataclass(frozen=True, slots=True)
class Options:
    """The command line of `python -m benchmarks`; `budget_s` is CPU seconds per instance and core.

    `done`: rows of an earlier run by instance, which are given again instead of solving.
    """

    instances: tuple[Path, ...] = ()
    budget_s: float | None = None
    workers: int = 1
    seed: int = 1
    seeds: int = 1
    size: str | None = None
    peers: bool = False
    done: Mapping[str, "tuple[Row, ...]"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One instance solved by one method; `gap_pct` is None where there is no reference or no feasible answer.

    `cpu_s` leaves out imports and the loading of compiled code. `why` says what an independent check found, or
    figures that have no column of their own.
    """

    instance: str
    n: int
    cost: float | None
    reference: float | None
    feasible: bool
    why: str
    cpu_s: float
    wall_s: float
    workers: int = 1
    method: str = OURS
    peak_mb: float | None = None

    @property
    def gap_pct(self) -> float | None:
        if not self.feasible or self.cost is None or not self.reference:
            return None
        return 100 * (self.cost / self.reference - 1)

    def as_json(self) -> dict[str, object]:
        row = asdict(self)
        row["gap_pct"] = self.gap_pct
        row["peak_mb"] = peak_mb() if self.peak_mb is None else self.peak_mb
        return row


class Benchmark(Protocol):
    def run(self, options: Options) -> Iterator[Row]: ...


def peak_mb() -> float:
    """The most memory this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def earlier_rows(path: Path) -> dict[str, tuple[Row, ...]]:
    """The rows an earlier run wrote, by instance; none when there is no such file.

    Means, sums (rows about no visits) and a line that was cut off are left out.
    """
    found: dict[str, tuple[Row, ...]] = {}
    names = {one.name for one in fields(Row)}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for line in text.splitlines(keepends=True):
        if line.endswith("\n") and (row := json.loads(line))["instance"] != "mean" and row["n"]:
            one = Row(**{name: value for name, value in row.items() if name in names})
            found[one.instance] = (*found.get(one.instance, ()), one)
    return found


def files(options: Options, *patterns: str) -> list[Path]:
    """Every file of the instance folders that fits a pattern, and every file named itself, by name.

    Raises:
        FileNotFoundError: there is none.
    """
    folders = [path for path in options.instances if not path.is_file()]
    named = {path for path in options.instances if path.is_file()}
    found = sorted(named | {path for folder in folders for pattern in patterns for path in folder.glob(pattern)})
    if not found:
        where = ", ".join(map(str, options.instances)) or "no folder (give --instances DIR)"
        raise FileNotFoundError(f"no instance files ({' '.join(patterns)}) in {where}")
    return found


def means(rows: Iterable[Row]) -> list[dict[str, object]]:
    """The mean row of every method, ours first."""
    by_method: dict[str, list[Row]] = {}
    for row in rows:
        by_method.setdefault(row.method, []).append(row)
    return [_mean(method, by_method[method]) for method in sorted(by_method, key=lambda name: (name != OURS, name))]


def _mean(method: str, rows: list[Row]) -> dict[str, object]:
    def mean(value: Callable[[Row], float | None]) -> float | None:
        values = [number for number in map(value, rows) if number is not None]
        return sum(values) / len(values) if values else None

    return {
        "instance": "mean",
        "n": sum(row.n for row in rows) / len(rows),
        "cost": mean(lambda row: row.cost),
        "reference": mean(lambda row: row.reference),
        "gap_pct": mean(lambda row: row.gap_pct),
        "feasible": all(row.feasible for row in rows),
        "why": f"{sum(row.feasible for row in rows)} of {len(rows)} feasible",
        "cpu_s": mean(lambda row: row.cpu_s),
        "wall_s": mean(lambda row: row.wall_s),
        "peak_mb": max((row.peak_mb or 0.0 for row in rows), default=0.0) or peak_mb(),
        "workers": rows[0].workers,
        "method": method,
    }
