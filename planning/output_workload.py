"""`workload.csv` and its sheet: every figure of every rep, a year and week by week, and how each is known."""

from collections.abc import Sequence
from pathlib import Path

from planning.output_tables import write_table
from planning.workload_figures import TeamWorkload

WORKLOAD_FILE = "workload.csv"
WORKLOAD_HEADER = ("rep", "period", "first_day", "metric", "amount", "unit", "basis")
DIGITS = 4


def write_workload(workload: TeamWorkload | None, path: Path) -> None:
    """One line per figure; only the header where there is no workload."""
    write_table(path, WORKLOAD_HEADER, workload_rows(workload))


def workload_rows(workload: TeamWorkload | None) -> list[Sequence[object]]:
    """The lines."""
    if workload is None:
        return []
    return [
        (row.rep, row.period, row.first.isoformat(), row.metric, round(row.amount, DIGITS), row.unit, row.basis.value)
        for row in workload.figures()
    ]


def workload_summary(workload: TeamWorkload | None) -> dict[str, object] | None:
    """The years and the fairness figures as plain values."""
    if workload is None:
        return None
    years: dict[str, dict[str, object]] = {}
    for row in workload.figures():
        if row.period == "year":
            years.setdefault(row.rep, {})[row.metric] = {"amount": round(row.amount, DIGITS), "basis": row.basis.value}
    return {
        "year": years,
        "evenness": [
            {
                "metric": even.metric,
                "max_deviation": round(even.max_deviation, DIGITS),
                "max_minus_min": round(even.spread, DIGITS),
                "gini": round(even.gini, DIGITS),
            }
            for even in workload.evenness
        ],
    }
