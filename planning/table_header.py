"""Finding the header of a table, which is not always its first line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planning.errors import TableError
from planning.table_raw import EMPTY_WORDS

SEARCHED_ROWS = 20
SHOWN_CELLS = 4
SHOWN_LETTERS = 20

type HeaderScore = Callable[[Sequence[str]], int]
"""How many of these cells are column names this program knows."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands among the records, and what to say about what stood above it."""

    index: int
    notes: tuple[str, ...] = ()


def find_header(records: Sequence[tuple[int, Sequence[str]]], score: HeaderScore, source: str) -> Header:
    """The header among the first records (number an editor shows, cells).

    A later record is the header only when it knows two or more names and the first knows fewer, or when what stands
    above it are titles of one or two cells.

    Raises:
        TableError: the first record is data.
    """
    first_number, first = records[0]
    scores = [score(cells) for _, cells in records[:SEARCHED_ROWS]]
    best = scores.index(max(scores))
    title_above = all(_filled(cells) <= max(1, _filled(records[best][1]) // 3) for _, cells in records[:best])
    if best and scores[best] > scores[0] and (scores[best] >= 2 or title_above):
        return Header(best, (_skipped(first_number, records[best][0]),))
    if scores[0] == 0 and any(_is_number(cell) for cell in first):
        shown = ", ".join(repr(cell[:SHOWN_LETTERS]) for cell in first[:SHOWN_CELLS])
        raise TableError(f"{source} has no header: row {first_number} ({shown} …) is data, expected column names")
    return Header(0)


def _skipped(first: int, header: int) -> str:
    return f"The header is row {header}; what stands above it (from row {first}) was skipped."


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip().casefold() not in EMPTY_WORDS)


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip().replace(",", "."))
    except ValueError:
        return False
    return True
