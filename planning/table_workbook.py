"""The first sheet of an Excel workbook that looks like a table."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from planning.errors import TableError
from planning.table_header import SEARCHED_ROWS, HeaderScore, find_header
from planning.table_raw import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
    Cell,
    RawRow,
    RawTable,
    is_empty,
    text_of,
    tidy_header,
)

MAX_BLANK_RUN = 10_000
ERROR_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


def read_workbook(data: bytes, source: str, score: HeaderScore) -> RawTable:
    """The first sheet with a header row, its cells as Excel stores them (formulas by their last value).

    Raises:
        TableError: not a readable workbook, too large once unpacked, or no sheet with a table.
    """
    import openpyxl

    check_unpacked_size(data, source)
    with warnings.catch_warnings():  # openpyxl remarks on features of Excel it leaves out
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                title, rows = _best_sheet(book.worksheets, source, score)
                others = [repr(sheet.title) for sheet in book.worksheets if sheet.title != title]
            finally:
                book.close()
        except TableError:
            raise
        except Exception as error:  # openpyxl lets anything through that its XML and zip layers raise
            raise TableError(f"{source} is not a readable workbook: it is cut off or damaged") from error
    notes = [f"Sheet: {title!r}" + (f" (not read: {', '.join(others)})." if others else ".")]
    return _table(rows, source, notes, score)


def _best_sheet(
    sheets: Sequence[Any], source: str, score: HeaderScore
) -> tuple[str, list[tuple[int, tuple[Cell, ...]]]]:
    """The first sheet whose top knows a column name; without one, the first with two rows."""
    chosen: Any = None
    for sheet in sheets:
        sheet.reset_dimensions()  # the stored size is often wrong
        top = _rows(islice(sheet.iter_rows(values_only=True), SEARCHED_ROWS), source)
        known = max((score([text_of(cell) for cell in cells]) for _, cells in top), default=0)
        if known and len(top) > 1:
            chosen = sheet
            break
        if chosen is None and len(top) > 1:
            chosen = sheet
    if chosen is None:
        raise TableError(f"{source} has no sheet with a header and rows below it")
    return str(chosen.title), _rows(chosen.iter_rows(values_only=True), source)


def check_unpacked_size(data: bytes, source: str) -> None:
    """Refuse an archive that would fill the memory when unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            total = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise TableError(f"{source} is not a readable workbook: it is cut off or damaged") from error
    if total > MAX_UNPACKED_BYTES:
        raise TableError(
            f"{source} would unpack to {total / 1e6:,.0f} MB, more than the limit of {MAX_UNPACKED_BYTES / 1e6:,.0f} MB"
        )


def _rows(rows: Iterable[tuple[object, ...]], source: str) -> list[tuple[int, tuple[Cell, ...]]]:
    out: list[tuple[int, tuple[Cell, ...]]] = []
    blank = 0
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS + SEARCHED_ROWS:
            raise TableError(f"{source} has more than {MAX_ROWS:,} rows: split it, or leave out what is not needed")
        if len(cells) > MAX_COLUMNS and any(cell is not None for cell in cells[MAX_COLUMNS:]):
            raise TableError(f"{source}, row {number}: {len(cells)} columns, expected at most {MAX_COLUMNS}")
        row = tuple(_cell(cell) for cell in cells[:MAX_COLUMNS])
        if all(is_empty(cell) for cell in row):
            blank += 1
            if blank > MAX_BLANK_RUN:
                break
            continue
        blank = 0
        out.append((number, row))
    return out


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return None if value in ERROR_VALUES else value
    if value is None or isinstance(value, bool | int | float | datetime | date | time | timedelta):
        return value
    return str(value)


def _table(rows: list[tuple[int, tuple[Cell, ...]]], source: str, notes: list[str], score: HeaderScore) -> RawTable:
    header = find_header(
        [(number, [text_of(cell) for cell in cells]) for number, cells in rows[:SEARCHED_ROWS]], score, source
    )
    cells = rows[header.index][1]
    width = max(index for index, cell in enumerate(cells, start=1) if not is_empty(cell))
    names, renamed = tidy_header(cells[:width])
    body = tuple(RawRow(number, row[:width] + (None,) * (width - len(row))) for number, row in rows[header.index + 1 :])
    return RawTable(source, names, body, (), (*notes, *header.notes, *renamed))
