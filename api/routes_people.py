"""People at clients, names and links of firms, and code lists."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import LARGEST_ID, AskedId, Limit, Read, RowId
from api.etag import with_etag
from api.schemas_people import CodeOut, CodesOut, ForgottenOut, LinkOut, NamesOut, PeopleOut, PersonOut
from api.signed_in import ADMIN, OFFICE, Seen
from api.writing import NO_NUL, Edit, Line, given
from crm.tables import ConsentState, ContactKind, LinkKind, NameKind
from planning.codes import add_code, edit_code, get_code, list_codes
from planning.contact_points import NewContact
from planning.erasure import erase_person
from planning.find_accounts import account_version
from planning.firms import NameView, add_link, edit_link, get_link, names_of, set_names
from planning.people import NewRole, add_person, edit_person, find_people, get_person, say_consent

router = APIRouter(prefix="/api", tags=["people"])

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=NO_NUL, strip_whitespace=True)]
Long = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]+$", strip_whitespace=True)]


class Part(BaseModel):
    """Base of parts of a body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class RoleIn(Part):
    """What a person does at an account of yours."""

    account_id: Id = Field(examples=[42])
    role: Line = Field(default="", description="A code of the list person_role", examples=["buyer"])
    is_main: bool = Field(default=False, examples=[True])
    valid_from: date | None = Field(default=None, examples=["2026-01-01"])
    valid_to: date | None = Field(default=None, examples=[None])


class ContactIn(Part):
    """A way to reach a person."""

    kind: ContactKind = Field(examples=["email"])
    value: Name = Field(examples=["anna@example.org"])
    preferred: bool = Field(default=False, examples=[True])
    valid_from: date | None = Field(default=None, examples=["2026-01-01"])
    valid_to: date | None = Field(
        default=None, description="First day on which it no longer counts", examples=["2027-01-01"]
    )


Roles = Annotated[list[RoleIn], Field(max_length=100)]
Contacts = Annotated[list[ContactIn], Field(max_length=50)]


class PersonIn(Edit):
    """Somebody at a client."""

    name: Name = Field(examples=["Anna Berg"])
    note: Long = Field(default="", examples=["prefers mornings"])
    external_id: Name | None = Field(default=None, examples=["p-17"])
    roles: Roles = Field(default=[])
    contacts: Contacts = Field(default=[])


class PersonEdit(Edit):
    """What of a person may be changed; roles and contacts that are given replace those you see, past ones as well."""

    name: Name = Field(default="", examples=["Anna Berg"])
    note: Long = Field(default="", examples=["prefers mornings"])
    roles: Roles = Field(default=[])
    contacts: Contacts = Field(default=[])


class ConsentIn(Edit):
    """What a person said about a purpose."""

    purpose: Name = Field(description="A code of the list consent_purpose", examples=["newsletter"])
    state: ConsentState = Field(examples=["given"])
    source: Line = Field(default="", examples=["form at the fair"])
    channel: ContactKind | None = Field(
        default=None, description="The kind of contact it is about; null: every one", examples=["email"]
    )


class NameIn(Part):
    """A name of an account besides the one that is shown."""

    kind: NameKind = Field(examples=["legal"])
    name: Name = Field(examples=["Nord Gastronomie GmbH"])
    valid_from: date | None = Field(default=None, examples=["2019-04-01"])
    valid_to: date | None = Field(default=None, examples=[None])


class NamesIn(Edit):
    """All names of an account; they replace those it has."""

    names: Annotated[list[NameIn], Field(max_length=100)]


class LinkDays(Edit):
    """What of a link may be changed."""

    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = Field(default=None, examples=[0.51])
    valid_from: date | None = Field(default=None, examples=["2019-04-01"])
    valid_to: date | None = Field(default=None, examples=[None])


class LinkIn(LinkDays):
    """A firm belongs to another."""

    to_account_id: Id = Field(examples=[7])
    kind: LinkKind = Field(examples=["owner"])


class CodeEdit(Edit):
    """What of a code may be changed; the code itself stays, since others refer to it."""

    label: Name = Field(default="", examples=["Interested"])
    position: int = Field(default=0, ge=0, le=100_000, examples=[1])
    active: bool = Field(default=True, examples=[True])


class CodeIn(Edit):
    """A value of a list."""

    list_name: Word = Field(examples=["outcome"])
    code: Word = Field(examples=["interested"])
    label: Name = Field(examples=["Interested"])
    position: int = Field(default=0, ge=0, le=100_000, examples=[1])


@router.get("/people")
def list_people(
    db: Read,
    viewer: Seen,
    after: Cursor,
    account: AskedId = None,
    words: Annotated[
        str | None, Query(max_length=200, pattern=NO_NUL, description="Part of a name, a number or an address.")
    ] = None,
    on: Annotated[date | None, Query(description="Only contacts that count on this day.")] = None,
    limit: Limit = 50,
) -> PeopleOut:
    """People at your accounts: all, those of one account, or whose name, number or address holds some words."""
    page = find_people(db, viewer, account_id=account, words=words, on=on, after=after, limit=limit)
    return PeopleOut.model_validate({"items": page.people, "next": write_cursor(page.after)})


@router.get("/people/{person_id}")
@with_etag
def read_person(db: Read, viewer: Seen, person_id: RowId) -> PersonOut:
    """One person. To change them, send the `version` as If-Match."""
    return PersonOut.model_validate(get_person(db, viewer, person_id))


@router.post("/people", status_code=201, response_model=PersonOut)
def make_person(change: Changing, body: PersonIn) -> Response:
    """Add a person at your accounts."""

    def work(session: Session) -> PersonOut:
        roles, contacts = parts(body)
        made = add_person(
            session,
            change.viewer,
            body.name,
            note=body.note,
            external_id=body.external_id,
            roles=roles or (),
            contacts=contacts or (),
            now=change.now,
        )
        return PersonOut.model_validate(get_person(session, change.viewer, made))

    return change.answered(body, work, 201)


@router.patch("/people/{person_id}", response_model=PersonOut)
def change_person(change: ChangingMatched, person_id: RowId, body: PersonEdit) -> Response:
    """Change a person, if still at the version in If-Match."""
    values = body.model_dump(include={"name", "note"}, exclude_unset=True)

    def work(session: Session) -> PersonOut:
        roles, contacts = parts(body)
        edit_person(session, change.viewer, person_id, change.version, values, roles=roles, contacts=contacts)
        return PersonOut.model_validate(get_person(session, change.viewer, person_id))

    return change.answered(body, work)


@router.post("/people/{person_id}/consents", status_code=201, response_model=PersonOut)
def take_consent(change: Changing, person_id: RowId, body: ConsentIn) -> Response:
    """Note what a person said about a purpose; what was said before is kept."""

    def work(session: Session) -> PersonOut:
        words = body.purpose, body.state, body.source
        say_consent(session, change.viewer, person_id, *words, channel=body.channel, now=change.now)
        return PersonOut.model_validate(get_person(session, change.viewer, person_id))

    return change.answered(body, work, 201)


@router.post("/people/{person_id}/erase", response_model=ForgottenOut, dependencies=[ADMIN])
def erase(change: ChangingMatched, person_id: RowId, body: Edit) -> Response:
    """Forget a person: what names them goes from the record and from its history, and cannot be brought back."""

    def work(session: Session) -> ForgottenOut:
        return ForgottenOut.model_validate(erase_person(session, person_id, change.version))

    return change.answered(body, work, otherwise=f"Person {person_id} erased")


@router.put("/accounts/{account_id}/names", response_model=NamesOut)
def change_names(change: ChangingMatched, account_id: RowId, body: NamesIn) -> Response:
    """Replace the names of an account, if the account is still at the version in If-Match."""

    def work(session: Session) -> NamesOut:
        names = [NameView(item.kind, item.name, item.valid_from, item.valid_to) for item in body.names]
        set_names(session, change.viewer, account_id, change.version, names)
        made = {"version": account_version(session, account_id), "items": names_of(session, account_id)}
        return NamesOut.model_validate(made)

    return change.answered(body, work)


@router.post("/accounts/{account_id}/links", status_code=201, response_model=LinkOut)
def make_link(change: Changing, account_id: RowId, body: LinkIn) -> Response:
    """Say that an account of yours belongs to another; 409 when the owners would go round in a circle on any day."""

    def work(session: Session) -> LinkOut:
        days: dict[str, Any] = body.model_dump(include={"share", "valid_from", "valid_to"})
        made = add_link(session, change.viewer, account_id, body.to_account_id, body.kind, **days)
        return LinkOut.model_validate(get_link(session, change.viewer, made))

    return change.answered(body, work, 201)


@router.patch("/links/{link_id}", response_model=LinkOut)
def change_link(change: ChangingMatched, link_id: RowId, body: LinkDays) -> Response:
    """Change share or days of a link, if it is still at the version in If-Match; a link that ends keeps its history."""

    def work(session: Session) -> LinkOut:
        values = given(body)
        edit_link(session, change.viewer, link_id, change.version, values)
        return LinkOut.model_validate(get_link(session, change.viewer, link_id))

    return change.answered(body, work)


@router.get("/codes")
def read_codes(
    db: Read, list_name: Annotated[str | None, Query(alias="list", max_length=60, pattern=NO_NUL)] = None
) -> CodesOut:
    """The values of every list, or of one. A list without codes takes any text."""
    return CodesOut.model_validate({"items": list_codes(db, list_name)})


@router.post("/codes", status_code=201, response_model=CodeOut, dependencies=[OFFICE])
def make_code(change: Changing, body: CodeIn) -> Response:
    """Add a value to a list."""

    def work(session: Session) -> CodeOut:
        made = add_code(session, body.list_name, body.code, body.label, body.position)
        return CodeOut.model_validate(get_code(session, made))

    return change.answered(body, work, 201)


@router.patch("/codes/{code_id}", response_model=CodeOut, dependencies=[OFFICE])
def change_code(change: ChangingMatched, code_id: RowId, body: CodeEdit) -> Response:
    """Change label, position or use of a code. An inactive one stays where it is and can no longer be chosen."""

    def work(session: Session) -> CodeOut:
        edit_code(session, code_id, change.version, given(body))
        return CodeOut.model_validate(get_code(session, code_id))

    return change.answered(body, work)


def parts(body: PersonIn | PersonEdit) -> tuple[list[NewRole] | None, list[NewContact] | None]:
    """Roles and contacts of a body; None where they were left out."""
    named = body.model_fields_set
    roles = [NewRole(**item.model_dump()) for item in body.roles] if "roles" in named else None
    contacts = [NewContact(**item.model_dump()) for item in body.contacts] if "contacts" in named else None
    return roles, contacts
