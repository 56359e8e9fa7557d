"""`bailiwick serve` with its worker and computing processes, as something to be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.faults.load import plug_in
from tests.faults.zygote import Forked, Zygote

ROOT = Path(__file__).parents[2]
TARGETS = ("api", "coordinator", "worker")
NAMES = {"api": "api", "starting api": "api", "coord": "coordinator", "starting coord": "coordinator"}
"""What forked processes are, by their names."""


class Service:
    """A server on a port of its own, started again whenever it has died.

    `cold`: each begins as installed, rather than forked from a process that has imported everything.
    """

    def __init__(self, url: str, folder: Path, workers: int, *, cold: bool) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.log = (folder / "serve.log").open("ab")
        self.env = dict(
            os.environ,
            BAILIWICK_DATABASE_URL=url,
            BAILIWICK_WORKERS=str(workers),
            BAILIWICK_JOB_LEASE_S="1",
            BAILIWICK_WORKER="true",
            BAILIWICK_NICENESS="0",  # on a busy machine there may be nothing left for those who yield
            BAILIWICK_PORT=str(self.port),
            PYTHONPATH=f"{ROOT}{os.pathsep}{plug_in(folder)}",
        )
        self.url = url
        self.zygote = None if cold else Zygote(self.env, ROOT, self.log)
        self.process = self.begin()

    def begin(self) -> subprocess.Popen[bytes] | Forked:
        if self.zygote is not None:
            return self.zygote.begin()
        serve = "from api.serve import serve; from api.settings import Settings; serve(Settings())"
        return subprocess.Popen([sys.executable, "-c", serve], env=self.env, cwd=ROOT, stdout=self.log, stderr=self.log)

    def keep(self) -> None:
        """Start it again if it is dead."""
        if self.process.poll() is not None:
            self.process = self.begin()

    def alive(self) -> dict[str, list[psutil.Process]]:
        """The processes that may be killed, by what they are."""
        found: dict[str, list[psutil.Process]] = {name: [] for name in TARGETS}
        if self.process.poll() is not None:
            return found
        with suppress(psutil.Error):
            server = psutil.Process(self.process.pid)
            found["api"].append(server)
            for process in server.children(recursive=True):
                with suppress(psutil.Error):
                    if kind := self.kind(process):
                        found[kind].append(process)
        return found

    def kind(self, process: psutil.Process) -> str:
        """What one of its processes is; empty for those that only begin others."""
        if self.zygote is not None:
            parent = process.parent()
            if parent is not None and parent.name() == "nursery":
                return "worker"
            return NAMES.get(process.name(), "")
        words = " ".join(process.cmdline())
        return "coordinator" if "--with-parent" in words else "worker" if "spawn_main" in words else ""

    def ours(self) -> list[psutil.Process]:
        """Every process that works on our database, but this one and the one that is forked."""
        found = []
        others = {os.getpid(), self.zygote.process.pid if self.zygote else 0}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                own = process.pid not in others and process.environ().get("BAILIWICK_DATABASE_URL") == self.url
                if own and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def end(self) -> list[str]:
        """End it politely; returns which processes are left after half a minute."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for _ in range(300):
            if not (left := self.ours()):
                break
            time.sleep(0.1)
        names = []
        for process in left:
            with suppress(psutil.Error):
                names.append(f"{process.pid} {process.name()}")
                process.kill()
        if self.zygote is not None:
            self.zygote.close()
        self.log.close()
        return names
