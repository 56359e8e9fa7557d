"""Accounts, each with all its sites and who they belong to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from crm.among import among, dialect_of, places_for, told
from crm.columns import table_of
from crm.often import Often
from crm.tables import Account, Assignment, Rep, Site, Territory
from planning.account_search import OwnedOn, Wanted, account_ids, plan_for, with_owners
from planning.admin_regions import asked_region
from planning.as_it_was import accounts_then
from planning.plans_in_force import InForce
from planning.viewer import Viewer, require_account

account, site, territory = table_of(Account), table_of(Site), table_of(Territory)
assignment, rep = table_of(Assignment), table_of(Rep)


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
    place_score: float | None
    place_source: str
    place_why: str
    snap_m: float | None
    doubts: str
    visits_per_year: float
    service_s: int
    visit_type: str | None
    territory_id: int | None
    territory: str | None
    rep_id: int | None
    rep: str | None
    since: date | None
    reason: str | None
    version: int
    opening_hours: str
    wishes: dict[str, Any] | None
    locked: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account with its sites."""

    id: int
    external_id: str
    name: str
    state: str
    segment: str
    industry: str
    value: float | None
    potential: float | None
    version: int
    sites: tuple[SiteView, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Accounts in order of their ids; `after` is the id to go on from, None on the last page."""

    accounts: tuple[AccountView, ...] = field(default=())
    after: int | None = None


def find_accounts(
    session: Session, viewer: Viewer, wanted: Wanted, *, on: OwnedOn, after: int = 0, limit: int
) -> AccountPage:
    """Accounts that fit, `limit` at most, with ids above `after`; of a day that has passed, as they were then.

    Raises:
        FaultyError: there is no such region on the day.
    """
    if wanted.region is not None:
        wanted = replace(wanted, sites=asked_region(session, wanted.region, on.day).sites())
    wanted = replace(wanted, then=on.day) if on.day < viewer.day else wanted
    ids = account_ids(session, viewer, wanted, plan_for(session, on), after, limit + 1)
    more = len(ids) > limit
    ids = ids[:limit]
    found, past = views(session, ids, on), on.day < viewer.day
    return AccountPage(accounts_then(session, found, on.day) if past else found, ids[-1] if more else None)


def get_account(session: Session, viewer: Viewer, account_id: int, *, on: OwnedOn) -> AccountView:
    """One account; of a day that has passed, as it was then.

    Raises:
        MissingError: there is none with this id, or none that the viewer may see.
    """
    require_account(session, viewer, account_id)
    found = views(session, [account_id], on)
    return (accounts_then(session, found, on.day) if on.day < viewer.day else found)[0]


def account_version(session: Session, account_id: int) -> int:
    """The present version of an account that is there."""
    return int(session.execute(select(account.c.version).where(account.c.id == account_id)).scalar_one())


def views(session: Session, ids: Sequence[int], on: OwnedOn) -> tuple[AccountView, ...]:
    """The accounts with these ids, in order of id, those that exist."""
    if not ids:
        return ()
    sites, dialect = site_views(session, ids, plan_for(session, on)), dialect_of(session)
    rows = accounts_with(dialect, places_for(ids, dialect)).rows(session, **told("ids", ids, dialect))
    found = [AccountView(*(*row, tuple(sites.get(row[0], ())))) for row in rows]
    found.sort(key=lambda view: view.id)
    return tuple(found)


def site_views(session: Session, ids: Sequence[int], force: InForce | None) -> dict[int, list[SiteView]]:
    """The sites of these accounts by account, with their owners under the plan in force."""
    dialect = dialect_of(session)
    asked = told("ids", ids, dialect) | ({} if force is None else {"plan": force.plan_id, "day": force.day})
    found: dict[int, list[SiteView]] = defaultdict(list)
    for row in sites_with(dialect, places_for(ids, dialect), owned=force is not None).rows(session, **asked):
        found[row[0]].append(SiteView(*(*row[1:-1], bool(row[-1]))))
    for of_account in found.values():
        if len(of_account) > 1:
            of_account.sort(key=lambda view: view.id)
    return found


@cache
def sites_with(dialect: str, places: int, *, owned: bool) -> Often:
    """The sites of the accounts `ids`, each with its account first and the rest in the order of `SiteView`.

    With `owned` they belong to whom they do on `day` under `plan`, else to nobody.
    """
    names = ("id", "line", "city", "postcode", "region", "country", "lat", "lon", "level", "why")
    place = ("place_score", "place_source", "place_why", "snap_m", "doubts")
    owner = (territory.c.id, territory.c.name, rep.c.id, rep.c.name)
    sql = select(
        site.c.account_id,
        *(site.c[name] for name in (*names, *place)),
        site.c.visits_per_year,
        site.c.service_s,
        site.c.visit_type,
        *owner,
        *(assignment.c.valid_from, assignment.c.reason),
        *(site.c.version, site.c.opening_hours, site.c.wishes),
        assignment.c.locked,
    )
    day: Any = bindparam("day", type_=assignment.c.valid_from.type)
    force = InForce(bindparam("plan"), day) if owned else None  # type: ignore[arg-type]
    return Often(with_owners(sql, force).where(among(site.c.account_id, "ids", dialect, places)))


@cache
def accounts_with(dialect: str, places: int) -> Often:
    """The accounts `ids`, in the order of `AccountView`."""
    kept = ("id", "external_id", "name", "state", "segment", "industry", "value", "potential", "version")
    return Often(select(*(account.c[name] for name in kept)).where(among(account.c.id, "ids", dialect, places)))
