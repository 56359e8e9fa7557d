"""Documents of visits and their forms, as they are answered."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas import Answer


class DocumentFormOut(Answer):
    """An edition of what a document asks for."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["shelf audit"])
    edition: int = Field(examples=[2])
    kind: str = Field(examples=["shelf"])
    definition: dict[str, Any] = Field(
        examples=[{"title": "Shelf audit", "fields": [{"name": "facings", "kind": "integer", "required": True}]}]
    )
    active: bool = Field(examples=[True])
    made_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    made_by: str = Field(examples=["paul"])
    version: int = Field(examples=[1])


class DocumentFormsOut(Answer):
    """All editions, by name, the newest first."""

    items: tuple[DocumentFormOut, ...]


class DocumentLineOut(Answer):
    """A line of a document."""

    product: str = Field(examples=["espresso-1kg"])
    quantity: float | None = Field(examples=[6.0])
    answers: dict[str, Any] = Field(examples=[{"price": "12.50"}])


class DocumentOut(Answer):
    """A document of a visit."""

    id: int = Field(examples=[1])
    external_id: str | None = Field(examples=["d-7f3a"])
    form_id: int = Field(examples=[1])
    form: str = Field(examples=["shelf audit"])
    edition: int = Field(examples=[2])
    kind: str = Field(examples=["shelf"])
    visit_id: int = Field(examples=[5])
    site_id: int = Field(examples=[17])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    made_by: str = Field(examples=["anna"])
    made_at: datetime = Field(description="As the device says", examples=["2026-11-23T09:05:00Z"])
    received_at: datetime = Field(examples=["2026-11-23T11:40:00Z"])
    lat: float | None = Field(description="WGS84 degrees", examples=[52.54])
    lon: float | None = Field(examples=[13.39])
    accuracy_m: float | None = Field(examples=[12.0])
    away_m: float | None = Field(description="From the site, metres", examples=[31.0])
    answers: dict[str, Any] = Field(examples=[{"facings": 12}])
    lines: tuple[DocumentLineOut, ...]
    version: int = Field(examples=[1])


class DocumentsOut(Answer):
    """Documents, the newest first."""

    items: tuple[DocumentOut, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last", examples=[None])
