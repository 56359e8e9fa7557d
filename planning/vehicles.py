"""What a rep's vehicle carries, and where it is filled."""

from dataclasses import dataclass, replace
from typing import Any

from geo.place import Place
from planning.account_degrees import split_pair
from planning.account_fields import FieldFault
from planning.account_numbers import parse_number, parse_yes
from planning.table_raw import Cell, text_of
from routing.problem import Reload, Shift

MOST_CAPACITY, MOST_RELOAD_MIN, DEFAULT_RELOAD_MIN = 10_000_000, 600, 30


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle that holds `capacity` units, full every morning and after every stop of `reload_s` at the `depot`.

    Without a depot it is filled once a day, at home. `starts_there`: the rep's day begins at the depot.
    """

    capacity: int
    depot: Place | None = None
    reload_s: int = 60 * DEFAULT_RELOAD_MIN
    starts_there: bool = False

    def shift(self, shift: Shift, depot: int | None) -> Shift:
        """The shift with this vehicle; `depot` is the depot's row of the matrix."""
        if self.depot is None or depot is None:
            return replace(shift, capacity=self.capacity)
        begins = depot if self.starts_there else shift.start_place
        return replace(shift, capacity=self.capacity, reload=Reload(depot, self.reload_s), start_place=begins)


@dataclass(frozen=True, slots=True)
class Driving:
    """A rep's vehicle (None: loads do not matter); `most_drive_s` a day (None: no limit of its own); a second of
    overtime costs as much as `overtime_price` seconds of driving."""

    vehicle: Vehicle | None = None
    most_drive_s: int | None = None
    overtime_price: float = 1.0


def vehicle_of(capacity: Cell, depot: Cell, reload_min: Cell, depot_start: Cell) -> Vehicle | None:
    """The vehicle of one row of a reps file; None where it names no capacity.

    Raises:
        FieldFault: a cell that cannot be meant, or a depot for a vehicle without a capacity.
    """
    if capacity is None:
        for name, cell in (("depot", depot), ("reload_min", reload_min), ("depot_start", depot_start)):
            if cell is not None:
                raise FieldFault(name, text_of(cell), "a capacity in the same row, or nothing")
        return None
    units = parse_number(capacity)
    if units is None or not 1 <= units <= MOST_CAPACITY:
        raise FieldFault("capacity", text_of(capacity), f"units from 1 to {MOST_CAPACITY}")
    minutes = float(DEFAULT_RELOAD_MIN) if reload_min is None else parse_number(reload_min)
    if minutes is None or not 0 <= minutes <= MOST_RELOAD_MIN:
        raise FieldFault("reload_min", text_of(reload_min), f"minutes from 0 to {MOST_RELOAD_MIN}")
    starts = False if depot_start is None else parse_yes(depot_start)
    if starts is None:
        raise FieldFault("depot_start", text_of(depot_start), "yes or no")
    place = None if depot is None else place_of(depot)
    if starts and place is None:
        raise FieldFault("depot_start", text_of(depot_start), "a depot in the same row")
    return Vehicle(int(units), place, round(60 * minutes), starts)


def vehicle_columns(vehicle: Vehicle | None) -> dict[str, Any]:
    """A vehicle as columns of a rep."""
    if vehicle is None:
        vehicle = Vehicle(0)
    return {
        "vehicle_capacity": vehicle.capacity or None,
        "depot_lat": vehicle.depot.lat if vehicle.depot else None,
        "depot_lon": vehicle.depot.lon if vehicle.depot else None,
        "reload_s": vehicle.reload_s,
        "starts_at_depot": vehicle.starts_there,
    }


def place_of(cell: Cell) -> Place:
    """ "52.52, 13.40" as a place.

    Raises:
        FieldFault: it is something else.
    """
    pair = split_pair(cell, "depot")
    if not isinstance(pair, tuple) or not (-90 <= pair[0] <= 90 and -180 <= pair[1] <= 180):
        raise FieldFault("depot", text_of(cell), "latitude and longitude such as 52.52, 13.40")
    return Place(*pair)
