"""Shapes of the answers about people, names and links of firms, and code lists."""

from datetime import date, datetime

from pydantic import Field

from api.schemas import Answer
from crm.tables import ConsentState, ContactKind, LinkKind, NameKind

Next = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


class RoleOut(Answer):
    """What a person does at an account."""

    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    role: str = Field(description="A code of the list person_role", examples=["buyer"])
    is_main: bool = Field(description="The one to turn to", examples=[True])
    valid_from: date | None = Field(examples=["2026-01-01"])
    valid_to: date | None = Field(description="First day on which it no longer counts", examples=[None])


class ContactOut(Answer):
    """A way to reach a person."""

    kind: ContactKind = Field(examples=["email"])
    value: str = Field(examples=["anna@example.org"])
    preferred: bool = Field(examples=[True])
    valid_from: date | None = Field(examples=["2026-01-01"])
    valid_to: date | None = Field(description="First day on which it no longer counts", examples=[None])


class ConsentOut(Answer):
    """The last word of a person on a purpose."""

    purpose: str = Field(description="A code of the list consent_purpose", examples=["newsletter"])
    state: ConsentState = Field(examples=["given"])
    said_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    source: str = Field(examples=["form at the fair"])
    channel: ContactKind | None = Field(
        description="The kind of contact it is about; null: all of which nothing was said since", examples=["email"]
    )


class PersonOut(Answer):
    """Somebody at clients of yours."""

    id: int = Field(examples=[5])
    external_id: str | None = Field(description="The id in files", examples=["p-17"])
    name: str = Field(examples=["Anna Berg"])
    note: str = Field(examples=["prefers mornings"])
    version: int = Field(examples=[1])
    roles: tuple[RoleOut, ...]
    contacts: tuple[ContactOut, ...]
    consents: tuple[ConsentOut, ...]


class ForgottenOut(Answer):
    """What of a person was erased."""

    contacts: int = Field(description="Ways to reach the person, past ones too", examples=[2])
    changes: int = Field(description="Rows of the history that no longer say who it was", examples=[7])
    leads: tuple[int, ...] = Field(description="Leads whose original form holds one of the addresses", examples=[[]])


class PeopleOut(Answer):
    """A page of people in order of their ids."""

    items: tuple[PersonOut, ...]
    next: str | None = Next


class NameOut(Answer):
    """A name of an account besides the one that is shown."""

    kind: NameKind = Field(examples=["legal"])
    name: str = Field(examples=["Nord Gastronomie GmbH"])
    valid_from: date | None = Field(examples=["2019-04-01"])
    valid_to: date | None = Field(description="First day on which it no longer counts", examples=[None])


class NamesOut(Answer):
    """The names of an account; its version went up with the change."""

    version: int = Field(description="Of the account", examples=[2])
    items: tuple[NameOut, ...]


class LinkOut(Answer):
    """A firm belongs to another."""

    id: int = Field(examples=[3])
    account_id: int = Field(description="The one that belongs", examples=[42])
    account: str = Field(examples=["Café Nord"])
    to_account_id: int = Field(description="The one it belongs to", examples=[7])
    to_account: str = Field(examples=["Nord Holding"])
    kind: LinkKind = Field(examples=["owner"])
    share: float | None = Field(description="How much of it, 0 to 1", examples=[0.51])
    valid_from: date | None = Field(examples=["2019-04-01"])
    valid_to: date | None = Field(examples=[None])
    version: int = Field(examples=[1])


class CodeOut(Answer):
    """One value of a list."""

    id: int = Field(examples=[9])
    list_name: str = Field(examples=["outcome"])
    code: str = Field(examples=["interested"])
    label: str = Field(examples=["Interested"])
    position: int = Field(examples=[1])
    active: bool = Field(description="May be chosen", examples=[True])
    version: int = Field(examples=[1])


class CodesOut(Answer):
    """Codes by list and position."""

    items: tuple[CodeOut, ...]
