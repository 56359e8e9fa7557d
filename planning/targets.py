"""Revenue that reps are to win, and what they did win."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import CreditSplit, Opportunity, PipelineStage, Rep, StageKind, StageMove, Target
from planning.as_it_was import end_of
from planning.edits import edit_row
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.rollups import stages_on
from planning.viewer import Viewer, may_see_reps

target, rep, credit = table_of(Target), table_of(Rep), table_of(CreditSplit)
opportunity, stage, move = table_of(Opportunity), table_of(PipelineStage), table_of(StageMove)


@dataclass(frozen=True, slots=True)
class TargetView:
    """Revenue that a rep is to win from `first_on` to `last_on`, both included."""

    id: int
    rep_id: int
    rep: str
    first_on: date
    last_on: date
    amount: float
    currency: str
    version: int


def list_targets(session: Session, viewer: Viewer, rep_id: int | None = None) -> tuple[TargetView, ...]:
    """The targets of the reps whom the viewer may see, or of one of them."""
    sql = targets().where(may_see_reps(session, viewer))
    if rep_id is not None:
        sql = sql.where(rep.c.id == rep_id)
    return tuple(TargetView(*row) for row in session.execute(sql.order_by(rep.c.name, target.c.first_on)))


def targets() -> Any:
    """Targets with the names of their reps, in the order of `TargetView`."""
    own = (target.c.id, rep.c.id, rep.c.name, target.c.first_on, target.c.last_on)
    return select(*own, target.c.amount, target.c.currency, target.c.version).join(rep, rep.c.id == target.c.rep_id)


def get_target(session: Session, viewer: Viewer, target_id: int) -> TargetView:
    """One target.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    row = session.execute(targets().where(target.c.id == target_id, may_see_reps(session, viewer))).first()
    if row is None:
        raise MissingError(f"There is no target {target_id}.")
    return TargetView(*row)


def add_target(session: Session, viewer: Viewer, values: Mapping[str, Any]) -> int:
    """Set a target; returns its id.

    Raises:
        RefusedError: there is no such rep for the viewer, the days are the wrong way round, or the rep has a target on
            one of them.
    """
    known = select(rep.c.id).where(rep.c.id == values["rep_id"], may_see_reps(session, viewer))
    if session.execute(known.with_for_update()).first() is None:
        raise RefusedError(f"There is no rep {values['rep_id']}.")
    check_days(session, values["rep_id"], values["first_on"], values["last_on"])
    (made,) = insert_all(session, Target, [{**values, "version": 1}])
    return made


def edit_target(session: Session, viewer: Viewer, target_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change days, amount or currency of a target; see `add_target` and `edit_row` for errors."""
    found = get_target(session, viewer, target_id)
    days = values.get("first_on", found.first_on), values.get("last_on", found.last_on)
    check_days(session, found.rep_id, *days, but=target_id)
    edit_row(session, target, target_id, version, values)


def remove_target(session: Session, viewer: Viewer, target_id: int, version: int) -> TargetView:
    """Take a target away, if it is still at `version`; returns what it was. See `edit_row` for errors."""
    found = get_target(session, viewer, target_id)
    edit_row(session, target, target_id, version, {})
    session.execute(delete(target).where(target.c.id == target_id))
    return found


def check_days(session: Session, rep_id: int, first: date, last: date, *, but: int = 0) -> None:
    """Go on only with days in order on which the rep has no other target.

    Raises:
        RefusedError: which of it is not so.
    """
    if last < first:
        raise RefusedError(f"last_on: {last} comes before first_on, {first}.")
    same = (target.c.rep_id == rep_id, target.c.id != but, target.c.first_on <= last, target.c.last_on >= first)
    if (other := session.execute(select(target.c.first_on, target.c.last_on).where(*same)).first()) is not None:
        raise RefusedError(f"Rep {rep_id} has a target from {other[0]} to {other[1]} already.")


def targets_by_day(session: Session, first: date, last: date) -> Iterable[tuple[int, date, str, float]]:
    """Every day's part of every target between the days: rep, day, currency, amount."""
    sql = select(target).where(target.c.first_on <= last, target.c.last_on >= first).order_by(target.c.id)
    for row in session.execute(sql):
        a_day = row.amount / ((row.last_on - row.first_on).days + 1)
        begin, end = max(row.first_on, first), min(row.last_on, last)
        for ahead in range((end - begin).days + 1):
            yield row.rep_id, begin + timedelta(ahead), row.currency, a_day


@dataclass(frozen=True, slots=True)
class Won:
    """A sale that was won: `credited` are the shares of the reps on its day, empty where it is its rep's alone."""

    id: int
    account_id: int | None
    rep_id: int | None
    currency: str
    value: float
    day: date
    credited: Mapping[int, float]


def won_by_day(session: Session, first: date, last: date) -> Iterable[tuple[int, date, str, float]]:
    """Every rep's part of every sale won between the days and still won on the last; as `targets_by_day`."""
    for sale in won_sales(session, first, last):
        for who, part in sale.credited.items() or [(sale.rep_id, 1.0)]:
            if who is not None:
                yield who, sale.day, sale.currency, sale.value * part


def won_sales(session: Session, first: date, last: date) -> Iterable[Won]:
    """The sales won between the days and still won on the last, in order of their ids."""
    at = stages_on(last)
    won_at = func.max(move.c.moved_at)
    of = tuple(opportunity.c[name] for name in ("id", "account_id", "rep_id", "currency", "value"))
    sql = (
        select(*of, won_at)
        .join(at, at.c.opportunity_id == opportunity.c.id)
        .join(stage, stage.c.id == at.c.stage_id)
        .join(move, (move.c.opportunity_id == opportunity.c.id) & (move.c.to_stage_id == stage.c.id))
        .where(stage.c.kind == StageKind.WON, opportunity.c.value.is_not(None), move.c.moved_at < end_of(last))
        .group_by(*of)
        .having(won_at >= end_of(first - timedelta(1)))
        .order_by(opportunity.c.id)
    )
    splits: dict[int, list[Any]] = {}
    for row in session.execute(select(credit).order_by(credit.c.id)):
        splits.setdefault(row.opportunity_id, []).append(row)
    for key, account_id, rep_id, currency, value, moved_at in session.execute(sql):
        day = moved_at.date()
        valid = {
            row.rep_id: row.share
            for row in splits.get(key, ())
            if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
        }
        yield Won(key, account_id, rep_id, currency, value, day, valid)
