"""Shapes of the board of sales, and of accounts found by words."""

from datetime import date, datetime

from pydantic import Field

from api.schemas import Answer


class NextTaskOut(Answer):
    """The open task of a sale that is due first."""

    id: int = Field(examples=[5])
    title: str = Field(examples=["Measure the shelf"])
    kind: str = Field(examples=["site survey"])
    due_on: date | None = Field(examples=["2026-12-01"])
    rep: str | None = Field(examples=["Anna Berg"])


class SaleCardOut(Answer):
    """A sale on the board."""

    id: int = Field(examples=[12])
    title: str = Field(examples=["Autumn range"])
    account_id: int | None = Field(examples=[42])
    account: str | None = Field(examples=["Café Nord"])
    rep_id: int | None = Field(examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])
    stage_id: int = Field(examples=[2])
    value: float | None = Field(examples=[4514.0])
    currency: str = Field(examples=["EUR"])
    chance: float = Field(description="0–1; its own, or else its stage's", examples=[0.5])
    expected_on: date | None = Field(examples=["2027-01-31"])
    since: datetime = Field(description="When it came to its stage", examples=["2026-11-02T09:00:00Z"])
    days: float = Field(description="In its stage", examples=[21.0])
    expected_days: float | None = Field(examples=[14.0])
    overdue_days: float | None = Field(description="Longer than expected by so many; null: not stuck", examples=[7.0])
    next_task: NextTaskOut | None
    open_tasks: int = Field(examples=[1])
    version: int = Field(description="For If-Match", examples=[3])


class SaleCardsOut(Answer):
    """A page of the cards of one stage."""

    items: tuple[SaleCardOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=[None])


class NamedAccountOut(Answer):
    """An account as a list of choices shows it."""

    id: int = Field(examples=[42])
    external_id: str = Field(examples=["4711"])
    name: str = Field(examples=["Café Nord"])
    state: str = Field(description="prospect, active, dormant or closed", examples=["active"])
    line: str = Field(description="Of its first site", examples=["Bernauer Str. 12"])
    city: str = Field(examples=["Berlin"])


class NamedAccountsOut(Answer):
    """Accounts that have the words, in order of their ids."""

    items: tuple[NamedAccountOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])
