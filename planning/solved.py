"""What the solvers found, before it is put into words."""

from dataclasses import dataclass, field

from clustering import Districts
from geo.border_lines import BorderLines
from planning.bindings import Bindings
from planning.demand import Demand
from planning.ground import Ground
from planning.measure import Measure
from planning.ownership import Ownership
from planning.repair import Repair
from planning.territories import Territories


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What the solvers found: always the territories built anew, and with present owners the other two."""

    demand: Demand
    ownership: Ownership
    measure: Measure
    bindings: Bindings
    rebuilt: Territories
    as_is: Territories | None = None
    repaired: Repair | None = None
    ground: Ground | None = None
    along: BorderLines = field(default_factory=BorderLines)
    """Lines that outlines follow."""
    districts: tuple[Districts, ...] = ()
    """Districts of territories and so on upwards, where they are asked for."""

    @property
    def uses_repair(self) -> bool:
        """The repaired territories are the plan, unless they were not possible or not wanted.

        Where the team changes they must also lie in the band, or nearer to it than those built anew.
        """
        if self.repaired is None or self.measure.options.rebuild or self.ground is not None:
            return False
        worst = max(self.measure.options.tolerance, self.rebuilt.max_deviation)
        return self.ownership.same_team or self.repaired.territories.max_deviation <= worst

    @property
    def chosen(self) -> Territories:
        return self.repaired.territories if self.repaired and self.uses_repair else self.rebuilt
