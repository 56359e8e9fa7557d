"""What the commands print about a plan."""

import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from planning.account_table import AccountTable
from planning.known_rep import planned_share
from planning.output_proof import proof_sentences
from planning.policy import PolicyCost
from planning.result import PlanResult
from planning.table_words import counted
from planning.workload_figures import TeamWorkload

SHOWN_REJECTIONS = 5
SAY_AGAIN_S = 30.0
"""So often a stage that lasts says in a pipe how far it is."""


def console() -> Console:
    """Standard output; as wide as it must be in a pipe, where no line may be cut."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


class Bar(AbstractContextManager["Bar"]):
    """A progress line on a terminal; in a pipe a line on standard error for each stage, and every half minute.

    In a pipe the first stage is said only when it lasts, so that what is refused at once is refused in one line.
    """

    def __init__(self, out: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bar = Progress(*columns, TimeElapsedColumn(), console=out, transient=True)
        self._shown = out.is_terminal
        self._task = self._bar.add_task("starting", total=None)
        self._stage, self._said_at = "", 0.0

    def __enter__(self) -> Self:
        (self._bar if self._shown else nullcontext()).__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._shown:
            self._bar.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._shown:
            self._bar.update(self._task, description=what, completed=done, total=total or None)
            return
        now = time.monotonic()
        if not self._stage:
            self._stage, self._said_at = what, now
        if what != self._stage or now - self._said_at >= SAY_AGAIN_S:
            print(f"{what} …" if not done else f"{what}: {done:,} of {total:,}", file=sys.stderr, flush=True)
            self._stage, self._said_at = what, now


def report_table(out: Console, table: AccountTable) -> None:
    """What was read and what was taken for what."""
    out.print(Text(f"Read {counted(table.rows_read, 'row')} from {table.source}."))
    if table.recognised:
        grid = Table("Field", "Column", "Why", box=None, pad_edge=False, header_style="bold")
        for row in table.recognised:
            grid.add_row(Text(row.field), Text(row.column), Text(row.how))
        out.print(grid)
    if table.unused:
        out.print(Text(f"Not used: {', '.join(table.unused)}."))
    for fault in table.rejected[:SHOWN_REJECTIONS]:
        out.print(Text(f"Row {fault.row} rejected: {fault.field} is “{fault.given}”; expected: {fault.expected}."))
    more = len(table.rejected) - SHOWN_REJECTIONS
    if more > 0:
        out.print(f"{more:,} more rejected {'row' if more == 1 else 'rows'}: see rejected.csv.")


def report_policy(out: Console, costs: Sequence[PolicyCost]) -> None:
    """What the policy's visits cost, before anything is solved."""
    grid = Table("Segment", box=None, pad_edge=False, header_style="bold")
    for name in ("Accounts", "Visits a year", "Hours a year"):
        grid.add_column(name, justify="right")
    for cost in costs:
        grid.add_row(
            Text(cost.segment or "(none)"),
            f"{cost.accounts:,}",
            f"{cost.visits_per_year:,.0f}",
            f"{cost.hours_per_year:,.0f}",
        )
    grid.add_row("all", *(f"{total:,.0f}" for total in _totals(costs)), style="bold")
    out.print("What the visit policy costs, driving not included:")
    out.print(grid)


def _totals(costs: Sequence[PolicyCost]) -> tuple[float, float, float]:
    return (
        sum(cost.accounts for cost in costs),
        sum(cost.visits_per_year for cost in costs),
        sum(cost.hours_per_year for cost in costs),
    )


def report_result(out: Console, result: PlanResult) -> None:
    """The plan at a glance."""
    placed = sum(account.status == "planned" for account in result.accounts)
    out.print(
        f"{counted(placed, 'account')} planned, {len(result.accounts) - placed:,} unplaced, {result.rejected:,} "
        f"rejected; {result.visits_planned:,} of {result.visits_due:,} visits due planned."
    )
    period = f"{counted(result.weeks, 'week')} from {result.starts_on:%A %d %B %Y}"
    out.print(f"Planned: {period}. Travel: {result.travel_source}.")
    out.print(_reps(result))
    if result.districts:
        out.print(_districts(result))
    if result.workload is not None and result.workload.evenness:
        out.print(Text(_evenness(result.workload)))
    if (known := planned_share(result)) is not None:
        out.print(f"Of the visits to accounts that have a rep today, that rep makes {known:.1%}.")
    for sentence in proof_sentences(result):
        out.print(Text(sentence))
    if result.scenarios:
        out.print(_scenarios(result))
    for name, value in result.defaults.items():
        out.print(Text(f"Assumed {name}: {value}."))
    for note in result.notes:
        out.print(Text(f"Note: {note}"))


def _evenness(workload: TeamWorkload) -> str:
    """How evenly a year lies on the reps, in one line."""
    parts = (f"{row.metric} ±{row.max_deviation:.1%} (Gini {row.gini:.2f})" for row in workload.evenness)
    return f"A year, against each rep's hours: {', '.join(parts)}. All of it is in workload.csv."


def _reps(result: PlanResult) -> Table:
    grid = Table("Rep", box=None, pad_edge=False, header_style="bold")
    for name in ("Accounts", "Visits", "Service h", "Driving h", "Workload h", "Capacity h", "Against the mean"):
        grid.add_column(name, justify="right")
    for rep in result.reps:
        hours = (f"{value:.1f}" for value in (rep.service_h, rep.drive_h, rep.workload_h, rep.capacity_h))
        grid.add_row(Text(rep.rep), f"{rep.accounts:,}", f"{rep.visits:,}", *hours, f"{rep.deviation:+.1%}")
    return grid


def _districts(result: PlanResult) -> Table:
    grid = Table("District", box=None, pad_edge=False, header_style="bold")
    for name in ("Territories", "Accounts", "Workload h", "Against the mean"):
        grid.add_column(name, justify="right")
    for row in result.districts:
        cells = (f"{len(row.zones):,}", f"{row.accounts:,}", f"{row.workload_h:.1f}", f"{row.deviation:+.1%}")
        grid.add_row(Text(row.name), *cells)
    return grid


def _scenarios(result: PlanResult) -> Table:
    grid = Table("Territories", box=None, pad_edge=False, header_style="bold")
    for name in ("Largest deviation", "Driving h", "Visits planned", "Transfers", "Scattered accounts"):
        grid.add_column(name, justify="right")
    for row in result.scenarios:
        visits = f"{row.visits_planned:,} of {row.visits_due:,}"
        cells = (f"{row.max_deviation:.1%}", f"{row.drive_h:.1f}", visits, f"{row.transfers:,}", f"{row.scattered:,}")
        grid.add_row(row.name, *cells)
    return grid
