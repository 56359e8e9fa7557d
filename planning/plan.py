"""From a table of accounts to zones, routes and workload: the front door for files and notebooks.

plan = Plan.from_file(Path("accounts.csv"), options=PlanOptions(starts_on=date(2026, 3, 2)), team=10)
result = plan.solve()
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from balancing.price import PriceWeights
from balancing.problem import MoveProblem
from clustering import Sizing, Staffing
from geo.areas import Areas
from geo.border_lines import BorderLines
from geo.geocoder import Geocoder
from geo.great_circle import GreatCircle
from geo.line_file import DrawnLines
from geo.place import Place
from geo.region_manifest import Bounds
from geo.road_lines import RoadLine
from geo.travel import TravelTimes
from geo.travel_road import RoadTimes
from geo.travel_rush import WeekProfile
from planning.absence import cover_absence
from planning.absence_cover import Cover
from planning.account_table import AccountRow, AccountTable
from planning.assemble import assemble
from planning.barriers import with_barriers
from planning.bindings import Bindings, find_bindings
from planning.demand import Demand, demand_of
from planning.errors import PlanningError
from planning.files import read_accounts
from planning.ground import Ground, lay_ground
from planning.options import PlanOptions, Progress, silent
from planning.ownership import NOBODY, Ownership, find_ownership
from planning.pins import Pins
from planning.placing import Placing, credits_of, place_accounts
from planning.plan_needs import needed_reps, with_access, with_defaults, with_money
from planning.plan_notes import notes_of_demand, notes_of_places, nothing_placed
from planning.policy import Policy, PolicyCost
from planning.quality import quality_of
from planning.result import PlanResult
from planning.robustness import robustness_of
from planning.shared_workload import check_names, with_shares
from planning.shares_file import Shares
from planning.sizing import size_team
from planning.solve import check_districts, solve_territories
from planning.staff import DEFAULTS, Rep, numbered_reps
from planning.trade_off import BY_COUNT, transfers_of
from planning.traffic import mean_times
from planning.unworkable import for_team
from planning.what_if import Question, WhatIf, what_if
from planning.whereabouts import set_right

LEAST_INSIDE = 0.5
"""Part of the accounts that must lie in the region for it to be the right one."""
Team = int | tuple[Rep, ...] | None
AreaSource = Callable[[Sequence[Place]], Areas]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be planned; a change returns a new value, `solve` returns the result.

    `team`: reps, their number, or None (those that the accounts name; with none there, as many as the hours need).
    `travel`: None is the straight line with a fitted speed, marked as an estimate. `traffic`: how much longer trips
    take at which hours; times are then means over the reps' working hours. `geocoders` are asked in order for accounts
    without coordinates; `pins` are places that people have set, and come before all else. `roads` are drawn
    under the map; `within`: the region that should hold most accounts. `areas`: gives for the accounts' places the
    areas of which territories are to be made (`read_areas`, `cell_areas`). `barriers`: lines that no territory may
    straddle, and the bridges over them (`read_lines`). `outlines`: lines that the borders of territories run along
    where they can, as drawn. `shares`: accounts that several reps share.
    """

    table: AccountTable
    options: PlanOptions
    team: Team = None
    policy: Policy | None = None
    travel: RoadTimes | None = None
    traffic: WeekProfile | None = None
    geocoders: tuple[Geocoder, ...] = ()
    pins: Pins = field(default_factory=Pins)
    title: str = ""
    attribution: str = ""
    roads: tuple[RoadLine, ...] = ()
    within: Bounds | None = None
    areas: AreaSource | None = None
    barriers: DrawnLines | None = None
    outlines: BorderLines = field(default_factory=BorderLines)
    shares: Shares = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def from_file(cls, path: Path, *, options: PlanOptions, team: Team = None) -> "Plan":
        """A plan for the accounts of one file.

        Raises:
            TableError: the file as a whole cannot be used.
        """
        return cls(set_right(read_accounts(path)), options, team, title=path.stem)

    def with_team(self, team: Team) -> "Plan":
        """The same accounts for other reps."""
        return replace(self, team=team)

    def policy_costs(self) -> tuple[PolicyCost, ...]:
        """What the policy's visits cost a year, by segment; empty without a policy."""
        return self.policy.apply(self.table.accounts)[1] if self.policy else ()

    def solve(self, progress: Progress = silent) -> PlanResult:
        """Place, build, plan and measure.

        Raises:
            PlanningError: nothing can be planned, and why.
        """
        accounts, told, defaults = self._accounts()
        progress("placing accounts", 0, len(accounts))
        placings, demand = self._placed(accounts, progress)
        travel = self.times()
        ownership = self._ownership(accounts, demand, travel)
        planned = {accounts[row].id for row in demand.account}
        check_names(self.shares, planned, [rep.name for rep in ownership.reps])
        bindings = find_bindings(demand, ownership.reps, ownership.present_in_plan)
        bindings = with_barriers(bindings, demand, self.barriers, len(ownership.reps), self.options.tolerance)
        ground = self._ground(demand, bindings)
        check_districts(self.options, ownership.reps)
        solved = solve_territories(demand, ownership, bindings, ground, travel, self.options, progress)
        solved = replace(solved, along=self.border_lines)
        result = assemble(
            solved,
            accounts=accounts,
            placings=placings,
            table=self.table,
            title=self.title or self.table.source,
            attribution=credits_of(self.attribution, placings),
            notes=(
                *(*self.notes, *told, *notes_of_places(self.pins, accounts, placings), *ownership.notes),
                *notes_of_demand(demand, ownership, self.within),
                *(*bindings.notes, *(ground.notes if ground else ())),
            ),
            defaults=defaults | self._assumed(ownership),
            progress=progress,
        )
        workload = with_shares(result.workload, solved, accounts, self.shares)
        return replace(
            result,
            roads=self.roads,
            workload=workload,
            barriers=self.barriers,
            quality=quality_of(solved, result.zones),
            robustness=robustness_of(solved, progress) if self.options.robustness else None,
        )

    def _ground(self, demand: Demand, bindings: Bindings) -> Ground | None:
        """The areas that territories are made of, where they are made of any."""
        if self.areas is None:
            return None
        return lay_ground(demand, self.areas(demand.places), bindings.named == NOBODY, self.barriers)

    def _assumed(self, ownership: Ownership) -> dict[str, str]:
        """What was assumed of the reps: homes where one has none, and the rest where no file says it."""
        without_home = any(rep.home is None for rep in ownership.reps)
        without_file = not isinstance(self.team, tuple)
        return {name: text for name, text in DEFAULTS.items() if (without_home if name == "home" else without_file)}

    @property
    def border_lines(self) -> BorderLines:
        """What outlines run along: barriers, and what else was given."""
        return self.outlines if self.barriers is None else replace(self.outlines, barriers=self.barriers.lines)

    def what_if(self, question: Question, progress: Progress = silent) -> WhatIf:
        """The plan as it would be if a rep left or joined, or territories merged or split; see `planning.what_if`.

        Raises:
            PlanningError: the accounts name no reps, or the question names one who is not there.
        """
        return what_if(self, question, progress)

    def absence(
        self, result: PlanResult, rep: str, first: date, last: date, *, not_before: date | None = None
    ) -> Cover:
        """What of a rep's planned days from `first` to `last` the neighbours can cover, or be made on other days.

        `result` is this plan's; `not_before` the first day that may still be changed.

        Raises:
            PlanningError: there is no such rep, or nothing is planned for the rep on these days.
        """
        accounts = self._accounts()[0]
        demand = self._placed(accounts)[1]
        travel = self.times()
        team = self._ownership(accounts, demand, travel).reps
        return cover_absence(
            result,
            rep,
            first,
            last,
            team=team,
            demand=demand,
            travel=travel,
            options=self.options,
            not_before=not_before,
        )

    def transfers(self, weights: PriceWeights = BY_COUNT) -> MoveProblem:
        """The question of transfers among today's reps on estimated hours, for `trade_off` and `price_of_keeping`.

        `weights`: what a transfer costs; a file of accounts knows revenue, promised visits and extra travel.

        Raises:
            PlanningError: nothing can be placed, or the accounts name fewer than two reps.
        """
        return self.transfers_named(weights)[0]

    def transfers_named(self, weights: PriceWeights = BY_COUNT) -> tuple[MoveProblem, tuple[str, ...], tuple[str, ...]]:
        """The same, with the ids of its accounts and the names of its reps."""
        accounts = self._accounts()[0]
        demand = self._placed(accounts)[1]
        travel = self.times()
        ownership = self._ownership(accounts, demand, travel)
        problem = transfers_of(demand, ownership, travel, self.options, weights, self.barriers)
        ids = tuple(accounts[row].id for row in demand.account)
        return problem, ids, tuple(rep.name for rep in ownership.present_reps)

    def needed_reps(self) -> int:
        """How many full-time reps the accounts need, by the first estimate of the driving.

        Raises:
            PlanningError: nothing can be placed, and why.
        """
        admin_s = round(60 * self.options.admin_min)
        return needed_reps(self._placed(self._accounts()[0])[1], self.times(), admin_s)

    def sizing(
        self,
        *,
        staffing: Staffing | None = None,
        margin: float | None = None,
        reps: Sequence[int] | None = None,
    ) -> Sizing:
        """What different numbers of reps cost a year and, with a `margin` on potential, bring; see `size_team`.

        Raises:
            PlanningError: nothing can be placed, and why.
        """
        accounts = self._accounts()[0]
        demand = self._placed(accounts)[1]
        return size_team(demand, accounts, self.options, staffing=staffing, margin=margin, reps=reps)

    def _placed(
        self, accounts: Sequence[AccountRow], progress: Progress = silent
    ) -> tuple[tuple[Placing, ...], Demand]:
        placings = place_accounts(
            accounts, self.geocoders, self.options.min_level, pins=self.pins, roads=self.travel, progress=progress
        )
        asked = demand_of(accounts, placings, self.options.starts_on, self.options.weeks, self.options.holidays)
        demand = with_money(with_access(asked, self.options), accounts, self.options)
        admin_s = round(60 * self.options.admin_min)
        team = self.team if isinstance(self.team, tuple) else numbered_reps(1)
        demand = for_team(demand, [replace(rep, admin_s=admin_s) for rep in team])
        if not len(demand):
            raise PlanningError(nothing_placed(placings))
        if self.within is not None:
            inside = sum(place in self.within for place in demand.places)
            if inside < LEAST_INSIDE * len(demand):
                raise PlanningError(
                    f"only {inside} of {len(demand)} accounts lie in the region, which covers {self.within}: is it the "
                    "right one?"
                )
        return placings, demand

    def times(self) -> RoadTimes:
        """Travel times, in traffic where that is known: as it is on average while the reps are at work."""
        reps = self.team if isinstance(self.team, tuple) else numbered_reps(1)
        shifts = {(rep.weekdays, rep.shift_start_s, rep.end_s) for rep in reps}
        return mean_times(self.travel or GreatCircle(), self.traffic, shifts)

    def _accounts(self) -> tuple[tuple[AccountRow, ...], list[str], dict[str, str]]:
        """The accounts with policy and defaults applied, with what to say about it."""
        return with_defaults(
            self.policy.apply(self.table.accounts)[0] if self.policy else self.table.accounts, self.table
        )

    def _ownership(self, accounts: Sequence[AccountRow], demand: Demand, travel: TravelTimes) -> Ownership:
        current = [accounts[index].current_rep for index in demand.account]
        admin_s = round(60 * self.options.admin_min)
        found = find_ownership(demand, current, self.team, needed_reps(demand, travel, admin_s))
        return replace(
            found,
            reps=tuple(replace(rep, admin_s=admin_s) for rep in found.reps),
            present_reps=tuple(replace(rep, admin_s=admin_s) for rep in found.present_reps),
        )
