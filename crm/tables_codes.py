"""Classifiers as data: which segments, roles, outcomes, reasons and sources there are."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Record


class Code(Record, table=True):
    """One value of a list. An inactive one stays on what has it, and can no longer be chosen."""

    __tablename__ = "code"
    __table_args__ = (UniqueConstraint("list_name", "code"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    list_name: str
    code: str
    label: str
    position: int = 0
    active: bool = True
    version: int = 1
