"""Whose a lead is by where it comes from: by its account, else its place, else its postcode or town."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import HolderRole, Role, Site
from planning.owners import Owned, owned, owners_of_point
from planning.viewer import Viewer

site = table_of(Site)


@dataclass(frozen=True, slots=True)
class Owner:
    """The rep who holds the territory that was found, None where there is none; and how it was found."""

    rep_id: int | None = None
    why: str = ""


class Placed(Protocol):
    """What says where something is: coordinates in WGS84 degrees, or part of an address."""

    @property
    def city(self) -> str: ...
    @property
    def postcode(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def lat(self) -> float | None: ...
    @property
    def lon(self) -> float | None: ...


def owner_of(session: Session, account_id: int | None, placed: Placed, sales_force: str, day: date) -> Owner:
    """Whose a lead is on a day in a sales force (empty: the first one), by the surest of what is known of it."""
    if account_id is not None:
        found = held(owned(session, day, site.c.account_id == account_id), sales_force, "of the account")
        if found.rep_id is not None:
            return found
    if placed.lat is not None and placed.lon is not None:
        whole = Viewer(0, "bailiwick", Role.ADMIN, None, day)
        found = held(owners_of_point(session, whole, placed.lat, placed.lon, day), sales_force, "by the place")
        if found.rep_id is not None:
            return found
    for what, condition in areas(placed):
        found = held(owned(session, day, condition), sales_force, f"by the {what}, where most sites are")
        if found.rep_id is not None:
            return found
    return Owner(why="no territory found")


def areas(placed: Placed) -> list[tuple[str, ColumnElement[bool]]]:
    """Conditions on sites that lie where something is, the narrowest first."""
    country = [func.lower(site.c.country) == placed.country.strip().lower()] if placed.country.strip() else []
    found = []
    if postcode := placed.postcode.strip():
        found.append(("postcode", and_(site.c.postcode == postcode, *country)))
    if city := placed.city.strip():
        found.append(("town", and_(func.lower(site.c.city) == func.lower(city), *country)))
    return found


def held(territories: tuple[Owned, ...], sales_force: str, how: str) -> Owner:
    """The primary holder of the first territory of the sales force that has one."""
    forces = [one for one in territories if not sales_force or one.sales_force == sales_force]
    for one in forces:
        primary = next((held_by for held_by in one.holders if held_by.role == HolderRole.PRIMARY), None)
        if primary is not None:
            return Owner(primary.rep_id, f"territory {one.territory} {how}")
    return Owner()
