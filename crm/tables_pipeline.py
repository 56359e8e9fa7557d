"""The pipeline as data: its stages, the opportunities in them, and every move between stages."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, false, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class StageKind(StrEnum):
    """Whether a stage leaves the outcome open."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Pipeline(Record, table=True):
    """A way of selling. A changed pipeline is a new edition of the same name; opportunities stay with theirs.

    Nothing new begins in a retired one: an older edition, or a way of selling that was given up.
    """

    __tablename__ = "pipeline"
    __table_args__ = (UniqueConstraint("name", "edition"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    edition: int = 1
    retired: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    version: int = 1


class PipelineStage(Record, table=True):
    """A step of a pipeline, in order of `position`; `probability` (0–1) is what a deal there is expected to come to.

    `required` names the columns of `Opportunity`, parted by spaces, that must be filled before a deal may enter; where
    `owner_role` is not empty, only users of that role (and administrators) move a deal into it. A deal that is there
    for longer than `expected_days` is stuck. `rules` is what else the stage says (see `planning.stage_rules`).
    """

    __tablename__ = "pipeline_stage"
    __table_args__ = (
        UniqueConstraint("pipeline_id", "position"),
        UniqueConstraint("pipeline_id", "name"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    pipeline_id: int = Field(foreign_key="pipeline.id")
    position: int
    name: str
    kind: StageKind = Field(default=StageKind.OPEN, sa_column=code_column(StageKind, "kind", default=StageKind.OPEN))
    probability: float
    required: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    owner_role: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    expected_days: float | None = None
    rules: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    version: int = 1


class Opportunity(Record, table=True):
    """A possible sale; to an account, unless it is not known yet to which. `source` says where it comes from.

    `product` is a code of the list `product`, or any text where that list is empty.
    `probability` (0–1) replaces the one of the stage when somebody has set it.
    """

    __tablename__ = "opportunity"
    __table_args__ = (
        CheckConstraint("probability IS NULL OR probability BETWEEN 0 AND 1", name="probability"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    rep_id: int | None = Field(default=None, foreign_key="rep.id", index=True)
    stage_id: int = Field(foreign_key="pipeline_stage.id", index=True)
    title: str
    product: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    value: float | None = None
    currency: str = ""
    probability: float | None = None
    expected_on: date | None = None
    source: str = ""
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int = 1


class StageMove(Record, table=True):
    """An opportunity came to a stage. Rows are only ever added: the database refuses to change or remove one.

    `migrated`: its pipeline got a new edition, and the time that it has been in its stage goes on.
    """

    __tablename__ = "stage_move"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    from_stage_id: int | None = Field(default=None, foreign_key="pipeline_stage.id")
    to_stage_id: int = Field(foreign_key="pipeline_stage.id")
    moved_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    moved_by: str
    reason: str = ""
    migrated: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
