"""`python -m tests.faults --kills N`: kill the service N times under load on both databases, and judge what is left."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.private_postgresql import private_postgresql
from crm.database import upgrade
from tests.faults.storm import storm

KINDS = ("sqlite", "postgresql")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """URL of an upgraded database that is gone afterwards."""
    if kind == "sqlite":
        url = f"sqlite:///{folder}/record.sqlite"
        upgrade(url)
        yield url
        return
    with private_postgresql() as url:
        upgrade(url)
        yield url


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each database")
    parser.add_argument("--database", choices=KINDS, action="append", help="default: both")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failed = 0
    for kind in given.database or KINDS:
        with TemporaryDirectory(prefix="bw-storm-") as name, database(kind, Path(name)) as url:
            outcome = storm(url, Path(name), kills=given.kills, seed=given.seed, workers=given.workers)
        print(f"{kind}: {outcome}", flush=True)
        for fault in outcome.faults:
            print(f"FAULT: {fault}", flush=True)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
