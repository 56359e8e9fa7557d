"""Reading what was typed."""

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as metadata_version
from pathlib import Path

LEVELS = ("rooftop", "interpolated", "street", "postcode", "city")


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


def column_pairs(words: Sequence[str]) -> Mapping[str, str]:
    """`--column field=NAME`, any number of times."""
    pairs = {}
    for word in words:
        name, separator, column = word.partition("=")
        if not separator or not name.strip() or not column.strip():
            raise Refused(f"--column must look like field=NAME, got “{word}”")
        pairs[name.strip()] = column.strip()
    return pairs


def installed_version() -> str:
    """The version that is installed."""
    try:
        return metadata_version("bailiwick")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"
