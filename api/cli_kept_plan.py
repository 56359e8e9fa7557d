"""A plan that was made, asked again with everything it was made with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from api.cli_options import Refused
from api.cli_plan_inputs import plan_of, read_table
from planning.kept_request import Inputs, Request, read_request
from planning.options import PlanOptions, next_monday
from planning.pins import gather_pins
from planning.plan import Plan
from planning.plan_folder import ACCOUNTS_FILE, owners_in


def kept_plan(accounts: Path, told: Mapping[str, Any], screen: Console) -> tuple[Plan, Inputs | None]:
    """The plan of a folder, or of a file of accounts with their reps, and what it was made from where that is known.

    `told` are options that go before those it was made with.

    Raises:
        Refused: the folder holds no plan, or something it was made from is gone.
    """
    kept = read_request(accounts) if accounts.is_dir() else None
    if kept is not None:
        return plan_again(accounts, kept, told, screen), kept.inputs
    file = accounts / ACCOUNTS_FILE if accounts.is_dir() else accounts
    if accounts.is_dir() and not file.exists():
        raise Refused(
            f"{accounts} holds no plan: {ACCOUNTS_FILE} is missing; give a folder that `plan` wrote, or a file of "
            "accounts"
        )
    options = PlanOptions(**{"starts_on": next_monday(date.today()), **told})
    return Plan(read_table(file, Inputs()), options, title=accounts.stem), None


def plan_again(folder: Path, kept: Request, told: Mapping[str, Any], screen: Console) -> Plan:
    """The plan of a folder with what it was made with, its territories being today's; `told` goes before.

    Raises:
        Refused: a file it was made from is gone, that of the accounts excepted: then those of the folder are taken,
            without what only the file knows.
    """
    inputs = kept.inputs
    gone = inputs.gone()
    if rest := [path for path in gone if path != inputs.accounts]:
        raise Refused(f"{folder} was planned with {rest[0]}, which is no longer there")
    owners = owners_in(folder)
    if inputs.accounts is None or inputs.accounts in gone:
        screen.print(
            Text(f"Note: {inputs.accounts} is gone: opening hours, last visits and wishes of its accounts are unknown.")
        )
        table = read_table(folder / ACCOUNTS_FILE, replace(inputs, columns={}))
    else:
        table = read_table(inputs.accounts, inputs)
        rows = (replace(account, current_rep=owners.get(account.id)) for account in table.accounts)
        table = replace(table, accounts=tuple(rows))
    if inputs.areas:
        screen.print(Text("Note: the plan was made of whole areas; the answer divides single accounts."))
    options = replace(kept.options, **{"robustness": False, **told})
    return plan_of(table, options, inputs, pins=gather_pins(folder, ()), title=folder.stem)
