"""A choice as plain values that can be kept as JSON, and made again from them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from balancing.choice import Choice, Strategy, strategy_data, strategy_of
from balancing.choose import choose_rep
from balancing.lead import Candidate, Lead
from balancing.rules import RuleSet
from balancing.rules_read import rules_of
from geo.place import Place


def choice_data(choice: Choice) -> dict[str, Any]:
    """Everything: the inputs, the rule or strategy, who was looked at, and the answer."""
    asked = choice.asked
    return {
        "lead": lead_data(choice.lead),
        "candidates": [candidate_data(candidate) for candidate in choice.candidates],
        "rules": dict(asked.data) if isinstance(asked, RuleSet) else None,
        "strategy": strategy_data(asked) if isinstance(asked, Strategy) else None,
        "rule": choice.rule,
        "rep": choice.rep,
        "why": choice.why,
        "considered": [
            {"rep": row.rep, "words": row.words, "refused": row.refused, "keys": list(map(finite, row.keys))}
            for row in choice.considered
        ],
    }


def replay(data: Mapping[str, Any]) -> Choice:
    """Make a kept choice again from its inputs alone; compare `rep` and `why` with what was kept.

    Raises:
        InvalidRules, InvalidLead: the kept values are not those of `choice_data`.
    """
    asked = rules_of(data["rules"]) if data["rules"] is not None else strategy_of(data["strategy"])
    return choose_rep(lead_of(data["lead"]), [candidate_of(row) for row in data["candidates"]], asked)


def lead_data(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "arrived_at": lead.arrived_at.isoformat(),
        "place": place_data(lead.place),
        "type": lead.type,
        "industry": lead.industry,
        "size": lead.size,
        "value": lead.value,
        "work_min": lead.work_min,
        "territory": lead.territory,
        "needs": dict(lead.needs),
        "weights": dict(lead.weights),
        "given_to": lead.given_to,
        "regions": sorted(lead.regions),
    }


def lead_of(data: Mapping[str, Any]) -> Lead:
    moment = datetime.fromisoformat(data["arrived_at"])
    regions = frozenset(data.get("regions", ()))  # choices from before leads had them know none
    return Lead(**{**data, "arrived_at": moment, "place": place_of(data["place"]), "regions": regions})


def candidate_data(candidate: Candidate) -> dict[str, Any]:
    since = candidate.free_since
    return {
        "id": candidate.id,
        "places": [place_data(place) for place in candidate.places],
        "route": [place_data(place) for place in candidate.route],
        "territories": sorted(candidate.territories),
        "skills": dict(candidate.skills),
        "load_min": candidate.load_min,
        "room_min": candidate.room_min,
        "share_of_full_time": candidate.share_of_full_time,
        "free_since": since.isoformat() if since else None,
        "last_turn": candidate.last_turn,
        "present": candidate.present,
    }


def candidate_of(data: Mapping[str, Any]) -> Candidate:
    since = data["free_since"]
    values = {
        "places": tuple(Place(lat=lat, lon=lon) for lat, lon in data["places"]),
        "route": tuple(Place(lat=lat, lon=lon) for lat, lon in data["route"]),
        "territories": frozenset(data["territories"]),
        "free_since": datetime.fromisoformat(since) if since else None,
    }
    return Candidate(**{**data, **values})


def place_data(place: Place | None) -> list[float] | None:
    """Latitude, longitude."""
    return [place.lat, place.lon] if place else None


def place_of(pair: list[float] | None) -> Place | None:
    return Place(lat=pair[0], lon=pair[1]) if pair else None


def finite(key: float) -> float | None:
    """JSON knows no infinity: None for "not limited"."""
    return key if abs(key) < float("inf") else None
