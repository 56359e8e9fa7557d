"""What a new account and its site are where nobody says otherwise."""

from collections.abc import Mapping
from typing import Any

from crm.tables import AccountState
from planning.site_places import NO_PLACE

ADDRESS = ("line", "city", "postcode", "region", "country")
NEW_SITE: Mapping[str, Any] = {
    **dict.fromkeys(ADDRESS, ""),
    **NO_PLACE,
    "why": "",
    "visits_per_year": 0.0,
    "service_s": 0,
    "last_visit_on": None,
    "opening_hours": "",
    "wishes": None,
    "visit_type": None,
}
NEW_ACCOUNT: Mapping[str, Any] = {
    "name": "",
    "state": AccountState.ACTIVE,
    "segment": "",
    "industry": "",
    "value": None,
    "potential": None,
}
