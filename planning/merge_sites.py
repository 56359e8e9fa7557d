"""Sites of two accounts that are one place: which they are, and making one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Activity, Asset, Assignment, ProposalMove, Site, Transfer, UnservedVisit, Visit
from geo.address_fold import fold
from planning.no_visits import says_none
from planning.record_rows import update_rows
from planning.site_places import PLACE_COLUMNS

site, assignment = table_of(Site), table_of(Assignment)
NEAR_M = 25.0
"""Sites of one firm so near to each other are one place."""
FACTS = ("line", "city", "postcode", "region", "country", "opening_hours", "wishes", "visit_type")

MOVED = (Visit, Activity, UnservedVisit, Asset)
"""What hangs on a site and goes with it as it is."""
ONCE = ((Transfer, "plan_id"), (ProposalMove, "proposal_id"))
"""What a site has once for each plan or proposal: that of the site that stays counts."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SamePlace:
    """Two sites that are one place: the first becomes part of the second."""

    from_id: int
    into_id: int


def same_places(stays: Sequence[Row], goes: Sequence[Row]) -> tuple[SamePlace, ...]:
    """The sites of the account that goes which plainly are one of the other's: the same address, or within `NEAR_M`."""
    found = []
    for row in goes:
        same = next((other for other in stays if is_same(row, other)), None)
        if same is not None:
            found.append(SamePlace(row["id"], same["id"]))
    return tuple(found)


def is_same(one: Row, other: Row) -> bool:
    """True for the same address, or places next to each other; different street addresses are different places."""
    if one["line"] and other["line"]:
        city = not one["city"] or not other["city"] or fold(one["city"]) == fold(other["city"])
        return city and fold(one["line"]) == fold(other["line"])
    if one["lat"] is None or other["lat"] is None:
        return False
    return metres(one["lat"], one["lon"], other["lat"], other["lon"]) <= NEAR_M


def metres(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Between two places (WGS84 degrees), as geo measures it."""
    from geo.great_circle import great_circle_m
    from geo.place import Place

    return float(great_circle_m([Place(lat, lon)], [Place(to_lat, to_lon)])[0, 0])


def fold_site(session: Session, goes: Row, stays: Row) -> None:
    """Make one site part of another: what was done there was done at the other, whose facts it completes.

    Where both lie in a territory of one plan at the same time, that of the site that stays counts.
    """
    from_id, into_id = goes["id"], stays["id"]
    for model in MOVED:
        table = table_of(model)
        counted = {"version": table.c.version + 1} if "version" in table.c else {}
        session.execute(update(table).where(table.c.site_id == from_id).values(site_id=into_id, **counted))
    for once, of in ONCE:
        table = table_of(once)
        there = select(table.c[of]).where(table.c.site_id == into_id)
        session.execute(delete(table).where(table.c.site_id == from_id, table.c[of].in_(there)))
        session.execute(update(table).where(table.c.site_id == from_id).values(site_id=into_id))
    fold_assignments(session, from_id, into_id)
    if new := completed(goes, stays):
        update_rows(session, site, [(into_id, new)])
    session.execute(delete(site).where(site.c.id == from_id))


def fold_assignments(session: Session, from_id: int, into_id: int) -> None:
    """Give the other site those spans of time in a territory in which it lay in none itself."""
    spans = [
        row._asdict() for row in session.execute(select(assignment).where(assignment.c.site_id.in_((from_id, into_id))))
    ]
    kept = [row for row in spans if row["site_id"] == into_id]
    for row in (row for row in spans if row["site_id"] == from_id):
        own = assignment.c.id == row["id"]
        if any(row["plan_id"] == other["plan_id"] and overlap(row, other) for other in kept):
            session.execute(delete(assignment).where(own))
        else:
            session.execute(update(assignment).where(own).values(site_id=into_id, version=row["version"] + 1))


def overlap(one: Row, other: Row) -> bool:
    """True when two spans have a day in common, or both are open."""
    begins = one["valid_to"] is None or other["valid_from"] < one["valid_to"]
    return begins and (other["valid_to"] is None or one["valid_from"] < other["valid_to"])


def completed(goes: Row, stays: Row) -> dict[str, Any]:
    """What the site that goes knows and the other does not; of two last visits the later one."""
    new = {name: goes[name] for name in FACTS if not stays[name] and goes[name]}
    figures = ("service_s",) if says_none(stays["wishes"]) else ("visits_per_year", "service_s")
    new |= {name: goes[name] for name in figures if not stays[name] and goes[name]}
    last = max((row["last_visit_on"] for row in (goes, stays) if row["last_visit_on"]), default=None)
    if last != stays["last_visit_on"]:
        new["last_visit_on"] = last
    if stays["lat"] is None and goes["lat"] is not None:
        new |= {name: goes[name] for name in (*PLACE_COLUMNS, "why")}
    return new
