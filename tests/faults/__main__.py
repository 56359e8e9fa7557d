"""`python -m tests.faults`: what would take too long for every test run; each ends with code 1 when it finds a fault.

`--kills N`: kill the service N times under load on both databases, and judge what is left; in storms of fifty, several
at a time, whose outcomes are kept in `--out FILE`, from which a campaign goes on that was cut off. `--rows N`: N hostile rows
for everything that reads files, and N ÷ 20 changed files of every format. `--fuzz SECONDS`: files that are changed as
their reader's coverage suggests (needs `uv sync --group fuzz`).
"""

import argparse
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from crm.database import open_database
from tests.faults.databases import KINDS, database


def say(text: str, faults: list[str]) -> int:
    """Print what was found; 1 where there is a fault."""
    print(text, flush=True)
    for fault in faults:
        print(f"FAULT: {fault}", flush=True)
    return int(bool(faults))


def kill(given: argparse.Namespace) -> int:
    """Kills on each database."""
    from tests.faults.campaign import campaign, plans

    how = {"seed": given.seed, "workers": given.workers, "cold": given.cold}
    wanted = plans(given.database or KINDS, given.kills, **how)
    sums = campaign(wanted, at_once=given.side_by_side, path=given.out)
    return max(say(f"{kind}: {outcome}", outcome.faults) for kind, outcome in sums.items())


def feed(given: argparse.Namespace) -> int:
    """Hostile rows and files, on each database."""
    import warnings

    from planning.record import save_plan
    from tests.faults.hostile import NOW, run
    from tests.small_plan import small_plan

    warnings.simplefilter("ignore")
    failed = 0
    for kind in given.database or KINDS[:1]:
        began_s = time.process_time()
        with TemporaryDirectory(prefix="bw-hostile-") as name, database(kind, Path(name)) as url:
            record = open_database(url)
            save_plan(record, small_plan(), now=NOW)
            outcome = run(record, Path(name), rows=given.rows, files=given.rows // 20, seed=given.seed)
            record.close()
        failed |= say(f"{kind}: {outcome}; {time.process_time() - began_s:.0f} s of CPU", outcome.faults)
    return failed


def fuzz(given: argparse.Namespace) -> int:
    """Coverage-guided files."""
    from tests.faults.coverage_guided import run

    return run(given.fuzz, given.seed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--kills", type=int, default=200, help="on each database (default 200)")
    what.add_argument("--rows", type=int, help="of each importer and reader")
    what.add_argument("--fuzz", type=int, metavar="SECONDS")
    parser.add_argument("--database", choices=KINDS, action="append", help="default: both for kills, else sqlite")
    parser.add_argument("--workers", type=int, default=1, help="computing processes of a service (default 1)")
    parser.add_argument("--side-by-side", type=int, default=3, metavar="N", help="storms at a time (default 3)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a line for each storm; one that stopped goes on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cold", action="store_true", help="servers begin by importing everything anew, as installed")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is ended ends PostgreSQL too
    return fuzz(given) if given.fuzz else feed(given) if given.rows else kill(given)


if __name__ == "__main__":
    sys.exit(main())
