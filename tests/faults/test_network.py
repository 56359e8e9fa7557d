"""The network between the worker and the scheduler, and between the scheduler and its processes, is cut and mended."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from planning.compute import SETTINGS, DaskEngine, EngineOptions
from planning.jobs import attempts_of
from tests.faults.relay import Relay
from tests.planning.job_builders import asked, claimed, coordinator, seen

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signal"),
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
]
UNITS = 12


class Kept(threading.Thread):
    """A process that computes, started again whenever it has ended, as its service does: without its scheduler it ends."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        words = ["-m", "distributed.cli.dask_worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-nanny"]
        self.words = [sys.executable, *words, "--no-dashboard", "--host", "127.0.0.1"]
        self.ending = threading.Event()
        self.starts = 0
        self.process = self.begin()

    def begin(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        return subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self) -> None:
        while not self.ending.wait(0.1):
            if self.process.poll() is not None:
                self.process = self.begin()

    def stop(self) -> None:
        self.ending.set()
        self.join()
        self.process.kill()
        self.process.wait()


@contextmanager
def cluster():
    """A scheduler with one process that reaches it, as the coordinator does, only by a relay."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set(SETTINGS),
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50) as scheduler,
    ):
        relay = Relay(int(scheduler.scheduler_address.rpartition(":")[2]))
        kept = Kept(relay.port)
        kept.start()
        try:
            yield relay, kept
        finally:
            kept.stop()
            relay.close()


def until(true, *, seconds=200.0):
    began_s = time.monotonic()
    while not true():
        assert time.monotonic() - began_s < seconds, "it takes too long"
        time.sleep(0.05)


def test_a_job_survives_that_the_network_to_the_scheduler_is_cut_and_mended(record):
    job = asked(record, units=UNITS, seconds=0.2)
    with cluster() as (relay, kept):
        engine = DaskEngine(EngineOptions(f"tcp://127.0.0.1:{relay.port}"))
        thread = threading.Thread(target=coordinator(record, claimed(record), engine).run, daemon=True)
        thread.start()
        until(lambda: seen(record, job).units_done or not thread.is_alive())
        relay.cut()
        until(lambda: kept.starts > 1)
        relay.mend()
        thread.join(timeout=200)
        assert not thread.is_alive(), seen(record, job)
        engine.close()
    done = seen(record, job)
    assert (done.state, done.units_done, done.units_failed) == ("done", UNITS, 0), done.error
    assert done.answer == {"units": UNITS, "sum": UNITS * (UNITS + 1) // 2}
    with record.read() as session:
        attempts = attempts_of(session, job)
    assert {row.unit for row in attempts if row.end == "done"} == set(range(1, UNITS + 1))
    assert all(row.end in ("done", "lost") for row in attempts)
