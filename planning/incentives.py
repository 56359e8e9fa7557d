"""Incentives: rules become lines of money for each rep and period; running them again changes only what differs.

A run that is closed is paid and stays as it is. What would be different in it by now (a sale that was lost again, a
territory that turned out to be another's) comes as a correction in the next run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import IncentiveLine, IncentiveRules, IncentiveRun
from planning.edits import edit_row
from planning.incentive_conditions import check_conditions
from planning.incentive_events import events_of
from planning.incentive_rules import Earned, earn, read_rules
from planning.record_errors import FaultyError, MissingError, RefusedError
from planning.record_rows import BATCH, insert_all, update_rows
from planning.rule_editions import RulesView, get_edition, keep_edition, list_editions

rules_table, run, line = (table_of(one) for one in (IncentiveRules, IncentiveRun, IncentiveLine))

CORRECTED = 12
"""Closed runs before a run that are looked at again."""
FACTS = ("day", "base", "share", "hundredths", "why")

type LineKey = tuple[date, str, str, int, str]
"""Earned on, rule, event, rep and currency: what there is once in a run."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run: by which edition, of which days, how many lines, and when it was closed."""

    id: int
    name: str
    rules_id: int
    edition: int
    first_on: date
    last_on: date
    closed_at: datetime | None
    lines: int
    version: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did: lines that are new, differ, went, or are as they were."""

    run_id: int
    added: int
    changed: int
    removed: int
    same: int


def keep_rules(session: Session, name: str, data: Mapping[str, Any], *, by: str, now: datetime) -> int:
    """A new edition of the rules of this name; returns its id.

    Raises:
        FaultyError: with every fault, conditions that can never hold among them.
    """
    try:
        read_rules(data)
        check_conditions(data)
    except FaultyError as error:
        raise error.below("rules") from None
    return keep_edition(session, IncentiveRules, name, data, by=by, now=now)


def list_rules(session: Session) -> tuple[RulesView, ...]:
    """All editions, the newest first."""
    return list_editions(session, rules_table)


def get_rules(session: Session, rules_id: int) -> RulesView:
    """One edition.

    Raises:
        MissingError: there is none with this id.
    """
    return get_edition(session, rules_table, rules_id, "incentive rules")


def run_rules(session: Session, name: str, first: date, last: date) -> Ran:
    """Work out what the newest edition comes to from `first` to `last`, both included, and keep it.

    Run again, only what differs is written: nothing, where nothing does.

    Raises:
        MissingError: there are no rules of this name.
        RefusedError: the days are those of a closed run, or overlap with another run.
    """
    newest = select(rules_table).where(rules_table.c.name == name).order_by(rules_table.c.edition.desc()).limit(1)
    edition = session.execute(newest).first()
    if edition is None:
        raise MissingError(f"There are no incentive rules {name!r}.")
    of = run_of(session, name, first, last, edition.id)
    made = keyed(first, earned(session, edition.rules, first, last)) | corrections(session, name, first)
    return settle(session, of, made)


def earned(session: Session, data: Mapping[str, Any], first: date, last: date) -> list[Earned]:
    """What rules come to from `first` to `last`."""
    rules = read_rules(data)
    return earn(rules, events_of(session, first, last, rules.sales_force))


def run_of(session: Session, name: str, first: date, last: date, rules_id: int) -> int:
    """The run of these days, made where it is not there yet.

    Raises:
        RefusedError: it is closed, or overlaps with another one.
    """
    near = (run.c.name == name, run.c.first_on <= last, run.c.last_on >= first)
    rows = session.execute(select(run).where(*near).with_for_update()).all()
    own = next((row for row in rows if (row.first_on, row.last_on) == (first, last)), None)
    if own is not None and own.closed_at is not None:
        raise RefusedError(f"The run of {name!r} from {first} to {last} is closed: corrections come with a later one.")
    if own is None and rows:
        raise RefusedError(f"There is a run of {name!r} from {rows[0].first_on} to {rows[0].last_on} already.")
    if own is not None:
        if own.rules_id != rules_id:
            edit_row(session, run, own.id, own.version, {"rules_id": rules_id})
        return int(own.id)
    row = {"name": name, "rules_id": rules_id, "first_on": first, "last_on": last, "closed_at": None, "version": 1}
    (made,) = insert_all(session, IncentiveRun, [row])
    return made


def keyed(earned_on: date, lines: Iterable[Earned]) -> dict[LineKey, dict[str, Any]]:
    """Lines by what there is once in a run."""
    return {
        (earned_on, one.rule, one.event, one.rep_id, one.currency): {name: getattr(one, name) for name in FACTS}
        for one in lines
    }


def corrections(session: Session, name: str, before: date) -> dict[LineKey, dict[str, Any]]:
    """What closed runs before a day would come to now, less what was paid for them since."""
    closed = (run.c.name == name, run.c.closed_at.is_not(None), run.c.first_on < before)
    rows = session.execute(select(run).where(*closed).order_by(run.c.first_on.desc()).limit(CORRECTED)).all()
    found: dict[LineKey, dict[str, Any]] = {}
    for row in rows:
        rules = get_rules(session, row.rules_id).rules
        due = keyed(row.first_on, earned(session, rules, row.first_on, row.last_on))
        paid = paid_for(session, name, row.first_on)
        for key in sorted(due.keys() | paid.keys()):
            owed = due[key]["hundredths"] if key in due else 0
            differs = owed - paid.get(key, (0, row.last_on))[0]
            if differs:
                facts = due.get(key) or {"day": paid[key][1], "base": 0.0, "share": 1.0}
                why = f"{key[2]}: due {owed / 100:.2f}, paid {(owed - differs) / 100:.2f} so far"
                found[key] = dict(facts) | {"hundredths": differs, "why": why}
    return found


def paid_for(session: Session, name: str, earned_on: date) -> dict[LineKey, tuple[int, date]]:
    """What closed runs paid for what was earned in the run that begins on a day; and the day of each event."""
    sql = (
        select(line.c.rule, line.c.event, line.c.rep_id, line.c.currency)
        .add_columns(func.sum(line.c.hundredths), func.max(line.c.day))
        .join(run, run.c.id == line.c.run_id)
        .where(run.c.name == name, run.c.closed_at.is_not(None), line.c.earned_on == earned_on)
        .group_by(line.c.rule, line.c.event, line.c.rep_id, line.c.currency)
    )
    return {(earned_on, *row[:4]): (int(row[4]), row[5]) for row in session.execute(sql)}


def settle(session: Session, run_id: int, made: Mapping[LineKey, Mapping[str, Any]]) -> Ran:
    """Bring the lines of a run to what was worked out; what is so already is not touched."""
    rows = session.execute(select(line).where(line.c.run_id == run_id)).mappings()
    known = {tuple(row[name] for name in ("earned_on", "rule", "event", "rep_id", "currency")): row for row in rows}
    gone = [row["id"] for key, row in known.items() if key not in made]
    for at in range(0, len(gone), BATCH):
        session.execute(delete(line).where(line.c.id.in_(gone[at : at + BATCH])))
    differs = [
        (known[key]["id"], dict(facts))
        for key, facts in made.items()
        if key in known and any(known[key][name] != facts[name] for name in FACTS)
    ]
    update_rows(session, line, differs)
    names = ("earned_on", "rule", "event", "rep_id", "currency")
    new = [
        {"run_id": run_id, "version": 1, **dict(zip(names, key, strict=True)), **facts}
        for key, facts in made.items()
        if key not in known
    ]
    insert_all(session, IncentiveLine, new)
    return Ran(run_id, len(new), len(differs), len(gone), len(made) - len(new) - len(differs))


def close_run(session: Session, run_id: int, version: int, *, now: datetime) -> None:
    """Close a run: it is paid, and never changes again.

    Raises:
        MissingError: there is no such run.
        StaleError: it was changed since `version`.
        RefusedError: it is closed already.
    """
    if get_run(session, run_id).closed_at is not None:
        raise RefusedError(f"Run {run_id} is closed already.")
    edit_row(session, run, run_id, version, {"closed_at": now})


def list_runs(session: Session, run_id: int | None = None) -> tuple[RunView, ...]:
    """All runs, the latest days first; or one."""
    count = select(func.count()).where(line.c.run_id == run.c.id).scalar_subquery()
    own = run.c
    sql = (
        select(own.id, own.name, own.rules_id, rules_table.c.edition, own.first_on, own.last_on, own.closed_at, count)
        .add_columns(own.version)
        .join(rules_table, rules_table.c.id == own.rules_id)
        .order_by(own.first_on.desc(), own.name)
    )
    if run_id is not None:
        sql = sql.where(own.id == run_id)
    return tuple(RunView(*row) for row in session.execute(sql))


def get_run(session: Session, run_id: int) -> RunView:
    """One run.

    Raises:
        MissingError: there is none with this id.
    """
    found = list_runs(session, run_id)
    if not found:
        raise MissingError(f"There is no incentive run {run_id}.")
    return found[0]
