"""Every account of a plan as arrays for the map: where, whose, what it is worth, when it was and will be visited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    Account,
    Activity,
    ActivityKind,
    DocumentForm,
    DocumentKind,
    Site,
    Visit,
    VisitDocument,
    VisitState,
)
from planning.scenario_base import NOBODY, Base, read_base
from planning.scenarios import own_keys
from planning.viewer import Viewer, may_see_accounts

account, site, visit, activity = table_of(Account), table_of(Site), table_of(Visit), table_of(Activity)
document, form = table_of(VisitDocument), table_of(DocumentForm)

EPOCH = date(1970, 1, 1)
NEVER = -(2**31)
"""A day that is not known, in days since 1970."""
ALIKE = ("segment", "state", "city", "region", "postcode", "level")
"""Fields with few values each, which go to the page as numbers and a list of words."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """One row per site that the viewer may see, in order of ids.

    `words`: by field the values that its numbers stand for. Days count from 1970, `NEVER` where there is none.
    """

    arrays: dict[str, NDArray[Any]]
    words: dict[str, list[str]]


def map_points(session: Session, viewer: Viewer, plan_id: int) -> Points:
    """The sites of a plan, placed or not, that the viewer may see.

    Raises:
        MissingError: there is no such plan.
    """
    base = read_base(session, plan_id)
    rows = _facts(session)
    shown = _shown(session, viewer, base)
    last, noted = _days(session, func.max, VisitState.DONE, None), _noted(session)
    audited = _audited(session)
    coming = _days(session, func.min, VisitState.PLANNED, viewer.day)
    numbers, words = _words(rows, shown)
    known = [row.last_visit_on for row in rows]
    made = [max(last.get(key, NEVER), noted.get(key, NEVER)) for key in base.site.tolist()]
    seen = np.maximum(_numbered(known), np.array(made, dtype=np.int64))
    following = np.array([coming.get(key, NEVER) for key in base.site.tolist()], dtype=np.int64)
    value = np.array([row.value for row in rows], dtype=np.float32)
    arrays: dict[str, NDArray[Any]] = {
        "site": base.site[shown].astype(np.uint32),
        "account": base.account[shown].astype(np.uint32),
        "lat": base.lat[shown].astype(np.float32),
        "lon": base.lon[shown].astype(np.float32),
        "zone": base.zone[shown].astype(np.int32),
        "locked": base.locked[shown].astype(np.uint8),
        "visits": base.visits[shown].astype(np.float32),
        "minutes": (base.service_h[shown] * 60).astype(np.float32),
        "value": value[shown],
        "last": seen[shown].astype(np.int32),
        "audit": np.array([audited.get(key, NEVER) for key in base.site.tolist()], dtype=np.int32)[shown],
        "next": following[shown].astype(np.int32),
    }
    return Points(arrays | numbers, words)


def shown_places(session: Session, viewer: Viewer, plan_id: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude of the same sites."""
    base = read_base(session, plan_id)
    rows = _shown(session, viewer, base)
    return base.lat[rows], base.lon[rows]


def _facts(session: Session) -> Sequence[Any]:
    names = (site.c.id, site.c.last_visit_on, account.c.value, *(_column(name) for name in ALIKE))
    return session.execute(select(*names).join(account, account.c.id == site.c.account_id).order_by(site.c.id)).all()


def _column(name: str) -> Any:
    return account.c[name] if name in ("segment", "state") else site.c[name]


def _shown(session: Session, viewer: Viewer, base: Base) -> NDArray[np.int64]:
    """Rows the viewer may see: in territories of theirs, or of accounts that they see otherwise."""
    if viewer.sees_all:
        return np.arange(len(base.site))
    own = own_keys(session, viewer, base, base.territories)
    seen = np.isin(base.zone, list(own)) & (base.zone != NOBODY)
    accounts = list(session.scalars(select(account.c.id).where(may_see_accounts(session, viewer))))
    return np.flatnonzero(seen | np.isin(base.account, accounts))


def _days(session: Session, pick: Any, state: VisitState, since: date | None) -> dict[int, int]:
    """By site, the last or first day of its visits in this state, counted from 1970."""
    sql = select(visit.c.site_id, pick(visit.c.day)).where(visit.c.state == state).group_by(visit.c.site_id)
    if since is not None:
        sql = sql.where(visit.c.day >= since)
    return {key: _number(day) for key, day in session.execute(sql)}


def _noted(session: Session) -> dict[int, int]:
    """By site, the day of the last visit or audit that was noted there without having been planned."""
    sql = (
        select(activity.c.site_id, func.max(activity.c.at))
        .where(activity.c.kind == ActivityKind.VISIT, activity.c.visit_id.is_(None), activity.c.site_id.is_not(None))
        .group_by(activity.c.site_id)
    )
    return {key: _number(at.date()) for key, at in session.execute(sql)}


def _audited(session: Session) -> dict[int, int]:
    """By site, the day of the last audit of its shelves."""
    sql = (
        select(visit.c.site_id, func.max(document.c.made_at))
        .join(document, document.c.visit_id == visit.c.id)
        .join(form, form.c.id == document.c.form_id)
        .where(form.c.kind == DocumentKind.SHELF)
        .group_by(visit.c.site_id)
    )
    return {key: _number(at.date()) for key, at in session.execute(sql)}


def _number(day: date | str | None) -> int:
    if day is None:
        return NEVER
    return ((date.fromisoformat(day) if isinstance(day, str) else day) - EPOCH).days


def _numbered(days: Sequence[date | None]) -> NDArray[np.int64]:
    return np.array([_number(day) for day in days], dtype=np.int64)


def _words(rows: Sequence[Any], shown: NDArray[np.int64]) -> tuple[dict[str, NDArray[Any]], dict[str, list[str]]]:
    numbers: dict[str, NDArray[Any]] = {}
    words: dict[str, list[str]] = {}
    picked = [rows[row] for row in shown.tolist()]
    for name in ALIKE:
        values = [str(getattr(row, name) or "") for row in picked]
        each = sorted(set(values))
        place = {value: number for number, value in enumerate(each)}
        kind = np.uint16 if len(each) < 2**16 else np.uint32
        numbers[name] = np.array([place[value] for value in values], dtype=kind)
        words[name] = each
    return numbers, words


@dataclass(frozen=True, slots=True)
class Names:
    """Names, ids and addresses of the same sites in the same order, for the search and for lists."""

    name: list[str]
    external_id: list[str]
    line: list[str]
    why: list[str]


def map_names(session: Session, viewer: Viewer, plan_id: int) -> Names:
    """What the sites of `map_points` are called; `why` they have no place, where they have none."""
    base = read_base(session, plan_id)
    sql = select(account.c.name, account.c.external_id, site.c.line, site.c.why, site.c.city)
    rows = session.execute(sql.join(account, account.c.id == site.c.account_id).order_by(site.c.id)).all()
    picked = [rows[row] for row in _shown(session, viewer, base).tolist()]
    return Names(
        [row.name for row in picked],
        [row.external_id for row in picked],
        [", ".join(filter(None, (row.line, row.city))) for row in picked],
        [row.why for row in picked],
    )
