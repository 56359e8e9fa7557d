"""Kept searches of the lists."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import LARGEST_ID, Limit, On, Read, RowId
from api.etag import with_etag
from api.problems import BadFieldError
from api.routes_accounts import read_area, read_box
from api.routes_activity_types import ValidDay
from api.schemas import AccountsOut, OpportunitiesOut
from api.schemas_figures import ViewOut, ViewsOut
from api.signed_in import Seen
from api.writing import NO_NUL, Edit, given
from crm.tables import AccountState, StageKind
from planning.account_search import Wanted
from planning.find_accounts import find_accounts
from planning.opportunities import Asked, find_opportunities
from planning.record_errors import MissingError
from planning.saved_views import ViewView, add_view, edit_view, get_view, list_views, remove_view

router = APIRouter(prefix="/api/views", tags=["views"])

ListName = Literal["accounts", "opportunities", "map"]
ViewName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL, strip_whitespace=True)]
Parameter = Annotated[str, StringConstraints(max_length=100_000, pattern=NO_NUL)]
Query = Annotated[dict[str, Parameter], Field(max_length=20)]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class AccountQuery(BaseModel):
    """Parameters of `GET /api/accounts` that can be kept."""

    model_config = ConfigDict(extra="forbid")

    bbox: str | None = None
    polygon: str | None = None
    state: AccountState | None = None
    segment: str | None = Field(default=None, max_length=300)
    industry: str | None = Field(default=None, max_length=300)
    territory: Id | None = None
    rep: Id | None = None
    region: str | None = Field(default=None, max_length=200)


class OpportunityQuery(BaseModel):
    """Parameters of `GET /api/opportunities` that can be kept."""

    model_config = ConfigDict(extra="forbid")

    kind: StageKind | None = None
    stage: Id | None = None
    rep: Id | None = None
    account: Id | None = None
    pipeline: Id | None = None
    territory: Id | None = None
    product: str | None = Field(default=None, max_length=300)
    expected_from: ValidDay | None = None
    expected_until: ValidDay | None = None
    least_value: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class MapQuery(BaseModel):
    """What of the map page can be kept: filters (`rules`, a JSON list), colours, columns, order, what is seen."""

    model_config = ConfigDict(extra="forbid")

    rules: str = "[]"
    color: str = Field(default="", max_length=50)
    columns: str = Field(default="", max_length=1000)
    sort: str = Field(default="", max_length=50)
    bbox: str | None = None


class ViewEdit(Edit):
    """What of a kept search may be changed; fields that are left out stay as they are."""

    name: ViewName = Field(default="view", examples=["Dormant in the north"])
    query: Query = Field(default_factory=dict, examples=[{"state": "dormant"}])
    shared: bool = Field(default=False, description="Everybody may use it", examples=[False])


class ViewIn(ViewEdit):
    """A search to keep."""

    of: ListName = Field(description="The list it searches", examples=["accounts"])
    name: ViewName = Field(examples=["Dormant in the north"])


def parsed[Q: BaseModel](kind: type[Q], query: Mapping[str, Any]) -> Q:
    """The parameters of a search, checked.

    Raises:
        BadFieldError: a parameter that the list does not have, or a value that it does not take.
    """
    try:
        return TypeAdapter(kind).validate_python(query)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadFieldError(f"body.query.{'.'.join(map(str, first['loc']))}", f"{first['msg']}.") from None


def accounts_wanted(query: Mapping[str, Any]) -> Wanted:
    """A kept search of accounts as the use case takes it."""
    asks = parsed(AccountQuery, query)
    return Wanted(
        box=read_box(asks.bbox) if asks.bbox is not None else None,
        area=read_area(asks.polygon) if asks.polygon is not None else None,
        state=asks.state,
        segment=asks.segment,
        industry=asks.industry,
        territory_id=asks.territory,
        rep_id=asks.rep,
        region=asks.region,
    )


def opportunities_asked(query: Mapping[str, Any]) -> Asked:
    """A kept search of opportunities as the use case takes it."""
    asks = parsed(OpportunityQuery, query)
    span = (asks.expected_from, asks.expected_until, asks.least_value)
    return Asked(asks.kind, asks.stage, asks.rep, asks.account, asks.pipeline, asks.territory, asks.product, *span)


def map_asked(query: Mapping[str, Any]) -> MapQuery:
    """A kept view of the map, checked."""
    asks = parsed(MapQuery, query)
    if asks.bbox is not None:
        read_box(asks.bbox)
    try:
        if not isinstance(orjson.loads(asks.rules), list):
            raise ValueError("no list")
    except ValueError:
        raise BadFieldError("body.query.rules", "Expected a JSON list.") from None
    return asks


READERS = {"accounts": accounts_wanted, "opportunities": opportunities_asked, "map": map_asked}


def view_of(db: Session, viewer: Seen, view_id: int, of: str) -> ViewView:
    """A search of this list.

    Raises:
        MissingError: there is none for the viewer, or it searches another list.
    """
    found = get_view(db, viewer, view_id)
    if found.of != of:
        raise MissingError(f"View {view_id} searches {found.of}, not {of}.")
    return found


@router.get("")
def read_views(db: Read, viewer: Seen, of: ListName | None = None) -> ViewsOut:
    """Kept searches: your own, and what others share."""
    return ViewsOut.model_validate({"items": list_views(db, viewer, of)})


@router.get("/{view_id}")
@with_etag
def read_view(db: Read, viewer: Seen, view_id: RowId) -> ViewOut:
    """One kept search."""
    return ViewOut.model_validate(get_view(db, viewer, view_id))


@router.get("/{view_id}/accounts")
def accounts_of_view(db: Read, viewer: Seen, on: On, after: Cursor, view_id: RowId, limit: Limit = 50) -> AccountsOut:
    """What a kept search of accounts finds now, among those that you may see."""
    wanted = accounts_wanted(view_of(db, viewer, view_id, "accounts").query)
    page = find_accounts(db, viewer, wanted, on=on, after=after, limit=limit)
    return AccountsOut.model_validate({"items": page.accounts, "next": write_cursor(page.after)})


@router.get("/{view_id}/opportunities")
def opportunities_of_view(db: Read, viewer: Seen, after: Cursor, view_id: RowId, limit: Limit = 50) -> OpportunitiesOut:
    """What a kept search of opportunities finds now, among those that you may see."""
    wanted = opportunities_asked(view_of(db, viewer, view_id, "opportunities").query)
    page = find_opportunities(db, viewer, wanted, after=after, limit=limit)
    return OpportunitiesOut.model_validate({"items": page.opportunities, "next": write_cursor(page.after)})


@router.post("", response_model=ViewOut, status_code=201)
def make_view(change: Changing, body: ViewIn) -> Response:
    """Keep a search under a name."""
    READERS[body.of](body.query)

    def work(session: Session) -> ViewOut:
        made = add_view(session, change.viewer, body.of, body.name, body.query, shared=body.shared)
        return ViewOut.model_validate(get_view(session, change.viewer, made))

    return change.answered(body, work, 201)


@router.patch("/{view_id}", response_model=ViewOut)
def change_view(change: ChangingMatched, view_id: RowId, body: ViewEdit) -> Response:
    """Change a search of your own."""

    def work(session: Session) -> ViewOut:
        if "query" in body.model_fields_set:
            READERS[get_view(session, change.viewer, view_id).of](body.query)
        edit_view(session, change.viewer, view_id, change.version, given(body))
        return ViewOut.model_validate(get_view(session, change.viewer, view_id))

    return change.answered(body, work)


@router.delete("/{view_id}", response_model=ViewOut)
def end_view(change: ChangingMatched, view_id: RowId) -> Response:
    """Take a search of your own away, as an administrator also a shared one of others; answers with what it was."""

    def work(session: Session) -> ViewOut:
        return ViewOut.model_validate(remove_view(session, change.viewer, view_id, change.version))

    return change.answered(None, work)
