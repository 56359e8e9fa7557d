"""Processes that do not outlive the one that started them, whatever ends it."""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Linux: have the kernel end this process when its parent dies, whatever it is doing at that moment."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


BIND = f"""
import ctypes, os, sys
ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {int(signal.SIGKILL)})
if os.getppid() == int(sys.argv[1]):  # else it died before we could be bound to it
    os.execv(sys.argv[2], sys.argv[2:])
"""


def bound_to_us(command: Sequence[str]) -> list[str]:
    """The command of a tool, by its whole path, that we start and wait for in this thread: it ends when this process
    does, where that is known (Linux).

    A short process binds itself and becomes the tool. Nothing is done between fork and exec (`preexec_fn`): Python
    drops a Ctrl-C that comes in its hooks of forking.
    """
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", "-c", BIND, str(os.getpid()), *command]
