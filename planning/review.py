"""The sites of the record whose place a person should settle with a pin."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Site
from geo.located import FAR_FROM_ROAD_M, Level
from planning.site_places import PLACE_COLUMNS, located_of
from planning.viewer import Viewer, may_see_accounts

account, site = table_of(Account), table_of(Site)
ROUGH = tuple(level.value for level in Level if not level.at_least(Level.INTERPOLATED))


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A site to look at: what was asked for, what was found, and why a person should decide."""

    site_id: int
    version: int
    account_id: int
    external_id: str
    name: str
    line: str
    city: str
    postcode: str
    region: str
    country: str
    lat: float | None
    lon: float | None
    level: str
    score: float
    scores: Mapping[str, float]
    source: str
    why: str
    runner_up: str
    runner_up_m: float | None
    snap_m: float | None
    attribution: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Sites in order of their ids; `after` is the id to go on from, None on the last page."""

    places: tuple[ReviewView, ...] = field(default=())
    after: int | None = None


def to_review() -> ColumnElement[bool]:
    """A condition on `site`, the same as `Located.review`: rough, in doubt, or far from every road."""
    far = and_(site.c.level != Level.MANUAL.value, site.c.snap_m > FAR_FROM_ROAD_M)
    return or_(site.c.level.in_(ROUGH), site.c.doubts != "", far)


def places_to_review(session: Session, viewer: Viewer, *, after: int = 0, limit: int) -> ReviewPage:
    """The sites of live accounts that wait for somebody to look at them, with ids above `after`."""
    names = ("line", "city", "postcode", "region", "country", "version", *PLACE_COLUMNS)
    sql = (
        select(
            site.c.id,
            site.c.account_id,
            account.c.external_id,
            account.c.name,
            *(site.c[name] for name in names),
        )
        .join(account, account.c.id == site.c.account_id)
        .where(site.c.id > after, account.c.state != AccountState.CLOSED, to_review())
        .where(may_see_accounts(session, viewer, site.c.account_id))
    )
    rows = session.execute(sql.order_by(site.c.id).limit(limit + 1)).mappings().all()
    found = tuple(_view({str(name): value for name, value in row.items()}) for row in rows[:limit])
    return ReviewPage(found, found[-1].site_id if len(rows) > limit else None)


def _view(row: Mapping[str, object]) -> ReviewView:
    located = located_of(row)
    same = ("account_id", "external_id", "name", "line", "city", "postcode", "region", "country", "version")
    return ReviewView(
        site_id=row["id"],  # type: ignore[arg-type]
        lat=located.place.lat if located.place else None,
        lon=located.place.lon if located.place else None,
        level=located.level.value,
        score=located.score,
        scores=located.scores,
        source=located.source,
        why=located.why,
        runner_up=located.runner_up,
        runner_up_m=located.runner_up_m,
        snap_m=located.snap_m,
        attribution=located.attribution,
        reasons=located.review,
        **{name: row[name] for name in same},  # type: ignore[arg-type]
    )
