"""Long work: jobs, the units they are made of, what each unit came to, and every attempt at one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class JobState(StrEnum):
    """Waiting for a worker, in one's hands, or over: done (maybe with units that failed), failed, or cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class UnitState(StrEnum):
    """Still to do, done, or given up."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class AttemptEnd(StrEnum):
    """How an attempt ended; `lost`: the process that computed it died or could not be reached any more."""

    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    TOO_LONG = "too_long"


class Job(Record, table=True):
    """Something that takes longer than a request may: which use case (`kind`), asked with what, and how far it is.

    `lease` counts how often a coordinator took the job; whoever names an older number has lost it. `beat` grows as long
    as the coordinator lives. `fruitless` counts leases since the last progress: a job that kills its coordinators is
    given up. `answer` says what came out, such as the id of a proposal; `batch_id` is the act that saved it.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_until"),
        CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name="ended_at"),
        Index(
            "ix_job_open",
            "priority",
            "id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_job_asked_by", "asked_by", "id"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    title: str
    asked: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    asked_by: str
    asked_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    request_id: str = ""
    priority: int = 0
    state: JobState = Field(default=JobState.QUEUED, sa_column=code_column(JobState, "state", default=JobState.QUEUED))
    phase: str = ""
    units: int = 0
    units_done: int = 0
    units_failed: int = 0
    lease: int = 0
    lease_until: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    beat: int = 0
    fruitless: int = 0
    coordinator: str = ""
    cancel_asked_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    cancel_asked_by: str = ""
    started_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    answer: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: str = ""
    batch_id: int | None = Field(default=None, foreign_key="change_batch.id")
    version: int = 1


class JobUnit(Record, table=True):
    """A part of a job that is computed by itself: one rep's weeks, one plan's transfers, a hundred addresses.

    `inputs` is a fingerprint of what it is computed from; a job that is taken up again keeps what was computed from
    the same.
    """

    __tablename__ = "job_unit"
    __table_args__ = (
        Index(
            "ix_job_unit_open",
            "job_id",
            "unit",
            sqlite_where=text("state <> 'done'"),
            postgresql_where=text("state <> 'done'"),
        ),
    )

    job_id: int = Field(sa_column=Column(Integer, ForeignKey("job.id"), primary_key=True, autoincrement=False))
    unit: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    name: str
    inputs: str
    state: UnitState = Field(
        default=UnitState.WAITING, sa_column=code_column(UnitState, "state", default=UnitState.WAITING)
    )
    attempts: int = 0
    error: str = ""
    done_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class JobResult(Record, table=True):
    """What a unit came to: one row for ever, so that no unit counts twice; emptied once it has been `saved`."""

    __tablename__ = "job_result"

    job_id: int = Field(sa_column=Column(Integer, ForeignKey("job.id"), primary_key=True, autoincrement=False))
    unit: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    value: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    saved: bool = False


class ExportPiece(Record, table=True):
    """Some of a file that a job makes for somebody to fetch, by unit and number in order; unit 0 says what it is."""

    __tablename__ = "export_piece"

    job_id: int = Field(sa_column=Column(Integer, ForeignKey("job.id"), primary_key=True, autoincrement=False))
    unit: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    content: bytes


class JobAttempt(Record, table=True):
    """One try at one unit: under which lease, on which process of the compute engine, and how it ended."""

    __tablename__ = "job_attempt"
    __table_args__ = (Index("ix_job_attempt_unit", "job_id", "unit"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="job.id")
    unit: int
    lease: int
    worker: str
    end: AttemptEnd = Field(sa_column=code_column(AttemptEnd, "end"))
    error: str = ""
    wall_s: float
    cpu_s: float
    ended_at: datetime = Field(sa_column=Column(Instant, nullable=False))
