"""What a process does at the moment it is killed: its threads carry it as their names, which the kernel shows.

A process is stopped, looked at and killed; nothing happens in it between the look and its end.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

SET_NAME = 15
"""`prctl`'s number for the name of the calling thread, of 15 characters at most."""
MOMENTS = ("saving", "keeping", "unit", "handing in", "preparing", "computing", "starting", "idle")
"""What a process may be doing, the most telling first; of several threads the first of these counts."""

BEGINNING = ("starting", "nursery")
"""What processes are called that are not ready yet; those of a nursery have its name."""


def named(name: str) -> None:
    """Give the calling thread a name; the main thread's is that of its process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_NAME, name.encode()[:15], 0, 0, 0)


def mark(owner: Any, name: str, moment: str) -> None:
    """From now on threads are called `moment` while they are in this function of a module or class."""
    inside: Callable[..., Any] = getattr(owner, name)

    @wraps(inside)
    def marked(*given: Any, **more: Any) -> Any:
        before = comm(Path("/proc/thread-self/comm"))
        named(f"{threading.get_native_id():x} {moment}")
        try:
            return inside(*given, **more)
        finally:
            named(before)

    setattr(owner, name, marked)


def comm(path: Path) -> str:
    """The name of a process or thread; empty when it is gone."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def look(pid: int) -> str:
    """What a process is doing: one of `MOMENTS`."""
    if comm(Path(f"/proc/{pid}/comm")).startswith(BEGINNING):
        return "starting"
    found = set()
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        number, _, moment = comm(thread / "comm").partition(" ")
        if number == f"{int(thread.name):x}":  # else it has the name of the thread that began it
            found |= {known for known in MOMENTS if moment and known.startswith(moment)}
    return next((moment for moment in MOMENTS if moment in found), "idle")


def stop(pid: int) -> None:
    """Have a process do nothing any more, until it is killed."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)


def yield_to_nobody(niceness: int) -> None:
    """In place of what makes workers yield to others: on a busy machine there may be nothing left for those who do."""
