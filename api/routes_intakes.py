"""Forms outside from which leads come, and their keys."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.dependencies import Now, Read, RowId
from api.etag import with_etag
from api.routes_people import Name
from api.schemas import Answer
from api.signed_in import ADMIN
from api.writing import Edit, Line, Records, Who, given
from crm.act import Act
from planning.intakes import add_intake, add_key, edit_intake, get_intake, list_intakes, revoke_key

router = APIRouter(prefix="/api/intakes", tags=["intake"], dependencies=[ADMIN])

LeastS = Annotated[int, Field(ge=0, le=3600)]


class IntakeIn(Edit):
    """A form outside."""

    name: Name = Field(examples=["Price list on the web site"])
    source: Name = Field(description="A code of the list lead_source", examples=["web"])
    trigger: Name = Field(description="What sets leads off that do not say it", examples=["price list asked for"])
    sales_force: Line = Field(default="", description="Whose territories decide; [the first]", examples=[""])
    needs_stamp: bool = Field(default=True, description="False for a server that sends leads itself", examples=[True])
    least_s: LeastS = Field(default=2, description="Seconds that filling it in takes at least", examples=[2])


class IntakeEdit(Edit):
    """What of a form may be changed; fields that are left out stay as they are."""

    name: Name = Field(default="", examples=["Price list"])
    source: Name = Field(default="", examples=["web"])
    trigger: Name = Field(default="", examples=["price list asked for"])
    sales_force: Line = Field(default="", examples=[""])
    needs_stamp: bool = Field(default=True, examples=[True])
    least_s: LeastS = Field(default=2, examples=[2])
    active: bool = Field(default=True, description="False: it takes nothing more", examples=[False])


class KeyIn(Edit):
    """A key for a form."""

    title: Line = Field(default="", examples=["www.example.org"])


class IntakeKeyOut(Answer):
    """A key; the key itself is shown once, when it is made."""

    id: int = Field(examples=[3])
    title: str = Field(examples=["www.example.org"])
    created_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    revoked_at: datetime | None = Field(examples=[None])
    used_at: datetime | None = Field(examples=["2026-11-24T08:00:00Z"])
    taken: int = Field(description="New leads", examples=[17])
    repeated: int = Field(description="What came before already", examples=[2])
    refused: int = Field(description="What was no lead", examples=[140])


class IntakeOut(Answer):
    """A form outside."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["Price list on the web site"])
    source: str = Field(examples=["web"])
    trigger: str = Field(examples=["price list asked for"])
    sales_force: str = Field(examples=[""])
    needs_stamp: bool = Field(examples=[True])
    least_s: int = Field(examples=[2])
    active: bool = Field(examples=[True])
    created_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    version: int = Field(examples=[1])
    keys: tuple[IntakeKeyOut, ...]


class IntakesOut(Answer):
    """All forms, by name."""

    items: tuple[IntakeOut, ...]


class NewKeyOut(Answer):
    """A key, shown only here."""

    key: str = Field(examples=["bwi_x"])
    intake: IntakeOut


@router.get("")
def read_intakes(db: Read) -> IntakesOut:
    """The forms outside from which leads come, with their keys and what came by each."""
    return IntakesOut.model_validate({"items": list_intakes(db)})


@router.get("/{intake_id}")
@with_etag
def read_intake(db: Read, intake_id: RowId) -> IntakeOut:
    """One form. To change it, send its `version` as If-Match."""
    return IntakeOut.model_validate(get_intake(db, intake_id))


@router.post("", status_code=201, response_model=IntakeOut)
def make_intake(change: Changing, body: IntakeIn) -> Response:
    """Make a form outside; it takes leads once it has a key."""

    def work(session: Session) -> IntakeOut:
        made = add_intake(session, body.model_dump(exclude={"why"}), now=change.now)
        return IntakeOut.model_validate(get_intake(session, made))

    return change.answered(body, work, 201)


@router.patch("/{intake_id}", response_model=IntakeOut)
def change_intake(change: ChangingMatched, intake_id: RowId, body: IntakeEdit) -> Response:
    """Change a form, or close it, if it is still at the version in If-Match."""

    def work(session: Session) -> IntakeOut:
        edit_intake(session, intake_id, change.version, given(body))
        return IntakeOut.model_validate(get_intake(session, intake_id))

    return change.answered(body, work)


@router.post("/{intake_id}/keys", status_code=201)
def make_key(db: Records, now: Now, by: Who, intake_id: RowId, body: KeyIn) -> NewKeyOut:
    """Make a further key for a form; it is shown only in this answer. Keys before it stay good until they are ended."""
    with db.write(Act(by, body.why or f"A key for intake {intake_id}", now)) as session:
        made = add_key(session, intake_id, body.title, now=now)
        return NewKeyOut(key=made, intake=IntakeOut.model_validate(get_intake(session, intake_id)))


@router.post("/{intake_id}/keys/{key_id}/revoke")
def end_key(db: Records, now: Now, by: Who, intake_id: RowId, key_id: RowId) -> IntakeOut:
    """End a key at once."""
    with db.write(Act(by, f"Key {key_id} of intake {intake_id} ended", now)) as session:
        revoke_key(session, intake_id, key_id, now=now)
        return IntakeOut.model_validate(get_intake(session, intake_id))
