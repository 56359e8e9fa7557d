"""`python -m benchmarks NAME`: solve, check, print a table and, with --json, write JSON Lines."""

import argparse
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO, cast

from benchmarks.contract import OURS, Benchmark, Options, Row, earlier_rows, means

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
    parser.add_argument("--instances", type=Path, action="append", default=[], metavar="DIR", help="or single files")
    parser.add_argument("--budget-s", type=float, help="CPU seconds per instance and core")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, from --seed on, where `zones` generates")
    parser.add_argument("--size", help="what to generate, in the benchmark's own form")
    parser.add_argument("--peers", action="store_true", help="peers also on sizes too large for them, in `zones`")
    parser.add_argument("--json", type=Path, metavar="FILE", help="written as rows come")
    parser.add_argument(
        "--resume", action="store_true", help="leave out what --json FILE has, in published sets and `team`"
    )
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


def write(file: TextIO | None, row: dict[str, object]) -> None:
    """A line of JSON at once, so that a run that is broken off leaves what it had."""
    if file is not None:
        file.write(json.dumps(row) + "\n")
        file.flush()


def main(words: Sequence[str] | None = None) -> int:
    given = arguments(words)
    folders = tuple(given.instances)
    done = earlier_rows(given.json) if given.resume and given.json else {}
    options = Options(folders, given.budget_s, given.workers, given.seed, given.seeds, given.size, given.peers, done)
    started = time.process_time()
    benchmark = cast(Benchmark, importlib.import_module(f"benchmarks.{given.name}"))
    print(f"{given.name}: imports {time.process_time() - started:.1f} s CPU, not counted below")
    print(line(dict(zip(COLUMNS, COLUMNS, strict=True))))
    rows: list[Row] = []
    try:
        with given.json.open("w", encoding="utf-8") if given.json else nullcontext() as file:
            for row in (one for rows_of_one in done.values() for one in rows_of_one):
                write(file, row.as_json())
            for row in benchmark.run(options):
                rows.append(row)
                print(line(row.as_json()), flush=True)
                if row.instance not in done:
                    write(file, row.as_json())
            for row_of_means in means(rows):
                print(line(row_of_means))
                write(file, row_of_means)
    except (FileNotFoundError, ValueError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
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
