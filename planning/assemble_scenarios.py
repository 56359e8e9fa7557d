"""Figures per rep, the scenarios side by side, and what stayed short."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from planning.demand import Demand
from planning.options import PlanOptions
from planning.ownership import NOBODY
from planning.repair import transfer_graph
from planning.result import RepFigures, Scenario
from planning.solved import Solved
from planning.staff import Rep
from planning.table_words import counted
from planning.team_workload import year_work
from planning.territories import Territories
from planning.working_time import WorkingTime

FULL = 0.85
"""Days filled to this part of their hours count as full."""
AS_IS, REPAIRED, REBUILT = "as is", "repaired", "rebuilt"


def rep_figures(territories: Territories, demand: Demand, options: PlanOptions) -> tuple[RepFigures, ...]:
    additive_h = territories.additive_h
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
            hours_a_year=year_work(weeks, demand).field_s / 3600,
            additive_h=None if additive_h is None else float(additive_h[number]),
            works=working_time(weeks.rep, options),
            vehicle=weeks.rep.vehicle,
        )
        for number, weeks in enumerate(territories.weeks)
    )


def working_time(rep: Rep, options: PlanOptions) -> WorkingTime:
    """When a rep drives and visits; administration at the end of the day is no part of it."""
    end_s = max(rep.end_s - rep.admin_s, rep.shift_start_s)
    return WorkingTime(rep.weekdays, rep.shift_start_s, end_s, rep.holidays or options.holidays, rep.days_off)


def scenarios(solved: Solved) -> tuple[Scenario, ...]:
    if solved.as_is is None:
        return ()
    found = [(AS_IS, solved.as_is)]
    if solved.repaired is not None:
        found.append((REPAIRED, solved.repaired.territories))
    found.append((REBUILT, solved.rebuilt))
    ordinary = np.flatnonzero(solved.bindings.named == NOBODY)
    graph = transfer_graph(solved.demand, solved.bindings)[ordinary][:, ordinary]
    return tuple(_scenario(name, territories, solved, graph) for name, territories in found)


def _scenario(name: str, territories: Territories, solved: Solved, graph: csr_array) -> Scenario:
    reps, ownership = [weeks.rep for weeks in territories.weeks], solved.ownership
    before = [ownership.present_reps[index].name if index != NOBODY else "" for index in ownership.present]
    after = [reps[index].name for index in territories.owner]
    return Scenario(
        name=name,
        reps=rep_figures(territories, solved.demand, solved.measure.options),
        visits_due=weeks_due(territories),
        visits_planned=sum(weeks.visits_planned for weeks in territories.weeks),
        max_deviation=territories.max_deviation,
        transfers=0 if name == AS_IS else sum(old != new for old, new in zip(before, after, strict=True)),
        scattered=scattered(graph, territories.owner[solved.bindings.named == NOBODY]),
        owner=tuple(int(owner) for owner in territories.owner),
    )


def scattered(graph: csr_array, owner: NDArray[np.int32]) -> int:
    """How many accounts are cut off from the largest connected part of their rep's accounts."""
    edges = graph.tocoo()
    same = owner[edges.row] == owner[edges.col]
    inside = csr_array((np.ones(int(same.sum()), np.int8), (edges.row[same], edges.col[same])), shape=graph.shape)
    parts, part = connected_components(inside, directed=False)
    size = np.bincount(part, minlength=parts)
    largest: dict[int, int] = {}
    for rep, account_part in zip(owner.tolist(), part.tolist(), strict=True):
        largest[rep] = max(largest.get(rep, 0), int(size[account_part]))
    return len(owner) - sum(largest.values())


def shortfalls(solved: Solved) -> tuple[str, ...]:
    """What stayed short and why: hours, band, zones that could not be had."""
    chosen, options = solved.chosen, solved.measure.options
    notes: list[str] = []
    due, planned = (sum(getattr(weeks, name) for weeks in chosen.weeks) for name in ("visits_due", "visits_planned"))
    needed_h = sum(weeks.workload_s for weeks in chosen.weeks) / 3600
    if planned < due:
        notes.append(_no_place(solved, due - planned, due, needed_h))
    counts = {weeks_due(territories) for territories in (solved.as_is, solved.rebuilt, chosen) if territories}
    if len(counts) > 1:
        notes.append(
            f"The scenarios have {min(counts):,} to {max(counts):,} visits due: where nobody said when an account was "
            "visited last, its first date is chosen so that its rep's weeks are level, and with another rep it may "
            f"fall just outside the {'week' if options.weeks == 1 else f'{options.weeks} weeks'} planned."
        )
    if chosen.max_deviation > options.tolerance:
        worst = int(np.argmax(np.abs(chosen.deviation)))
        notes.append(
            f"The band of ±{options.tolerance:.0%} is missed: {chosen.weeks[worst].rep.name} is at "
            f"{chosen.deviation[worst]:+.1%} after {chosen.rounds} rounds; {_largest(chosen, solved.demand, worst)}."
        )
        if solved.repaired is not None and solved.uses_repair:
            notes += solved.repaired.proposal.notes
    return tuple(notes)


def weeks_due(territories: Territories) -> int:
    """Visits that fall due in the weeks planned."""
    return sum(weeks.visits_due for weeks in territories.weeks)


def _no_place(solved: Solved, missing: int, due: int, needed_h: float) -> str:
    """Why visits are left out: the arithmetic where hours are short, else the commonest reason."""
    weeks = solved.chosen.weeks
    held_h = sum(rep.calendar_h for rep in weeks)
    hours = (
        f"the visits need {needed_h:.0f} h, driving included; the working days of {len(weeks)} reps hold "
        f"{held_h:.0f} h in {solved.measure.options.weeks} weeks"
    )
    if needed_h >= FULL * held_h:
        return f"{missing} of {due} visits due find no place: {hours}."
    reasons = Counter(row.reason.split(":")[0].split(";")[0] for rep in weeks for row in rep.plan.unserved)
    return (
        f"{missing} of {due} visits due find no place, although the team's hours would do ({hours}); the commonest "
        f"reason: {reasons.most_common(1)[0][0]}. Every one is in unserved.csv."
    )


def _largest(territories: Territories, demand: Demand, rep: int) -> str:
    """The account that weighs most on this rep, and how many of the rep's accounts are locked."""
    weeks = territories.weeks[rep]
    if not len(weeks.members):
        return "no account is left for this rep"
    hours = demand.expected_service_s(1)[weeks.members]
    share = hours.max() * len(territories.weeks) / max(demand.expected_service_s(1).sum(), 1e-9)
    locked = int(demand.locked[weeks.members].sum())
    return (
        f"the largest single account is {share:.1%} of a rep's mean service time, {counted(locked, 'account')} locked"
    )
