"""The compute engine: where units are computed. Dask on this machine, or a cluster by its address; the same code.

Without an address the processes are started here, when they are first needed, and listen on this machine only, over TLS
with certificates made for that one cluster: whoever may send a Dask worker a task may run any code as its user.
"""

import logging
import os
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from geo.with_parent import end_with_parent
from planning.job_run import Outcome, run_batch

log = logging.getLogger("bailiwick.compute")

SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,  # the coordinator alone tries again
    "distributed.scheduler.worker-saturation": 1.0,  # a process is given one batch, so that its death blames that one
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.http.routes": [],  # no pages about what is computed
    "distributed.worker.http.routes": [],
    "distributed.worker.daemon": True,
    "distributed.comm.timeouts.connect": "30s",
    "distributed.admin.tick.limit": "60s",  # solvers hold the interpreter lock
    # What it would do many times a second for its pages, at the cost of the computing:
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "500ms",
}


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files of a cluster's certificate authority, and of the certificate and key by which this program is known."""

    ca: Path
    cert: Path
    key: Path


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """`address`: a scheduler, as tls://host:8786; None: processes of this machine, `workers` of them."""

    address: str | None = None
    certificates: Certificates | None = None
    workers: int = 2
    niceness: int = 10
    """How much our own processes yield to others; a cluster decides for itself."""


class EngineAwayError(ConnectionError):
    """The compute engine cannot be reached, or does not start."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a batch: an outcome for each unit, or why there is none. `blame`: its process died of it."""

    outcomes: Sequence[Outcome] = ()
    lost: str = ""
    blame: bool = False


class Batch(Protocol):
    """Units that were handed in."""

    def ended(self) -> Ended | None:
        """What became of them; None as long as they are waited for."""
        ...

    def stop(self, *, process_too: bool) -> None:
        """Want them no more; with `process_too`, a process that works on them is ended and replaced."""
        ...

    @property
    def running_s(self) -> float:
        """How long a process has worked on them."""
        ...


class Engine(Protocol):
    """Computes batches of units somewhere."""

    def at_once(self) -> int:
        """How many batches are computed side by side."""
        ...

    def share(self, value: Any) -> Any:
        """Make a value known to every process that will need it."""
        ...

    def hand_in(self, kind: str, shared: Any, units: Sequence[tuple[int, Any]], priority: int) -> Batch:
        """Begin to compute units, `priority` low before high."""
        ...

    def look(self, batches: Collection[Batch]) -> None:
        """Notice which batches are being worked on."""
        ...


@contextmanager
def reached() -> Iterator[None]:
    """Say in one way that the network to the cluster broke; what it answers meanwhile differs from call to call.

    Raises:
        EngineAwayError: it did.
    """
    try:
        yield
    except (EngineAwayError, RecursionError):
        raise
    except (OSError, TimeoutError, CancelledError, RuntimeError) as error:
        raise EngineAwayError(f"the compute engine cannot be reached: {type(error).__name__}: {error}") from error


def given(value: Any) -> Any:
    """A task that returns what it was given: unlike scattered data it is made again when its process dies."""
    return value


@dataclass(slots=True)
class DaskEngine:
    """Dask, from the first batch on; a lost cluster is replaced or connected to again by the next batch."""

    options: EngineOptions
    lock: threading.RLock = field(default_factory=threading.RLock)
    _client: Any = None
    _cluster: Any = None

    def client(self) -> Any:
        """A client that is connected.

        Raises:
            EngineAwayError: the cluster cannot be reached.
        """
        with self.lock:
            if self._client is not None and self._client.status == "running":
                return self._client
            self.close()
            try:
                self._connect()
            except (OSError, ValueError, TypeError, RuntimeError) as error:
                self.close()
                why = error.__cause__ or error
                raise EngineAwayError(f"the compute engine is not there: {type(why).__name__}: {why}") from error
            return self._client

    def _connect(self) -> None:
        import dask
        from distributed import Client

        dask.config.set(SETTINGS)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        address = self.options.address
        if address is None:
            security = temporary_security()
            self._cluster = local_cluster(self.options, security)
            address = self._cluster.scheduler_address
        else:
            security = security_of(self.options.certificates)
        self._client = Client(address, security=security, timeout="60s", set_as_default=False)
        if self._cluster is not None:
            self._client.register_plugin(_yielding(self.options.niceness), name="yielding")
        log.info("compute engine at %s", address)

    def at_once(self) -> int:
        with reached():
            return max(1, int(sum(self.client().nthreads().values())))

    def share(self, value: Any) -> Any:
        with reached():
            return None if value is None else self.client().submit(given, value, pure=False)

    def hand_in(self, kind: str, shared: Any, units: Sequence[tuple[int, Any]], priority: int) -> "DaskBatch":
        client = self.client()
        if shared is not None and (shared.client is not client or shared.status not in ("pending", "finished")):
            raise EngineAwayError("what the units share was lost with its cluster")
        key = f"{kind}-{os.urandom(8).hex()}"
        with reached():
            future = client.submit(run_batch, kind, shared, list(units), key=key, retries=0, priority=-priority)
        return DaskBatch(future, client)

    def look(self, batches: Collection[Batch]) -> None:
        ours = {batch.future.key: batch for batch in batches if isinstance(batch, DaskBatch)}
        try:
            processing = self.client().processing()
        except (OSError, TimeoutError, EngineAwayError):
            return
        now_s = time.monotonic()
        for worker, keys in processing.items():
            for key in keys:
                if key in ours and ours[key].since_s is None:
                    ours[key].since_s, ours[key].worker = now_s, worker

    def close(self) -> None:
        """End the client, and the processes if they are ours."""
        with self.lock:
            for one in (self._client, self._cluster):
                try:
                    if one is not None:
                        one.close(timeout=15)
                except Exception as error:  # it is being thrown away
                    log.warning("closing the compute engine: %s", error)
            self._client = self._cluster = None


@dataclass(slots=True)
class DaskBatch:
    """A batch as a Dask future."""

    future: Any
    client: Any
    since_s: float | None = None
    worker: str = ""

    def ended(self) -> Ended | None:
        if self.client.status != "running":
            return Ended(lost="the connection to the compute engine broke")
        status = self.future.status
        if status == "pending":
            return None
        if status == "finished":
            try:
                return Ended(self.future.result(timeout=60))
            except Exception as error:
                return Ended(lost=f"the result did not arrive: {error}")
        if status == "error":
            return self._failed()
        return Ended(lost=f"the compute engine gave it up ({status})")

    def _failed(self) -> Ended:
        """Why the task as a whole ended: nearly always because its process did."""
        from distributed.scheduler import KilledWorker

        error = self.future.exception(timeout=60)
        if isinstance(error, KilledWorker):
            return Ended(lost="the process that computed it ended", blame=error.task == self.future.key)
        return Ended(lost=f"{type(error).__name__}: {error}", blame=True)

    def stop(self, *, process_too: bool) -> None:
        try:
            self.future.cancel(force=True)
            if process_too and self.worker:
                self.client.restart_workers([self.worker], timeout=20, raise_for_error=False)
        except Exception as error:
            log.warning("stopping a unit: %s", error)

    @property
    def running_s(self) -> float:
        return 0.0 if self.since_s is None else time.monotonic() - self.since_s


def local_cluster(options: EngineOptions, security: Any) -> Any:
    """Processes on this machine, one task each."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=options.workers,
        threads_per_worker=1,
        processes=True,
        host="tls://127.0.0.1" if security else "127.0.0.1",
        security=security,
        dashboard_address="127.0.0.1:0",  # None would mean every interface
        worker_dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )


def temporary_security() -> Any:
    """Certificates that live as long as the cluster."""
    from planning.held_security import HeldSecurity

    return HeldSecurity.temporary()  # type: ignore[no-untyped-call, unused-ignore]


def security_of(certificates: Certificates | None) -> Any:
    """Dask's own form of them: everybody shows a certificate of our authority."""
    from distributed.security import Security

    if certificates is None:
        return None
    own = {f"tls_client_{name}": str(getattr(certificates, name)) for name in ("cert", "key")}
    return Security(tls_ca_file=str(certificates.ca), require_encryption=True, **own)


def _yielding(niceness: int) -> Any:
    from distributed import WorkerPlugin

    class Yielding(WorkerPlugin):  # type: ignore[misc, unused-ignore]
        """Makes a process yield to others, and end with the one that started it."""

        def setup(self, worker: Any) -> None:
            yield_to_others(niceness)
            end_with_parent()

    return Yielding()


def yield_to_others(niceness: int) -> None:
    """Lower this process's priority to `niceness`, as far as it is not that low already."""
    if hasattr(os, "nice"):
        os.nice(max(0, niceness - os.nice(0)))
