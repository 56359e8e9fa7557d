"""`bailiwick assign`: who gets which lead, by a plan in a folder, without the record."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli_geocoders import town_geocoders
from api.cli_options import Refused
from api.cli_plan import refusals
from api.cli_report import console
from balancing.deal import DryRun, dry_run
from balancing.errors import BalancingError
from balancing.rules import RuleSet
from balancing.rules_read import read_rules, rules_of
from balancing.strategies import STRATEGIES
from planning.leads_file import LeadTable, read_leads, skill_levels
from planning.output_tables import number, write_table
from planning.plan_folder import PlanFolder, read_plan_folder
from planning.reps_file import read_reps

DEFAULT_RULES = {
    "name": "Territory, else nearest",
    "rule": [
        {"id": "territory", "priority": 1, "order": ["territory", "least_loaded"]},
        {"id": "nearest", "priority": 2, "order": ["nearest"]},
    ],
}
SHOWN_FAR = 5
HEADER = ("lead_id", "name", "rep", "rule", "why", "territory", "given_at", "work_min", "value", "rep_until_now")


def assign_leads(
    leads: Path, *, plan: Path, rules: Path | None, strategy: str | None, reps: Path | None, out: Path
) -> None:
    """Read, choose, write, and say what the load becomes."""
    if rules is not None and strategy is not None:
        raise Refused("--rules and --strategy cannot both be given: rules name the strategy of each rule")
    if strategy is not None and strategy not in STRATEGIES:
        raise Refused(f"--strategy must be one of {', '.join(STRATEGIES)}; got {strategy}")
    with refusals():
        screen = console()
        try:
            chosen: RuleSet | str = strategy or (read_rules(rules) if rules else rules_of(DEFAULT_RULES))
            skills = {row.name: skill_levels(row.skills) for row in read_reps(reps)} if reps else {}
            folder = read_plan_folder(plan, skills)
            if isinstance(chosen, RuleSet) and (faults := chosen.strangers(tuple(folder.candidates))):
                raise Refused("\n  ".join(faults))
            table = read_leads(leads, arrived_at=folder.starts_at, geocoders=town_geocoders())
            run = dry_run(folder.located(table.leads), folder.candidates, chosen)
        except BalancingError as error:
            raise Refused("\n  ".join(getattr(error, "faults", (str(error),)))) from error
        write_assignments(run, table, out)
        report(screen, run, table, chosen.title if isinstance(chosen, RuleSet) else chosen, out)
        report_far(screen, run, folder)


def write_assignments(run: DryRun, table: LeadTable, out: Path) -> None:
    """One line per lead in the order in which they were given away."""
    write_table(
        out,
        HEADER,
        (
            (
                row.lead.id,
                table.names[row.lead.id],
                row.choice.rep or "",
                row.choice.rule,
                row.choice.why,
                row.lead.territory,
                row.given_at.isoformat(),
                number(row.lead.work_min),
                number(row.lead.value),
                row.lead.given_to,
            )
            for row in run.dealt
        ),
    )


def report(screen: Console, run: DryRun, table: LeadTable, by: str, out: Path) -> None:
    """The load of everybody, before and after."""
    screen.print(Text(f"{len(run.dealt):,} leads from {table.table.source}, given away by: {by}."))
    grid = Table("Rep", box=None, pad_edge=False, header_style="bold")
    for name in ("Leads", "Until now", "Hours before", "Hours after", "Value"):
        grid.add_column(name, justify="right")
    for row in run.tallies():
        hours = (f"{minutes / 60:.1f}" for minutes in (row.before_min, row.after_min))
        grid.add_row(Text(row.rep), f"{row.leads:,}", f"{row.leads_in_the_past:,}", *hours, f"{row.value:,.0f}")
    screen.print(grid)
    if run.nobody:
        screen.print(Text(f"{len(run.nobody):,} leads stay without a rep; the first: {run.nobody[0].choice.why}."))
    for note in (*table.table.notes, *table.notes):
        screen.print(Text(f"Note: {note}"))
    for fault in table.table.rejected[:5]:
        screen.print(Text(f"Row {fault.row} rejected: {fault.field} is “{fault.given}”; expected: {fault.expected}."))
    screen.print(Text(f"Written to {out}."))


def report_far(screen: Console, run: DryRun, folder: PlanFolder) -> None:
    """The leads that lie far from everything their rep has: usually a wrong place."""
    away = {row.lead.id: (away_m, row) for row in run.dealt if (away_m := folder.far_m(row.lead, row.choice.rep))}
    for name, (away_m, row) in sorted(away.items(), key=lambda one: -one[1][0])[:SHOWN_FAR]:
        where = f"{away_m / 1000:,.0f} km from the nearest place of {row.choice.rep}"
        screen.print(Text(f"Note: lead {name} lies {where}: is its place right?"))
    if len(away) > SHOWN_FAR:
        screen.print(Text(f"Note: {len(away) - SHOWN_FAR} more leads lie as far off."))
