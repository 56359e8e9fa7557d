"""How often and how long clients are visited where nobody says it of themselves: by segment or contract, from a day on.

What somebody said of a client comes first: its own visits a year or the visits of its months, and its own length of a
visit. Then come, for clients with a contract, the row of their segment with a contract and that of all contracts; then
the row of the segment, and that of all segments. Nothing of it is written to the sites, so that a client which comes
into another segment, or a policy that begins, counts at once, and a day that has passed keeps its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, and_, case, cast, func, literal, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Site, VisitPolicy
from planning.code_rules import require_code
from planning.record_errors import FaultyError, RefusedError
from planning.record_rows import insert_all
from planning.type_rules import length_s
from planning.viewer import Viewer, require_account

account, site, policy = table_of(Account), table_of(Site), table_of(VisitPolicy)
ANY = ""
"""The segment of a row that counts for all segments without one of their own."""


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What clients of a segment get; with `contract` only those with one. None: the row says nothing of it."""

    segment: str
    contract: bool = False
    visits_per_year: float | None = None
    service_min: float | None = None


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy as it was kept; see `crm.tables.VisitPolicy`. Without any, nobody gets anything (`NO_POLICY`)."""

    id: int
    valid_from: date
    rows: tuple[PolicyRow, ...]
    made_at: datetime | None
    made_by: str
    why: str

    def ordered(self) -> list[PolicyRow]:
        """The rows, what comes first before the rest."""
        return sorted(self.rows, key=lambda row: (not row.contract, row.segment == ANY, row.segment))

    def row_for(self, segment: str, contract: bool, figure: str) -> PolicyRow | None:
        """The first row that counts for a client and says something of the figure."""
        for row in self.ordered():
            if row.segment in (ANY, segment) and (contract or not row.contract) and getattr(row, figure) is not None:
                return row
        return None

    def visits_a_year(self) -> ColumnElement[float]:
        """Visits a year of a site, in a query that joins its account."""
        own = site.c.visits_per_year
        return self._given(own, "visits_per_year", or_(own > 0, by_month()), Float, 1.0)

    def visit_s(self) -> ColumnElement[int]:
        """Seconds of a visit at a site, 0 where nobody says, in a query that joins its account."""
        said = length_s(site.c.service_s, site.c.visit_type)
        return self._given(said, "service_min", said > 0, Integer, 60.0)

    def _given(
        self, own: ColumnElement[Any], figure: str, says: ColumnElement[bool], kind: Any, unit: float
    ) -> ColumnElement[Any]:
        whens = [
            (counts_for(row), literal(getattr(row, figure) * unit, Float))
            for row in self.ordered()
            if getattr(row, figure) is not None
        ]
        return cast(case((says, own), *whens, else_=own), kind) if whens else own


NO_POLICY = PolicyView(0, date.min, (), None, "", "")


@dataclass(frozen=True, slots=True)
class SitePolicyView:
    """How often a site is visited and for how long on a day, and who says so: `site`, `policy` or `nobody`.

    `visits_per_year` and `service_s` are None where nobody says; a length by the type of visit counts as the site's.
    Where the policy says it, `visits_row` and `service_row` are the rows that do.
    """

    site_id: int
    visits_per_year: float | None
    visits_by: str
    service_s: int | None
    service_by: str
    policy_id: int | None
    visits_row: PolicyRow | None
    service_row: PolicyRow | None


@dataclass(frozen=True, slots=True)
class PolicyEffect:
    """What a policy does to the sites of a segment: how many it gives a frequency, and the visits and hours of a year.

    `before` are those under the policy of the day as it stands. Closed accounts are left out; driving is not counted.
    """

    segment: str
    contract: bool
    sites: int
    by_policy: int
    visits_per_year: float
    visits_per_year_before: float
    hours_per_year: float
    hours_per_year_before: float


def by_month() -> ColumnElement[bool]:
    """True for a site whose visits were agreed month by month, be it none."""
    found: ColumnElement[bool] = site.c.wishes["visits_by_month"].as_string().is_not(None)
    return found


def has_contract() -> ColumnElement[bool]:
    """True for a site whose frequency was promised."""
    found: ColumnElement[bool] = func.coalesce(site.c.wishes["contract"].as_boolean(), False)
    return found


def counts_for(row: PolicyRow) -> ColumnElement[bool]:
    """A condition on `account` and `site`: the row is about them."""
    asked: list[ColumnElement[bool]] = [has_contract()] if row.contract else []
    return and_(True, *asked, *([] if row.segment == ANY else [account.c.segment == row.segment]))


def all_policies(session: Session) -> tuple[PolicyView, ...]:
    """Every policy there ever was, in the order in which they begin."""
    found = session.execute(select(policy).order_by(policy.c.valid_from, policy.c.id))
    return tuple(
        PolicyView(row.id, row.valid_from, rows_of(row.rows), row.made_at, row.made_by, row.why) for row in found
    )


def rows_of(kept: Iterable[Mapping[str, Any]]) -> tuple[PolicyRow, ...]:
    """The rows of a policy as values."""
    return tuple(PolicyRow(**row) for row in kept)


def policy_on(session: Session, day: date) -> PolicyView:
    """The policy of a day."""
    begun = [one for one in all_policies(session) if one.valid_from <= day]
    return begun[-1] if begun else NO_POLICY


def policy_by_id(session: Session, policy_id: int) -> PolicyView:
    """A policy that is there."""
    return next(one for one in all_policies(session) if one.id == policy_id)


def add_policy(
    session: Session, viewer: Viewer, valid_from: date, rows: Sequence[PolicyRow], *, why: str, now: datetime
) -> int:
    """Set the frequencies from a day on; no row says that only what clients say themselves counts. Returns the id.

    Raises:
        RefusedError: no reason, or a day that has passed where there is a policy already.
        FaultyError: see `check_rows`.
    """
    if not why.strip():
        raise RefusedError("Say why the frequencies change: the reason is missing.")
    if valid_from < viewer.day and all_policies(session):
        raise RefusedError(f"valid_from: {valid_from} has passed, and visits fell due by the policy of then.")
    check_rows(session, rows)
    kept = [
        {name: getattr(row, name) for name in ("segment", "contract", "visits_per_year", "service_min")} for row in rows
    ]
    row = {"valid_from": valid_from, "rows": kept, "made_at": now, "made_by": viewer.name, "why": why}
    (made,) = insert_all(session, VisitPolicy, [row])
    return made


def check_rows(session: Session, rows: Sequence[PolicyRow]) -> None:
    """Go on only with rows that hold together.

    Raises:
        FaultyError: a segment that is not in its list, one that comes twice, or a row that says nothing.
    """
    seen: set[tuple[str, bool]] = set()
    faults = []
    for at, row in enumerate(rows):
        if (row.segment, row.contract) in seen:
            faults.append((f"rows.{at}.segment", f"a segment once with and once without contract; got {row.segment!r}"))
        if row.visits_per_year is None and row.service_min is None:
            faults.append((f"rows.{at}.visits_per_year", "visits a year, minutes of a visit or both; got neither"))
        try:
            require_code(session, "segment", row.segment)
        except RefusedError as error:
            faults.append((f"rows.{at}.segment", str(error)))
        seen.add((row.segment, row.contract))
    if faults:
        raise FaultyError(faults)


def policy_of_account(session: Session, viewer: Viewer, account_id: int, day: date) -> tuple[SitePolicyView, ...]:
    """How often each site of an account is visited under the policy of a day, and who says so.

    Raises:
        MissingError: there is no such account for the viewer.
    """
    require_account(session, viewer, account_id)
    found = policy_on(session, day)
    said_s = length_s(site.c.service_s, site.c.visit_type)
    sql = (
        select(site.c.id, found.visits_a_year().label("visits"), found.visit_s().label("visit_s"))
        .add_columns(or_(site.c.visits_per_year > 0, by_month()).label("own"), said_s.label("said_s"))
        .join(account, account.c.id == site.c.account_id)
        .add_columns(account.c.segment, has_contract().label("contract"))
        .where(account.c.id == account_id)
        .order_by(site.c.id)
    )
    made = []
    for row in session.execute(sql):
        gives = [
            found.row_for(row.segment, bool(row.contract), name) if not own else None
            for name, own in (("visits_per_year", row.own), ("service_min", row.said_s > 0))
        ]
        by = [
            "site" if own else "policy" if given else "nobody"
            for own, given in zip((row.own, row.said_s > 0), gives, strict=True)
        ]
        figures = (
            None if by[0] == "nobody" else float(row.visits),
            by[0],
            None if by[1] == "nobody" else int(row.visit_s),
            by[1],
        )
        made.append(SitePolicyView(row.id, *figures, found.id if "policy" in by else None, *gives))
    return tuple(made)


def effects(session: Session, day: date, rows: Sequence[PolicyRow]) -> tuple[PolicyEffect, ...]:
    """What a policy of these rows would do on a day, by segment, the most hours first; nothing is changed.

    Raises:
        FaultyError: see `check_rows`.
    """
    check_rows(session, rows)
    now, then = policy_on(session, day), PolicyView(0, day, tuple(rows), None, "", "")
    own = or_(site.c.visits_per_year > 0, by_month())
    given = [counts_for(row) for row in rows if row.visits_per_year is not None]
    each = [(one.visits_a_year(), one.visit_s()) for one in (then, now)]
    sums = [
        func.coalesce(func.sum(figure), 0.0)
        for visits, visit_s in each
        for figure in (visits, visits * visit_s / 3600.0)
    ]
    sql = (
        select(account.c.segment, has_contract().label("contract"), func.count(site.c.id))
        .add_columns(func.sum(case((and_(~own, or_(False, *given)), 1), else_=0)), *sums)
        .select_from(site)
        .join(account, account.c.id == site.c.account_id)
        .where(account.c.state != AccountState.CLOSED)
        .group_by(account.c.segment, "contract")
    )
    found = [
        PolicyEffect(row[0], bool(row[1]), row[2], int(row[3] or 0), *map(float, (row[4], row[6], row[5], row[7])))
        for row in session.execute(sql)
    ]
    return tuple(sorted(found, key=lambda one: (-one.hours_per_year, one.segment, one.contract)))
