"""Filling and formatting the cells of a sheet."""

from collections.abc import Sequence
from datetime import datetime, time

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from planning.formula_text import harmless

HEAD = PatternFill("solid", start_color="1F3B57")
HEAD_FONT = Font(bold=True, color="FFFFFF")


def cell_text(text: str) -> str:
    """Text as a cell may hold it: no formula, no control characters."""
    return harmless(ILLEGAL_CHARACTERS_RE.sub(" ", text))


def clock(moment: datetime) -> time:
    return moment.time().replace(second=0)


def heading(sheet: Worksheet, names: Sequence[str]) -> None:
    sheet.append(list(names))
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = HEAD_FONT, HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def formats(sheet: Worksheet, first: int, by_column: dict[int, str]) -> None:
    for column, pattern in by_column.items():
        for row in range(first, sheet.max_row + 1):
            cell = sheet.cell(row, column)
            if cell.value is not None and not isinstance(cell.value, str):
                cell.number_format = pattern


def widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
