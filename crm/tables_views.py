"""Searches that users keep."""

from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Record


class SavedView(Record, table=True):
    """A search of the list `of` under a name of its own; `query` holds the parameters of the list's address.

    Only its owner changes or ends it; with `shared` everybody may use it, each on what they may see themselves.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "of", "name"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    of: str
    name: str
    query: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    shared: bool = False
    version: int = 1
