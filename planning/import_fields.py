"""Reading a table of any kind of record: its columns by name, its cells as values, a reason for what cannot be read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

from planning.account_dates import day_order, parse_date
from planning.account_numbers import decimal_mark, parse_minutes, parse_number, parse_yes
from planning.columns import Columns, header_score, recognise
from planning.errors import TableError
from planning.import_clock import moment_of
from planning.table_raw import Cell, RawTable, given_text, is_empty, text_of
from planning.table_read import read_table

SHOWN = 80
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Sense:
    """How one column writes its values: decimal mark, order of day and month, and the time zone of its moments."""

    mark: str
    month_first: bool
    zone: tzinfo


type Parse = Callable[[Cell, Sense], Any]
"""The value of a cell that is not empty; None when there is none to be read."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row may say: the column names it goes by, how its cells are read, and what is expected of them.

    `looks` decides whether a column of that name is believed; fields of free text have none.
    """

    words: str
    parse: Parse
    expected: str = "text"
    required: bool = False
    looks: Callable[[Cell], bool] | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What whoever imports says besides the file, and who and when that is.

    `columns` names the column of a field, `constants` the value of a field where the row has none. Moments without a
    zone are in `zone`; a day without a time is its noon there. With `whole` a file of accounts lists all of them; with
    `make_accounts` an account that rows of another kind name and nobody knows is made, as a prospect.
    """

    by: str
    now: datetime
    zone: tzinfo
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    make_accounts: bool = False
    most_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says: values by field (empty cells left out), and every cell by the name of its column."""

    line: int
    values: Mapping[str, Any]
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that cannot be used: which field, what it held, what was expected."""

    line: int
    field: str
    given: str
    expected: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A file that has been read; every row is either in `rows` or in `rejected`."""

    source: str
    rows: tuple[Said, ...]
    rejected: tuple[Unreadable, ...]
    recognised: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def rows_read(self) -> int:
        return len(self.rows) + len(self.rejected)


def read_rows(path: Path, fields: Mapping[str, Field], setting: Setting) -> Rows:
    """Every row of a table in any format that accounts can be read from.

    Raises:
        TableError: the file as a whole cannot be used: unreadable, too many rows, a column that every row needs and
            that has no constant, or a constant that is no value of its field.
    """
    words = {name: item.words for name, item in fields.items()}
    table = read_table(path, header_score(words, setting.columns))
    check_length(table, setting.most_rows)
    checks = {name: (item.looks, item.expected) for name, item in fields.items() if item.looks}
    columns = recognise(table, words, setting.columns, checks)
    constants = constants_of(fields, setting)
    require_columns(table, fields, columns, constants)
    senses = {name: sense_of(table, at, setting) for name, at in columns.index.items()}
    rows: list[Said] = []
    rejected = [Unreadable(row.number, row.field, row.given, row.expected) for row in table.broken]
    for row in table.rows:
        values = dict(constants)
        fault = None
        for name, at in columns.index.items():
            cell = row.cells[at]
            if is_empty(cell):
                continue
            value = fields[name].parse(cell, senses[name])
            if value is None:
                fault = fault or Unreadable(row.number, name, text_of(cell)[:SHOWN], fields[name].expected)
            else:
                values[name] = value
        missing = next((name for name, item in fields.items() if item.required and name not in values), None)
        if missing and not fault:
            fault = Unreadable(row.number, missing, "nothing", fields[missing].expected)
        if fault:
            rejected.append(fault)
        else:
            cells = {name: given_text(cell) for name, cell in zip(table.header, row.cells, strict=True)}
            rows.append(Said(row.number, values, cells))
    return Rows(
        table.source,
        tuple(rows),
        tuple(sorted(rejected, key=lambda row: row.line)),
        {found.field: found.column for found in columns.recognised},
        (*table.notes, *columns.notes, *unused_note(columns)),
    )


def check_length(table: RawTable, most: int | None) -> None:
    """Refuse a table with no rows, or more than are allowed."""
    rows = len(table.rows) + len(table.broken)
    if not rows:
        raise TableError(f"{table.source} has a header but no rows")
    if most is not None and rows > most:
        raise TableError(f"{table.source} has {rows:,} rows, more than the limit of {most:,}: split it")


def constants_of(fields: Mapping[str, Field], setting: Setting) -> dict[str, Any]:
    """The values that were given for every row."""
    sense = Sense(".", month_first=False, zone=setting.zone)
    found = {}
    for name, text in setting.constants.items():
        if name not in fields:
            raise TableError(f"There is no field {name!r} to set; there are: {', '.join(fields)}")
        value = fields[name].parse(text, sense)
        if value is None:
            raise TableError(f"{name} was set to {text!r}, expected {fields[name].expected}")
        found[name] = value
    return found


def require_columns(
    table: RawTable, fields: Mapping[str, Field], columns: Columns, constants: Mapping[str, Any]
) -> None:
    """Refuse a file that lacks what every row needs."""
    for name, item in fields.items():
        if item.required and name not in columns.index and name not in constants:
            raise TableError(
                f"{table.source} has no column for {name} ({item.expected}); its columns are "
                f"{', '.join(table.header[:20])}: name one with {name}=COLUMN, or set {name} for all rows"
            )


def sense_of(table: RawTable, at: int, setting: Setting) -> Sense:
    """How a column writes numbers and dates, judged over all of it."""
    values = table.column(at)
    return Sense(decimal_mark(values), day_order(values).month_first, setting.zone)


def unused_note(columns: Columns) -> tuple[str, ...]:
    """Which columns went into no field."""
    return (f"Not used: {', '.join(columns.unused)}.",) if columns.unused else ()


def text(cell: Cell, sense: Sense) -> str | None:
    return given_text(cell) or None


def number(cell: Cell, sense: Sense) -> float | None:
    return parse_number(cell, sense.mark, money=True)


def share(cell: Cell, sense: Sense) -> float | None:
    """0 to 1, or 0 % to 100 %."""
    if isinstance(cell, str) and cell.strip().endswith("%"):
        found = parse_number(cell.strip().rstrip("% "), sense.mark)
        found = None if found is None else found / 100
    else:
        found = parse_number(cell, sense.mark)
    return found if found is not None and 0 <= found <= 1 else None


def whole_number(cell: Cell, sense: Sense) -> int | None:
    found = parse_number(cell, sense.mark)
    return int(found) if found is not None and found == int(found) and abs(found) < 2**31 else None


def day(cell: Cell, sense: Sense) -> date | None:
    return parse_date(cell, month_first=sense.month_first)


def moment(cell: Cell, sense: Sense) -> datetime | None:
    return moment_of(cell, sense.zone, month_first=sense.month_first)


def seconds(cell: Cell, sense: Sense) -> int | None:
    found = parse_minutes(cell)
    return None if found is None or not 0 <= found < 60 * 24 * 31 else round(found * 60)


def yes(cell: Cell, sense: Sense) -> bool | None:
    return parse_yes(cell)


def one_of(choices: Mapping[str, Sequence[str]]) -> Parse:
    """A parser for a value that goes by several words; case, accents and blanks do not matter."""
    from planning.table_words import header_words

    by_word = {header_words(word): value for value, words in choices.items() for word in (value, *words)}

    def parse(cell: Cell, sense: Sense) -> str | None:
        return by_word.get(header_words(text_of(cell)))

    return parse


def looks_like(parse: Parse) -> Callable[[Cell], bool]:
    """Whether a cell can be read, whichever way the column writes its values."""
    from datetime import UTC

    senses = [Sense(mark, month_first=first, zone=UTC) for mark, first in ((".", False), (",", True))]
    return lambda cell: any(parse(cell, sense) is not None for sense in senses)


def is_day(cell: Cell) -> bool:
    """A date, with a time or without."""
    return any(parse_date(cell, month_first=first) is not None for first in (False, True))
