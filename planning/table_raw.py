"""A table before anyone asks what its columns mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

type Cell = str | int | float | bool | date | datetime | time | timedelta | None

type Pair = tuple[float, float] | str
"""Latitude and longitude as given, or a sentence why there is no pair (empty: none was given)."""

MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
MAX_FILE_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 400_000_000

EMPTY_WORDS = frozenset(
    {"", "-", "--", "–", "—", "n/a", "#n/a", "na", "null", "none", "nan", "nil", "<null>", "(null)"}
)

LONGEST_EMPTY = max(map(len, EMPTY_WORDS))
EMPTY_TEXTS = frozenset({"", "-", "--", "–", "—", "n/a", "#n/a", "null", "nan", "<null>", "(null)"})


@dataclass(frozen=True, slots=True)
class RawRow:
    """One record: the number an editor shows, and its cells in the order of the header."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A record whose cells cannot be told apart."""

    number: int
    field: str
    given: str
    expected: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """Header, rows and what was noticed while reading.

    `points` is there only for formats that carry a geometry: one pair per row.
    """

    source: str
    header: tuple[str, ...]
    rows: Sequence[RawRow]
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()
    points: Sequence[Pair] | None = None
    delimiter: str = ""

    def column(self, index: int) -> list[Cell]:
        return [row.cells[index] for row in self.rows]


def text_of(cell: Cell) -> str:
    """The cell as a person would type it: 10.0 is "10", dates are ISO, nothing is empty text."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell != cell:
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def is_empty(cell: Cell) -> bool:
    """True for nothing, and for the usual ways of writing that there is nothing."""
    if isinstance(cell, str):
        word = cell.strip()
        return not word or (len(word) <= LONGEST_EMPTY and word.casefold() in EMPTY_WORDS)
    return cell is None or cell != cell


def given_text(cell: Cell) -> str:
    """The text of a cell, empty where a program wrote that it had none; "NA" may be a name or Namibia and stays."""
    text = text_of(cell)
    return "" if text.casefold() in EMPTY_TEXTS else text


def tidy_header(names: Sequence[Cell]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Column names without blanks or repeats, and what was changed to get there."""
    seen: dict[str, int] = {}
    out: list[str] = []
    notes: list[str] = []
    for index, cell in enumerate(names, start=1):
        name = text_of(cell) or f"column {index}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            notes.append(f"The column name {name!r} is repeated; the later one is called {name} ({seen[name]}).")
            name = f"{name} ({seen[name]})"
        out.append(name)
    return tuple(out), tuple(notes)
