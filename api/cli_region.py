"""`bailiwick region build`."""

from pathlib import Path

from rich.text import Text

from api.cli_plan import refusals
from api.cli_report import Bar, console
from geo.region import build_region


def build(extract: Path, out: Path) -> None:
    """Build the region and say what it holds."""
    screen = console()
    with refusals(), Bar(screen) as bar:
        region = build_region(extract, out, progress=lambda what: bar(what, 0, 0))
    screen.print(Text(f"{region.name}: {region.attribution}"))
