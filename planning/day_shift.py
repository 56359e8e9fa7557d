"""What is left of a rep's shift, for the solver of days."""

from dataclasses import replace

from planning.day_solver import AskedDay
from planning.staff import LUNCH, LUNCH_FROM_SHIFT_S
from planning.vehicles import Driving
from routing.problem import Shift


def rest_of_shift(asked: AskedDay, depot: int) -> Shift:
    """What is left of the rep's shift; `depot` is the row of the depot, where there is one.

    A day under way does not begin at the depot any more.
    """
    long_enough = asked.until_s - asked.shift_start_s >= LUNCH_FROM_SHIFT_S and asked.from_s <= LUNCH.latest_s
    driving = asked.driving or Driving()
    shift = Shift(
        start_s=asked.from_s,
        end_s=max(asked.until_s, asked.from_s),
        start_place=0,
        end_place=None if asked.end is None else 1,
        lunch=LUNCH if long_enough and not asked.fed else None,
        max_drive_s=None if driving.most_drive_s is None else max(0, driving.most_drive_s - asked.driven_s),
        overtime_s=asked.overtime_s,
        overtime_price=driving.overtime_price,
        skills=asked.skills,
        given_out=asked.given_out,
    )
    if driving.vehicle is None:
        return shift
    under_way = bool(asked.behind) or asked.here
    loaded = driving.vehicle.shift(shift, depot)
    return replace(loaded, start_place=0) if under_way else loaded
