"""Preparing a road network for the Open Source Routing Machine with the tools its Python package brings along.

Contraction hierarchies answer matrices fastest, yet contracting a large network can take minutes; it gets a budget of
CPU seconds, and where that runs out the network is partitioned for multi-level Dijkstra instead.
"""

import importlib.metadata
import importlib.util
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.errors import RoutingError
from geo.with_parent import bound_to_us

PACKAGE = "osrm-bindings"
SMALL_PART = 1_000  # junctions below which the engine calls a part of the network small
PREPARATION_ONLY = ("cnbg", "cnbg_to_ebg", "ebg", "enw", "restrictions", "turn_penalties_index")
SIGNALLED = 0  # a process ended by a signal has a return code below this


@dataclass(frozen=True, slots=True)
class Engine:
    """What the engine needs to open prepared files."""

    base: str  # file name without extension, relative to the region's data folder
    algorithm: str  # CH or MLD

    @property
    def title(self) -> str:
        return "contraction hierarchies" if self.algorithm == "CH" else "multi-level Dijkstra"


def engine_version() -> str | None:
    """Version of the engine's package; None where it is not installed."""
    if importlib.util.find_spec("osrm") is None:
        return None
    return importlib.metadata.version(PACKAGE)


def prepare(extract: Path, folder: Path, profile: str, *, largest_part: int, contraction_cpu_s: float) -> Engine:
    """Write the engine's files for one profile into `folder`.

    `largest_part`: junctions of the largest connected part, so that in a village it still counts as large.

    Raises:
        RoutingError: a tool failed; the message carries the end of its output.
    """
    base = folder / profile
    small = str(max(1, min(SMALL_PART, largest_part // 2)))
    with _plain_names(extract, folder) as (source, recipes):
        recipe = f"{recipes}/{profile}.lua"
        options = ["--profile", recipe, "--small-component-size", small, "--output", profile]
        _run("osrm-extract", [source, *options], folder)
    algorithm = "CH"
    if not _contracted(base, contraction_cpu_s):
        algorithm = "MLD"
        _run("osrm-partition", [f"{profile}.osrm", "--small-component-size", small], folder)
        _run("osrm-customize", [f"{profile}.osrm"], folder)
    for extension in PREPARATION_ONLY:
        Path(f"{base}.osrm.{extension}").unlink(missing_ok=True)
    return Engine(profile, algorithm)


@contextmanager
def _plain_names(extract: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Names inside `folder` for the extract and the package's recipes: the tools take no path with a space in it."""
    links = {"source.osm.pbf": extract.absolute(), "recipes": _package_folder() / "share" / "profiles"}
    names = [_linked(folder / name, target) for name, target in links.items()]
    try:
        yield names[0], names[1]
    finally:
        for name in links:
            (folder / name).unlink(missing_ok=True)


def _linked(link: Path, target: Path) -> str:
    """The link's name; the target's own path on a system that makes no links."""
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except (OSError, NotImplementedError):
        return str(target)
    return link.name


def _contracted(base: Path, cpu_s: float) -> bool:
    """Contract within a budget; False, and nothing left behind, when it ran out."""
    if cpu_s <= 0:
        return False
    done = _run("osrm-contract", [f"{base.name}.osrm"], base.parent, cpu_s=cpu_s)
    if not done:
        Path(f"{base}.osrm.hsgr").unlink(missing_ok=True)
    return done


def _package_folder() -> Path:
    spec = importlib.util.find_spec("osrm")
    if spec is None or spec.origin is None:
        raise RoutingError(f"the routing engine is not installed; `pip install {PACKAGE}` brings it")
    return Path(spec.origin).parent


def _run(tool: str, arguments: Sequence[str], folder: Path, *, cpu_s: float | None = None) -> bool:
    """Run one of the engine's tools inside `folder`; False when its budget ended it.

    It is told file names only: the tools cut a path at the first ".osm" in it, also in the name of a folder.
    """
    program = _package_folder() / "bin" / (f"{tool}.exe" if os.name == "nt" else tool)
    command = bound_to_us([str(program), *arguments])
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        _limit(process.pid, cpu_s)
        output, _ = process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode == 0:
        return True
    if cpu_s is not None and process.returncode < SIGNALLED:
        return False
    raise RoutingError(f"{tool} failed with code {process.returncode}: {' '.join(output.split()[-60:])}")


def _limit(pid: int, cpu_s: float | None) -> None:
    """Have the system end a process after so many CPU seconds, where it can (Linux); elsewhere it runs on."""
    if cpu_s is None:
        return
    import resource

    if hasattr(resource, "prlimit"):
        whole = max(1, round(cpu_s))
        resource.prlimit(pid, resource.RLIMIT_CPU, (whole, whole + 1))
