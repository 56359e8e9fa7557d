"""Accounts that may be the same firm as another: found by place and by telephone or mail, judged with the name.

A name alone decides nothing, nor does a place: two firms may share a house, and who moved in under an old address is
somebody else. What is suggested is for a person to look at; `planning.merge` makes one of two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountLink, AccountName, AccountPerson, ContactKind, ContactPoint, Site
from geo.address_fold import fold
from planning.areas import Box
from planning.import_references import squeezed
from planning.merge_sites import SamePlace, metres, same_places
from planning.viewer import Viewer, may_see_accounts, require_account

account, site, name_table = table_of(Account), table_of(Site), table_of(AccountName)
link, role, point = table_of(AccountLink), table_of(AccountPerson), table_of(ContactPoint)

NEAR_M = 300.0
ALIKE = 0.8
"""Likeness of names (0 to 1) from which two accounts near each other, or reached the same way, may be one."""
SAME_NAME = 0.95
MOST_SITES = 20
"""Sites of an account that are looked around."""
MOST_NEAR = 400
"""Sites around one that are looked at."""
DEGREE_M = 111_195.0
SHARED_REACH = 5
"""A number or address that more accounts share (a switchboard, an agency) says nothing."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An account that may be the same; `score` 0 to 1, `same` the sites that would become one."""

    account_id: int
    external_id: str
    name: str
    version: int
    score: float
    reasons: tuple[str, ...]
    same: tuple[SamePlace, ...]


def find_duplicates(session: Session, viewer: Viewer, account_id: int, *, limit: int = 20) -> tuple[Duplicate, ...]:
    """Accounts that the viewer sees and that may be the same firm, the likeliest first.

    Firms that are linked with each other (owner, franchise …) are known to be two.

    Raises:
        MissingError: there is no such account for the viewer.
    """
    require_account(session, viewer, account_id)
    own_sites = sites_of(session, [account_id])[account_id]
    reached = reached_alike(session, account_id)
    near = near_accounts(session, own_sites)
    named = same_name(session, account_id)
    known = linked(session, account_id) | {account_id}
    wanted = [one for one in {*near, *reached, *named} if one not in known]
    seen = may_see_accounts(session, viewer)
    rows = {
        row.id: row
        for row in session.execute(select(account).where(account.c.id.in_(wanted), seen).order_by(account.c.id))
    }
    names = names_of(session, [account_id, *rows])
    sites = sites_of(session, list(rows))
    found = []
    for other_id, row in rows.items():
        likeness = max(alike(one, other) for one in names[account_id] for other in names[other_id])
        same = same_places(own_sites, sites[other_id])
        cities = {fold(one["city"]) for one in own_sites} & {fold(one["city"]) for one in sites[other_id]} - {""}
        score, reasons = judged(likeness, near.get(other_id), bool(same), reached.get(other_id), bool(cities))
        if score:
            found.append(Duplicate(other_id, row.external_id, row.name, row.version, score, reasons, same))
    found.sort(key=lambda one: (-one.score, one.account_id))
    return tuple(found[:limit])


def judged(
    likeness: float, distance_m: float | None, same_address: bool, way: str | None, same_city: bool
) -> tuple[float, tuple[str, ...]]:
    """How likely two accounts are one firm (0: not suggested), and what speaks for it."""
    near = distance_m is not None and distance_m <= NEAR_M
    reasons = [f"names {likeness:.0%} alike"] if likeness >= ALIKE else []
    reasons += ["the same address"] if same_address else [f"{distance_m:.0f} m apart"] if near else []
    reasons += [f"reached by the same {way}"] if way else []
    place = 1.0 if same_address else 1.0 - (distance_m or 0.0) / (2 * NEAR_M) if near else 0.0
    if likeness < ALIKE:
        return (0.6, tuple(reasons)) if way and same_address else (0.0, ())
    if place or way:
        missing = (1 - likeness) * (1 - 0.5 * place) * (0.5 if way else 1.0)
        return round(min(0.99, 1 - missing - 0.2 * (1 - max(place, 0.8 if way else 0.0))), 3), tuple(reasons)
    if likeness >= SAME_NAME and same_city:
        return 0.5, (*reasons, "in the same town")
    return 0.0, ()


def alike(one: str, other: str) -> float:
    """Likeness of two names, 0 to 1: by letters, or by words where one name has more of them."""
    from rapidfuzz import fuzz

    by_letters = fuzz.ratio(squeezed(one), squeezed(other))
    by_words = fuzz.token_set_ratio(fold(one), fold(other)) - 5.0  # a word more is a difference
    return max(by_letters, by_words) / 100


def names_of(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """All names of these accounts, the shown one first."""
    found = {
        row.id: [row.name] for row in session.execute(select(account.c.id, account.c.name).where(account.c.id.in_(ids)))
    }
    for row in session.execute(
        select(name_table.c.account_id, name_table.c.name).where(name_table.c.account_id.in_(ids))
    ):
        found[row.account_id].append(row.name)
    return found


def sites_of(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The sites of these accounts with what tells places apart."""
    found: dict[int, list[dict[str, Any]]] = {one: [] for one in ids}
    columns = ("account_id", "id", "line", "city", "lat", "lon")
    sql = select(*(site.c[name] for name in columns)).where(site.c.account_id.in_(ids)).order_by(site.c.id)
    for row in session.execute(sql):
        found[row.account_id].append(row._asdict())
    return found


def near_accounts(session: Session, sites: Iterable[dict[str, Any]]) -> dict[int, float]:
    """Accounts with a site near one of these, with the shortest distance in metres."""
    found: dict[int, float] = {}
    for row in [one for one in sites if one["lat"] is not None][:MOST_SITES]:
        high = NEAR_M / DEGREE_M
        wide = min(180.0, high / max(0.01, cosine(row["lat"])))
        west, east = (row["lon"] - wide + 180) % 360 - 180, (row["lon"] + wide + 180) % 360 - 180
        box = Box(west, max(-90.0, row["lat"] - high), east, min(90.0, row["lat"] + high))
        sql = select(site.c.account_id, site.c.lat, site.c.lon).where(box.holds()).limit(MOST_NEAR)
        for other_id, lat, lon in session.execute(sql):
            away = metres(row["lat"], row["lon"], lat, lon)
            found[other_id] = min(away, found.get(other_id, away))
    return {other_id: away for other_id, away in found.items() if away <= NEAR_M}


def cosine(lat: float) -> float:
    """Of a latitude in degrees."""
    from math import cos, radians

    return cos(radians(lat))


def reached_alike(session: Session, account_id: int) -> dict[int, str]:
    """Accounts with somebody whom a number or address of this one reaches too, and which kind that is."""
    mine = (
        select(point.c.kind, point.c.key)
        .join(role, role.c.person_id == point.c.person_id)
        .where(role.c.account_id == account_id, point.c.key != "")
        .distinct()
    )
    names = {ContactKind.PHONE: "telephone", ContactKind.MOBILE: "telephone", ContactKind.EMAIL: "e-mail address"}
    found: dict[int, str] = {}
    for kind, key in [row for row in session.execute(mine.limit(50)) if row[0] in names]:
        sql = select(role.c.account_id).join(point, point.c.person_id == role.c.person_id)
        others = set(session.scalars(sql.where(point.c.key == key, role.c.account_id != account_id).limit(100)))
        if len(others) <= SHARED_REACH:
            found |= dict.fromkeys(others, names[kind])
    return found


def same_name(session: Session, account_id: int) -> set[int]:
    """Accounts that are called what this one is or was called."""
    shown = select(account.c.name).where(account.c.id == account_id)
    names = list(session.scalars(shown))
    names += session.scalars(select(name_table.c.name).where(name_table.c.account_id == account_id))
    folded = [one for one in {fold(name) for name in names} if one]
    found = set(session.scalars(select(account.c.id).where(account.c.name.in_(names)).limit(100)))
    return found | set(session.scalars(select(name_table.c.account_id).where(name_table.c.key.in_(folded)).limit(100)))


def linked(session: Session, account_id: int) -> set[int]:
    """Accounts that are linked with this one."""
    ends = (link.c.account_id, link.c.to_account_id)
    rows = session.execute(select(*ends).where(or_(*(column == account_id for column in ends))))
    return {one for row in rows for one in row}
