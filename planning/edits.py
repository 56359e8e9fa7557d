"""Changing single rows of the record, each only if it is still as it was when it was read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, ActivityKind, Site
from geo.geocoder_pins import pinned
from geo.place import Place
from planning.closed_accounts import require_open
from planning.code_rules import require_code
from planning.import_defaults import NEW_SITE
from planning.kept_wishes import agreed
from planning.no_visits import with_none_said
from planning.record_errors import FaultyError, MissingError, RefusedError, StaleError
from planning.record_rows import insert_all
from planning.site_places import moved_doubt, place_values
from planning.type_rules import require_type
from planning.viewer import Viewer, require_account, require_site

account, site = table_of(Account), table_of(Site)


def edit_row(session: Session, table: Table, row_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Set `values` in the row with this id, if it is still at `version`; its version goes up by one.

    Raises:
        MissingError: there is no such row.
        StaleError: somebody changed it since `version`.
    """
    same = (table.c.id == row_id, table.c.version == version)
    made: Any = session.execute(update(table).where(*same).values(dict(values) | {"version": version + 1}))
    if made.rowcount == 1:
        return
    now = session.scalar(select(table.c.version).where(table.c.id == row_id))
    if now is None:
        raise MissingError(f"There is no {table.name} {row_id}.")
    raise StaleError(f"{table.name.capitalize()} {row_id}", now)


def edit_account(session: Session, viewer: Viewer, account_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change an account; see `edit_row`.

    Raises:
        MissingError: there is no such account, or none that the viewer may see.
        RefusedError: a segment or industry that is not in its list.
    """
    require_account(session, viewer, account_id)
    require_codes(session, values)
    edit_row(session, account, account_id, version, values)


def require_codes(session: Session, values: Mapping[str, Any]) -> None:
    """Go on only with a segment and an industry that may be chosen.

    Raises:
        RefusedError: which of them is not in its list.
    """
    for name in ("segment", "industry"):
        if values.get(name):
            require_code(session, name, values[name])


def edit_site(session: Session, viewer: Viewer, site_id: int, version: int, values: Mapping[str, Any]) -> int:
    """Change a site, and return the id of its account; a place that a person sets is known as `manual`.

    A new address alone leaves the place as it is and puts it on the list for review. No visits a year are said for
    good, so that no policy gives it any; a higher figure takes that back, as does whoever says what else was agreed.

    Raises:
        MissingError: there is no such site, or none that the viewer may see.
        RefusedError: only one of lat and lon is given, or opening hours or wishes that cannot be meant.
        FaultyError: a type that visits may not have today.
    """
    owner = require_site(session, viewer, site_id)
    values = site_values(session, viewer, values)
    if "lat" not in values and set(values) & {"line", "city", "postcode"}:
        values = {**values, **_moved(session, site_id)}
    if "wishes" not in values:
        values = with_none_said(values, session.scalar(select(site.c.wishes).where(site.c.id == site_id)))
    edit_row(session, site, site_id, version, values)
    return owner


def add_site(session: Session, viewer: Viewer, account_id: int, values: Mapping[str, Any]) -> int:
    """Give an account one more site; returns the site's id. It comes into a territory with the next plan.

    Raises:
        MissingError: there is no such account, or none that the viewer may see.
        RefusedError: the account is closed, nothing says where the site is, or as for a change.
        FaultyError: a type that visits may not have today.
    """
    require_account(session, viewer, account_id)
    values = site_values(session, viewer, values)
    if "lat" not in values and not any(values.get(name) for name in ("line", "city", "postcode")):
        raise RefusedError("Say where the site is: by its address, or by lat and lon.")
    require_open(session, account_id, "another site")
    values = values if "wishes" in values else with_none_said(values, None)
    (made,) = insert_all(session, Site, [{**NEW_SITE, **values, "account_id": account_id, "version": 1}])
    return made


def site_values(session: Session, viewer: Viewer, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of a site as its columns; a place that was set is a pin.

    Raises:
        RefusedError: only one of lat and lon is given, or opening hours or wishes that cannot be meant.
        FaultyError: a type that visits may not have today.
    """
    values = dict(values)
    if "wishes" in values:
        values = {**values, "wishes": agreed(values["wishes"])}
    if values.get("opening_hours"):
        require_hours(values["opening_hours"])
    if "visit_type" in values:
        values = {**values, "visit_type": values["visit_type"] or None}
        if values["visit_type"]:
            found = require_type(session, values["visit_type"], ActivityKind.VISIT, viewer.day, field="visit_type")
            if not found.counts_as_visit:
                raise FaultyError(
                    [("visit_type", f"a type that counts as a visit; got {found.code!r}, which does not")]
                )
    if ("lat" in values) != ("lon" in values):
        raise RefusedError("A place is lat and lon together; one of them alone cannot be changed.")
    if "lat" in values:
        pin = pinned(Place(lat=values["lat"], lon=values["lon"]), by=viewer.name)
        values = {**values, **place_values(pin), "why": ""}
    return values


def require_hours(text: str) -> None:
    """Go on only with opening hours that can be read.

    Raises:
        RefusedError: they are not as OpenStreetMap writes them.
    """
    from planning.opening import read_hours

    try:
        read_hours(text)
    except ValueError as error:
        raise RefusedError(f"opening_hours: {error}.") from error


def _moved(session: Session, site_id: int) -> dict[str, Any]:
    """The doubt about a place whose address is being changed; nothing where there is no place."""
    row = session.execute(select(site.c.line, site.c.city, site.c.lat).where(site.c.id == site_id)).first()
    return {} if row is None or row.lat is None else {"doubts": moved_doubt(row.line, row.city)}
