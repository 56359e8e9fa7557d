"""The folder a region is built in, so that half a region is never seen.

Everything is written into a subfolder of its own; only when all is there does the manifest point to it. A build that
is killed leaves the region as it was, plus a subfolder that the next build clears away.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

try:
    import fcntl
except ImportError:  # Windows: what killed builds leave is not cleared away there
    fcntl = None  # type: ignore[assignment]

from geo.errors import RegionMissing
from geo.region_hold import IN_USE, clear_away, offer
from geo.region_manifest import Manifest

UNFINISHED = ".building-"
FINISHED = "data-"
LOCK = "lock"


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A new subfolder to build in, removed again when building fails; so is `folder` if it was made for nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    _clear_away_dead(folder)
    bench, lock = _locked_bench(folder)
    try:
        yield bench
    finally:
        os.close(lock)
        shutil.rmtree(bench, ignore_errors=True)
        if not any(folder.iterdir()):
            folder.rmdir()


def publish(bench: Path, manifest: Manifest) -> Manifest:
    """Let the region be what was built on `bench`; returns the manifest as it was written.

    The data it replaces stay for as long as somebody holds them; where that cannot be told, until the build after.
    """
    folder = bench.parent
    before = _current(folder)
    finished = manifest.moved_to(_free_name(folder, manifest.key))
    offer(bench)
    _write_through(bench)
    bench.rename(folder / finished.data)
    finished.write(folder)
    (folder / finished.data / LOCK).unlink(missing_ok=True)
    for old in folder.glob(f"{FINISHED}*"):
        if old.name != finished.data and not clear_away(old) and old.name != before and not _can_be_held(old):
            shutil.rmtree(old, ignore_errors=True)
    return finished


def _can_be_held(data: Path) -> bool:
    return fcntl is not None and (data / IN_USE).exists()


def _current(folder: Path) -> str:
    try:
        return Manifest.read(folder).data
    except RegionMissing:
        return ""


def _free_name(folder: Path, key: str) -> str:
    number = 1
    while (folder / f"{FINISHED}{key[:12]}-{number}").exists():
        number += 1
    return f"{FINISHED}{key[:12]}-{number}"


def _write_through(bench: Path) -> None:
    """Have the system put every file on the disk before the manifest names them."""
    for path in bench.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _locked_bench(folder: Path) -> tuple[Path, int]:
    """A new subfolder and its lock, held; tried again where another build took it for a dead one meanwhile."""
    while True:
        bench = Path(mkdtemp(prefix=UNFINISHED, dir=folder))
        try:
            lock = os.open(bench / LOCK, os.O_CREAT | os.O_RDWR)
        except FileNotFoundError:
            continue
        if fcntl is None or (_try_lock(lock) and (bench / LOCK).exists()):
            return bench, lock
        os.close(lock)


def _clear_away_dead(folder: Path) -> None:
    """Remove what killed builds left; a build under way holds its lock and is left alone."""
    for bench in folder.glob(f"{UNFINISHED}*"):
        try:
            lock = os.open(bench / LOCK, os.O_CREAT | os.O_RDWR)
        except OSError:
            continue
        try:
            if _try_lock(lock):
                shutil.rmtree(bench, ignore_errors=True)
        finally:
            os.close(lock)


def _try_lock(file: int) -> bool:
    """Lock a file for this process until it is closed; False where another has it or the system knows no locks."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
