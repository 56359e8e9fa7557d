"""Shapes of the answers about users and tokens."""

from datetime import date, datetime

from pydantic import Field

from api.schemas import Answer
from crm.tables import Role


class MeOut(Answer):
    """Who asks."""

    id: int = Field(examples=[3])
    name: str = Field(examples=["anna"])
    full_name: str = Field(examples=["Anna Berg"])
    role: Role = Field(examples=["manager"])
    rep_id: int | None = Field(description="The rep the user is", examples=[7])
    rep: str | None = Field(examples=["Anna Berg"])


class UserOut(MeOut):
    """A user."""

    active: bool = Field(description="May sign in", examples=[True])
    one_time: bool = Field(description="Has not chosen a password yet", examples=[False])
    sees_reps: tuple[int, ...] = Field(description="Reps whose view was granted", examples=[[7, 8]])
    sees_families: tuple[int, ...] = Field(description="Accounts whose family was granted", examples=[[42]])
    created_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    version: int = Field(examples=[1])


class HeldTerritoryOut(Answer):
    """A territory whose primary holder the user is."""

    id: int = Field(examples=[3])
    name: str = Field(examples=["North"])


class LeftBehindOut(Answer):
    """What hangs on a user, to be handed to others before or after the user leaves."""

    rep_id: int | None = Field(examples=[7])
    others: tuple[str, ...] = Field(description="Other active users who are the same rep", examples=[[]])
    orphaned: bool = Field(description="Something is left, and nobody else is that rep", examples=[True])
    territories: tuple[HeldTerritoryOut, ...]
    open_deals: int = Field(examples=[12])
    tasks: int = Field(description="Open ones", examples=[3])
    work_items: int = Field(description="Held out of queues; they come back when their lease ends", examples=[1])
    visits: int = Field(description="Planned from today on", examples=[84])
    last_visit_on: date | None = Field(examples=["2026-12-18"])
    jobs: tuple[int, ...] = Field(
        description="The user's own that are not over; those that wait are cancelled with the user", examples=[[5]]
    )


class UsersOut(Answer):
    """Every user, by name."""

    items: tuple[UserOut, ...]


class NewUserOut(UserOut):
    """A user with a password for the first sign-in; it is shown only now."""

    password: str = Field(examples=["k3x9m-2vqrt-hw7np-zd4ys"])


class OneTimeOut(Answer):
    """A password for one sign-in; it is shown only now."""

    password: str = Field(examples=["k3x9m-2vqrt-hw7np-zd4ys"])


class TokenOut(Answer):
    """A token for programs, without the token."""

    id: int = Field(examples=[12])
    title: str = Field(examples=["nightly export"])
    created_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    expires_at: datetime = Field(examples=["2027-02-21T09:00:00Z"])
    used_at: datetime = Field(description="Noted every half hour", examples=["2026-11-23T09:00:00Z"])


class TokensOut(Answer):
    """The user's own tokens."""

    items: tuple[TokenOut, ...]


class SessionOut(Answer):
    """An open session."""

    id: int = Field(examples=[31])
    browser: str = Field(
        description="The kind of browser and system that signed in; empty: not known", examples=["Firefox, Windows"]
    )
    created_at: datetime = Field(description="Signed in", examples=["2026-11-23T09:00:00Z"])
    used_at: datetime = Field(description="Noted every half hour", examples=["2026-11-23T09:30:00Z"])
    expires_at: datetime = Field(description="Ends then, or earlier unused", examples=["2026-12-07T09:00:00Z"])
    present: bool = Field(description="The one that asks", examples=[True])


class SessionsOut(Answer):
    """The open sessions of a user: the one that asks first, then by last use."""

    items: tuple[SessionOut, ...]


class NewTokenOut(TokenOut):
    """A token that was just made; it is shown only now. Send it as `Authorization: Bearer …`."""

    token: str = Field(examples=["bw_…"])
