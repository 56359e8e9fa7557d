"""Who holds which territory and when, the tree of territories, and whose a place was on a day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.dependencies import Now, Read, RowId
from api.problems import BadFieldError
from api.routes_edits import Name
from api.routes_people import Id
from api.schemas_owners import HolderOut, HoldersOut, OwnersOut, TerritoryOut
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, Edit, given
from crm.tables import HolderRole
from planning.holders import (
    add_holder,
    add_territory,
    edit_territory,
    end_holder,
    get_holder,
    holders_of,
    require_territory,
)
from planning.owners import owners_of_account, owners_of_point, owners_of_street

router = APIRouter(prefix="/api", tags=["territories"])

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
OnDay = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-03-03"])]
Word = Annotated[str | None, Query(min_length=1, max_length=200, pattern=NO_NUL)]


class HolderIn(Edit):
    """Who holds a territory from a day on."""

    rep_id: Id = Field(examples=[8])
    role: HolderRole = Field(default=HolderRole.PRIMARY, examples=["cover"])
    since: date | None = Field(default=None, ge=FIRST_DAY, le=LAST_DAY, description="[today]", examples=["2026-12-01"])
    until: date | None = Field(
        default=None, ge=FIRST_DAY, le=LAST_DAY, description="First day on which it no longer counts", examples=[None]
    )


class HolderEnd(Edit):
    """The first day on which somebody holds a territory no more."""

    until: date = Field(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-12-31"])


class TerritoryIn(Edit):
    """A name above territories: a region, a branch."""

    name: Name = Field(examples=["Region North"])
    parent_id: Id | None = Field(default=None, description="The territory that it is part of", examples=[None])


class TerritoryEdit(Edit):
    """What of a territory may be changed; fields that are left out stay as they are."""

    name: Name = Field(default="", examples=["North"])
    parent_id: Id | None = Field(default=None, description="null: part of none", examples=[9])


@router.get("/territories/{territory_id}/holders")
def read_holders(db: Read, viewer: Seen, territory_id: RowId, on: OnDay = None) -> HoldersOut:
    """Everybody who ever held a territory of yours, or who does on a day: owners, cover, support."""
    return HoldersOut.model_validate({"items": holders_of(db, viewer, territory_id, on)})


@router.post("/territories/{territory_id}/holders", response_model=HolderOut, status_code=201, dependencies=[OFFICE])
def make_holder(change: Changing, territory_id: RowId, body: HolderIn) -> Response:
    """Have a rep own, cover or support a territory from a day on; a new owner takes over from the one before."""

    def work(session: Session) -> HolderOut:
        since = body.since or change.now.date()
        made = add_holder(session, change.viewer, territory_id, body.rep_id, body.role, since=since, until=body.until)
        return HolderOut.model_validate(get_holder(session, made))

    return change.answered(body, work, 201)


@router.post("/holders/{holder_id}/end", response_model=HolderOut, dependencies=[OFFICE])
def stop_holding(change: ChangingMatched, holder_id: RowId, body: HolderEnd) -> Response:
    """Have somebody hold a territory no longer than the day before `until`."""

    def work(session: Session) -> HolderOut:
        end_holder(session, change.viewer, holder_id, change.version, body.until)
        return HolderOut.model_validate(get_holder(session, holder_id))

    return change.answered(body, work)


@router.post("/plans/{plan_id}/territories", response_model=TerritoryOut, status_code=201, dependencies=[OFFICE])
def make_territory(change: Changing, plan_id: RowId, body: TerritoryIn) -> Response:
    """Put a region or branch above territories of a plan; it has no ground of its own."""

    def work(session: Session) -> TerritoryOut:
        made = add_territory(session, change.viewer, plan_id, body.name, body.parent_id)
        return TerritoryOut.model_validate(require_territory(session, change.viewer, made))

    return change.answered(body, work, 201)


@router.patch("/territories/{territory_id}", response_model=TerritoryOut, dependencies=[OFFICE])
def change_territory(change: ChangingMatched, territory_id: RowId, body: TerritoryEdit) -> Response:
    """Rename a territory, or put it under another one of its plan; who holds that one sees all below it."""

    def work(session: Session) -> TerritoryOut:
        edit_territory(session, change.viewer, territory_id, change.version, given(body))
        return TerritoryOut.model_validate(require_territory(session, change.viewer, territory_id))

    return change.answered(body, work)


@router.get("/accounts/{account_id}/owners")
def read_owners_of_account(db: Read, now: Now, viewer: Seen, account_id: RowId, on: OnDay = None) -> OwnersOut:
    """Whose an account of yours is, or was on a day: its territories under every sales force, owner, cover, support."""
    day = on or now.date()
    return OwnersOut.model_validate({"on": day, "items": owners_of_account(db, viewer, account_id, day)})


@router.get("/owners")
def read_owners(
    db: Read,
    now: Now,
    viewer: Seen,
    on: OnDay = None,
    street: Annotated[Word, Query(description="How the addresses begin", examples=["Bernauer Str."])] = None,
    city: Annotated[Word, Query(examples=["Berlin"])] = None,
    postcode: Annotated[Word, Query(examples=["13355"])] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
) -> OwnersOut:
    """Who owned a street, or the ground at a point, on a day: by the accounts you see there, or by the outlines."""
    day = on or now.date()
    if (lat is None) != (lon is None) or (street is None) == (lat is None):
        raise BadFieldError("query", "Expected either street (with city or postcode), or lat and lon together.")
    if street is not None:
        items = owners_of_street(db, viewer, street, day, city=city, postcode=postcode)
    else:
        assert lat is not None and lon is not None
        items = owners_of_point(db, viewer, lat, lon, day)
    return OwnersOut.model_validate({"on": day, "items": items})
