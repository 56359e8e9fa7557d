"""The record: accounts, sites, reps, territory plans, routes, visits and the pipeline, on SQLite or PostgreSQL.

upgrade("sqlite:///plan.sqlite")                 # makes the tables, or brings them to this version
database = open_database("sqlite:///plan.sqlite")
with database.write() as session:                # committed at the end, or not at all
    session.add(Account(external_id="4711", name="Café Nord", created_at=now))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crm.act import Act
    from crm.database import Database, open_database, upgrade
    from crm.errors import DatabaseAddressError, DatabaseUnreachableError, DatabaseVersionError, RecordError

WHERE = {
    "Act": "crm.act",
    "Database": "crm.database",
    "open_database": "crm.database",
    "upgrade": "crm.database",
    "RecordError": "crm.errors",
    "DatabaseAddressError": "crm.errors",
    "DatabaseUnreachableError": "crm.errors",
    "DatabaseVersionError": "crm.errors",
}

__all__ = [
    "Database",
    "open_database",
    "upgrade",
    "Act",
    "RecordError",
    "DatabaseAddressError",
    "DatabaseUnreachableError",
    "DatabaseVersionError",
]


def __getattr__(name: str) -> Any:
    if name not in WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(WHERE[name]), name)
