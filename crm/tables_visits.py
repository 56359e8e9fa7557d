"""Routes and visits: the days of the reps, planned and done. Planned times of day are seconds after local midnight."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, UniqueConstraint, false, text
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class VisitState(StrEnum):
    """What became of a visit."""

    PLANNED = "planned"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Route(Record, table=True):
    """One rep's day from door to door under one plan; `line_wkb` is the way to draw (EPSG:4326)."""

    __tablename__ = "route"
    __table_args__ = (UniqueConstraint("rep_id", "day", "plan_id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="territory_plan.id", index=True)
    rep_id: int = Field(foreign_key="rep.id")
    day: date
    start_s: int
    end_s: int
    drive_s: int
    lunch_start_s: int | None = None
    lunch_end_s: int | None = None
    proven: bool = False
    line_wkb: bytes | None = None
    version: int = 1


class Visit(Record, table=True):
    """A visit to a site: planned on a route, or made without one. `done_at` is the moment it was reported done.

    It was promised to begin from `promised_from_s` to `promised_until_s`; both are empty where nothing was promised.

    `type` is the code of an `ActivityType`: as planned, then as reported. `by_phone`: made by telephone or video. `why`
    says why it was skipped or left out. A visit that was left out of its route has no `sequence` any more.
    """

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("route_id", "sequence"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    route_id: int | None = Field(default=None, foreign_key="route.id")
    sequence: int | None = None
    site_id: int = Field(foreign_key="site.id", index=True)
    rep_id: int = Field(foreign_key="rep.id", index=True)
    day: date
    state: VisitState = Field(
        default=VisitState.PLANNED, sa_column=code_column(VisitState, "state", default=VisitState.PLANNED)
    )
    arrive_s: int | None = None
    start_s: int | None = None
    depart_s: int | None = None
    drive_s: int | None = None
    promised_from_s: int | None = None
    promised_until_s: int | None = None
    done_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    outcome: str = ""
    type: str | None = Field(default=None, foreign_key="activity_type.code")
    by_phone: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    why: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    version: int = 1


class VisitCompanion(Record, table=True):
    """A rep who comes along on another's visit: of an overlaid sales force, in support, or to help."""

    __tablename__ = "visit_companion"
    __table_args__ = (UniqueConstraint("visit_id", "rep_id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id")
    rep_id: int = Field(foreign_key="rep.id", index=True)
    version: int = 1


class UnservedVisit(Record, table=True):
    """Visits of a site that fell due under a plan and found no day, with the reason.

    `details`: what blocks one on every day, and the cheapest way to fit it in; empty where nobody looked.
    """

    __tablename__ = "unserved_visit"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="territory_plan.id", index=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    rep_id: int = Field(foreign_key="rep.id", index=True)
    visits: int
    reason: str
    details: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
