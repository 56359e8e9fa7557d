"""Trade equipment at outlets, such as freezers: what stands where, and the service that a fault asks for."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class AssetState(StrEnum):
    """How a piece of equipment is; one that was withdrawn stands nowhere any more."""

    IN_SERVICE = "in_service"
    FAULTY = "faulty"
    IN_REPAIR = "in_repair"
    WITHDRAWN = "withdrawn"


class Priority(StrEnum):
    """How much a service task presses."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Asset(Record, table=True):
    """A piece of equipment at a site. `kind` is a code of the list `asset_kind`."""

    __tablename__ = "asset"
    __table_args__ = (
        UniqueConstraint("kind", "serial_number"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name="withdrawn"),
        CheckConstraint("withdrawn_on IS NULL OR installed_on IS NULL OR withdrawn_on >= installed_on", name="dates"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    kind: str
    serial_number: str
    state: AssetState = Field(
        default=AssetState.IN_SERVICE, sa_column=code_column(AssetState, "state", default=AssetState.IN_SERVICE)
    )
    installed_on: date | None = None
    withdrawn_on: date | None = None
    note: str = ""
    version: int = 1


class ServiceTask(Record, table=True):
    """Service that a fault asks for, from the day `not_before`; open until `done_at`. `outcome` says what was done."""

    __tablename__ = "service_task"
    __table_args__ = (CheckConstraint("(done_at IS NULL) = (done_by = '')", name="done"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(foreign_key="asset.id", index=True)
    priority: Priority = Field(
        default=Priority.NORMAL, sa_column=code_column(Priority, "priority", default=Priority.NORMAL)
    )
    text: str
    not_before: date
    reported_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    reported_by: str
    done_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    done_by: str = ""
    outcome: str = ""
    version: int = 1
