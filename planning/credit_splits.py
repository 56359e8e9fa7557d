"""Sales that several reps made together: who is credited with which part, from which day on."""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from crm.columns import table_of
from crm.tables import CreditSplit
from planning.dated_shares import divide, divided_on
from planning.opportunities import get_opportunity
from planning.viewer import Viewer

credit = table_of(CreditSplit)


def set_credit(
    session: Session, viewer: Viewer, opportunity_id: int, shares: Mapping[int, float], *, since: date
) -> None:
    """Credit a sale to several reps from `since` on; nothing in `shares`: it is its rep's alone again.

    Raises:
        MissingError: there is no such sale for the viewer, or no such rep.
        RefusedError: a later division is there already.
        balancing.InvalidWork: the shares do not add up to 1.
    """
    get_opportunity(session, viewer, opportunity_id)
    divide(session, credit, "opportunity_id", opportunity_id, shares, since)


def credit_on(session: Session, viewer: Viewer, opportunity_id: int, day: date) -> dict[int, float]:
    """The shares of a sale on a day; empty when it is its rep's alone.

    Raises:
        MissingError: there is no such sale for the viewer.
    """
    get_opportunity(session, viewer, opportunity_id)
    return divided_on(session, credit, "opportunity_id", [opportunity_id], day).get(opportunity_id, {})
