"""Documents of visits: writing them by a form, finding and changing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.often import Often
from crm.tables import (
    Account,
    DocumentForm,
    DocumentKind,
    DocumentLine,
    Rep,
    Site,
    Visit,
    VisitDocument,
    VisitState,
)
from planning.document_answers import Line, check_document
from planning.document_editions import codes_for, form_in_use, get_form
from planning.document_forms import read_definition
from planning.edits import edit_row
from planning.joint_visits import companions_of
from planning.merge_sites import metres
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer, everything, may_see_accounts, may_see_reps
from planning.visits import VisitView, get_visit, said_at, today_of

form, document, line = table_of(DocumentForm), table_of(VisitDocument), table_of(DocumentLine)
visit, site, account, rep = (table_of(one) for one in (Visit, Site, Account, Rep))


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its lines; `away_m` is how far from the site it was written, where that is known."""

    id: int
    external_id: str | None
    form_id: int
    form: str
    edition: int
    kind: str
    visit_id: int
    site_id: int
    account_id: int
    account: str
    rep_id: int
    rep: str
    made_by: str
    made_at: datetime
    received_at: datetime
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    away_m: float | None
    answers: Mapping[str, Any]
    lines: tuple[Line, ...]
    version: int


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Documents, the newest first; `after` is the id to go on from, None on the last page."""

    documents: tuple[DocumentView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class AskedDocuments:
    """Which documents; None leaves a question open."""

    visit_id: int | None = None
    account_id: int | None = None
    rep_id: int | None = None
    form: str | None = None
    kind: DocumentKind | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The questions as conditions on `document`, `visit`, `site` and `form`."""
        same = {
            document.c.visit_id: self.visit_id,
            site.c.account_id: self.account_id,
            document.c.rep_id: self.rep_id,
            form.c.name: self.form,
            form.c.kind: self.kind,
        }
        found = [column == value for column, value in same.items() if value is not None]
        found += [document.c.made_at >= self.since] if self.since else []
        return found + ([document.c.made_at < self.until] if self.until else [])


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to keep; `form` names the form, lat and lon (WGS84 degrees) say where it was written, `at` when."""

    form: str
    answers: Mapping[str, Any]
    lines: Sequence[Line] = ()
    at: datetime | None = None
    external_id: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None


def add_document(session: Session, viewer: Viewer, visit_id: int, new: NewDocument, *, now: datetime) -> int:
    """Write a document of a visit; returns its id. One that came before under its `external_id` is not written again.

    Raises:
        MissingError: there is no such visit for the viewer.
        RefusedError: the visit lies ahead or was left out, there is no such form, or the id belongs to another.
        FaultyError: the answers are not what the form asks for.
    """
    of = visit_of(session, viewer, visit_id)
    at = said_at(new.at, now)
    if new.external_id is not None:
        same = document.c.external_id == new.external_id
        before = session.execute(select(document.c.id, document.c.visit_id).where(same)).first()
        if before is not None and before.visit_id == visit_id:
            return int(before.id)
        if before is not None:
            raise RefusedError(f"The id {new.external_id!r} is taken by a document of another visit.")
    if of.state == VisitState.CANCELLED:
        raise RefusedError(f"The visit at {of.account} was cancelled.")
    if of.day > today_of(session, of.rep_id, now):
        raise RefusedError(f"The visit at {of.account} is planned for {of.day}: take it into today first.")
    by = form_in_use(session, new.form)
    definition = read_definition(by.definition)
    answers, lines = check_document(definition, new.answers, new.lines, codes_for(session, definition))
    row = {
        "external_id": new.external_id,
        "form_id": by.id,
        "visit_id": visit_id,
        "rep_id": viewer.rep_id or of.rep_id,
        "made_by": viewer.name,
        "made_at": at,
        "received_at": now,
        "lat": new.lat,
        "lon": new.lon,
        "accuracy_m": new.accuracy_m,
        "answers": answers,
        "version": 1,
    }
    (made,) = insert_all(session, VisitDocument, [row])
    keep_lines(session, made, lines)
    return made


def visit_of(session: Session, viewer: Viewer, visit_id: int) -> VisitView:
    """A visit of which the viewer may write documents: of a rep whose days they see, or on which they come along.

    Raises:
        MissingError: there is none.
    """
    if viewer.rep_id is not None and viewer.rep_id in companions_of(session, visit_id):
        return get_visit(session, everything(viewer.day), visit_id)
    return get_visit(session, viewer, visit_id)


def keep_lines(session: Session, document_id: int, lines: Sequence[Line]) -> None:
    """Replace the lines of a document."""
    session.execute(delete(line).where(line.c.document_id == document_id))
    rows = [
        {
            "document_id": document_id,
            "position": at + 1,
            "product": one.product,
            "quantity": one.quantity,
            "answers": dict(one.answers),
            "version": 1,
        }
        for at, one in enumerate(lines)
    ]
    insert_all(session, DocumentLine, rows)


def edit_document(
    session: Session,
    viewer: Viewer,
    document_id: int,
    version: int,
    *,
    answers: Mapping[str, Any] | None,
    lines: Sequence[Line] | None,
) -> None:
    """Replace the answers, or the lines, of a document; they have to be what its own edition asks for.

    Raises:
        MissingError: there is no such document for the viewer, or its visit is another's.
        StaleError: somebody changed it since `version`.
        FaultyError: the answers are not what the form asks for.
    """
    before = get_document(session, viewer, document_id)
    visit_of(session, viewer, before.visit_id)
    definition = read_definition(get_form(session, before.form_id).definition)
    said = before.answers if answers is None else answers
    kept, checked = check_document(
        definition, said, before.lines if lines is None else lines, codes_for(session, definition)
    )
    edit_row(session, document, document_id, version, {"answers": kept})
    if lines is not None:
        keep_lines(session, document_id, checked)


def may_see_documents(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `document`, `visit` and `site`: of an account, or of a rep, that the viewer sees."""
    reps = select(rep.c.id).where(may_see_reps(session, viewer))
    own = or_(visit.c.rep_id.in_(reps), document.c.rep_id.in_(reps))
    return or_(own, may_see_accounts(session, viewer, site.c.account_id))


def find_documents(
    session: Session, viewer: Viewer, asked: AskedDocuments, *, after: int = 0, limit: int
) -> DocumentPage:
    """Documents that fit, the newest first, those with ids below `after` (0: from the newest)."""
    sql = documents().where(*asked.conditions(), may_see_documents(session, viewer))
    if after:
        sql = sql.where(document.c.id < after)
    rows = session.execute(sql.order_by(document.c.id.desc()).limit(limit + 1)).mappings().all()
    found = views(session, rows[:limit])
    return DocumentPage(found, found[-1].id if len(rows) > limit else None)


def documents_of(session: Session, account_id: int, *, before: datetime, limit: int) -> tuple[DocumentView, ...]:
    """The documents of an account's visits that were written before a moment, the newest first.

    For who is known to see the account, and so all that was written there.
    """
    asked = {"account": account_id, "before": before, "most": limit}
    return views(session, [row._asdict() for row in OF_ACCOUNT.rows(session, **asked)])


def get_document(session: Session, viewer: Viewer, document_id: int) -> DocumentView:
    """One document.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    sql = documents().where(document.c.id == document_id, may_see_documents(session, viewer))
    found = views(session, session.execute(sql).mappings().all())
    if not found:
        raise MissingError(f"There is no document {document_id}.")
    return found[0]


def documents() -> Select[Any]:
    """Documents with what they refer to."""
    return (
        select(
            *(document, form.c.name.label("form"), form.c.edition, form.c.kind, visit.c.site_id),
            *(site.c.account_id, account.c.name.label("account"), rep.c.name.label("rep")),
            *(site.c.lat.label("site_lat"), site.c.lon.label("site_lon")),
        )
        .join(form, form.c.id == document.c.form_id)
        .join(visit, visit.c.id == document.c.visit_id)
        .join(site, site.c.id == visit.c.site_id)
        .join(account, account.c.id == site.c.account_id)
        .join(rep, rep.c.id == document.c.rep_id)
    )


def views(session: Session, rows: Sequence[Mapping[Any, Any]]) -> tuple[DocumentView, ...]:
    """Documents as values, with their lines."""
    if not rows:
        return ()
    lines: dict[int, list[Line]] = {}
    for one in session.execute(LINES, {"documents": [row["id"] for row in rows]}):
        lines.setdefault(one.document_id, []).append(Line(one.product, one.quantity, one.answers))
    made = []
    for row in rows:
        known = row["lat"] is not None and row["site_lat"] is not None
        away_m = metres(row["lat"], row["lon"], row["site_lat"], row["site_lon"]) if known else None
        facts = {name: row[name] for name in DocumentView.__slots__ if name not in ("away_m", "lines")}
        made.append(DocumentView(**facts, away_m=away_m, lines=tuple(lines.get(row["id"], ()))))
    return tuple(made)


# Built once: putting a statement together costs ten times what it costs to ask it.
OF_ACCOUNT = Often(
    documents()
    .where(
        site.c.account_id == bindparam("account"),
        document.c.made_at < bindparam("before", type_=document.c.made_at.type),
    )
    .order_by(document.c.made_at.desc(), document.c.id.desc())
    .limit(bindparam("most"))
)
LINES = select(line).where(line.c.document_id.in_(bindparam("documents", expanding=True))).order_by(line.c.position)
