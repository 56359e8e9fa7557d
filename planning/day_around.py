"""What tells a rep where the day is on a map without tiles: borders of territories, and accounts that are not in it."""

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Site, Territory
from geo.place import Place
from planning.today import RouteView, line_places
from planning.viewer import Viewer, may_see_accounts, may_see_territories

site, territory = table_of(Site), table_of(Territory)

LEAST_MARGIN_DEGREES = 0.05
MARGIN = 0.5
"""Looked at as far beyond the day's places as this part of their extent."""
MOST_OTHERS = 500
"""Accounts drawn though the day does not lead to them: those nearest to its middle."""


def day_around(session: Session, viewer: Viewer, route: RouteView) -> tuple[tuple[bytes, ...], tuple[Place, ...]]:
    """Outlines (WKB) of the territories of the route's plan around the day, and the other accounts there; only what
    the viewer may see."""
    stops = [Place(stop.lat, stop.lon) for stop in route.in_order if stop.lat is not None and stop.lon is not None]
    places = [*line_places(route), *stops]
    if not places:
        return (), ()
    south, north = min(place.lat for place in places), max(place.lat for place in places)
    west, east = min(place.lon for place in places), max(place.lon for place in places)
    margin = max(LEAST_MARGIN_DEGREES, MARGIN * (north - south), MARGIN * (east - west))
    own = territory.c
    outlines = session.scalars(
        select(own.outline_wkb)
        .where(own.plan_id == route.plan_id, own.outline_wkb.is_not(None), may_see_territories(session, viewer))
        .where(own.min_lat <= north + margin, own.max_lat >= south - margin)
        .where(own.min_lon <= east + margin, own.max_lon >= west - margin)
        .order_by(own.id)
    )
    up, right = site.c.lat - (south + north) / 2, site.c.lon - (west + east) / 2
    there = session.execute(
        select(site.c.lat, site.c.lon)
        .where(site.c.lat.between(south - margin, north + margin), site.c.lon.between(west - margin, east + margin))
        .where(may_see_accounts(session, viewer, site.c.account_id))
        .order_by(up * up + right * right / 2, site.c.id)
        .limit(MOST_OTHERS)
    )
    here = {(place.lat, place.lon) for place in stops}
    return tuple(outlines), tuple(Place(lat, lon) for lat, lon in there if (lat, lon) not in here)
