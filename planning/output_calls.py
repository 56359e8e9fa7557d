"""`calls.csv`: visits made by telephone or video, with the moment each was given."""

import csv
from pathlib import Path

from planning.formula_text import harmless
from planning.output_tables import number
from planning.result import PlanResult

CALLS_FILE = "calls.csv"
HEADER = ("rep", "date", "start", "account_id", "name", "minutes")


def write_calls(result: PlanResult, path: Path) -> None:
    """One row per call, in order of reps and time; a header alone where nothing is done by telephone."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for call in result.calls:
            account = result.accounts[call.account]
            moment = (call.start.date().isoformat(), call.start.isoformat())
            writer.writerow(
                [harmless(cell) for cell in (call.rep, *moment, account.id, account.name, number(call.minutes))]
            )
