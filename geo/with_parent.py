"""Processes that do not outlive the one that started them, whatever ends it."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Linux: have the kernel end this process when its parent dies, whatever it is doing at that moment."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def bound_to_us() -> Callable[[], None] | None:
    """For `preexec_fn` of a tool that we start and wait for in this thread: it ends when this process does.

    What it needs is loaded here: between fork and exec hardly anything may be done safely. None where it is not known.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before it could be bound to
            os._exit(1)

    return bind
