"""Shapes of the answers about equipment at outlets and its service."""

from datetime import date, datetime

from pydantic import Field

from api.schemas import Answer
from api.schemas_people import Next
from crm.tables import AssetState, Priority


class AssetOut(Answer):
    """A piece of equipment and where it stands."""

    id: int = Field(examples=[9])
    site_id: int = Field(examples=[17])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    kind: str = Field(description="A code of the list asset_kind", examples=["freezer"])
    serial_number: str = Field(examples=["FZ-20441"])
    state: AssetState = Field(examples=["in_service"])
    installed_on: date | None = Field(examples=["2026-03-02"])
    withdrawn_on: date | None = Field(examples=[None])
    note: str = Field(examples=["beside the till"])
    task_id: int | None = Field(description="Its open service task", examples=[None])
    version: int = Field(examples=[1])


class AssetsOut(Answer):
    """A page of equipment in order of its ids."""

    items: tuple[AssetOut, ...]
    next: str | None = Next


class ServiceTaskOut(Answer):
    """Service that a fault asks for."""

    id: int = Field(examples=[3])
    asset_id: int = Field(examples=[9])
    kind: str = Field(description="Of the equipment", examples=["freezer"])
    serial_number: str = Field(examples=["FZ-20441"])
    state: AssetState = Field(description="Of the equipment", examples=["faulty"])
    site_id: int = Field(examples=[17])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    priority: Priority = Field(examples=["high"])
    text: str = Field(examples=["Does not cool"])
    not_before: date = Field(description="Day plans take it in from this day on", examples=["2026-11-23"])
    next_visit_on: date | None = Field(description="The next visit planned at the outlet", examples=["2026-11-24"])
    reported_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    reported_by: str = Field(examples=["ruth"])
    done_at: datetime | None = Field(examples=[None])
    done_by: str = Field(examples=[""])
    outcome: str = Field(description="What was done", examples=[""])
    version: int = Field(examples=[1])


class ServiceTasksOut(Answer):
    """A page of service tasks in order of their ids."""

    items: tuple[ServiceTaskOut, ...]
    next: str | None = Next
