"""Users: who may sign in, what they may do and see; their passwords and tokens, of which only digests are kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class Role(StrEnum):
    """What a user may do: a rep works own accounts, a manager those of the reps below, the others see everything."""

    REP = "rep"
    MANAGER = "manager"
    PLANNER = "planner"
    ADMIN = "admin"


class User(Record, table=True):
    """Somebody who may sign in under `name`, which never changes and is never given to another.

    `rep_id` is the rep whose territories are this user's own. Users are not removed, only made inactive: the ledger
    names them.
    """

    __tablename__ = "app_user"
    __table_args__ = (CheckConstraint("name = lower(name) AND name <> ''", name="name"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    full_name: str = ""
    role: Role = Field(sa_column=code_column(Role, "role"))
    rep_id: int | None = Field(default=None, foreign_key="rep.id", index=True)
    active: bool = True
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    version: int = 1


class RepGrant(Record, table=True):
    """A user sees what a rep sees, whatever that rep holds: one of a manager's team, or a stand-in's colleague."""

    __tablename__ = "rep_grant"
    __table_args__ = (UniqueConstraint("user_id", "rep_id"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    rep_id: int = Field(foreign_key="rep.id", index=True)
    version: int = 1


class Password(Record, table=True):
    """The argon2 hash of a user's password; one that was made for the user has to be changed before anything else."""

    __tablename__ = "password"

    user_id: int = Field(primary_key=True, foreign_key="app_user.id")
    hash: str
    one_time: bool
    changed_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class TokenKind(StrEnum):
    """A browser's session, or a token for programs."""

    SESSION = "session"
    API = "api"


class AccessToken(Record, table=True):
    """What a request may carry instead of a password; `digest` is the SHA-256 of the token, which is kept nowhere."""

    __tablename__ = "access_token"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    kind: TokenKind = Field(sa_column=code_column(TokenKind, "kind"))
    title: str = ""
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    expires_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    used_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class SignInFailure(Record, table=True):
    """How often signing in failed in a row, by who tried: a name, an address, or both together."""

    __tablename__ = "sign_in_failure"

    who: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
