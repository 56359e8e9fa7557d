"""`python -m benchmarks NAME`: solve, check, print a table and, with --json, write JSON Lines."""

import argparse
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from benchmarks.contract import OURS, Benchmark, Options, Row, means

COLUMNS = ("instance", "method", "n", "cost", "reference", "gap_pct", "feasible", "cpu_s", "wall_s", "peak_mb", "why")
WIDTHS = (22, 22, 8, 14, 14, 9, 8, 9, 9, 8, 0)
NOT_BENCHMARKS = {"__init__", "__main__", "contract", "instances"}


def names() -> list[str]:
    """Every benchmark there is: the modules of this folder that define `run`."""
    folder = Path(__file__).parent
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}
    return [name for name, text in texts.items() if name not in NOT_BENCHMARKS and "\ndef run(" in text]


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("--instances", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--budget-s", type=float, help="CPU seconds per instance and core")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, from --seed on, where `zones` generates")
    parser.add_argument("--size", help="what to generate, in the benchmark's own form")
    parser.add_argument("--peers", action="store_true", help="peers also on sizes too large for them, in `zones`")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args(words)


def shown(value: object, width: int) -> str:
    if value is None:
        text = "–"
    elif isinstance(value, bool):
        text = "yes" if value else "NO"
    elif isinstance(value, float):
        text = f"{value:.3f}" if abs(value) < 1000 else f"{value:.1f}"
    else:
        text = str(value)
    return text.ljust(width)


def line(row: dict[str, object]) -> str:
    return " ".join(shown(row[name], width) for name, width in zip(COLUMNS, WIDTHS, strict=True)).rstrip()


def main(words: Sequence[str] | None = None) -> int:
    given = arguments(words)
    folders = tuple(given.instances)
    options = Options(folders, given.budget_s, given.workers, given.seed, given.seeds, given.size, given.peers)
    started = time.process_time()
    benchmark = cast(Benchmark, importlib.import_module(f"benchmarks.{given.name}"))
    print(f"{given.name}: imports {time.process_time() - started:.1f} s CPU, not counted below")
    print(line(dict(zip(COLUMNS, COLUMNS, strict=True))))
    rows: list[Row] = []
    try:
        for row in benchmark.run(options):
            rows.append(row)
            print(line(row.as_json()), flush=True)
    except (FileNotFoundError, ValueError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    table = [row.as_json() for row in rows] + means(rows)
    for row_of_means in table[len(rows) :]:
        print(line(row_of_means))
    if given.json:
        given.json.write_text("".join(json.dumps(row) + "\n" for row in table), encoding="utf-8")
    ours = [row for row in rows if row.method.startswith(OURS)]
    return 0 if ours and all(row.feasible for row in ours) else 1


def until_nobody_reads() -> int:
    """`main`, but quietly over once whoever read the table has gone (`… | head`), with the code a shell gives that."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return code


if __name__ == "__main__":
    sys.exit(until_nobody_reads())
