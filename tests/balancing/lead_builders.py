"""Leads and candidates with sensible defaults."""

from datetime import UTC, datetime, timedelta
from typing import Any

from balancing import Candidate, Lead
from geo.place import Place

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def lead(number: int = 1, after_min: float = 0, **more: Any) -> Lead:
    """Lead `l1`, … that arrives some minutes after nine; one degree of longitude here is 71.5 km."""
    facts: dict[str, Any] = {"place": Place(50.0, 10.0), "work_min": 30.0}
    return Lead(f"l{number}", NINE + timedelta(minutes=after_min), **(facts | more))


def rep(name: str, lon: float = 10.0, **more: Any) -> Candidate:
    """A candidate at home on the 50th parallel, free since eight."""
    facts: dict[str, Any] = {"places": (Place(50.0, lon),), "free_since": NINE - timedelta(hours=1)}
    return Candidate(name, **(facts | more))
