"""A package of somebody else that adds a strategy, a geocoding service and a kind of job."""

from collections.abc import Mapping
from typing import Any

from geopy.geocoders.base import Geocoder
from geopy.location import Location

from balancing.lead import Candidate, Lead
from balancing.strategies import Mark
from crm.tables import ActKind
from planning.use_case import Asked, Prepared, Unit


def seniority(lead: Lead, candidate: Candidate) -> Mark:
    """The first in the alphabet are the longest with us."""
    return Mark(float(ord(candidate.id[0])), "has been here longer")


class Gridton(Geocoder):
    """Knows one town."""

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | None:
        return Location("Gridton", (50.0, 10.0, 0.0), {}) if "Gridton" in query else None


class CountUp:
    """Adds two to each number."""

    act = ActKind.EDIT
    limit_s = 10.0

    def title(self, session: Any, what: Mapping[str, Any]) -> str:
        return "Count up"

    def prepare(self, session: Any, asked: Asked) -> Prepared:
        return Prepared([Unit(f"{number}", number, "1") for number in asked.what["numbers"]], shared=2)

    def run(self, shared: int, payload: int) -> dict[str, Any]:
        return {"number": payload + shared}

    def save(self, session: Any, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        return {"numbers": [one["number"] for one in results.values()]}
