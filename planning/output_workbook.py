"""`plan.xlsx`: a summary, what is to review, the workload, calls, and one sheet per rep, as a manager hands it out."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from planning.output_quality import quality_sheet
from planning.output_review import REVIEW_HEADER, review_rows
from planning.result import PlanResult, RepFigures, RouteDay
from planning.sheet_cells import cell_text, clock, formats, heading, widths
from planning.workload_figures import TeamWorkload

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
    if result.quality is not None:
        quality_sheet(book.create_sheet(_title("Quality", titles)), result, result.quality)
    if result.calls:
        _calls_sheet(book.create_sheet(_title("Calls", titles)), result)
    for rep in result.reps:
        sheet = book.create_sheet(_title(rep.rep, titles))
        _rep_sheet(sheet, result, rep, [day for day in result.days if day.rep == rep.rep])
    book.save(path)
    _settle(path)


def _summary(sheet: Worksheet, result: PlanResult) -> None:
    last = f"{result.weeks} weeks from {result.starts_on:%A %d %B %Y}"
    sheet.append([cell_text(result.title)])
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append([f"{last} · {len(result.reps)} reps · {result.visits_planned} of {result.visits_due} visits planned"])
    sheet.append([f"Travel times: {result.travel_source}"])
    if result.attribution:
        sheet.append([cell_text(result.attribution)])
    sheet.append([])
    _summary_reps(sheet, result)
    if result.districts:
        _districts(sheet, result)
    if result.scenarios:
        _summary_scenarios(sheet, result)
    if result.notes:
        sheet.append([])
        sheet.append(["Notes"])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        for note in result.notes:
            sheet.append([cell_text(note)])
    widths(sheet, [24, 12, 11, 15, 11, 18, 12, 12, 8, 17, 13, 14])
    sheet.freeze_panes = "B6"


def _summary_reps(sheet: Worksheet, result: PlanResult) -> None:
    """A line per rep: accounts, visits, hours, and how far from the mean."""
    with_value = any(rep.value for rep in result.reps)
    head = ["Rep", "Territory", "Accounts", "Visits", "Service h", "Driving h", "Workload h", "Capacity h", "Used"]
    heading(sheet, [*head, "Against the mean", "Hours a year", *(["Value"] if with_value else [])])
    first = sheet.max_row + 1
    for rep in result.reps:
        sheet.append(
            [
                cell_text(rep.rep),
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
    formats(sheet, first, {5: "0.0", 6: "0.0", 7: "0.0", 8: "0.0", 9: "0%", 10: "+0.0%;-0.0%", 11: "0", 12: "#,##0"})


def _summary_scenarios(sheet: Worksheet, result: PlanResult) -> None:
    """The territories that were compared, a line each."""
    sheet.append([])
    heading(sheet, ["Compared", "Largest deviation", "Driving h", "Visits planned", "Transfers", "Scattered accounts"])
    first = sheet.max_row + 1
    for row in result.scenarios:
        sheet.append([row.name, row.max_deviation, row.drive_h, row.visits_planned, row.transfers, row.scattered])
    formats(sheet, first, {2: "0.0%", 3: "0.0"})


def _review_sheet(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """The places to settle."""
    heading(sheet, REVIEW_HEADER)
    for row in rows:
        sheet.append([cell_text(text) for text in row])
    widths(sheet, [12, 30, 36, 18, 10, 10, 10, 12, 12, 20, 44, 12, 24, 12, 7, 24, 30, 12, 9, 30, 60])
    sheet.freeze_panes = "C2"


def _workload_sheet(sheet: Worksheet, workload: TeamWorkload) -> None:
    """How evenly work lies on the reps, then a year and every week; under each heading how its figures are known."""
    heading(sheet, ["Evenness", "Largest deviation", "Max − min", "Gini"])
    for even in workload.evenness:
        sheet.append([even.metric, even.max_deviation, even.spread, even.gini])
    formats(sheet, 2, {2: "0.0%", 3: "#,##0.0", 4: "0.000"})
    for period, title in (("year", "Year from"), ("week", "Week from")):
        figures = [row for row in workload.figures() if row.period == period]
        basis = {row.metric: row.basis.value for row in figures}
        sheet.append([])
        heading(sheet, ["Rep", title, *(WORKLOAD_TITLES[metric] for metric in basis)])
        sheet.append(["", "", *basis.values()])
        first = sheet.max_row + 1
        for rep, day in dict.fromkeys((row.rep, row.first) for row in figures):
            amounts = {row.metric: row.amount for row in figures if (row.rep, row.first) == (rep, day)}
            sheet.append([cell_text(rep), day.isoformat(), *(amounts.get(metric) for metric in basis)])
        shares = {3 + place: "0%" for place, metric in enumerate(basis) if metric == "used"}
        formats(sheet, first, dict.fromkeys(range(3, 3 + len(basis)), "#,##0.0") | shares)
    widths(sheet, [24, 18, *[13] * len(WORKLOAD_TITLES)])


def _calls_sheet(sheet: Worksheet, result: PlanResult) -> None:
    """Visits by telephone or video, in order of reps and time; the outcome is for the rep to fill in."""
    heading(sheet, ["Rep", "Date", "Start", "Account", "Id", "Minutes", "Outcome"])
    for call in result.calls:
        account, moment = result.accounts[call.account], (call.start.date(), clock(call.start))
        sheet.append(
            [cell_text(call.rep), *moment, cell_text(account.name), cell_text(account.id), round(call.minutes)]
        )
    formats(sheet, 2, {2: "ddd dd mmm yyyy", 3: "hh:mm"})
    widths(sheet, [24, 16, 8, 36, 14, 10, 28])
    sheet.freeze_panes = "A2"


def _districts(sheet: Worksheet, result: PlanResult) -> None:
    sheet.append([])
    heading(sheet, ["District", "Territories", "Accounts", "Workload h", "Capacity h", "Against the mean", "Made of"])
    first = sheet.max_row + 1
    for each in result.districts:
        figures = [len(each.zones), each.accounts, each.workload_h, each.capacity_h, each.deviation]
        sheet.append([cell_text(each.name), *figures, cell_text(", ".join(each.below))])
    formats(sheet, first, {4: "0.0", 5: "0.0", 6: "+0.0%;-0.0%"})


def _rep_sheet(sheet: Worksheet, result: PlanResult, rep: RepFigures, days: Sequence[RouteDay]) -> None:
    sheet.append([cell_text(rep.rep)])
    sheet["A1"].font = Font(bold=True, size=16)
    home = "home assumed in the middle of the accounts" if rep.home_assumed else "from home and back"
    sheet.append([f"{rep.visits} visits on {len(days)} days, {rep.drive_h:.1f} h driving ({result.driving}); {home}"])
    sheet.append([])
    heading(sheet, ["Date", "No.", "Arrive", "Depart", "Account", "Id", "Address", "Drive min", "Visit min", "Outcome"])
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
                    clock(stop.arrive),
                    clock(stop.depart),
                    cell_text(account.name),
                    cell_text(account.id),
                    cell_text(address),
                    round(stop.drive_min),
                    round(stop.service_min),
                ]
            )
            for column in range(2, 11):
                sheet.cell(sheet.max_row, column).border = LINE
    formats(sheet, 5, {3: "hh:mm", 4: "hh:mm"})
    widths(sheet, [12, 5, 8, 8, 36, 14, 44, 10, 10, 28])
    sheet.freeze_panes = "A5"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "4:4"


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
