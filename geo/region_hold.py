"""Holding a region's data while they are in use, so that a rebuild clears away only what nobody reads any more.

Every reader keeps a shared lock on a file beside the data; whoever wants to clear them away needs the lock for
itself. Locks belong to open files, so the system lets go of them whenever a process ends, however it ends.
"""

import os
import shutil
import weakref
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing is cleared away while the process that replaced it may still be read
    fcntl = None  # type: ignore[assignment]

from geo.errors import RegionMissing

IN_USE = "in-use"
CLEARED = ".building-cleared-"  # the next build also clears away what begins like its own unfinished work


class Hold:
    """Keeps a folder of data from being cleared away for as long as this object lives; the last one clears up.

    Travels to other processes, which hold the folder themselves.

    Raises:
        RegionMissing: the folder is gone already.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self._file = _locked(data)
        weakref.finalize(self, _let_go, self._file, data)

    def __reduce__(self) -> tuple[type["Hold"], tuple[Path]]:
        return Hold, (self.data,)


def offer(data: Path) -> None:
    """Make a folder of data one that can be held."""
    (data / IN_USE).touch()


def clear_away(data: Path) -> bool:
    """Remove a folder of data unless somebody holds it; whether it is gone."""
    if fcntl is None:
        return False
    try:
        file = os.open(data / IN_USE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        gone = data.with_name(CLEARED + data.name)
        data.rename(gone)  # at once, so that nobody opens a part of it
        shutil.rmtree(gone, ignore_errors=True)
        return True
    except OSError:
        return False
    finally:
        os.close(file)


def _locked(data: Path) -> int | None:
    if not data.is_dir():
        raise RegionMissing(f"{data.parent}: the region's data ({data.name}) are gone; build it again")
    if fcntl is None:
        return None
    try:
        file = os.open(data / IN_USE, os.O_RDONLY)
    except FileNotFoundError as error:
        if data.is_dir():
            return None  # made by a version that knew no holds
        raise RegionMissing(f"{data.parent}: the region's data ({data.name}) are gone; build it again") from error
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        still_there = os.path.samestat(os.fstat(file), os.stat(data / IN_USE))
    except BlockingIOError:
        still_there = False
    except FileNotFoundError:
        still_there = False
    except OSError:
        return file  # a file system without locks
    if not still_there:
        os.close(file)
        raise RegionMissing(f"{data.parent}: the region's data ({data.name}) were replaced meanwhile; open it again")
    return file


def _let_go(file: int | None, data: Path) -> None:
    """Release a hold; clear the data away if they were replaced and this was the last one."""
    if file is None:
        return
    os.close(file)
    from geo.region_manifest import Manifest

    try:
        replaced = Manifest.read(data.parent).data != data.name
    except RegionMissing:
        return
    if replaced:
        clear_away(data)
