"""Where tests write: in memory where the machine has plenty, because a disk makes every commit wait for it."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
PREFIX = "bailiwick-tests-"
ROOM_BYTES = 4 << 30
"""A whole run writes less than a third of it at a time."""


def scratch_in_memory() -> Path | None:
    """A new folder in memory, which `tempfile` uses from now on; None where TMPDIR says otherwise or there is no room.

    What runs that were killed have left behind is removed first.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return None
    for left in MEMORY.glob(PREFIX + "*"):
        if not Path("/proc", left.name.removeprefix(PREFIX)).exists():
            shutil.rmtree(left, ignore_errors=True)
    if min(shutil.disk_usage(MEMORY).free, available_bytes() // 2) < ROOM_BYTES:
        return None
    folder = MEMORY / f"{PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    return folder


def available_bytes() -> int:
    """Memory that programs could have, as Linux counts it; nothing where it does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), 0)
