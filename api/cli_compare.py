"""`bailiwick compare`."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from api.cli_options import Refused
from api.cli_plan import folder_to_write, refusals
from api.cli_report import console
from planning.compare_folders import PlanComparison, compare_folders, read_saved_plan
from planning.output_compare import FILES, comparison_sentences, write_comparison

SHOWN = 12


def compare_plans_of(before: Path, after: Path, out: Path | None) -> None:
    """Read two folders, say what changed, and write it where `out` is given."""
    with refusals():
        if out is not None:
            folder_to_write(out)
            if out.resolve() in (before.resolve(), after.resolve()):
                raise Refused(f"--out {out} is one of the plans: give a folder of its own")
        found = compare_folders(read_saved_plan(before), read_saved_plan(after))
        screen = console()
        screen.print(_reps(found))
        screen.print(_moved(found))
        if len(found.moved) > SHOWN:
            screen.print(Text(f"… and {len(found.moved) - SHOWN} more."))
        for sentence in comparison_sentences(found):
            screen.print(Text(sentence))
        if out is not None:
            write_comparison(found, out)
            screen.print(Text(f"Written to {out}: {', '.join(FILES)}."))


def _reps(found: PlanComparison) -> Table:
    grid = Table("Rep", box=None, pad_edge=False, header_style="bold")
    for name in ("Accounts", "Hours a week", "Driving h", "Against the mean", "Gained", "Lost"):
        grid.add_column(name, justify="right")
    for rep in found.reps:
        cells = [
            _both(rep.before.get(name), rep.after.get(name), form)
            for name, form in (("accounts", ",.0f"), ("workload_h", ".1f"), ("drive_h", ".1f"), ("deviation", "+.1%"))
        ]
        called = f"{rep.rep} (was {rep.was})" if rep.was and rep.was != rep.rep else rep.rep
        grid.add_row(Text(called), *cells, str(rep.gained), str(rep.lost))
    return grid


def _both(before: float | None, after: float | None, form: str) -> str:
    return " → ".join("–" if value is None else format(value, form) for value in (before, after))


def _moved(found: PlanComparison) -> Table:
    grid = Table("Account", "From", "To", "Hours a year", "Why", box=None, pad_edge=False, header_style="bold")
    for account, was in found.moved[:SHOWN]:
        texts = (account.name or account.id, was, account.rep, f"{account.hours:.1f}", account.why)
        grid.add_row(*(Text(text) for text in texts))
    return grid
