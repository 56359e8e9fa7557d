"""What is written down at a visit: orders, returns, comments, audits of a shelf; which forms there are is data."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class DocumentKind(StrEnum):
    """What a document is about."""

    ORDER = "order"
    RETURN = "return"
    COMMENT = "comment"
    SHELF = "shelf"
    OTHER = "other"


class DocumentForm(Record, table=True):
    """An edition of what a document asks for (see `planning.document_forms`).

    New documents are written by the highest edition of a name that is `active`; what was written keeps its edition. The
    database refuses to change anything but `active`.
    """

    __tablename__ = "document_form"
    __table_args__ = (UniqueConstraint("name", "edition"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    edition: int
    kind: DocumentKind = Field(sa_column=code_column(DocumentKind, "kind"))
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    active: bool = True
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    version: int = 1


class VisitDocument(Record, table=True):
    """A document of a visit. `external_id` is the id its device gave it; lat and lon (WGS84 degrees) where it was.

    `made_at` is when it was written, `received_at` when it came in; `answers` are by the names of its form's fields.
    """

    __tablename__ = "visit_document"
    __table_args__ = (
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="place"),
        CheckConstraint("lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)", name="degrees"),
        Index("ix_visit_document_made_at", "made_at"),
        KEEP_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    form_id: int = Field(foreign_key="document_form.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    rep_id: int = Field(foreign_key="rep.id", index=True)
    made_by: str
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    received_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    version: int = 1


class DocumentLine(Record, table=True):
    """A line of a document: a product (a code of the list `product`), how many of it, and what else the form asks."""

    __tablename__ = "document_line"
    __table_args__ = (UniqueConstraint("document_id", "position"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="visit_document.id")
    position: int
    product: str = Field(index=True)
    quantity: float | None = None
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    version: int = 1
