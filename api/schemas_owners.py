"""Shapes of the answers about who holds what, and of joint visits."""

from datetime import date

from pydantic import Field

from api.schemas import Answer
from api.schemas_days import VisitOut


class HolderOut(Answer):
    """A rep who holds a territory from one day until the day before another."""

    id: int = Field(examples=[5])
    territory_id: int = Field(examples=[3])
    territory: str = Field(examples=["North"])
    sales_force: str = Field(description="Empty where there is only one", examples=[""])
    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    role: str = Field(description="primary, cover or support", examples=["primary"])
    valid_from: date = Field(examples=["2026-11-23"])
    valid_to: date | None = Field(description="First day on which it no longer counts", examples=[None])
    version: int = Field(examples=[1])


class HoldersOut(Answer):
    """Who holds a territory, or ever did; owners first."""

    items: tuple[HolderOut, ...]


class TerritoryOut(Answer):
    """A territory in the tree of its plan."""

    id: int = Field(examples=[3])
    plan_id: int = Field(examples=[1])
    parent_id: int | None = Field(description="The territory that it is part of", examples=[9])
    name: str = Field(examples=["North"])
    version: int = Field(examples=[1])


class HeldByOut(Answer):
    """A rep who held a territory on the day asked for."""

    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    role: str = Field(description="primary, cover or support", examples=["primary"])
    valid_from: date = Field(examples=["2026-11-23"])
    valid_to: date | None = Field(examples=[None])


class OwnedOut(Answer):
    """A territory in which some of the sites, or the point, lay on the day, and who held it."""

    sales_force: str = Field(description="Sales force or product line", examples=["Beverages"])
    plan_id: int = Field(examples=[1])
    territory_id: int = Field(examples=[3])
    territory: str = Field(examples=["North"])
    sites: int = Field(description="Sites that lay in it; 0 for a point", examples=[12])
    accounts: int = Field(examples=[11])
    holders: tuple[HeldByOut, ...] = Field(description="Owner, cover, support")


class OwnersOut(Answer):
    """Whose a place was on a day, by sales force."""

    on: date = Field(examples=["2026-03-03"])
    items: tuple[OwnedOut, ...]


class CompanionOut(Answer):
    """A rep who comes along."""

    rep_id: int = Field(examples=[8])
    rep: str = Field(examples=["Bo Holm"])


class CompanionsOut(Answer):
    """Who comes along on a visit; `version` is the visit's, for If-Match."""

    visit_id: int = Field(examples=[5])
    rep_id: int = Field(description="Who leads it", examples=[7])
    version: int = Field(examples=[1])
    items: tuple[CompanionOut, ...]


class JointVisitsOut(Answer):
    """Visits of others on which a rep comes along, in order of their days."""

    items: tuple[VisitOut, ...]
