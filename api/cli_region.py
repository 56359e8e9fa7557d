"""`bailiwick region build` and `bailiwick region show`."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli_options import Refused, Stopped
from api.cli_plan import refusals
from api.cli_report import Bar, console
from geo.region import Region, build_region, open_region
from geo.region_build import CONTRACTION_CPU_S, BuildOptions
from geo.region_street_map import StreetMap, shipped, shipped_map
from geo.road_profile import PROFILES, Profile

MEGABYTE = 1_000_000


def build(
    extract: Path,
    out: Path,
    *,
    profiles: Sequence[str] = (),
    street_map: str | None = None,
    name: str = "",
    contraction_cpu_s: float | None = None,
    use_engine: bool = True,
) -> None:
    """Build the region, say what is being done meanwhile and what it holds afterwards.

    Raises:
        Refused: an option that means nothing, or a source from which no region can be built.
    """
    screen = console()
    with refusals():
        if out.exists() and not out.is_dir():
            raise Refused(f"--out must be a folder, and {out} is a file")
        options = BuildOptions(
            profiles=chosen_profiles(profiles),
            name=name,
            use_engine=use_engine,
            contraction_cpu_s=CONTRACTION_CPU_S if contraction_cpu_s is None else contraction_cpu_s,
            streets=chosen_map(street_map) if street_map else None,
        )
        started = time.monotonic()
        with Bar(screen) as bar, _stopping():
            region = build_region(extract, out, options=options, progress=lambda what: bar(what, 0, 0))
    _report(screen, region)
    screen.print(Text(f"Built in {time.monotonic() - started:.0f} s. Use it with --region {out}."))


@contextmanager
def _stopping() -> Iterator[None]:
    """Ctrl-C ends the command with its usual code and says what became of the region."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped("stopped; nothing was changed") from None


def show(folder: Path) -> None:
    """Say what a region holds.

    Raises:
        Refused: there is none in the folder.
    """
    with refusals():
        region = open_region(folder)
    _report(console(), region)


def chosen_profiles(names: Sequence[str]) -> tuple[Profile, ...]:
    """Kinds of travellers by name, each once; by car where none is named.

    Raises:
        Refused: no such kind.
    """
    unknown = [name for name in names if name not in PROFILES]
    if unknown:
        raise Refused(f"--profile must be one of {', '.join(PROFILES)}, got “{unknown[0]}”")
    return tuple(PROFILES[name] for name in dict.fromkeys(names or ("car",)))


def chosen_map(text: str) -> StreetMap:
    """A column map: one that comes with the package, by name, or a TOML file.

    Raises:
        Refused: neither.
    """
    if text in shipped():
        return shipped_map(text)
    if not Path(text).is_file():
        raise Refused(f"--street-map must be a TOML file or one of {', '.join(shipped())}, got “{text}”")
    return StreetMap.read(Path(text))


def _report(screen: Console, region: Region) -> None:
    manifest = region.manifest
    size = sum(path.stat().st_size for path in region.data.iterdir()) / MEGABYTE
    taken = f", of {manifest.source_timestamp}" if manifest.source_timestamp else ""
    screen.print(Text(f"{region.name}: {region.attribution}"))
    screen.print(Text(f"From {manifest.source}{taken}; {region.bounds}; {size:,.1f} MB."))
    screen.print(Text(f"{manifest.addresses:,} addresses, {manifest.shops:,} shops."))
    grid = Table("Travel by", box=None, pad_edge=False, header_style="bold")
    for title in ("Road km", "Junctions"):
        grid.add_column(title, justify="right")
    grid.add_column("Times from")
    for profile, facts in manifest.profiles.items():
        engine = f"{manifest.engine}, {facts.algorithm}" if facts.algorithm else "the plain road graph"
        grid.add_row(Text(profile), f"{facts.road_km:,.0f}", f"{facts.junctions:,}", Text(engine))
    screen.print(grid)
