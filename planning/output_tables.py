"""The CSV files of a plan: UTF-8 with a byte-order mark off, `\\n` line ends, numbers with a point."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from geo.located import Located
from planning.account_table import Rejected
from planning.formula_text import harmless
from planning.result import PlanResult


def write_accounts(result: PlanResult, path: Path) -> None:
    districts = {rep.zone: result.district_of(rep.zone) for rep in result.reps}
    header = (
        "id",
        "name",
        "lat",
        "lon",
        "level",
        "zone",
        "rep",
        "district",
        "visits_per_year",
        "service_min",
        "visit_type",
        "value",
        "status",
        "why",
        "score",
        "snap_m",
        "review",
        "source",
        "found",
    )
    write_table(
        path,
        header,
        (
            (
                account.id,
                account.name,
                degrees(account.place.lat if account.place else None),
                degrees(account.place.lon if account.place else None),
                account.level.value,
                "" if account.zone is None else account.zone + 1,
                account.rep or "",
                "" if account.zone is None else districts[account.zone],
                number(account.visits_per_year),
                number(account.service_min),
                account.visit_type or "",
                number(account.value),
                account.status,
                account.why,
                *_found(account.located),
            )
            for account in result.accounts
        ),
    )


def _found(located: Located | None) -> tuple[str, ...]:
    """Score, metres to the road, what to review, source, and the sentence that says how the place was found."""
    if located is None:
        return ("",) * 5
    return (number(located.score), number(located.snap_m), "; ".join(located.review), located.source, located.why)


def write_routes(result: PlanResult, path: Path) -> None:
    header = ("rep", "date", "sequence", "account_id", "arrive", "depart", "drive_min", "service_min", "driving")
    write_table(
        path,
        header,
        (
            (
                day.rep,
                day.date.isoformat(),
                stop.sequence,
                result.accounts[stop.account].id,
                stop.arrive.isoformat(),
                stop.depart.isoformat(),
                number(stop.drive_min),
                number(stop.service_min),
                result.driving,
            )
            for day in result.days
            for stop in day.stops
        ),
    )


def write_unserved(result: PlanResult, path: Path) -> None:
    rows = ((result.accounts[row.account].id, row.rep, row.visits, row.reason, row.details) for row in result.unserved)
    write_table(path, ("account_id", "rep", "visits", "reason", "details"), rows)


def write_transfers(result: PlanResult, path: Path) -> None:
    header = ("account_id", "from", "to", "reason", "hours", "value")
    write_table(
        path,
        header,
        (
            (
                result.accounts[row.account].id,
                row.from_rep,
                row.to_rep,
                row.reason,
                number(row.hours),
                number(row.value),
            )
            for row in result.transfers
        ),
    )


def write_rejected(rejected: Iterable[Rejected], path: Path) -> None:
    rows = ((row.row, row.field, row.given, row.expected) for row in rejected)
    write_table(path, ("row", "field", "given", "expected"), rows)


def degrees(value: float | None) -> str:
    """Degrees to 7 places, a centimetre; empty for None."""
    return "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".")


def number(value: float | None) -> str:
    """A number to 2 places without needless zeros; empty for None."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file whose text no spreadsheet takes for a formula."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([harmless(str(cell)) for cell in row] for row in rows)
