"""What entering a stage sets off: the hand-over to its performer, its effects, its timers; each exactly once.

Everything is written in the transaction of the move. The row of `stage_effect` is unique by move, cause and position,
so that no way of asking twice can do it twice; undoing the act takes all of it back, events excepted.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import (
    EstimateSource,
    Opportunity,
    Pipeline,
    PipelineStage,
    StageEffect,
    StageKind,
    StageMove,
    StageTimer,
    TimerState,
    WinEstimate,
)
from planning.events import emit
from planning.performers import performer
from planning.record_errors import AskError, RefusedError
from planning.record_rows import insert_all
from planning.stage_rules import Effect, Performer, StageRules, read_rules
from planning.tasks import cancel_tasks, write_task

log = logging.getLogger("bailiwick.pipeline")

opportunity, stage, pipeline = table_of(Opportunity), table_of(PipelineStage), table_of(Pipeline)
move, timer, effect = table_of(StageMove), table_of(StageTimer), table_of(StageEffect)

MOST_DEEP = 5
"""Sales that set off sales: so deep, and no deeper."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sale that has come to a stage by a move, or is still there when a timer goes off."""

    opportunity_id: int
    move_id: int
    at: datetime
    by: str
    cause: str = "entry"
    depth: int = 0


def begin_deal(
    session: Session, values: Mapping[str, Any], *, at: datetime, by: str, reason: str = "", depth: int = 0
) -> int:
    """Write a sale that was checked, its first move and what that sets off; returns its id."""
    (made,) = insert_all(session, Opportunity, [{**values, "created_at": at, "version": 1}])
    if values.get("probability") is not None:
        keep_estimate(session, made, values["probability"], at=at, by=by)
    about = {name: values.get(name) for name in ("title", "account_id", "rep_id", "stage_id")}
    emit(session, "opportunity.created", "opportunity", made, at, about)
    move_id = write_move(session, made, None, values["stage_id"], at=at, by=by, reason=reason)
    entered(session, Entry(made, move_id, at, by, depth=depth))
    return made


def write_move(
    session: Session, opportunity_id: int, start: int | None, to: int, *, at: datetime, by: str, reason: str
) -> int:
    """Write a move; returns its id."""
    row = {"opportunity_id": opportunity_id, "from_stage_id": start, "to_stage_id": to, "moved_at": at}
    (made,) = insert_all(session, StageMove, [row | {"moved_by": by, "reason": reason, "migrated": False}])
    return made


def entered(session: Session, entry: Entry) -> None:
    """Carry out what the stage that was entered sets off; what waited for the sale in its last stage is over.

    Raises:
        RefusedError: sales set off sales without end.
    """
    to, rules = stage_of_move(session, entry.move_id)
    cancel_timers(session, entry.opportunity_id, at=entry.at)
    if to.kind == StageKind.LOST:
        cancel_tasks(session, entry.opportunity_id, entry.by, "The sale was lost", at=entry.at)
    effects = (Effect("hand_over", {}, rules.performer), *rules.effects) if rules.performer else rules.effects
    carry_out(session, entry, effects)
    set_timers(session, entry.opportunity_id, entry.move_id, rules, since=entry.at)


def stage_of_move(session: Session, move_id: int) -> tuple[Any, StageRules]:
    """The stage that a move led to, and its rules."""
    sql = select(stage).join(move, move.c.to_stage_id == stage.c.id).where(move.c.id == move_id)
    row = session.execute(sql).one()
    return row, read_rules(row.name, row.rules)


def set_timers(session: Session, opportunity_id: int, move_id: int, rules: StageRules, *, since: datetime) -> None:
    """Set the timers of a stage for a sale that has been there since a moment."""
    rows = [
        {
            "opportunity_id": opportunity_id,
            "stage_move_id": move_id,
            "position": position,
            "due_at": since + timedelta(days=one.after_days),
            "state": TimerState.PENDING,
            "version": 1,
        }
        for position, one in enumerate(rules.timers)
    ]
    if rows:
        session.execute(insert(timer), rows)


def cancel_timers(session: Session, opportunity_id: int, *, at: datetime) -> None:
    """Nothing waits any more for a sale that leaves its stage."""
    waiting = (timer.c.opportunity_id == opportunity_id, timer.c.state == TimerState.PENDING)
    ended = {"state": TimerState.CANCELLED, "ended_at": at, "version": timer.c.version + 1}
    session.execute(update(timer).where(*waiting).values(ended))


def fire_due(database: Database, now: datetime) -> int:
    """Carry out what timers that are due set off; returns how many went off.

    Each is one act, made once: of two who do it at the same moment one finds nothing to do.
    """
    due = (timer.c.state == TimerState.PENDING, timer.c.due_at <= now)
    with database.read() as session:
        waiting = list(session.scalars(select(timer.c.id).where(*due).order_by(timer.c.due_at, timer.c.id)))
    fired = 0
    for number in waiting:
        try:
            with database.write(Act("bailiwick", f"Timer {number} of a stage", now)) as session:
                fired += fire(session, number, now)
        except AskError as error:
            log.warning("timer %d: %s", number, error)
    return fired


def fire(session: Session, timer_id: int, now: datetime) -> bool:
    """Carry out one timer, unless it has gone off or was cancelled meanwhile."""
    own = (timer.c.id == timer_id, timer.c.state == TimerState.PENDING)
    row = session.execute(select(timer).where(*own).with_for_update()).first()
    if row is None:
        return False
    ended = {"state": TimerState.FIRED, "ended_at": now, "version": row.version + 1}
    session.execute(update(timer).where(timer.c.id == timer_id).values(ended))
    _, rules = stage_of_move(session, row.stage_move_id)
    entry = Entry(row.opportunity_id, row.stage_move_id, now, "bailiwick", cause=f"timer {row.position}")
    carry_out(session, entry, rules.timers[row.position].effects)
    return True


def carry_out(session: Session, entry: Entry, effects: tuple[Effect, ...]) -> None:
    """Do these one after the other, and write down what came of each."""
    if effects and entry.depth > MOST_DEEP:
        raise RefusedError("The effects of these stages set each other off without end: change the pipelines.")
    for position, one in enumerate(effects):
        deal = session.execute(select(opportunity).where(opportunity.c.id == entry.opportunity_id)).one()
        result = EFFECTS[one.do](session, entry, one, deal)
        row = {"stage_move_id": entry.move_id, "cause": entry.cause, "position": position, "kind": one.do}
        session.execute(insert(effect), [row | {"result": result}])


def create_task(session: Session, entry: Entry, one: Effect, deal: Any) -> dict[str, Any]:
    """A task for the sale."""
    days = one.said.get("due_days")
    values = {
        "opportunity_id": deal.id,
        "account_id": None,
        "rep_id": who(session, entry, one.to, deal),
        "kind": one.said["kind"],
        "title": filled(one.said["title"], deal),
        "text": "",
        "due_on": None if days is None else entry.at.date() + timedelta(days=days),
    }
    return {"task_id": write_task(session, entry.by, values, at=entry.at)}


def set_field(session: Session, entry: Entry, one: Effect, deal: Any) -> dict[str, Any]:
    """A field of the sale."""
    name, value = one.said["field"], one.said.get("value")
    change_deal(session, deal, {name: value})
    if name == "probability":
        keep_estimate(session, deal.id, value, at=entry.at, by=entry.by)
    return {"field": name, "was": plain(getattr(deal, name)), "is": value}


def create_opportunity(session: Session, entry: Entry, one: Effect, deal: Any) -> dict[str, Any]:
    """Another sale to the same account, at the beginning of a pipeline in force."""
    name = one.said.get("pipeline") or session.scalar(
        select(pipeline.c.name).join(stage, stage.c.pipeline_id == pipeline.c.id).where(stage.c.id == deal.stage_id)
    )
    first = first_stage(session, str(name))
    if first is None:
        return {"nothing": f"no pipeline {name} is in force"}
    values = {
        **{column: getattr(deal, column) for column in ("account_id", "product", "currency")},
        "external_id": None,
        "rep_id": who(session, entry, one.to, deal),
        "stage_id": first,
        "title": filled(one.said.get("title") or "{title}", deal),
        "value": one.said.get("value"),
        "probability": None,
        "expected_on": None,
        "source": f"opportunity {deal.id}",
    }
    reason = f"Set off by opportunity {deal.id}"
    made = begin_deal(session, values, at=entry.at, by=entry.by, reason=reason, depth=entry.depth + 1)
    return {"opportunity_id": made}


def hand_over(session: Session, entry: Entry, one: Effect, deal: Any) -> dict[str, Any]:
    """The sale to another rep; it stays where it is when nobody holds the territory in that role."""
    new = who(session, entry, one.to, deal)
    if new is None or new == deal.rep_id:
        return {"rep_id": deal.rep_id, "nothing": "nobody to hand over to" if new is None else "theirs already"}
    change_deal(session, deal, {"rep_id": new})
    return {"was": deal.rep_id, "rep_id": new}


def emit_event(session: Session, entry: Entry, one: Effect, deal: Any) -> dict[str, Any]:
    """An event of the pipeline's own."""
    about = {name: plain(getattr(deal, name)) for name in ("title", "account_id", "rep_id", "stage_id", "value")}
    emit(session, one.said["event"], "opportunity", deal.id, entry.at, about)
    return {"event": one.said["event"]}


EFFECTS: Mapping[str, Callable[[Session, Entry, Effect, Any], dict[str, Any]]] = {
    "create_task": create_task,
    "set_field": set_field,
    "create_opportunity": create_opportunity,
    "hand_over": hand_over,
    "emit": emit_event,
}
"""How each effect is carried out."""


def who(session: Session, entry: Entry, to: Performer, deal: Any) -> int | None:
    """The rep who is meant."""
    return performer(session, to, rep_id=deal.rep_id, account_id=deal.account_id, day=entry.at.date())


def change_deal(session: Session, deal: Any, values: Mapping[str, Any]) -> None:
    """Set columns of a sale that this transaction holds."""
    new = dict(values) | {"version": opportunity.c.version + 1}
    session.execute(update(opportunity).where(opportunity.c.id == deal.id).values(new))


def keep_estimate(session: Session, opportunity_id: int, probability: float | None, *, at: datetime, by: str) -> None:
    """Write down what somebody thinks of the chances of a sale."""
    row = {"opportunity_id": opportunity_id, "source": EstimateSource.MANUAL, "probability": probability}
    session.execute(insert(table_of(WinEstimate)), [row | {"model_id": None, "at": at, "made_by": by}])


def first_stage(session: Session, name: str) -> int | None:
    """Where sales begin in the edition of a pipeline that is in force; None without one."""
    sql = (
        select(stage.c.id)
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .where(pipeline.c.name == name, ~pipeline.c.retired, stage.c.kind == StageKind.OPEN)
        .order_by(pipeline.c.edition.desc(), stage.c.position)
    )
    return session.scalar(sql.limit(1))


def filled(template: str, deal: Any) -> str:
    """A title with that of the sale put in for `{title}`."""
    return template.replace("{title}", deal.title)[:300]


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value
