"""Begins processes quickly: one has imported everything once, and is forked for each of them.

Between a killed server and the next one lie seconds of imports otherwise, which a test of many kills would mostly wait
for. What is forked has no thread and no connection yet; from there on it is what it would be if it had begun anew:

    zygote ─ server ─ cradle ─ coordinator ─ nursery ─ computing processes

A cradle forks itself for its owner's next worker; a nursery is multiprocessing's own fork server. Neither does anything
else. Whoever dies takes along those that would end with it in life: a coordinator sees the end of its standard input,
computing processes are ended by the kernel.
"""

import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

import psutil

from geo.with_parent import end_with_parent
from tests.faults.marks import mark, named, yield_to_nobody


class Forked:
    """A process that somebody else is the parent of, as far as `subprocess.Popen` is needed; `stdin` is its input."""

    def __init__(self, pid: int, stdin: int) -> None:
        self.pid, self.stdin = pid, stdin
        self.process = psutil.Process(pid) if psutil.pid_exists(pid) else None

    def poll(self) -> int | None:
        """None as long as it lives."""
        return None if self.process is not None and self.process.is_running() else -1

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it goes on.
        """
        if self.process is not None:
            try:
                self.process.wait(timeout)
            except psutil.TimeoutExpired as error:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0) from error
        with suppress(OSError):
            os.close(self.stdin)
        return -1


class Asker:
    """The end of a socket at whose other end a process forks itself when it is asked."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def begin(self) -> Forked:
        """Another process."""
        theirs, ours = os.pipe()
        socket.send_fds(self.end, [b"."], [theirs])
        os.close(theirs)
        return Forked(int.from_bytes(self.end.recv(4, socket.MSG_WAITALL)), ours)


def cradle(run: Callable[[], None]) -> Asker:
    """Fork this process as it is now, to be forked for `run` whenever it is asked; it ends with its owner."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        named("cradle")
        fork_when_asked(theirs, run)
    theirs.close()
    return Asker(ours)


def fork_when_asked(end: socket.socket, run: Callable[[], None]) -> NoReturn:
    """For each byte that comes with a standard input fork a process that does `run`, and say its number."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: the kernel forgets them at once
    while True:
        said, stdin, _, _ = socket.recv_fds(end, 1, 1)
        if not said:
            os._exit(0)
        child = os.fork()
        if child == 0:
            end.close()
            os.dup2(stdin[0], 0)
            os.close(stdin[0])
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                run()
            except BaseException:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(0)
        os.close(stdin[0])
        end.sendall(child.to_bytes(4))


def nursery() -> None:
    """Fork multiprocessing's fork server from this process, instead of having one begun that imports all anew."""
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"\0bailiwick-storm-{os.getpid()}")
    listener.listen()
    alive, keep = os.pipe()
    child = os.fork()
    if child == 0:
        end_with_parent()
        os.close(keep)
        named("nursery")
        with suppress(SystemExit):
            forkserver.main(listener.detach(), alive, [])
        os._exit(0)
    server = forkserver._forkserver
    server._forkserver_address, server._forkserver_alive_fd = listener.getsockname(), keep
    server._forkserver_pid = child
    os.close(alive)
    listener.close()


class Zygote:
    """The process that is forked for servers."""

    def __init__(self, env: Mapping[str, str], root: Path, log: IO[bytes]) -> None:
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-m", "tests.faults.zygote", str(theirs.fileno())]
        env = {**env, "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            words, env=env, cwd=root, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        theirs.close()
        self.asker = Asker(ours)

    def begin(self) -> Forked:
        """Another server."""
        return self.asker.begin()

    def close(self) -> None:
        """No more of them."""
        self.asker.end.close()
        self.process.wait(timeout=30)


def server() -> None:
    """What is forked for a server."""
    import api.serve
    import api.worker
    from api.settings import Settings

    end_with_parent()
    named("starting api")
    workers = cradle(coordinator)
    api.worker.Beside._begin = lambda self: workers.begin()  # type: ignore[assignment, return-value]
    api.serve.serve(Settings())


def coordinator() -> None:
    """What is forked for the worker beside it."""
    import api.worker
    from api.settings import Settings

    named("starting coord")
    nursery()
    api.worker.work(Settings(), with_parent=True)


def import_everything() -> None:
    """What servers, workers and computing processes import sooner or later."""
    import distributed.deploy.local
    import distributed.nanny
    import distributed.utils

    import api.app
    import api.serve
    import api.worker
    import planning.job_run
    from planning.use_cases import use_case
    from tests.faults.load import KIND

    api.app.every_route()
    use_case(KIND)
    planning.job_run.use_case = use_case
    distributed.utils._forkserver_preload_set = True  # what it would load is loaded


def mark_everything() -> None:
    """Have the names of threads tell what they do."""
    import uvicorn
    from distributed.worker import Worker as Joining

    import api.worker
    import planning.compute
    import planning.coordinator
    import planning.job_computing
    import planning.job_run
    import planning.worker

    mark(planning.coordinator.Coordinator, "_prepare", "preparing")
    mark(planning.coordinator.Coordinator, "_save", "saving")
    mark(planning.job_computing.Computing, "compute_all", "computing")
    mark(planning.job_computing.Computing, "_hand_in_batch", "handing in")
    mark(planning.job_computing.Computing, "_flush", "keeping")
    mark(planning.compute.DaskEngine, "_connect", "starting")
    mark(planning.job_run, "run_unit", "unit")
    api.worker.yield_to_others = planning.compute.yield_to_others = yield_to_nobody
    api.worker.ALIVE_S = 0.3  # who lives for so short a time is thought to be unable to begin
    begun, looked, joined = uvicorn.Server.startup, planning.worker.Worker._next, Joining.start_unsafe

    async def startup(self, sockets=None):
        await begun(self, sockets=sockets)
        named("api")

    def look(self, watch):
        named("coord")
        return looked(self, watch)

    async def start(self):
        await joined(self)
        named("worker")
        return self

    uvicorn.Server.startup = startup
    planning.worker.Worker._next = look
    Joining.start_unsafe = start


def main() -> None:
    """Import everything and be forked."""
    end_with_parent()
    import_everything()
    mark_everything()
    if len(os.listdir("/proc/self/task")) > 1:
        print("the zygote has threads, which its children would miss", file=sys.stderr)
    fork_when_asked(socket.socket(fileno=int(sys.argv[1])), server)


if __name__ == "__main__":
    main()
