"""Trade equipment at outlets, such as freezers: what stands where, and in which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Asset, AssetState, ServiceTask, Site
from planning.code_rules import require_code
from planning.edits import edit_row
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer, may_see_accounts, require_site

asset, task = table_of(Asset), table_of(ServiceTask)
site, account = table_of(Site), table_of(Account)


@dataclass(frozen=True, slots=True)
class AssetView:
    """A piece of equipment and where it stands; `task_id` is its open service task."""

    id: int
    site_id: int
    account_id: int
    account: str
    kind: str
    serial_number: str
    state: str
    installed_on: date | None
    withdrawn_on: date | None
    note: str
    task_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class AssetPage:
    """Equipment in order of its ids; `after` is the id to go on from, None on the last page."""

    assets: tuple[AssetView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class AskedAssets:
    """Which equipment; None leaves a question open."""

    site_id: int | None = None
    account_id: int | None = None
    kind: str | None = None
    state: AssetState | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The questions as conditions on `asset` and `site`."""
        same = {
            asset.c.site_id: self.site_id,
            site.c.account_id: self.account_id,
            asset.c.kind: self.kind,
            asset.c.state: self.state,
        }
        return [column == value for column, value in same.items() if value is not None]


def find_assets(session: Session, viewer: Viewer, asked: AskedAssets, *, after: int = 0, limit: int) -> AssetPage:
    """Equipment that fits, at accounts that the viewer sees, with ids above `after`."""
    seen = may_see_accounts(session, viewer, site.c.account_id)
    sql = assets().where(*asked.conditions(), seen, asset.c.id > after).order_by(asset.c.id).limit(limit + 1)
    rows = session.execute(sql).all()
    found = tuple(AssetView(*row) for row in rows[:limit])
    return AssetPage(found, found[-1].id if len(rows) > limit else None)


def get_asset(session: Session, viewer: Viewer, asset_id: int) -> AssetView:
    """One piece of equipment.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    seen = may_see_accounts(session, viewer, site.c.account_id)
    row = session.execute(assets().where(asset.c.id == asset_id, seen)).first()
    if row is None:
        raise MissingError(f"There is no asset {asset_id}.")
    return AssetView(*row)


def assets() -> Select[Any]:
    """Equipment in the order of `AssetView`; a piece has one open task at most (see `service_tasks.report_fault`)."""
    own = asset.c
    return (
        select(
            *(own.id, own.site_id, site.c.account_id, account.c.name, own.kind, own.serial_number, own.state),
            *(own.installed_on, own.withdrawn_on, own.note, task.c.id, own.version),
        )
        .join(site, site.c.id == own.site_id)
        .join(account, account.c.id == site.c.account_id)
        .outerjoin(task, and_(task.c.asset_id == own.id, task.c.done_at.is_(None)))
    )


def add_asset(session: Session, viewer: Viewer, values: Mapping[str, Any]) -> int:
    """Enter equipment that stands at a site; returns the id. `values` are columns of `Asset`.

    Raises:
        MissingError: the site is not there for the viewer.
        RefusedError: a kind that is not in its list, or a serial number that another of the kind has.
    """
    require_site(session, viewer, values["site_id"])
    require_code(session, "asset_kind", values["kind"])
    blank = {"installed_on": None, "withdrawn_on": None, "note": "", "version": 1}
    row = blank | {"state": AssetState.IN_SERVICE} | dict(values)
    try:
        (made,) = insert_all(session, Asset, [row])
    except IntegrityError as error:
        raise taken(row) from error
    return made


def edit_asset(
    session: Session, viewer: Viewer, asset_id: int, version: int, values: Mapping[str, Any], *, today: date
) -> None:
    """Change equipment: its state, its outlet, its facts. Withdrawn without a day, it is withdrawn `today`.

    Raises:
        MissingError: there is no such equipment for the viewer, or no such site to move it to.
        StaleError: somebody changed it since `version`.
        RefusedError: it has an open service task, whose end says its state; it is to be faulty, which a fault report
            says; its days are the wrong way round; or another of the kind has its serial number.
    """
    before = get_asset(session, viewer, asset_id)
    if "site_id" in values:
        require_site(session, viewer, values["site_id"])
    state = values.get("state", before.state)
    if state != before.state and before.task_id is not None:
        raise RefusedError(f"Service task {before.task_id} is open: finish it with the state that it leaves.")
    if state == AssetState.FAULTY and state != before.state:
        raise RefusedError("Report the fault, with its priority: that makes it faulty and asks for service.")
    new = dict(values) | withdrawal(before, state, values, today)
    try:
        edit_row(session, asset, asset_id, version, new)
    except IntegrityError as error:
        raise taken({"kind": before.kind, "serial_number": before.serial_number} | new) from error


def withdrawal(before: AssetView, state: str, values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The day of withdrawal that goes with the state.

    Raises:
        RefusedError: one for equipment that is not withdrawn, or before it was installed.
    """
    if state != AssetState.WITHDRAWN:
        if values.get("withdrawn_on") is not None:
            raise RefusedError(f"Only what is withdrawn has a day of it; asset {before.id} is {state}.")
        return {"withdrawn_on": None}
    until = values.get("withdrawn_on") or before.withdrawn_on or today
    since = values.get("installed_on", before.installed_on)
    if since is not None and until < since:
        raise RefusedError(f"Installed on {since}, it cannot be withdrawn on {until}.")
    return {"withdrawn_on": until}


def taken(row: Mapping[str, Any]) -> RefusedError:
    """Says that the serial number is another's."""
    return RefusedError(f"There is a {row['kind']} with serial number {row['serial_number']!r} already.")
