"""`bailiwick worker`: the process that works on jobs, and the one that `bailiwick serve` keeps beside itself."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from api.cli_geocoders import all_geocoders
from api.logs import begin_log
from api.settings import Settings
from planning.compute import Certificates, EngineOptions, yield_to_others
from planning.tracing import begin_tracing
from planning.use_case import Installation
from planning.worker import Worker, WorkerOptions

log = logging.getLogger("bailiwick.worker")

ALIVE_S = 3.0
"""Who has lived for so long was killed rather than kept from beginning, and is followed at once."""


def worker_options(settings: Settings) -> WorkerOptions:
    """What the settings say of a worker."""
    certificates = None
    if settings.dask_ca and settings.dask_cert and settings.dask_key:
        certificates = Certificates(settings.dask_ca, settings.dask_cert, settings.dask_key)
    engine = EngineOptions(settings.dask_address, certificates, settings.workers, settings.niceness)
    here = Installation(
        settings.region,
        settings.regions,
        settings.extracts,
        all_geocoders,
        settings.traffic,
        settings.workers,
        export_bytes=settings.max_export_bytes,
        keep_exports=timedelta(days=settings.keep_exports_days),
    )
    return WorkerOptions(
        engine,
        here,
        hook=settings.webhook,
        lease_s=settings.job_lease_s,
        jobs_at_once=settings.jobs_at_once,
        keep_days=settings.keep_jobs_days,
        keep_positions_days=settings.keep_positions_days,
    )


def utc_now() -> datetime:
    return datetime.now(UTC)


def work(settings: Settings, *, with_parent: bool = False) -> None:
    """Work on jobs until SIGTERM or Ctrl-C; with `with_parent`, also until the process at the other end of stdin ends.

    Raises:
        crm.RecordError: the database cannot be used, or needs `bailiwick upgrade` first.
    """
    from crm.database import open_database

    begin_log(settings.log_format, settings.log_level)
    if settings.telemetry:
        begin_tracing("bailiwick-worker")
    yield_to_others(settings.niceness)
    database = open_database(settings.database_url)
    worker = Worker(database, worker_options(settings), utc_now)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    if with_parent:
        threading.Thread(target=_end_with_parent, args=(worker,), name="parent", daemon=True).start()
    try:
        worker.run()
    finally:
        database.close()


def _end_with_parent(worker: Worker) -> None:
    """Wait for the end of stdin; then stop, and be gone within seconds whatever is going on."""
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    worker.stop()
    time.sleep(20)
    os._exit(1)


class Beside:
    """A worker process beside the API: started with it, started again when it dies, ended with it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ending = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """End it, politely first."""
        self.ending.set()
        process = self.process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
        self.thread.join(timeout=5)

    def _keep(self) -> None:
        pause_s = 0.5
        while not self.ending.is_set():
            began_s = time.monotonic()
            self.process = self._begin()
            code = self.process.wait()
            if self.ending.is_set():
                return
            pause_s = 0.5 if time.monotonic() - began_s > ALIVE_S else min(2 * pause_s, 30.0)
            log.error("the worker ended with code %d; another begins in %.1f s", code, pause_s)
            self.ending.wait(pause_s)

    def _begin(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "api.cli", "worker", "--with-parent"]
        # Dropped for our own processes: without compiled bytecode the solvers' imports take three times as long.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env["BAILIWICK_DATABASE_URL"] = self.settings.database_url
        return subprocess.Popen(words, stdin=subprocess.PIPE, env=env)
