"""Shapes of the answers about activities and leads, and of all about one account."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from api.schemas import AccountOut, Answer, OpportunityOut
from api.schemas_admin_regions import SiteRegionOut
from api.schemas_documents import DocumentOut
from api.schemas_people import LinkOut, NameOut, Next, PersonOut
from api.schemas_tasks import TaskOut
from crm.tables import ActivityKind, LeadState


class ActivityOut(Answer):
    """Something done with or for an account."""

    id: int = Field(examples=[100])
    external_id: str | None = Field(examples=["c-9"])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    site_id: int | None = Field(examples=[17])
    person_id: int | None = Field(examples=[5])
    person: str | None = Field(examples=["Anna Berg"])
    opportunity_id: int | None = Field(examples=[None])
    visit_id: int | None = Field(examples=[None])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Ruth Lang"])
    kind: ActivityKind = Field(examples=["phone_call"])
    type: str | None = Field(description="Its type, see /api/activity-types", examples=["shelf_audit"])
    at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    duration_s: int | None = Field(examples=[300])
    outcome: str = Field(description="A code of the list outcome", examples=["interested"])
    text: str = Field(examples=["Wants samples"])
    next_contact_on: date | None = Field(examples=["2026-12-01"])
    made_by: str = Field(examples=["ruth"])
    version: int = Field(examples=[1])


class ActivitiesOut(Answer):
    """A page of activities, the newest first."""

    items: tuple[ActivityOut, ...]
    next: str | None = Next


class LeadOut(Answer):
    """A hint at a sale."""

    id: int = Field(examples=[11])
    external_id: str | None = Field(examples=["web-2026-117"])
    source: str = Field(description="A code of the list lead_source", examples=["web"])
    trigger: str = Field(description="What set it off", examples=["price list asked for"])
    payload: dict[str, Any] = Field(description="What came in, unchanged", examples=[{"company": "Café Nord"}])
    received_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    state: LeadState = Field(examples=["matched"])
    account_id: int | None = Field(examples=[42])
    account: str | None = Field(examples=["Café Nord"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Ruth Lang"])
    opportunity_id: int | None = Field(description="What it became", examples=[None])
    reason: str = Field(description="Why nothing came of it", examples=[""])
    version: int = Field(examples=[1])


class LeadsOut(Answer):
    """A page of leads in order of their ids."""

    items: tuple[LeadOut, ...]
    next: str | None = Next


class OwnershipOut(Answer):
    """A span of days in which a site lay in a territory."""

    site_id: int = Field(examples=[17])
    territory_id: int = Field(examples=[3])
    territory: str = Field(examples=["North"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Ruth Lang"])
    valid_from: date = Field(examples=["2026-11-23"])
    valid_to: date | None = Field(examples=[None])
    reason: str = Field(examples=["nearest to the middle of North"])


class AccountVisitOut(Answer):
    """A visit, planned or made."""

    id: int = Field(examples=[311])
    site_id: int = Field(examples=[17])
    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Ruth Lang"])
    day: date = Field(examples=["2026-11-23"])
    state: str = Field(description="planned, done, skipped or cancelled", examples=["planned"])
    type: str | None = Field(examples=["shelf_audit"])
    outcome: str = Field(examples=[""])


class OverviewOut(Answer):
    """All about one account: at most 20 of a kind, the newest first."""

    as_of: dict[str, date] = Field(
        description="For every part the day whose state it shows", examples=[{"names": "2026-03-03"}]
    )
    account: AccountOut
    regions: tuple[SiteRegionOut, ...] = Field(description="Where its sites lie; none of sites without a place")
    names: tuple[NameOut, ...]
    links: tuple[LinkOut, ...]
    people: tuple[PersonOut, ...]
    ownership: tuple[OwnershipOut, ...]
    next_visit: AccountVisitOut | None
    last_visit: AccountVisitOut | None
    visits: tuple[AccountVisitOut, ...]
    documents: tuple[DocumentOut, ...] = Field(description="Orders, returns, audits and whatever else visits asked for")
    opportunities: tuple[OpportunityOut, ...]
    tasks: tuple[TaskOut, ...] = Field(description="Open ones, also of its sales")
    activities: tuple[ActivityOut, ...]
    next_contact_on: date | None = Field(
        description="Promised last, and nobody has been in touch since", examples=["2026-12-01"]
    )
    leads: tuple[LeadOut, ...]
