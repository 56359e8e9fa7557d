"""How a rep drives: what the vehicle carries, where it is filled, how far a day may go, what overtime weighs."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Rep
from geo.place import Place
from planning.edits import edit_row
from planning.record_errors import MissingError, RefusedError
from planning.vehicles import Driving, Vehicle, vehicle_columns
from planning.viewer import Viewer, require_rep

rep = table_of(Rep)


@dataclass(frozen=True, slots=True)
class DrivingView:
    """The same as columns; `version` is the rep's."""

    rep_id: int
    vehicle_capacity: int | None
    depot_lat: float | None
    depot_lon: float | None
    reload_s: int
    starts_at_depot: bool
    most_drive_s: int | None
    overtime_price: float
    version: int


def driving_kept(row: Any) -> Driving:
    """How a rep drives, of a row of the record."""
    return Driving(vehicle_kept(row), row.most_drive_s, row.overtime_price)


def vehicle_kept(row: Any) -> Vehicle | None:
    """The vehicle of a rep's row."""
    if row.vehicle_capacity is None:
        return None
    depot = None if row.depot_lat is None else Place(row.depot_lat, row.depot_lon)
    return Vehicle(row.vehicle_capacity, depot, row.reload_s, row.starts_at_depot and depot is not None)


def get_driving(session: Session, viewer: Viewer, rep_id: int) -> DrivingView:
    """How a rep drives.

    Raises:
        MissingError: there is no such rep for the viewer.
    """
    require_rep(session, viewer, rep_id)
    names = [name for name in DrivingView.__slots__ if name != "rep_id"]
    row = session.execute(select(*(rep.c[name] for name in names)).where(rep.c.id == rep_id)).first()
    if row is None:
        raise MissingError(f"There is no rep {rep_id}.")
    return DrivingView(rep_id, *row)


def set_driving(session: Session, viewer: Viewer, rep_id: int, version: int, driving: Driving) -> None:
    """Say how a rep drives from now on; days that are planned already stay until they are planned again.

    Raises:
        MissingError: there is no such rep for the viewer.
        StaleError: somebody changed the rep since `version`.
        RefusedError: the day would begin at a depot that is not there.
    """
    require_rep(session, viewer, rep_id)
    vehicle = driving.vehicle
    if vehicle is not None and vehicle.starts_there and vehicle.depot is None:
        raise RefusedError("starts_at_depot: say where the depot is, with depot_lat and depot_lon.")
    limits = {"most_drive_s": driving.most_drive_s, "overtime_price": driving.overtime_price}
    values = vehicle_columns(vehicle) | limits
    edit_row(session, rep, rep_id, version, values)
