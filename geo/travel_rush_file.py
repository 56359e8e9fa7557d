"""Reading how much longer trips take at which hours, from a small file that a team writes itself.

TOML:

    source = "our vans, spring 2026"
    [hours]
    "Mo-Fr 07:00-09:00" = 1.4
    "Mo-Fr 16:00-18:00" = 1.5

or a CSV of two columns, `hours` and `factor`, separated by comma, semicolon or tab.
"""

import csv
import io
import math
import tomllib
from collections.abc import Iterator
from pathlib import Path

from geo.errors import TrafficError
from geo.travel_rush import WeekProfile

EXPECTED = 'expected [hours] with entries such as "Mo-Fr 07:00-09:00" = 1.4'
LEAST, MOST = 0.2, 10.0
"""Factors beyond these are slips: seconds, percentages, speeds."""
Entry = tuple[str, str, object]  # where in the file, hours, factor


def read_traffic(path: Path) -> WeekProfile:
    """The factors of a file; hours it does not name stay at 1, later entries win.

    Raises:
        TrafficError: the file is missing or cannot be read, or entries mean nothing; all of them are named.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise TrafficError(f"{path}: no such file; {EXPECTED}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TrafficError(f"{path}: cannot be read as text in UTF-8 ({error})") from error
    if path.suffix.lower() == ".toml":
        entries, source = _toml(path, text)
    else:
        entries, source = list(_csv(path, text)), path.name
    if not entries:
        raise TrafficError(f"{path}: no hours in it; {EXPECTED}")
    spans: dict[str, float] = {}
    faults = []
    for where, hours, value in entries:
        try:
            factor = _factor(value)
            WeekProfile.of({hours: factor})
            spans.pop(hours, None)  # a later entry wins, also over a span in between
            spans[hours] = factor
        except ValueError as error:
            faults.append(f"{where}: {error}")
    if faults:
        raise TrafficError(f"{path}: {'; '.join(faults)}")
    return WeekProfile.of(spans, source=source)


def _toml(path: Path, text: str) -> tuple[list[Entry], str]:
    try:
        stored = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TrafficError(f"{path}: not a TOML file ({error})") from error
    unknown = [key for key in stored if key not in ("hours", "source")]
    hours, source = stored.get("hours", {}), stored.get("source", path.name)
    if unknown or not isinstance(hours, dict) or not isinstance(source, str):
        said = ", ".join(map(repr, unknown)) or "what is there"
        raise TrafficError(f"{path}: {said} means nothing here; {EXPECTED} and, if wanted, source as text")
    return [(f"“{key}”", key, value) for key, value in hours.items()], source


def _csv(path: Path, text: str) -> Iterator[Entry]:
    header = text.split("\n", 1)[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=header.count))
    if not {"hours", "factor"} <= set(rows.fieldnames or ()):
        raise TrafficError(f"{path}: expected the columns hours and factor, the file has {header.strip() or 'nothing'}")
    for number, row in enumerate(rows, start=2):
        if any(row.values()):
            yield f"line {number}", str(row["hours"] or "").strip(), row["factor"]


def _factor(value: object) -> float:
    """A factor as a number or as text, with a decimal point or comma."""
    try:
        factor = float(str(value).replace(",", ".")) if not isinstance(value, bool) else math.nan
    except ValueError:
        factor = math.nan
    if not LEAST <= factor <= MOST:
        raise ValueError(f"the factor must be a number from {LEAST:g} to {MOST:g} (1 = empty roads), got {value!r}")
    return factor
