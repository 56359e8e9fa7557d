"""What the search for duplicates suggests: the list that people go through, and their word that two are two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, DuplicatePair, PairState
from planning.edits import edit_row
from planning.record_errors import MissingError
from planning.viewer import Viewer, may_see_accounts

pair = table_of(DuplicatePair)
one, other = table_of(Account).alias("one"), table_of(Account).alias("other")


@dataclass(frozen=True, slots=True)
class PairFirm:
    """One of the two; `version` is that of the account, for the merge."""

    id: int
    external_id: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class PairView:
    """Two accounts that may be one firm; `score` 0 to 1."""

    id: int
    one: PairFirm
    other: PairFirm
    score: float
    reasons: tuple[str, ...]
    state: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str
    version: int


@dataclass(frozen=True, slots=True)
class After:
    """The last pair of a page."""

    score: float
    id: int


@dataclass(frozen=True, slots=True)
class PairPage:
    """Pairs, the likeliest first; `after` is where to go on, None on the last page."""

    pairs: tuple[PairView, ...]
    after: After | None


def pairs(session: Session, viewer: Viewer) -> Select[Any]:
    """Pairs of which the viewer sees both."""
    facts = [
        firm.c[name].label(f"{which}_firm_{name}")
        for which, firm in (("one", one), ("other", other))
        for name in ("id", "external_id", "name", "version")
    ]
    seen = [may_see_accounts(session, viewer, column) for column in (pair.c.account_id, pair.c.other_id)]
    joined = pair.join(one, one.c.id == pair.c.account_id).join(other, other.c.id == pair.c.other_id)
    return select(pair, *facts).select_from(joined).where(*seen)


def find_pairs(
    session: Session, viewer: Viewer, *, state: PairState = PairState.OPEN, after: After | None = None, limit: int
) -> PairPage:
    """Pairs in one state, the likeliest first."""
    sql = pairs(session, viewer).where(pair.c.state == state)
    if after is not None:
        below = and_(pair.c.score == after.score, pair.c.id > after.id)
        sql = sql.where(or_(pair.c.score < after.score, below))
    rows = session.execute(sql.order_by(pair.c.score.desc(), pair.c.id).limit(limit + 1)).mappings().all()
    views = tuple(view(row) for row in rows[:limit])
    return PairPage(views, After(views[-1].score, views[-1].id) if len(rows) > limit else None)


def get_pair(session: Session, viewer: Viewer, pair_id: int) -> PairView:
    """One pair.

    Raises:
        MissingError: there is none of which the viewer sees both accounts.
    """
    row = session.execute(pairs(session, viewer).where(pair.c.id == pair_id)).mappings().first()
    if row is None:
        raise MissingError(f"There is no pair {pair_id}.")
    return view(row)


def decide(session: Session, viewer: Viewer, pair_id: int, version: int, state: PairState, now: datetime) -> PairView:
    """Note that the two are two firms, or have it looked at again.

    Raises:
        MissingError: see `get_pair`.
        StaleError: somebody changed it since it was read.
    """
    get_pair(session, viewer, pair_id)
    is_open = state is PairState.OPEN
    decided = {"decided_at": None if is_open else now, "decided_by": "" if is_open else viewer.name}
    edit_row(session, pair, pair_id, version, {"state": state} | decided)
    return get_pair(session, viewer, pair_id)


def view(row: Mapping[Any, Any]) -> PairView:
    """A row of `pairs` as people see it."""
    first, second = (
        PairFirm(*(row[f"{which}_firm_{name}"] for name in ("id", "external_id", "name", "version")))
        for which in ("one", "other")
    )
    said = (row["state"], row["found_at"], row["decided_at"], row["decided_by"], row["version"])
    return PairView(row["id"], first, second, row["score"], tuple(row["reasons"]), *said)
