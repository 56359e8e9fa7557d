"""What a user shows besides the password: a program's changing codes, and codes for the day it is lost."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record


class SecondFactor(Record, table=True):
    """The secret of a user's codes, sealed (`planning.sealed`); it counts from `since` on, when a code was shown.

    `last_step` is the half minute of the last code that was taken: no code is taken twice.
    """

    __tablename__ = "second_factor"

    user_id: int = Field(primary_key=True, foreign_key="app_user.id")
    secret: str
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    since: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    last_step: int = 0


class RecoveryCode(Record, table=True):
    """A code that is good once; `digest` is the SHA-256 of it. The row goes with its use."""

    __tablename__ = "recovery_code"
    __table_args__ = (KEEP_IDS,)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    digest: str = Field(unique=True)


class SignInStep(Record, table=True):
    """Somebody whose password was right and whose code is waited for; `digest`: SHA-256 of what the form holds."""

    __tablename__ = "sign_in_step"

    digest: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    expires_at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
