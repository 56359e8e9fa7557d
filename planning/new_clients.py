"""The account that a lead becomes, and whose it is until the next plan."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Assignment, HolderRole, Site, Territory, TerritoryHolder
from planning.account_keys import ids_by_key
from planning.external_ids import taken_id
from planning.import_defaults import NEW_ACCOUNT, NEW_SITE
from planning.plans_in_force import InForce, covers, plans_on
from planning.record_errors import RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer

territory, holder = table_of(Territory), table_of(TerritoryHolder)


@dataclass(frozen=True, slots=True)
class NewClient:
    """The account that a lead becomes where it is not matched with one."""

    name: str
    external_id: str
    line: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""


def new_client(
    session: Session, viewer: Viewer, client: NewClient, rep_id: int | None, *, why: str, now: datetime
) -> int:
    """A prospect with one site, in the territory of the rep who works on it; returns its id.

    Whoever holds no territory of their own leaves it nobody's; the next plan decides.

    Raises:
        RefusedError: the id is another account's.
    """
    if ids_by_key(session, [client.external_id]):
        said = taken_id("accounts", client.external_id)
        raise RefusedError(f"{said} If the account is yours, match the lead with it.")
    values = {"name": client.name, "external_id": client.external_id, "state": AccountState.PROSPECT}
    (made,) = insert_all(session, Account, [{**NEW_ACCOUNT, **values, "created_at": now}])
    place = {name: getattr(client, name) for name in ("line", "city", "postcode", "country")}
    (site_id,) = insert_all(session, Site, [{**NEW_SITE, **place, "account_id": made}])
    if rep_id is not None:
        give_to(session, site_id, rep_id, plans_on(session, viewer.day), why)
    return made


def give_to(session: Session, site_id: int, rep_id: int, forces: tuple[InForce, ...], why: str) -> None:
    """Put a site that is nobody's into a territory that the rep owns, under every plan in force that has one."""
    below = territory.alias("below")
    rows = []
    for force in forces:
        own = (
            select(territory.c.id)
            .join(holder, holder.c.territory_id == territory.c.id)
            .where(territory.c.plan_id == force.plan_id, holder.c.rep_id == rep_id, covers(holder, force.day))
            .where(holder.c.role == HolderRole.PRIMARY)
            .where(~select(below.c.id).where(below.c.parent_id == territory.c.id).exists())
            .order_by(territory.c.id)
        )
        if (territory_id := session.scalar(own.limit(1))) is not None:
            facts = {"plan_id": force.plan_id, "site_id": site_id, "territory_id": territory_id}
            rows.append(
                facts | {"locked": False, "reason": why, "valid_from": force.day, "valid_to": None, "version": 1}
            )
    insert_all(session, Assignment, rows)
