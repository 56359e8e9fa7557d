"""Turning solved territories into a `PlanResult`: names instead of numbers, clock times, outlines and reasons."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clustering import Certificate, global_optimum
from planning.account_table import AccountRow, AccountTable
from planning.assemble_days import planned_calls, route_days
from planning.assemble_promises import promise_notes
from planning.assemble_scenarios import rep_figures, scenarios, shortfalls
from planning.assemble_unserved import unserved_visits
from planning.assemble_zones import district_figures, district_notes, next_best_reps, zone_reasons, zone_shapes
from planning.demand import Demand
from planning.options import Progress
from planning.ownership import NOBODY
from planning.placing import Placing
from planning.result import (
    PlanCertificate,
    PlannedAccount,
    PlanResult,
    Transfer,
)
from planning.solved import Solved
from planning.team_workload import team_workload
from planning.territories import Territories
from planning.unworkable import unworkable_notes
from planning.wish_conflicts import wish_conflicts
from routing.cycle_problem import WEEKS_A_YEAR

FEW_UNITS = 40
"""Up to so many areas or accounts a plan is compared with the best division of all, which takes seconds."""


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
    further = (
        [f"; {told}" if told else "" for told in next_best_reps(solved)] if solved.uses_repair else [""] * len(why)
    )
    shapes = zone_shapes(solved)
    return PlanResult(
        title=title,
        source=table.source,
        accounts=_planned_accounts(
            solved, accounts, placings, [one + more for one, more in zip(why, further, strict=True)]
        ),
        rejected=len(table.rejected),
        reps=rep_figures(chosen, demand, options),
        zones=shapes,
        districts=district_figures(solved, shapes),
        days=route_days(solved, progress),
        calls=planned_calls(solved),
        unserved=unserved_visits(solved, accounts),
        transfers=_transfers(solved, why),
        scenarios=scenarios(solved),
        visits_due=sum(weeks.visits_due for weeks in chosen.weeks),
        max_deviation=chosen.max_deviation,
        certificate=_certificate(solved),
        tolerance=options.tolerance,
        starts_on=options.starts_on,
        weeks=options.weeks,
        seed=options.seed,
        travel_source=matrix.source,
        travel_estimated=matrix.estimated,
        travel_error=matrix.typical_error,
        attribution=attribution,
        workload=team_workload(solved, accounts),
        notes=(
            *notes,
            *shortfalls(solved),
            *unworkable_notes(demand, accounts),
            *district_notes(solved),
            *wish_conflicts(solved.demand, accounts, options),
            *promise_notes(solved, accounts),
        ),
        defaults=dict(defaults),
    )


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
                why=placing.why if placed is None else why[placed] + _not_counted(solved.demand, placed),
                located=placing.located,
                last_visit=account.last_visit,
                opening_hours=account.opening_hours,
                industry=account.industry,
                potential=account.potential,
                key_owner=account.key_owner,
                skills=account.skills,
                wishes=account.wishes,
                visit_type=account.visit_type,
            )
        )
    return tuple(planned)


def _not_counted(demand: Demand, index: int) -> str:
    """What to add for an account whose visits nobody could make."""
    reason = demand.unworkable.get(index)
    return f"; {reason}: its visits count in nobody's hours" if reason else ""


def _reasons(solved: Solved) -> list[str]:
    """One sentence per placed account: why it is where it is."""
    if not solved.uses_repair:
        return zone_reasons(solved)
    assert solved.repaired is not None and solved.as_is is not None
    reps = solved.measure.reps
    moved = {move.account: move for move in solved.repaired.proposal.moves}
    due = solved.repaired.due
    reached = solved.repaired.proposal.feasible
    why = "no move of it is needed to bring everyone into the band" if reached else "no move of it was found to help"
    sentences = []
    for index, owner in enumerate(solved.repaired.territories.owner):
        if index in due:
            sentences.append(f"goes to {reps[owner].name}: {due[index]}")
        elif index in moved:
            move = moved[index]
            sentences.append(f"moves from {reps[move.from_rep].name} to {reps[move.to_rep].name}: {move.reason}")
        elif solved.bindings.named[index] != NOBODY:
            sentences.append(f"stays with {reps[owner].name}: a key account, wherever it lies")
        elif solved.ownership.present[index] == NOBODY:
            sentences.append(f"had no rep; goes to {reps[owner].name}, who has the nearest accounts")
        elif solved.demand.locked[index]:
            sentences.append(f"stays with {reps[owner].name}: locked")
        else:
            sentences.append(f"stays with {reps[owner].name}: {why}")
    return sentences


def _certificate(solved: Solved) -> PlanCertificate | None:
    if solved.uses_repair and solved.repaired is not None:
        proposal = solved.repaired.proposal
        if not proposal.feasible:  # a bound on lists that reach the band says nothing about one that does not
            return None
        return PlanCertificate(
            bound=proposal.lower_bound,
            gap=proposal.gap,
            cost=float(sum(move.price for move in proposal.moves)),
            holds_for="the number of transfers that bring every rep into the band, for the hours as measured",
        )
    if solved.rebuilt.zones is None:
        return None
    proof = _proof(solved.rebuilt)
    return PlanCertificate(proof.lower_bound, proof.gap, proof.cost, proof.holds_for)


def _proof(territories: Territories) -> Certificate:
    """The bound at fixed centres; where there are few units, against the best division of all."""
    zones, problem = territories.zones, territories.problem
    assert zones is not None and problem is not None
    optimum = global_optimum(problem, zones) if len(problem) <= FEW_UNITS else None
    return zones.certificate if optimum is None else optimum.certificate(zones)


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
        hours[weeks.members] += demand.expected_visits(WEEKS_A_YEAR)[weeks.members] * drive_h
    return hours
