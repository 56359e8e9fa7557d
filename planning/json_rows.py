"""Rows of the record as JSON, in the form of the ledger: days as text, bytes as hex. `crm.ledger.decoded` reads it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Table

from crm.ledger import decoded


def packed(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON holds them."""
    return [{name: _json(value) for name, value in row.items()} for row in rows]


def unpacked(table: Table, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a table as they were before they were packed; what the table does not know is left out."""
    return [dict(decoded(table, row) or {}) for row in rows]


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
