"""Turning solved territories into a `PlanResult`: names instead of numbers, clock times, outlines and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo.neighbours import neighbour_graph
from geo.outline import zone_outlines
from planning.account_table import AccountRow, AccountTable
from planning.demand import Demand
from planning.measure import Measure, RepWeeks, middle
from planning.options import Progress
from planning.ownership import NOBODY, Ownership
from planning.placing import Placing
from planning.repair import Repair
from planning.result import (
    PlanCertificate,
    PlannedAccount,
    PlanResult,
    RepFigures,
    RouteDay,
    RouteStop,
    Scenario,
    Transfer,
    UnservedVisits,
    ZoneShape,
)
from planning.staff import Rep
from planning.territories import Territories
from routing import DayPlan
from routing.cycle_problem import WEEKS_A_YEAR

AS_IS, REPAIRED, REBUILT = "as is", "repaired", "rebuilt"


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What the solvers found: always the territories built anew, and with present owners the other two."""

    demand: Demand
    ownership: Ownership
    measure: Measure
    rebuilt: Territories
    as_is: Territories | None = None
    repaired: Repair | None = None

    @property
    def uses_repair(self) -> bool:
        """The repaired territories are the plan, unless they were not possible or not wanted."""
        return self.repaired is not None and not self.measure.options.rebuild

    @property
    def chosen(self) -> Territories:
        return self.repaired.territories if self.repaired and self.uses_repair else self.rebuilt


def assemble(
    solved: Solved,
    *,
    accounts: Sequence[AccountRow],
    placings: Sequence[Placing],
    table: AccountTable,
    title: str,
    attribution: str,
    notes: tuple[str, ...],
    defaults: Mapping[str, str],
    progress: Progress,
) -> PlanResult:
    """Put names, times, outlines and reasons to what was solved."""
    chosen, options, demand = solved.chosen, solved.measure.options, solved.demand
    matrix = chosen.weeks[0].problem.matrix
    why = _reasons(solved)
    return PlanResult(
        title=title,
        source=table.source,
        accounts=_planned_accounts(solved, accounts, placings, why),
        rejected=len(table.rejected),
        reps=_figures(chosen, demand),
        zones=_zone_shapes(demand, chosen, solved.measure.reps),
        days=_route_days(solved, progress),
        unserved=_unserved(chosen, demand),
        transfers=_transfers(solved, why),
        scenarios=_scenarios(solved),
        visits_due=sum(weeks.visits_due for weeks in chosen.weeks),
        max_deviation=chosen.max_deviation,
        certificate=_certificate(solved),
        tolerance=options.tolerance,
        starts_on=options.starts_on,
        weeks=options.weeks,
        seed=options.seed,
        travel_source=matrix.source,
        travel_estimated=matrix.estimated,
        attribution=attribution,
        notes=(*notes, *_shortfalls(solved)),
        defaults=dict(defaults),
    )


def _figures(territories: Territories, demand: Demand) -> tuple[RepFigures, ...]:
    return tuple(
        RepFigures(
            rep=weeks.rep.name,
            zone=number,
            home=weeks.home,
            home_assumed=weeks.rep.home is None,
            accounts=len(weeks.members),
            visits=weeks.visits_planned,
            service_h=weeks.service_s / 3600,
            drive_h=weeks.drive_s / 3600,
            workload_h=weeks.workload_s / 3600,
            capacity_h=weeks.capacity_h,
            value=float(demand.value[weeks.members].sum()),
            deviation=float(territories.deviation[number]),
            hours_a_year=_hours_a_year(weeks, demand),
        )
        for number, weeks in enumerate(territories.weeks)
    )


def _hours_a_year(weeks: RepWeeks, demand: Demand) -> float:
    """A year of these accounts: service as agreed, driving as in the weeks planned."""
    members = weeks.members
    visits = demand.visits_a_year[members]
    drive_s = weeks.drive_s / max(weeks.visits_due, 1)
    return float((visits * (demand.service_s[members] + drive_s)).sum() / 3600 + demand.remote_h_a_year[members].sum())


def _planned_accounts(
    solved: Solved, accounts: Sequence[AccountRow], placings: Sequence[Placing], why: Sequence[str]
) -> tuple[PlannedAccount, ...]:
    position = {int(account): index for index, account in enumerate(solved.demand.account)}
    planned = []
    for index, (account, placing) in enumerate(zip(accounts, placings, strict=True)):
        placed = position.get(index)
        owner = None if placed is None else int(solved.chosen.owner[placed])
        planned.append(
            PlannedAccount(
                id=account.id,
                row=account.row,
                name=account.name,
                address=account.address,
                place=placing.located.place,
                level=placing.located.level,
                zone=owner,
                rep=None if owner is None else solved.measure.reps[owner].name,
                visits_per_year=account.visits_per_year or 0.0,
                service_min=account.service_min or 0.0,
                value=account.value,
                segment=account.segment,
                current_rep=account.current_rep,
                locked=account.locked,
                status="unplaced" if placed is None else "planned",
                why=placing.why if placed is None else why[placed],
            )
        )
    return tuple(planned)


def _reasons(solved: Solved) -> list[str]:
    """One sentence per placed account: why it is where it is."""
    if not solved.uses_repair:
        return _zone_reasons(solved.rebuilt, solved.measure.reps)
    assert solved.repaired is not None and solved.as_is is not None
    reps = solved.measure.reps
    moved = {move.account: move for move in solved.repaired.proposal.moves}
    sentences = []
    for index, owner in enumerate(solved.repaired.territories.owner):
        if index in moved:
            move = moved[index]
            sentences.append(f"moves from {reps[move.from_rep].name} to {reps[move.to_rep].name}: {move.reason}")
        elif solved.ownership.present[index] == NOBODY:
            sentences.append(f"had no rep; goes to {reps[owner].name}, who has the nearest accounts")
        elif solved.demand.locked[index]:
            sentences.append(f"stays with {reps[owner].name}: locked")
        else:
            sentences.append(f"stays with {reps[owner].name}: no move of it is needed to bring everyone into the band")
    return sentences


def _zone_reasons(territories: Territories, reps: Sequence[Rep]) -> list[str]:
    assert territories.zones is not None and territories.problem is not None and territories.rep_of_zone is not None
    names = [reps[rep].name for rep in territories.rep_of_zone]
    return territories.zones.reasons(territories.problem, names)


def _certificate(solved: Solved) -> PlanCertificate | None:
    if solved.uses_repair and solved.repaired is not None:
        proposal = solved.repaired.proposal
        return PlanCertificate(
            bound=proposal.lower_bound,
            gap=proposal.gap,
            cost=float(sum(move.price for move in proposal.moves)),
            holds_for="price of the transfers (1 an account) that bring every rep into the band at the measured hours",
        )
    if solved.rebuilt.zones is None:
        return None
    proof = solved.rebuilt.zones.certificate
    return PlanCertificate(proof.lower_bound, proof.gap, proof.cost, proof.holds_for)


def _transfers(solved: Solved, why: Sequence[str]) -> tuple[Transfer, ...]:
    """Every account whose rep changes against today; nothing where the file names no reps."""
    if not solved.ownership.present_reps:
        return ()
    chosen, ownership, reps = solved.chosen, solved.ownership, solved.measure.reps
    reasons = dict(enumerate(why))
    if solved.repaired is not None and solved.uses_repair:
        reasons |= {move.account: move.reason for move in solved.repaired.proposal.moves}
    hours = _account_hours(chosen, solved.demand)
    transfers = []
    for index, owner in enumerate(chosen.owner):
        before = ownership.present[index]
        name = "" if before == NOBODY else ownership.present_reps[before].name
        if name != reps[owner].name:
            account = int(solved.demand.account[index])
            value = float(solved.demand.value[index])
            transfers.append(
                Transfer(account, name, reps[owner].name, reasons[index], float(hours[index]), value or None)
            )
    return tuple(transfers)


def _account_hours(territories: Territories, demand: Demand) -> NDArray[np.float64]:
    """Hours a year of every account, its share of its rep's driving included, (m,)."""
    hours = demand.expected_service_s(1) * WEEKS_A_YEAR / 3600
    for weeks in territories.weeks:
        drive_h = weeks.drive_s / max(weeks.visits_due, 1) / 3600
        hours[weeks.members] += demand.visits_a_year[weeks.members] * drive_h
    return hours


def _scenarios(solved: Solved) -> tuple[Scenario, ...]:
    if solved.as_is is None:
        return ()
    found = [(AS_IS, solved.as_is)]
    if solved.repaired is not None:
        found.append((REPAIRED, solved.repaired.territories))
    found.append((REBUILT, solved.rebuilt))
    graph = neighbour_graph(solved.demand.xy_m)
    return tuple(_scenario(name, territories, solved, graph) for name, territories in found)


def _scenario(name: str, territories: Territories, solved: Solved, graph: csr_matrix) -> Scenario:
    reps, ownership = [weeks.rep for weeks in territories.weeks], solved.ownership
    before = [ownership.present_reps[index].name if index != NOBODY else "" for index in ownership.present]
    after = [reps[index].name for index in territories.owner]
    return Scenario(
        name=name,
        reps=_figures(territories, solved.demand),
        visits_due=sum(weeks.visits_due for weeks in territories.weeks),
        visits_planned=sum(weeks.visits_planned for weeks in territories.weeks),
        max_deviation=territories.max_deviation,
        transfers=0 if name == AS_IS else sum(old != new for old, new in zip(before, after, strict=True)),
        scattered=scattered(graph, territories.owner),
        owner=tuple(int(owner) for owner in territories.owner),
    )


def scattered(graph: csr_matrix, owner: NDArray[np.int32]) -> int:
    """How many accounts are cut off from the largest connected part of their rep's accounts."""
    edges = graph.tocoo()
    same = owner[edges.row] == owner[edges.col]
    inside = csr_matrix((np.ones(int(same.sum()), np.int8), (edges.row[same], edges.col[same])), shape=graph.shape)
    parts, part = connected_components(inside, directed=False)
    size = np.bincount(part, minlength=parts)
    largest: dict[int, int] = {}
    for rep, account_part in zip(owner.tolist(), part.tolist(), strict=True):
        largest[rep] = max(largest.get(rep, 0), int(size[account_part]))
    return len(owner) - sum(largest.values())


def _zone_shapes(demand: Demand, territories: Territories, reps: Sequence[Rep]) -> tuple[ZoneShape, ...]:
    outlines = zone_outlines(demand.places, territories.owner, len(reps))
    shapes = []
    for number, (rep, outline) in enumerate(zip(reps, outlines, strict=True)):
        members = np.flatnonzero(territories.owner == number)
        if len(members):
            label = demand.places[int(members[middle(demand.xy_m[members], np.ones(len(members)))])]
            shapes.append(ZoneShape(number, rep.name, outline, label))
    return tuple(shapes)


def _route_days(solved: Solved, progress: Progress) -> tuple[RouteDay, ...]:
    days = []
    for number, weeks in enumerate(solved.chosen.weeks):
        progress("drawing routes", number, len(solved.chosen.weeks))
        for work_day, plan in zip(weeks.problem.days, weeks.plan.days, strict=True):
            if plan.stops:
                days.append(_route_day(solved, weeks, work_day.date, plan))
    return tuple(sorted(days, key=lambda day: (day.rep, day.date)))


def _route_day(solved: Solved, weeks: RepWeeks, day: date, plan: DayPlan) -> RouteDay:
    demand = solved.demand
    members = [int(weeks.members[weeks.client[stop.visit]]) for stop in plan.stops]
    through = [weeks.home, *(demand.places[member] for member in members), weeks.home]
    lunch = (_clock(day, plan.lunch[0]), _clock(day, plan.lunch[1])) if plan.lunch else None
    stops = tuple(
        RouteStop(
            sequence=number,
            account=int(demand.account[member]),
            arrive=_clock(day, stop.arrive_s),
            start=_clock(day, stop.start_s),
            depart=_clock(day, stop.depart_s),
            drive_min=stop.drive_s / 60,
            service_min=demand.service_s[member] / 60,
        )
        for number, (member, stop) in enumerate(zip(members, plan.stops, strict=True), start=1)
    )
    return RouteDay(
        rep=weeks.rep.name,
        date=day,
        starts_at=_clock(day, plan.start_s),
        ends_at=_clock(day, plan.end_s),
        stops=stops,
        drive_min=plan.drive_s / 60,
        lunch=lunch,
        line=tuple(solved.measure.travel.route(through)),
        proven=plan.proven,
    )


def _clock(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(seconds=int(seconds))


def _unserved(territories: Territories, demand: Demand) -> tuple[UnservedVisits, ...]:
    return tuple(
        UnservedVisits(
            int(demand.account[weeks.members[weeks.client[row.client]]]), weeks.rep.name, row.visits, row.reason
        )
        for weeks in territories.weeks
        for row in weeks.plan.unserved
    )


def _shortfalls(solved: Solved) -> tuple[str, ...]:
    """What stayed short and why: hours, band, zones that could not be had."""
    chosen, options = solved.chosen, solved.measure.options
    notes = list(chosen.zones.notes) if chosen.zones is not None else []
    if solved.repaired is not None and solved.uses_repair:
        notes += solved.repaired.proposal.notes
    due, planned = (sum(getattr(weeks, name) for weeks in chosen.weeks) for name in ("visits_due", "visits_planned"))
    needed_h = sum(weeks.workload_s for weeks in chosen.weeks) / 3600
    if planned < due:
        held_h = sum(weeks.calendar_h for weeks in chosen.weeks)
        notes.append(
            f"{due - planned} of {due} visits due find no place: the visits need {needed_h:.0f} h, driving included; "
            f"the working days of {len(chosen.weeks)} reps hold {held_h:.0f} h in {options.weeks} weeks."
        )
    if chosen.max_deviation > options.tolerance:
        worst = int(np.argmax(np.abs(chosen.deviation)))
        notes.append(
            f"The band of ±{options.tolerance:.0%} is missed: {chosen.weeks[worst].rep.name} is at "
            f"{chosen.deviation[worst]:+.1%} after {chosen.rounds} rounds; {_largest(chosen, solved.demand, worst)}."
        )
    return tuple(notes)


def _largest(territories: Territories, demand: Demand, rep: int) -> str:
    """The account that weighs most on this rep, and how many of the rep's accounts are locked."""
    weeks = territories.weeks[rep]
    if not len(weeks.members):
        return "no account is left for this rep"
    hours = demand.expected_service_s(1)[weeks.members]
    share = hours.max() * len(territories.weeks) / max(demand.expected_service_s(1).sum(), 1e-9)
    locked = int(demand.locked[weeks.members].sum())
    return f"the largest single account is {share:.1%} of a rep's mean service time, {locked} accounts are locked"
