"""`plan.xlsx`: a summary, what is to review, the workload, calls, and one sheet per rep, as a manager hands it out."""

import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from planning.formula_text import harmless
from planning.output_review import REVIEW_HEADER, review_rows
from planning.result import PlanResult, RepFigures, RouteDay
from planning.workload_figures import TeamWorkload

HEAD = PatternFill("solid", start_color="1F3B57")
HEAD_FONT = Font(bold=True, color="FFFFFF")
DAY = PatternFill("solid", start_color="E8EEF4")
LINE = Border(bottom=Side(style="thin", color="C5CED8"))
WORKLOAD_TITLES = {
    "accounts": "Accounts",
    "visits": "Visits",
    "service_h": "Visiting h",
    "access_h": "Access h",
    "travel_h": "Driving h",
    "remote_h": "Telephone h",
    "admin_h": "Administration h",
    "work_h": "Work h",
    "net_h": "Net h",
    "used": "Used",
    "net_days": "Net days",
    "value": "Value",
    "potential": "Potential",
    "gap": "Gap",
}
WRITTEN = datetime(2000, 1, 1)
"""Stands for the time of writing, so that the same plan gives the same bytes."""


def write_workbook(result: PlanResult, path: Path) -> None:
    """Write the workbook; text that looks like a formula stays text."""
    book = Workbook()
    book.properties.created = book.properties.modified = WRITTEN
    book.properties.creator = "Bailiwick"
    summary = book.active
    assert isinstance(summary, Worksheet)
    summary.title = "Summary"
    _summary(summary, result)
    titles = {"summary"}
    if rows := review_rows(result):
        _review_sheet(book.create_sheet(_title("Review", titles)), rows)
    if result.workload is not None:
        _workload_sheet(book.create_sheet(_title("Workload", titles)), result.workload)
    if result.calls:
        _calls_sheet(book.create_sheet(_title("Calls", titles)), result)
    for rep in result.reps:
        sheet = book.create_sheet(_title(rep.rep, titles))
        _rep_sheet(sheet, result, rep, [day for day in result.days if day.rep == rep.rep])
    book.save(path)
    _settle(path)


def _summary(sheet: Worksheet, result: PlanResult) -> None:
    last = f"{result.weeks} weeks from {result.starts_on:%A %d %B %Y}"
    sheet.append([_cell(result.title)])
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append([f"{last} · {len(result.reps)} reps · {result.visits_planned} of {result.visits_due} visits planned"])
    sheet.append([f"Travel times: {result.travel_source}"])
    if result.attribution:
        sheet.append([_cell(result.attribution)])
    sheet.append([])
    with_value = any(rep.value for rep in result.reps)
    head = ["Rep", "Territory", "Accounts", "Visits", "Service h", "Driving h", "Workload h", "Capacity h", "Used"]
    _head(sheet, [*head, "Against the mean", "Hours a year", *(["Value"] if with_value else [])])
    first = sheet.max_row + 1
    for rep in result.reps:
        sheet.append(
            [
                _cell(rep.rep),
                rep.zone + 1,
                rep.accounts,
                rep.visits,
                rep.service_h,
                rep.drive_h,
                rep.workload_h,
                rep.capacity_h,
                rep.workload_h / rep.capacity_h if rep.capacity_h else None,
                rep.deviation,
                rep.hours_a_year,
                *([rep.value] if with_value else []),
            ]
        )
    _formats(sheet, first, {5: "0.0", 6: "0.0", 7: "0.0", 8: "0.0", 9: "0%", 10: "+0.0%;-0.0%", 11: "0", 12: "#,##0"})
    if result.districts:
        _districts(sheet, result)
    if result.scenarios:
        sheet.append([])
        _head(
            sheet, ["Compared", "Largest deviation", "Driving h", "Visits planned", "Transfers", "Scattered accounts"]
        )
        first = sheet.max_row + 1
        for row in result.scenarios:
            sheet.append([row.name, row.max_deviation, row.drive_h, row.visits_planned, row.transfers, row.scattered])
        _formats(sheet, first, {2: "0.0%", 3: "0.0"})
    if result.notes:
        sheet.append([])
        sheet.append(["Notes"])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        for note in result.notes:
            sheet.append([_cell(note)])
    _widths(sheet, [24, 12, 11, 15, 11, 18, 12, 12, 8, 17, 13, 14])
    sheet.freeze_panes = "B6"


def _review_sheet(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """The places to settle."""
    _head(sheet, REVIEW_HEADER)
    for row in rows:
        sheet.append([_cell(text) for text in row])
    _widths(sheet, [12, 30, 36, 18, 10, 10, 10, 12, 12, 20, 44, 12, 24, 12, 7, 24, 30, 12, 9, 30, 60])
    sheet.freeze_panes = "C2"


def _workload_sheet(sheet: Worksheet, workload: TeamWorkload) -> None:
    """How evenly work lies on the reps, then a year and every week; under each heading how its figures are known."""
    _head(sheet, ["Evenness", "Largest deviation", "Max − min", "Gini"])
    for even in workload.evenness:
        sheet.append([even.metric, even.max_deviation, even.spread, even.gini])
    _formats(sheet, 2, {2: "0.0%", 3: "#,##0.0", 4: "0.000"})
    for period, title in (("year", "Year from"), ("week", "Week from")):
        figures = [row for row in workload.figures() if row.period == period]
        basis = {row.metric: row.basis.value for row in figures}
        sheet.append([])
        _head(sheet, ["Rep", title, *(WORKLOAD_TITLES[metric] for metric in basis)])
        sheet.append(["", "", *basis.values()])
        first = sheet.max_row + 1
        for rep, day in dict.fromkeys((row.rep, row.first) for row in figures):
            amounts = {row.metric: row.amount for row in figures if (row.rep, row.first) == (rep, day)}
            sheet.append([_cell(rep), day.isoformat(), *(amounts.get(metric) for metric in basis)])
        shares = {3 + place: "0%" for place, metric in enumerate(basis) if metric == "used"}
        _formats(sheet, first, dict.fromkeys(range(3, 3 + len(basis)), "#,##0.0") | shares)
    _widths(sheet, [24, 18, *[13] * len(WORKLOAD_TITLES)])


def _calls_sheet(sheet: Worksheet, result: PlanResult) -> None:
    """Visits by telephone or video, in order of reps and time; the outcome is for the rep to fill in."""
    _head(sheet, ["Rep", "Date", "Start", "Account", "Id", "Minutes", "Outcome"])
    for call in result.calls:
        account, moment = result.accounts[call.account], (call.start.date(), _time(call.start))
        sheet.append([_cell(call.rep), *moment, _cell(account.name), _cell(account.id), round(call.minutes)])
    _formats(sheet, 2, {2: "ddd dd mmm yyyy", 3: "hh:mm"})
    _widths(sheet, [24, 16, 8, 36, 14, 10, 28])
    sheet.freeze_panes = "A2"


def _districts(sheet: Worksheet, result: PlanResult) -> None:
    sheet.append([])
    _head(sheet, ["District", "Territories", "Accounts", "Workload h", "Capacity h", "Against the mean", "Made of"])
    first = sheet.max_row + 1
    for each in result.districts:
        figures = [len(each.zones), each.accounts, each.workload_h, each.capacity_h, each.deviation]
        sheet.append([_cell(each.name), *figures, _cell(", ".join(each.below))])
    _formats(sheet, first, {4: "0.0", 5: "0.0", 6: "+0.0%;-0.0%"})


def _rep_sheet(sheet: Worksheet, result: PlanResult, rep: RepFigures, days: Sequence[RouteDay]) -> None:
    sheet.append([_cell(rep.rep)])
    sheet["A1"].font = Font(bold=True, size=16)
    home = "home assumed in the middle of the accounts" if rep.home_assumed else "from home and back"
    sheet.append([f"{rep.visits} visits on {len(days)} days, {rep.drive_h:.1f} h driving ({result.driving}); {home}"])
    sheet.append([])
    _head(sheet, ["Date", "No.", "Arrive", "Depart", "Account", "Id", "Address", "Drive min", "Visit min", "Outcome"])
    for day in days:
        lunch = f" · lunch {day.lunch[0]:%H:%M}–{day.lunch[1]:%H:%M}" if day.lunch else ""
        sheet.append([f"{day.date:%a %d %b %Y} · leaves {day.starts_at:%H:%M}, back {day.ends_at:%H:%M}{lunch}"])
        for cell in sheet[sheet.max_row][:1]:
            cell.font, cell.fill = Font(bold=True), DAY
        for column in range(2, 11):
            sheet.cell(sheet.max_row, column).fill = DAY
        for stop in day.stops:
            account = result.accounts[stop.account]
            address = ", ".join(filter(None, (account.address.line, account.address.postcode, account.address.city)))
            sheet.append(
                [
                    None,
                    stop.sequence,
                    _time(stop.arrive),
                    _time(stop.depart),
                    _cell(account.name),
                    _cell(account.id),
                    _cell(address),
                    round(stop.drive_min),
                    round(stop.service_min),
                ]
            )
            for column in range(2, 11):
                sheet.cell(sheet.max_row, column).border = LINE
    _formats(sheet, 5, {3: "hh:mm", 4: "hh:mm"})
    _widths(sheet, [12, 5, 8, 8, 36, 14, 44, 10, 10, 28])
    sheet.freeze_panes = "A5"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "4:4"


def _cell(text: str) -> str:
    """Text as a cell may hold it: no formula, no control characters."""
    return harmless(ILLEGAL_CHARACTERS_RE.sub(" ", text))


def _time(moment: datetime) -> time:
    return moment.time().replace(second=0)


def _head(sheet: Worksheet, names: Sequence[str]) -> None:
    sheet.append(list(names))
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = HEAD_FONT, HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _formats(sheet: Worksheet, first: int, by_column: dict[int, str]) -> None:
    for column, pattern in by_column.items():
        for row in range(first, sheet.max_row + 1):
            cell = sheet.cell(row, column)
            if cell.value is not None and not isinstance(cell.value, str):
                cell.number_format = pattern


def _widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _title(rep: str, taken: set[str]) -> str:
    """A sheet name as Excel allows it: at most 31 characters, none of []:*?/\\, no two alike whatever their case."""
    plain = "".join(" " if letter in "[]:*?/\\" or not letter.isprintable() else letter for letter in rep)
    plain = plain.strip().strip("'")[:31] or "Rep"
    title, number = plain, 2
    while title.casefold() in taken:
        ending = f" ({number})"
        title, number = plain[: 31 - len(ending)] + ending, number + 1
    taken.add(title.casefold())
    return title


def _settle(path: Path) -> None:
    """Write the archive anew with fixed times inside, so that equal plans are equal files."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    stamp = WRITTEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            if name == "docProps/core.xml":
                data = _with_stamp(data, stamp)
            info = zipfile.ZipInfo(name, date_time=WRITTEN.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def _with_stamp(core: bytes, stamp: bytes) -> bytes:
    """openpyxl puts the present moment into `modified` when it saves."""
    start = core.index(b">", core.index(b"<dcterms:modified")) + 1
    end = core.index(b"</dcterms:modified>")
    return core[:start] + stamp + core[end:]
