"""What territories are made of: single accounts, or whole areas (postal codes, municipalities, hexagons)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from shapely.geometry.base import BaseGeometry

from clustering import Joined, ZoneProblem, cut_by_barriers, join_problem, tie_islands
from geo.admin_regions import OUTSIDE
from geo.areas import Areas
from geo.line_file import DrawnLines
from planning.barriers import barriers_m
from planning.demand import Demand


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The areas under the accounts. `area` (m,) is the area of each account, the nearest where it lies outside of all;
    `stone` (a,) gives every area, empty ones too, the occupied one it goes with, as a number from 0; `touching`
    (stones, stones) says which of these border on each other.
    """

    areas: Areas
    area: NDArray[np.int64]
    stone: NDArray[np.int64]
    touching: csr_array
    notes: tuple[str, ...] = ()

    def joined(self, problem: ZoneProblem) -> Joined:
        """A problem of accounts as one of areas."""
        return join_problem(problem, self.stone[self.area], self.touching)

    def outlines(self, zone: NDArray[np.int64], ordinary: NDArray[np.bool_], zones: int) -> list[BaseGeometry]:
        """The outline of each zone: its areas as one, empty ones with the occupied area they go with.

        zone: (m,) of the accounts; ordinary: (m,) those that lie in their zone's areas.
        """
        of_stone = np.full(self.touching.shape[0], OUTSIDE)
        of_stone[self.stone[self.area]] = zone
        of_stone[self.stone[self.area[ordinary]]] = zone[ordinary]
        owner = of_stone[self.stone]
        return [self.areas.outline(np.flatnonzero(owner == number)) for number in range(zones)]

    def name_of(self, account: int) -> str:
        return self.areas.names[int(self.area[account])]


def lay_ground(demand: Demand, areas: Areas, ordinary: NDArray[np.bool_], barriers: DrawnLines | None = None) -> Ground:
    """Find the area of every account, and let the empty areas go with occupied ones; key accounts occupy none.

    Areas are no neighbours where a barrier lies between the middles of their accounts.
    """
    inside = areas.of_places(demand.places)
    area = areas.nearest(demand.places)
    occupied = np.unique(area[ordinary])
    number = np.full(len(areas), OUTSIDE)
    number[occupied] = np.arange(len(occupied))
    stone = number[areas.adopted(occupied)]
    links = coo_array(areas.neighbours)
    rows, columns = stone[links.row], stone[links.col]
    apart = rows != columns
    shape = (len(occupied), len(occupied))
    touching = csr_array(coo_array((np.ones(int(apart.sum()), np.int8), (rows[apart], columns[apart])), shape=shape))
    middle = np.stack([np.bincount(stone[area[ordinary]], demand.xy_m[ordinary, axis]) for axis in (0, 1)], axis=1)
    middle /= np.bincount(stone[area[ordinary]])[:, None]
    outside = int((inside == OUTSIDE).sum())
    said = [f"{outside} accounts lie outside of all areas and count with the nearest one."] if outside else []
    tied = tie_islands(touching, middle)
    if barriers is not None:
        tied = cut_by_barriers(tied, middle, *barriers_m(barriers, demand.places))
    return Ground(areas, area, stone, tied, (*areas.notes, *said))
