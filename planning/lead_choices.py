"""The choices made among reps for leads: who got which and why, made again, and how even it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from balancing.choice_kept import replay
from balancing.lead_fairness import FairnessReport, Given, fairness_report
from crm.columns import table_of
from crm.tables import LeadChoice, Rep
from planning.lead_candidates import candidates_of
from planning.record_errors import MissingError

choice, rep = table_of(LeadChoice), table_of(Rep)
chosen, got = rep.alias("chosen"), rep.alias("got")


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A lead that was given away; `overridden`: to somebody else than the rules chose."""

    id: int
    opportunity_id: int
    rules_id: int
    rule: str
    chosen_rep_id: int | None
    chosen_rep: str | None
    rep_id: int | None
    rep: str | None
    overridden: bool
    why: str
    override_why: str
    work_min: float
    value: float
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True)
class ChoicePage:
    """Choices, the newest first; `after` is the id to go on from, None on the last page."""

    choices: tuple[ChoiceView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A choice made again from its kept inputs; `same`: it came out as it was kept."""

    choice: ChoiceView
    inputs: Mapping[str, Any]
    same: bool
    rep_now: str | None
    why_now: str


def choices() -> Any:
    """Choices with the names of the reps, in the order of `ChoiceView`."""
    own = choice.c
    overridden = func.coalesce(own.rep_id, 0) != func.coalesce(own.chosen_rep_id, 0)
    return (
        select(
            *(own.id, own.opportunity_id, own.rules_id, own.rule, own.chosen_rep_id, chosen.c.name),
            *(own.rep_id, got.c.name, overridden, own.why, own.override_why, own.work_min, own.value),
            *(own.given_at, own.given_by),
        )
        .select_from(choice)
        .outerjoin(chosen, chosen.c.id == own.chosen_rep_id)
        .outerjoin(got, got.c.id == own.rep_id)
    )


def view(row: Sequence[Any]) -> ChoiceView:
    """A row as a value."""
    values = dict(zip(ChoiceView.__slots__, row, strict=True))
    return ChoiceView(**(values | {"overridden": bool(values["overridden"])}))


def choices_by_id(session: Session, ids: Sequence[int]) -> tuple[ChoiceView, ...]:
    """These choices, in the order they were made."""
    rows = session.execute(choices().where(choice.c.id.in_(list(ids))).order_by(choice.c.id))
    return tuple(view(row) for row in rows)


def find_choices(
    session: Session,
    *,
    after: int,
    limit: int,
    rep_id: int | None = None,
    opportunity_id: int | None = None,
    overridden: bool | None = None,
) -> ChoicePage:
    """Choices, the newest first, with ids below `after` (0: from the newest)."""
    sql = choices().order_by(choice.c.id.desc()).limit(limit + 1)
    if after:
        sql = sql.where(choice.c.id < after)
    for column, wanted in ((choice.c.rep_id, rep_id), (choice.c.opportunity_id, opportunity_id)):
        if wanted is not None:
            sql = sql.where(column == wanted)
    if overridden is not None:
        differs = func.coalesce(choice.c.rep_id, 0) != func.coalesce(choice.c.chosen_rep_id, 0)
        sql = sql.where(differs if overridden else ~differs)
    rows = tuple(view(row) for row in session.execute(sql))
    return ChoicePage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def replay_choice(session: Session, choice_id: int) -> Replayed:
    """Make a kept choice again from its inputs alone.

    Raises:
        MissingError: there is none with this id.
    """
    found = choices_by_id(session, [choice_id])
    if not found:
        raise MissingError(f"There is no choice {choice_id}.")
    inputs = session.execute(select(choice.c.inputs).where(choice.c.id == choice_id)).scalar_one()
    again = replay(inputs)
    same = (again.rep, again.why) == (inputs["rep"], inputs["why"])
    return Replayed(found[0], inputs, same, again.rep, again.why)


def lead_fairness(session: Session, *, first: datetime, last: datetime, now: datetime) -> FairnessReport | None:
    """How evenly leads were given away from `first` until before `last`, with every override; None without reps.

    The reps are those of the plan in force and whoever got a lead in that time.
    """
    rows = session.execute(choices().where(choice.c.given_at >= first, choice.c.given_at < last).order_by(choice.c.id))
    given = [given_of(view(row)) for row in rows]
    people, _ = candidates_of(session, now=now)
    names = {row.id: row.name for row in session.execute(select(rep.c.external_id.label("id"), rep.c.name))}
    share = {names[each.id]: each.share_of_full_time for each in people}
    share |= {row.rep: 1.0 for row in given if row.rep not in share}
    if not share:
        return None
    return fairness_report(given, share, first=first, last=last)


def given_of(row: ChoiceView) -> Given:
    """A choice as what was given."""
    return Given(
        lead=str(row.opportunity_id),
        rep=row.rep or "",
        given_at=row.given_at,
        work_min=row.work_min,
        value=row.value,
        chosen=row.chosen_rep or "",
        by=row.given_by,
        why=row.override_why,
    )
