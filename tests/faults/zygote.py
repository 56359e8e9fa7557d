"""Begins servers quickly: a process that has imported everything once, and is forked for each of them.

Between a killed server and the next one lie seconds of imports otherwise, which a test of many kills would mostly wait
for. What is forked has no thread and no connection yet; from there on it is `bailiwick serve` like any other.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import psutil


class Forked:
    """A process that somebody else is the parent of, as far as `subprocess.Popen` is needed."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.process = psutil.Process(pid) if psutil.pid_exists(pid) else None

    def poll(self) -> int | None:
        """None as long as it lives."""
        return None if self.process is not None and self.process.is_running() else -1

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it goes on.
        """
        if self.process is not None:
            try:
                self.process.wait(timeout)
            except psutil.TimeoutExpired as error:
                raise subprocess.TimeoutExpired("serve", timeout or 0.0) from error
        return -1


class Zygote:
    """The process that is forked."""

    def __init__(self, env: Mapping[str, str], root: Path, log: IO[bytes]) -> None:
        words = [sys.executable, "-m", "tests.faults.zygote"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(words, env=dict(env), cwd=root, stderr=log, **pipes)

    def begin(self) -> Forked:
        """Another server."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("begin\n")
        self.process.stdin.flush()
        return Forked(int(self.process.stdout.readline()))

    def close(self) -> None:
        """No more of them."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait(timeout=30)


def main() -> None:
    """For each line on stdin fork a server, and say its number."""
    import api.app
    import api.serve
    from api.settings import Settings

    api.app.every_route()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: the kernel forgets them at once
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 0)
            os.dup2(2, 1)
            api.serve.serve(Settings())
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
