"""Databases for what is not run by pytest."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.private_postgresql import private_postgresql
from crm.database import upgrade

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
