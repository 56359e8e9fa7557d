"""Activities, leads, and all about one account."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field, JsonValue
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, On, Read, RowId
from api.etag import with_etag
from api.problems import BadFieldError
from api.routes_people import Id, Long, Name
from api.schemas_activities import ActivitiesOut, ActivityOut, LeadOut, LeadsOut, OverviewOut
from api.signed_in import Seen
from api.writing import NO_NUL, Edit, Line, Number, given
from crm.tables import ActivityKind, LeadState
from planning.account_overview import account_overview
from planning.activities import AskedActivities, add_activity, edit_activity, find_activities, get_activity
from planning.activity_context import in_context
from planning.leads import (
    Sale,
    add_lead,
    convert_lead,
    find_leads,
    get_lead,
    lead_by_id,
    match_lead,
    qualify_lead,
    reject_lead,
)
from planning.new_clients import NewClient

router = APIRouter(prefix="/api", tags=["activities"])

LARGEST_PAYLOAD = 100_000


class ActivityEdit(Edit):
    """What of an activity may be changed; fields that are left out stay as they are."""

    at: AwareDatetime | None = Field(default=None, examples=["2026-11-23T09:00:00Z"])
    person_id: Id | None = Field(default=None, examples=[5])
    opportunity_id: Id | None = Field(default=None, examples=[None])
    duration_s: Annotated[int, Field(ge=0, le=7 * 86400)] | None = Field(default=None, examples=[300])
    type: Line | None = Field(
        default=None, description="A type of its kind, see /api/activity-types", examples=["advice_by_phone"]
    )
    outcome: Line = Field(default="", description="A code of the list outcome", examples=["interested"])
    text: Long = Field(default="", examples=["Wants samples"])
    next_contact_on: date | None = Field(default=None, examples=["2026-12-01"])


class ActivityIn(ActivityEdit):
    """Something done with or for an account; a text alone is a note, now, by you, about the visit you are at."""

    account_id: Id | None = Field(default=None, description="Of your visit, unless named", examples=[42])
    kind: ActivityKind = Field(
        default=ActivityKind.NOTE, description="Of its type, unless named", examples=["phone_call"]
    )
    external_id: Name | None = Field(default=None, examples=["c-9"])
    site_id: Id | None = Field(default=None, examples=[17])
    rep_id: Id | None = Field(default=None, description="You, unless another is named", examples=[7])


class LeadIn(Edit):
    """A hint at a sale; `payload` is kept as it is."""

    source: Name = Field(description="A code of the list lead_source", examples=["web"])
    trigger: Name = Field(description="What set it off", examples=["price list asked for"])
    payload: dict[str, JsonValue] = Field(examples=[{"company": "Café Nord"}])
    external_id: Name | None = Field(default=None, examples=["web-2026-117"])


class MatchIn(Edit):
    """Which account a lead is about."""

    account_id: Id = Field(examples=[42])


class QualifyIn(Edit):
    """Whose a lead is, that is worth the work."""

    rep_id: Id | None = Field(default=None, examples=[7])


class ClientIn(Edit):
    """The account that a lead becomes."""

    name: Name = Field(examples=["Café Nord"])
    external_id: Name = Field(examples=["4711"])
    line: Line = Field(default="", examples=["Bernauer Str. 12"])
    city: Line = Field(default="", examples=["Berlin"])
    postcode: Line = Field(default="", examples=["13355"])
    country: Line = Field(default="", examples=["DE"])


class ConvertIn(Edit):
    """The opportunity that a lead becomes, and the account where it is matched with none."""

    title: Name = Field(examples=["Coffee for two houses"])
    stage_id: Id = Field(examples=[1])
    value: Number | None = Field(default=None, examples=[12500.0])
    currency: Line = Field(default="", examples=["EUR"])
    expected_on: date | None = Field(default=None, examples=["2027-03-01"])
    client: ClientIn | None = None


@router.get("/accounts/{account_id}/overview")
def read_overview(db: Read, viewer: Seen, on: On, account_id: RowId) -> OverviewOut:
    """All about an account in one answer: names, family, people, owners, visits, documents,
    sales, tasks, activities and leads, each with the day of which it is."""
    return OverviewOut.model_validate(account_overview(db, viewer, account_id, on=on))


@router.get("/activities")
def list_activities(
    db: Read,
    viewer: Seen,
    after: Cursor,
    account: AskedId = None,
    person: AskedId = None,
    opportunity: AskedId = None,
    rep: AskedId = None,
    kind: ActivityKind | None = None,
    type: Annotated[str | None, Query(max_length=60, pattern=NO_NUL, description="A code")] = None,
    since: Annotated[AwareDatetime | None, Query(examples=["2026-11-01T00:00:00Z"])] = None,
    until: Annotated[AwareDatetime | None, Query(examples=["2026-12-01T00:00:00Z"])] = None,
    limit: Limit = 50,
) -> ActivitiesOut:
    """What was done with your accounts, the newest first."""
    wanted = AskedActivities(account, person, opportunity, rep, kind, type, since, until)
    page = find_activities(db, viewer, wanted, after=after, limit=limit)
    return ActivitiesOut.model_validate({"items": page.activities, "next": write_cursor(page.after)})


@router.get("/activities/{activity_id}")
@with_etag
def read_activity(db: Read, viewer: Seen, activity_id: RowId) -> ActivityOut:
    """One activity. To change it, send its `version` as If-Match."""
    return ActivityOut.model_validate(get_activity(db, viewer, activity_id))


@router.post("/activities", status_code=201, response_model=ActivityOut)
def make_activity(change: Changing, body: ActivityIn) -> Response:
    """Note what was done with an account of yours; what is left out is taken from your day and from the account."""
    values = given(body) | {"at": body.at or change.now, "type": body.type or None}

    def work(session: Session) -> ActivityOut:
        made = add_activity(session, change.viewer, in_context(session, change.viewer, values, now=change.now))
        return ActivityOut.model_validate(get_activity(session, change.viewer, made))

    return change.answered(body, work, 201)


@router.patch("/activities/{activity_id}", response_model=ActivityOut)
def change_activity(change: ChangingMatched, activity_id: RowId, body: ActivityEdit) -> Response:
    """Change an activity, if it is still at the version in If-Match."""
    values = given(body)
    if "type" in values:
        values["type"] = body.type or None
    if body.at is None:
        values.pop("at", None)

    def work(session: Session) -> ActivityOut:
        edit_activity(session, change.viewer, activity_id, change.version, values)
        return ActivityOut.model_validate(get_activity(session, change.viewer, activity_id))

    return change.answered(body, work)


@router.get("/leads")
def list_leads(
    db: Read,
    viewer: Seen,
    after: Cursor,
    state: LeadState | None = None,
    source: Annotated[str | None, Query(max_length=300, pattern=NO_NUL, description="A code")] = None,
    rep: AskedId = None,
    account: AskedId = None,
    limit: Limit = 50,
) -> LeadsOut:
    """Leads that you may see: of your accounts, or given to you."""
    page = find_leads(db, viewer, state=state, source=source, rep_id=rep, account_id=account, after=after, limit=limit)
    return LeadsOut.model_validate({"items": page.leads, "next": write_cursor(page.after)})


@router.get("/leads/{lead_id}")
@with_etag
def read_lead(db: Read, viewer: Seen, lead_id: RowId) -> LeadOut:
    """One lead. To take it further, send its `version` as If-Match."""
    return LeadOut.model_validate(get_lead(db, viewer, lead_id))


@router.post("/leads", status_code=201, response_model=LeadOut)
def make_lead(change: Changing, body: LeadIn) -> Response:
    """Take a lead in; what came in is never changed."""
    text = body.model_dump_json()
    if len(text) > LARGEST_PAYLOAD or "\\u0000" in text:
        raise BadFieldError("body.payload", f"Expected at most {LARGEST_PAYLOAD:,} characters, none of them NUL.")

    def work(session: Session) -> LeadOut:
        made = add_lead(
            session,
            change.viewer,
            body.source,
            body.trigger,
            body.payload,
            external_id=body.external_id,
            now=change.now,
        )
        return LeadOut.model_validate(lead_by_id(session, made))

    return change.answered(body, work, 201, said=text)


@router.post("/leads/{lead_id}/match", response_model=LeadOut)
def match(change: ChangingMatched, lead_id: RowId, body: MatchIn) -> Response:
    """Say which account a lead is about."""

    def work(session: Session) -> LeadOut:
        match_lead(session, change.viewer, lead_id, change.version, body.account_id)
        return LeadOut.model_validate(get_lead(session, change.viewer, lead_id))

    return change.answered(body, work)


@router.post("/leads/{lead_id}/qualify", response_model=LeadOut)
def qualify(change: ChangingMatched, lead_id: RowId, body: QualifyIn) -> Response:
    """Say that a lead is worth the work, and whose it is."""

    def work(session: Session) -> LeadOut:
        qualify_lead(session, change.viewer, lead_id, change.version, body.rep_id)
        return LeadOut.model_validate(lead_by_id(session, lead_id))

    return change.answered(body, work)


@router.post("/leads/{lead_id}/reject", response_model=LeadOut)
def reject(change: ChangingMatched, lead_id: RowId, body: Edit) -> Response:
    """Say in `why` why nothing comes of a lead."""

    def work(session: Session) -> LeadOut:
        reject_lead(session, change.viewer, lead_id, change.version, body.why)
        return LeadOut.model_validate(get_lead(session, change.viewer, lead_id))

    return change.answered(body, work)


@router.post("/leads/{lead_id}/convert", response_model=LeadOut)
def convert(change: ChangingMatched, lead_id: RowId, body: ConvertIn) -> Response:
    """Make an opportunity of a lead, and an account where it is matched with none: all of it or nothing."""
    sale = Sale(body.title, body.stage_id, body.value, body.currency, body.expected_on)
    client = NewClient(**body.client.model_dump(exclude={"why"})) if body.client else None

    def work(session: Session) -> LeadOut:
        convert_lead(session, change.viewer, lead_id, change.version, sale, client, now=change.now)
        return LeadOut.model_validate(lead_by_id(session, lead_id))

    return change.answered(body, work)
