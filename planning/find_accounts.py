"""Accounts in a box or polygon, and one account with all its sites and who they belong to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Assignment, HolderRole, Rep, Site, Territory, TerritoryHolder
from planning.plans_in_force import InForce, covers, plan_on
from planning.record_errors import BadAreaError, MissingError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

account, site, territory = table_of(Account), table_of(Site), table_of(Territory)
assignment, holder, rep = table_of(Assignment), table_of(TerritoryHolder), table_of(Rep)

SCAN = 2000
"""Candidates read at once while looking through a box for those inside the polygon."""
MAX_CORNERS = 10_000


@dataclass(frozen=True, slots=True)
class Box:
    """An area between two meridians and two parallels, edges included, in degrees; `west` > `east` crosses 180°."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not all(map(isfinite, (self.west, self.south, self.east, self.north))):
            raise BadAreaError("The box must consist of four finite numbers.")
        if not (-90 <= self.south <= self.north <= 90):
            raise BadAreaError(f"Expected -90 ≤ south ≤ north ≤ 90, got south {self.south:g}, north {self.north:g}.")
        if not (-180 <= self.west <= 180 and -180 <= self.east <= 180):
            raise BadAreaError(f"Expected longitudes from -180 to 180, got west {self.west:g}, east {self.east:g}.")

    def holds(self) -> ColumnElement[bool]:
        """The condition on a site."""
        lon = site.c.lon
        direct = self.west <= self.east
        across = lon.between(self.west, self.east) if direct else or_(lon >= self.west, lon <= self.east)
        return and_(site.c.lat.between(self.south, self.north), across)


@dataclass(frozen=True, slots=True)
class OwnedOn:
    """The day whose owners are shown; with `exactly` nobody's when no plan was in force, else the coming plan's."""

    day: date
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site, and the territory and rep it belongs to on the day asked for (None: nobody's)."""

    id: int
    line: str
    city: str
    postcode: str
    region: str
    country: str
    lat: float | None
    lon: float | None
    level: str
    why: str
    visits_per_year: float
    service_s: int
    territory_id: int | None
    territory: str | None
    rep_id: int | None
    rep: str | None
    since: date | None
    reason: str | None
    version: int
    locked: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account with its sites."""

    id: int
    external_id: str
    name: str
    state: str
    segment: str
    value: float | None
    version: int
    sites: tuple[SiteView, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Accounts in order of their ids; `after` is the id to go on from, None on the last page."""

    accounts: tuple[AccountView, ...] = field(default=())
    after: int | None = None


def find_accounts(
    session: Session,
    *,
    on: OwnedOn,
    box: Box | None = None,
    area: "BaseGeometry | None" = None,
    after: int = 0,
    limit: int,
) -> AccountPage:
    """Accounts that have a site inside `box` and inside `area` (edges included), `limit` at most, ids above `after`."""
    ids = account_ids(session, box, area, after, limit + 1)
    more = len(ids) > limit
    ids = ids[:limit]
    return AccountPage(views(session, ids, on), ids[-1] if more else None)


def get_account(session: Session, account_id: int, *, on: OwnedOn) -> AccountView:
    """One account.

    Raises:
        MissingError: there is none with this id.
    """
    found = views(session, [account_id], on)
    if not found:
        raise MissingError(f"There is no account {account_id}.")
    return found[0]


def parse_area(geojson: str) -> "BaseGeometry":
    """A polygon or multipolygon from the text of a GeoJSON geometry (WGS84, longitude first).

    Raises:
        BadAreaError: not GeoJSON, not an area, crossing itself, off the earth or with too many corners.
    """
    import orjson
    import shapely

    try:
        if not isinstance(orjson.loads(geojson), dict):
            raise ValueError(geojson)
        area = shapely.from_geojson(geojson)
    except (ValueError, shapely.errors.GEOSException):  # a ValueError too when GEOS cuts a word of its complaint
        raise BadAreaError("Expected a GeoJSON Polygon or MultiPolygon; this is not GeoJSON.") from None
    if area is None or area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty:
        raise BadAreaError("Expected a GeoJSON Polygon or MultiPolygon with at least three corners.")
    if shapely.get_num_coordinates(area) > MAX_CORNERS:
        raise BadAreaError(f"The polygon has more than {MAX_CORNERS:,} corners; simplify it.")
    if not shapely.is_valid(area):
        raise BadAreaError(f"The polygon is not valid: {shapely.is_valid_reason(area)}.")
    Box(*area.bounds)
    return area


def account_ids(session: Session, box: Box | None, area: "BaseGeometry | None", after: int, wanted: int) -> list[int]:
    """The first `wanted` ids above `after` of the accounts with a site in the area."""
    if box is None and area is None:
        key = account.c.id
        return [int(row) for row in session.scalars(select(key).where(key > after).order_by(key).limit(wanted))]
    found: dict[int, None] = {}
    for account_id in sites_inside(session, box, area, after, SCAN if area else wanted):
        found[account_id] = None
        if len(found) == wanted:
            break
    return list(found)


def sites_inside(
    session: Session, box: Box | None, area: "BaseGeometry | None", after: int, scan: int
) -> Iterator[int]:
    """Account ids of the sites inside, ascending, an id once per site: by box first, then exactly.

    Candidates are read `scan` at a time.
    """
    conditions = [box.holds()] if box else []
    if area is not None:
        import shapely

        shapely.prepare(area)
        conditions.append(Box(*area.bounds).holds())
    key = (site.c.account_id, site.c.id)
    picked = select(*key, site.c.lat, site.c.lon).where(*conditions).order_by(*key).limit(scan)
    beyond = key[0] > after
    while True:
        rows = session.execute(picked.where(beyond)).all()
        if area is None:
            yield from (row[0] for row in rows)
        elif rows:
            inside = shapely.intersects_xy(area, [row[3] for row in rows], [row[2] for row in rows])
            yield from (row[0] for row, hit in zip(rows, inside, strict=True) if hit)
        if len(rows) < scan:
            return
        last = rows[-1]
        beyond = or_(key[0] > last[0], and_(key[0] == last[0], key[1] > last[1]))


def views(session: Session, ids: Sequence[int], on: OwnedOn) -> tuple[AccountView, ...]:
    """The accounts with these ids, in order of id, those that exist."""
    if not ids:
        return ()
    sites = site_views(session, ids, plan_on(session, on.day, exactly=on.exactly))
    names = ("id", "external_id", "name", "state", "segment", "value", "version")
    rows = session.execute(select(*(account.c[name] for name in names)).where(account.c.id.in_(ids)))
    found = (AccountView(*(*row, tuple(sites.get(row[0], ())))) for row in rows)
    return tuple(sorted(found, key=lambda view: view.id))


def site_views(session: Session, ids: Sequence[int], force: InForce | None) -> dict[int, list[SiteView]]:
    """The sites of these accounts by account, with their owners under the plan in force."""
    names = ("id", "line", "city", "postcode", "region", "country", "lat", "lon", "level", "why")
    owner = (territory.c.id, territory.c.name, rep.c.id, rep.c.name)
    sql = select(
        site.c.account_id,
        *(site.c[name] for name in names),
        site.c.visits_per_year,
        site.c.service_s,
        *owner,
        *(assignment.c.valid_from, assignment.c.reason),
        site.c.version,
        assignment.c.locked,
    )
    found: dict[int, list[SiteView]] = defaultdict(list)
    for key, *values, locked in session.execute(with_owners(sql, force).where(site.c.account_id.in_(ids))):
        found[key].append(SiteView(*(*values, bool(locked))))
    for of_account in found.values():
        of_account.sort(key=lambda view: view.id)
    return found


def with_owners[T: tuple[Any, ...]](sql: Select[T], force: InForce | None) -> Select[T]:
    """Join sites with their territory and its primary holder as they are under `force`; all empty where nobody's."""
    if force is None:
        owned: ColumnElement[bool] = false()
        held: ColumnElement[bool] = false()
    else:
        owned = and_(assignment.c.plan_id == force.plan_id, covers(assignment, force.day))
        held = and_(holder.c.role == HolderRole.PRIMARY, covers(holder, force.day))
    return (
        sql.select_from(site)
        .outerjoin(assignment, and_(assignment.c.site_id == site.c.id, owned))
        .outerjoin(territory, territory.c.id == assignment.c.territory_id)
        .outerjoin(holder, and_(holder.c.territory_id == territory.c.id, held))
        .outerjoin(rep, rep.c.id == holder.c.rep_id)
    )
