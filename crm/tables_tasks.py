"""Work that a sale or an account asks of reps, and what stages set off by themselves: effects, timers, events."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class TaskState(StrEnum):
    """Whether a task is still to be done; the last two are final."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Task(Record, table=True):
    """Something to do for a sale or for an account, by `rep_id` (None: by anybody who sees it), by the day `due_on`.

    `kind` is a code of the list `task_kind`, or any text where that list is empty; stages ask for tasks by their kind.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("(opportunity_id IS NULL) <> (account_id IS NULL)", name="subject"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        Index("ix_task_rep_id", "rep_id", "state"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    rep_id: int | None = Field(default=None, foreign_key="rep.id")
    kind: str
    title: str
    text: str = ""
    due_on: date | None = None
    state: TaskState = Field(default=TaskState.OPEN, sa_column=code_column(TaskState, "state", default=TaskState.OPEN))
    outcome: str = ""
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    ended_by: str = ""
    version: int = 1


class TimerState(StrEnum):
    """A timer waits, has gone off, or was cancelled because the sale left the stage."""

    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"


class StageTimer(Record, table=True):
    """A timer of a stage (number `position`), begun by the move with which a sale came there."""

    __tablename__ = "stage_timer"
    __table_args__ = (
        UniqueConstraint("stage_move_id", "position"),
        CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended"),
        Index("ix_stage_timer_due", "state", "due_at"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    stage_move_id: int = Field(foreign_key="stage_move.id")
    position: int
    due_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: TimerState = Field(
        default=TimerState.PENDING, sa_column=code_column(TimerState, "state", default=TimerState.PENDING)
    )
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    version: int = 1


class StageEffect(Record, table=True):
    """An effect that a stage declares and that was carried out: once for each move, cause and position.

    `cause` is `entry`, or `timer 0` and so on; `result` says what came of it. Rows are only ever added.
    """

    __tablename__ = "stage_effect"
    __table_args__ = (UniqueConstraint("stage_move_id", "cause", "position"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    stage_move_id: int = Field(foreign_key="stage_move.id")
    cause: str
    position: int
    kind: str
    result: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Event(Record, table=True):
    """Something that other programs may want to know, written in the transaction in which it happened.

    `kind` says what (`opportunity.won`), `subject` and `subject_id` to which row, `batch_id` by which act. Rows are
    only ever added, also by an undo: what was told cannot be untold.
    """

    __tablename__ = "event"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    kind: str
    subject: str
    subject_id: int
    batch_id: int = Field(foreign_key="change_batch.id", index=True)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class EventReader(Record, table=True):
    """How far events were delivered to a URL of the settings: up to `after_id`.

    Nobody delivers before `not_before`: somebody is at it, or the other side has to rest after `failures` in a row.
    """

    __tablename__ = "event_reader"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True)
    after_id: int
    failures: int = 0
    not_before: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    error: str = ""
