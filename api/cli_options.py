"""Reading what was typed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as metadata_version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planning.plan import AreaSource

FINEST_CELLS = 15
LEVELS = ("rooftop", "interpolated", "street", "postcode", "city")


class Stopped(Exception):
    """Ctrl-C ended a command; the text says what became of its work."""


class Refused(Exception):
    """The command cannot be carried out; the text is one line for the person who typed it."""


def team_argument(text: str | None) -> int | Path | None:
    """`--reps`: a number, a file, or nothing."""
    if text is None:
        return None
    if text.lstrip("+-").isdigit():
        count = int(text)
        if count < 1:
            raise Refused(f"--reps must be 1 or more, got {text}")
        return count
    if re.fullmatch(r"[-+]?[\d.,]+(e\d+)?", text):
        raise Refused(f"--reps must be a whole number or a file, got {text}")
    return Path(text)


def column_pairs(words: Sequence[str], option: str = "--column") -> Mapping[str, str]:
    """`--column field=NAME`, any number of times."""
    pairs = {}
    for word in words:
        name, separator, column = word.partition("=")
        if not separator or not name.strip() or not column.strip():
            raise Refused(f"{option} must look like field=NAME, got “{word}”")
        pairs[name.strip()] = column.strip()
    return pairs


def area_source(areas: Path | None, cells: str | None) -> "AreaSource | None":
    """`--areas` or `--cells`: what gives the areas that territories are made of."""
    if areas is not None and cells is not None:
        raise Refused("--areas and --cells cannot both be given")
    if areas is not None:
        if not areas.is_file():
            raise Refused(f"--areas must be a file of polygons (GeoJSON, GeoPackage); there is no file {areas}")
        from geo.area_file import read_areas

        return lambda places: read_areas(areas)
    if cells is None:
        return None
    if cells != "auto" and not (cells.isdigit() and int(cells) <= FINEST_CELLS):
        raise Refused(f"--cells must be auto or a whole number from 0 to {FINEST_CELLS}, got “{cells}”")
    from geo.area_cells import cell_areas

    resolution = None if cells == "auto" else int(cells)
    return lambda places: cell_areas(places, resolution)


def day_of(moment: datetime | None) -> date | None:
    """The day that was typed, which arrives as its midnight."""
    return moment.date() if moment else None


def streets(outlines: str) -> bool:
    """`--outlines streets`: whether the borders are to follow the region's streets."""
    return outlines.casefold() == "streets"


def line_source(outlines: str | None) -> str | None:
    """`--outlines`: the word streets, or a file by its whole path, so that later questions find it again."""
    return outlines if outlines is None or streets(outlines) else str(Path(outlines).absolute())


def span_of(text: str | None) -> tuple[int, int] | None:
    """`--span 4-8`, or `--span 8` for at most eight."""
    if text is None:
        return None
    found = re.fullmatch(r"(?:(\d+)\s*[-–]\s*)?(\d+)", text.strip())
    if not found or not 1 <= int(found[1] or 1) <= int(found[2]):
        raise Refused(f"--span must be like 4-8, got “{text}”")
    return int(found[1] or 1), int(found[2])


def cores(asked: int | None) -> int:
    """On how many cores to plan: as asked, else as the installation says, else on those that are free."""
    from api.settings import CoreSettings
    from api.settings_read import read_settings
    from planning.cores import free_cores

    return asked or read_settings(CoreSettings).workers or free_cores()


def installed_version() -> str:
    """The version that is installed."""
    try:
        return metadata_version("bailiwick")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"
