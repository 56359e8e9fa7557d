"""What every account costs in hours, driving included, as the planned weeks show it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.travel import TravelTimes
from planning.demand import Demand
from planning.measure import RepWeeks
from routing.cycle_problem import WEEKS_A_YEAR

YEAR_BAND = 2.0
"""Width of the band for a whole year, in widths of the band for the weeks planned."""
WIDEST = 0.99
NEAREST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """Seconds per account, both (m,): in the weeks planned, by the visits that fall due in them, and in a year.

    The two differ only where dates of last visits say which accounts fall due.
    """

    weeks_s: NDArray[np.float64]
    year_s: NDArray[np.float64]
    differ: bool

    def metrics(self, demand: Demand) -> NDArray[np.float64]:
        """(m,) or (m, 2): what is to be balanced; with sales and potential, where those count."""
        weeks_s = demand.balanced(self.weeks_s)
        return np.stack([weeks_s, demand.balanced(self.year_s)], axis=1) if self.differ else weeks_s

    def tolerance(self, share: float) -> tuple[float, ...]:
        """The band of every metric for the band `share` of the weeks planned."""
        return (share, min(share * YEAR_BAND, WIDEST)) if self.differ else (share,)


def estimated_hours(demand: Demand, reps: int, travel: TravelTimes, weeks: int) -> Hours:
    """A first guess, before anything is planned."""
    weeks_s = demand.expected_service_s(weeks) + demand.expected_visits(weeks) * estimated_drive_s(demand, reps, travel)
    return Hours(weeks_s, weeks_s * WEEKS_A_YEAR / weeks, differ=False)


def estimated_drive_s(demand: Demand, reps: int, travel: TravelTimes) -> NDArray[np.float64]:
    """Driving per visit in seconds, (m,): three times the way to the second nearest account, and a share of the way
    from the middle of a zone. Only until driving has been measured.
    """
    sample = np.linspace(0, len(demand) - 1, min(len(demand), 60)).astype(int)
    matrix = travel.matrix([demand.places[index] for index in sample])
    apart = matrix.distance_m > 0
    pace = float(matrix.duration_s[apart].sum()) / float(matrix.distance_m[apart].sum()) if apart.any() else 0.0
    near_m = cKDTree(demand.xy_m).query(demand.xy_m, k=min(3, len(demand)))[0].reshape(len(demand), -1)[:, -1]
    radius_m = float(np.sqrt(np.prod(np.ptp(demand.xy_m, axis=0) + 1) / reps / np.pi))
    return np.asarray(pace * (3 * near_m + 0.2 * radius_m), dtype=np.float64)


def measured_hours(demand: Demand, plans: tuple[RepWeeks, ...], weeks: int, before: Hours) -> Hours:
    """Hours as measured: summed over a rep's accounts, `weeks_s` is the rep's workload.

    Visits are those that fall due where the last visit is known, else the expected number. Accounts of a rep without
    any hours keep what they had.
    """
    weeks_s, year_s = before.weeks_s.copy(), before.year_s.copy()
    known = np.array([day is not None for day in demand.last_visit])
    for rep in plans:
        members = rep.members
        if not len(members) or rep.workload_s <= 0:
            continue
        expected = demand.expected_visits(weeks)[members]
        due = np.where(known[members], rep.due * demand.workable[members], expected)
        drive_s = drive_per_visit_s(demand, rep)
        remote_s = 3600 * demand.remote_h_a_year[members] * weeks / WEEKS_A_YEAR
        here = due * (demand.weighed_s[members] + drive_s) + remote_s
        scale = rep.workload_s / here.sum() if here.sum() > 0 else 1.0
        weeks_s[members] = here * scale
        year = expected * (demand.weighed_s[members] + drive_s * scale) + remote_s
        year_s[members] = year * WEEKS_A_YEAR / weeks
    return Hours(weeks_s, year_s, differ=bool(known.any()))


def drive_per_visit_s(demand: Demand, rep: RepWeeks) -> NDArray[np.float64]:
    """Seconds of driving that one visit of each member causes, (c,).

    A visit causes the detour it makes on its day and an equal part of what no visit's detour accounts for (the way to
    where the work is); members without a visit in these weeks take the mean of the nearest that have one.
    """
    total, count = np.zeros(len(rep.members)), np.zeros(len(rep.members))
    travel_s = rep.problem.matrix.duration_s
    for day, work_day in zip(rep.plan.days, rep.problem.days, strict=True):
        if not day.stops:
            continue
        clients = [stop.visit for stop in day.stops]
        ends = (work_day.shift.start_place, work_day.shift.end_place)
        rows = [rep.problem.clients[client].place for client in clients]
        through = [ends[0], *rows, rows[-1] if ends[1] is None else ends[1]]
        legs = travel_s[through[:-1], through[1:]].astype(np.float64)
        past = travel_s[through[:-2], through[2:]]
        detour = np.maximum(legs[:-1] + legs[1:] - past, 0.0)
        if detour.sum() > day.drive_s:
            detour *= day.drive_s / detour.sum()
        np.add.at(total, rep.client[clients], detour + (day.drive_s - detour.sum()) / len(clients))
        np.add.at(count, rep.client[clients], 1)
    seen = np.flatnonzero(count)
    if not len(seen):
        return total
    mean = total[seen] / count[seen]
    near = cKDTree(demand.xy_m[rep.members[seen]]).query(demand.xy_m[rep.members], k=min(NEAREST, len(seen)))[1]
    filled = mean[near.reshape(len(rep.members), -1)].mean(axis=1)
    filled[seen] = mean
    return filled
