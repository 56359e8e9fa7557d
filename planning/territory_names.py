"""The territories that a viewer may choose from: those of the plans in force today."""

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Territory
from planning.plans_in_force import plans_on
from planning.viewer import Viewer, may_see_territories

territory = table_of(Territory)


def territory_names(session: Session, viewer: Viewer) -> tuple[tuple[int, str], ...]:
    """Id and name of every territory that the viewer sees, by name."""
    plans = [force.plan_id for force in plans_on(session, viewer.day)]
    sql = select(territory.c.id, territory.c.name).where(
        territory.c.plan_id.in_(plans), may_see_territories(session, viewer)
    )
    return tuple((row[0], row[1]) for row in session.execute(sql.order_by(territory.c.name, territory.c.id)))
