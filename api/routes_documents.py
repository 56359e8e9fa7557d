"""Documents of visits (orders, returns, comments, audits of a shelf), and the forms that say what they ask for."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field, JsonValue
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, Read, RowId
from api.etag import with_etag
from api.problems import BadFieldError
from api.routes_people import Name, Part
from api.schemas_documents import DocumentFormOut, DocumentFormsOut, DocumentOut, DocumentsOut
from api.signed_in import OFFICE, Seen
from api.writing import NO_NUL, Edit
from crm.tables import DocumentKind
from planning.document_answers import Line
from planning.document_editions import edit_form, get_form, keep_form, list_forms
from planning.documents import (
    AskedDocuments,
    NewDocument,
    add_document,
    edit_document,
    find_documents,
    get_document,
)

router = APIRouter(prefix="/api", tags=["documents"])

Answers = Annotated[dict[str, JsonValue], Field(max_length=200)]
LONGEST = 200_000


class DocumentFormIn(Edit):
    """A form to keep as a new edition of its name; `docs/guide/record.md` says what may stand in it."""

    name: Name = Field(examples=["shelf audit"])
    kind: DocumentKind = Field(examples=["shelf"])
    definition: dict[str, JsonValue] = Field(
        examples=[{"title": "Shelf audit", "fields": [{"name": "facings", "kind": "integer", "required": True}]}]
    )


class DocumentFormEdit(Edit):
    """Whether documents may be written by this edition."""

    active: bool = Field(examples=[False])


class LineIn(Part):
    """A line of a document."""

    product: Name = Field(description="A code of the list product", examples=["espresso-1kg"])
    quantity: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)] | None = Field(default=None, examples=[6])
    answers: Answers = Field(default={}, examples=[{"price": "12.50"}])


Lines = Annotated[list[LineIn], Field(max_length=1000)]


class DocumentIn(Edit):
    """What was written down at a visit."""

    form: Name = Field(description="The name of a form", examples=["shelf audit"])
    answers: Answers = Field(default={}, examples=[{"facings": 12}])
    lines: Lines = Field(default=[])
    at: AwareDatetime | None = Field(
        default=None, description="When; now without it", examples=["2026-11-23T09:05:00Z"]
    )
    external_id: Name | None = Field(default=None, description="The device's id for it", examples=["d-7f3a"])
    lat: Annotated[float, Field(ge=-90, le=90)] | None = Field(
        default=None, description="WGS84 degrees", examples=[52.5]
    )
    lon: Annotated[float, Field(ge=-180, le=180)] | None = Field(default=None, examples=[13.4])
    accuracy_m: Annotated[float, Field(ge=0, le=1e7)] | None = Field(default=None, examples=[12.0])


class DocumentEdit(Edit):
    """What of a document may be changed; what is left out stays as it is."""

    answers: Answers = Field(default={}, examples=[{"facings": 13}])
    lines: Lines = Field(default=[])


@router.get("/document-forms")
def list_document_forms(db: Read) -> DocumentFormsOut:
    """The forms in all their editions; documents are written by the newest active one of a name."""
    return DocumentFormsOut.model_validate({"items": list_forms(db)})


@router.post("/document-forms", status_code=201, response_model=DocumentFormOut, dependencies=[OFFICE])
def make_form(change: Changing, body: DocumentFormIn) -> Response:
    """Keep a form as the next edition of its name; 422 names every fault."""
    text = keepable(body, "body.definition")

    def work(session: Session) -> DocumentFormOut:
        made = keep_form(session, body.name, body.kind, body.definition, by=change.viewer.name, now=change.now)
        return DocumentFormOut.model_validate(get_form(session, made))

    return change.answered(body, work, 201, said=text)


@router.get("/document-forms/{form_id}")
@with_etag
def read_form(db: Read, form_id: RowId) -> DocumentFormOut:
    """One edition. To put it out of use, send its `version` as If-Match."""
    return DocumentFormOut.model_validate(get_form(db, form_id))


@router.patch("/document-forms/{form_id}", response_model=DocumentFormOut, dependencies=[OFFICE])
def change_form(change: ChangingMatched, form_id: RowId, body: DocumentFormEdit) -> Response:
    """Put an edition out of use, or into use again; what was written by it stays."""

    def work(session: Session) -> DocumentFormOut:
        edit_form(session, form_id, change.version, active=body.active)
        return DocumentFormOut.model_validate(get_form(session, form_id))

    return change.answered(body, work)


@router.post("/visits/{visit_id}/documents", status_code=201, response_model=DocumentOut)
def make_document(change: Changing, visit_id: RowId, body: DocumentIn) -> Response:
    """Write a document of a visit; 422 names every answer that is not what its form asks for.

    One that came before under its `external_id` is not written again.
    """
    if (body.lat is None) != (body.lon is None):
        raise BadFieldError("body.lat", "Expected both lat and lon, or none.")
    text = keepable(body, "body.answers")
    facts: dict[str, Any] = body.model_dump(exclude={"why", "lines"})

    def work(session: Session) -> DocumentOut:
        made = add_document(
            session, change.viewer, visit_id, NewDocument(**facts, lines=lines_of(body.lines)), now=change.now
        )
        return DocumentOut.model_validate(get_document(session, change.viewer, made))

    return change.answered(body, work, 201, said=text)


@router.get("/documents")
def list_documents(
    db: Read,
    viewer: Seen,
    after: Cursor,
    visit: AskedId = None,
    account: AskedId = None,
    rep: AskedId = None,
    form: Annotated[str | None, Query(max_length=300, pattern=NO_NUL)] = None,
    kind: DocumentKind | None = None,
    since: Annotated[AwareDatetime | None, Query(examples=["2026-11-01T00:00:00Z"])] = None,
    until: Annotated[AwareDatetime | None, Query(examples=["2026-12-01T00:00:00Z"])] = None,
    limit: Limit = 50,
) -> DocumentsOut:
    """Documents of visits at your accounts or of your reps, the newest first."""
    wanted = AskedDocuments(visit, account, rep, form, kind, since, until)
    page = find_documents(db, viewer, wanted, after=after, limit=limit)
    return DocumentsOut.model_validate({"items": page.documents, "next": write_cursor(page.after)})


@router.get("/documents/{document_id}")
@with_etag
def read_document(db: Read, viewer: Seen, document_id: RowId) -> DocumentOut:
    """One document. To change it, send its `version` as If-Match."""
    return DocumentOut.model_validate(get_document(db, viewer, document_id))


@router.patch("/documents/{document_id}", response_model=DocumentOut)
def change_document(change: ChangingMatched, document_id: RowId, body: DocumentEdit) -> Response:
    """Replace the answers or the lines of a document, if it is still at the version in If-Match."""
    keepable(body, "body.answers")
    named = body.model_fields_set

    def work(session: Session) -> DocumentOut:
        answers = body.answers if "answers" in named else None
        lines = lines_of(body.lines) if "lines" in named else None
        edit_document(session, change.viewer, document_id, change.version, answers=answers, lines=lines)
        return DocumentOut.model_validate(get_document(session, change.viewer, document_id))

    return change.answered(body, work)


def lines_of(lines: list[LineIn]) -> list[Line]:
    """Lines of a body."""
    return [Line(item.product, item.quantity, item.answers) for item in lines]


def keepable(body: Edit, field: str) -> str:
    """All of a body as text, if a database can keep it.

    Raises:
        BadFieldError: it is too long, or holds a NUL.
    """
    text = body.model_dump_json()
    if len(text) > LONGEST or "\\u0000" in text:
        raise BadFieldError(field, f"Expected at most {LONGEST:,} characters, none of them NUL.")
    return text
