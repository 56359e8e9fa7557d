"""New work: queues that reps pull from, the rules by which leads are given away, and every choice that was made."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class ItemState(StrEnum):
    """Waiting for somebody, leased to somebody until a moment, or done."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"


class WorkQueue(Record, table=True):
    """A line of work that reps pull from. Who pulls holds an item for `lease_s` seconds, `most_leased` at a time."""

    __tablename__ = "work_queue"
    __table_args__ = (
        CheckConstraint("lease_s > 0", name="lease"),
        CheckConstraint("most_leased IS NULL OR most_leased > 0", name="most_leased"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    lease_s: int
    most_leased: int | None = None
    version: int = 1


class WorkItem(Record, table=True):
    """A piece of work in a queue; lower `priority` comes first, then the older one.

    `lease` counts how often it was handed out: it is the number of the present lease, and who names an older one has
    lost it. `rep_id` is who holds it, or who did it.
    """

    __tablename__ = "work_item"
    __table_args__ = (
        UniqueConstraint("queue_id", "external_id"),
        CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="lease_until"),
        CheckConstraint("state = 'waiting' OR rep_id IS NOT NULL", name="holder"),
        Index(
            "ix_work_item_next",
            "queue_id",
            "priority",
            "id",
            sqlite_where=text("state <> 'done'"),
            postgresql_where=text("state <> 'done'"),
        ),
        Index(
            "ix_work_item_held",
            "rep_id",
            "queue_id",
            sqlite_where=text("state = 'leased'"),
            postgresql_where=text("state = 'leased'"),
        ),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    queue_id: int = Field(foreign_key="work_queue.id")
    external_id: str
    title: str
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    priority: int = 0
    work_min: float = 0.0
    state: ItemState = Field(
        default=ItemState.WAITING, sa_column=code_column(ItemState, "state", default=ItemState.WAITING)
    )
    lease: int = 0
    rep_id: int | None = Field(default=None, foreign_key="rep.id")
    leased_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    lease_until: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    done_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    outcome: str = ""
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int = 1


class RepSkill(Record, table=True):
    """How well a rep can do something: `level` 0 or more."""

    __tablename__ = "rep_skill"
    __table_args__ = (UniqueConstraint("rep_id", "skill"), CheckConstraint("level >= 0", name="level"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    rep_id: int = Field(foreign_key="rep.id")
    skill: str
    level: float
    version: int = 1


class AccountNeed(Record, table=True):
    """What an account needs of its rep: a skill, at `level` at least."""

    __tablename__ = "account_need"
    __table_args__ = (UniqueConstraint("account_id", "skill"), CheckConstraint("level >= 0", name="level"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    skill: str
    level: float = 0.0
    version: int = 1


class LeadRules(Record, table=True):
    """An edition of the rules by which leads are given away, as data (see `balancing.rules_of`).

    The highest edition of a name is in force; editions are only ever added.
    """

    __tablename__ = "lead_rules"
    __table_args__ = (UniqueConstraint("name", "edition"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    edition: int
    rules: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str


class LeadChoice(Record, table=True):
    """A lead that was given away: whom the rules chose, who got it, by which rule, why, and from which inputs.

    `rep_id` other than `chosen_rep_id` is an override, which has its reason in `override_why`. `inputs` is all that
    `balancing.replay` needs to choose again. Rows are only ever added; an act can be undone.
    """

    __tablename__ = "lead_choice"
    __table_args__ = (Index("ix_lead_choice_rep_id", "rep_id", "given_at"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    rules_id: int = Field(foreign_key="lead_rules.id", index=True)
    rule: str
    chosen_rep_id: int | None = Field(default=None, foreign_key="rep.id")
    rep_id: int | None = Field(default=None, foreign_key="rep.id")
    why: str
    override_why: str = ""
    work_min: float
    value: float
    inputs: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    given_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    given_by: str
