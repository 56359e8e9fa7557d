"""Bringing a scenario up to date with the plan it stands on, or with the one that was published since.

Both sides' work is kept where it does not meet. Where an account changed hands on both sides, one of them wins, and
the person who asks says which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import PlanState, TerritoryPlan
from planning.record_errors import RefusedError
from planning.scenario_base import NOBODY, Base, Ground, read_base
from planning.scenario_delta import Delta, State, state_of
from planning.scenario_views import ScenarioView, get_scenario
from planning.scenarios import bump, deltas_of, require_own, roots, step, to_change
from planning.viewer import Viewer

plan = table_of(TerritoryPlan)

Keep = Literal["mine", "theirs"]


@dataclass(frozen=True, slots=True)
class Rebased:
    """The scenario afterwards; `crossed`: sites that changed hands on both sides, differently."""

    scenario: ScenarioView
    crossed: tuple[int, ...]


def rebase(session: Session, viewer: Viewer, scenario_id: int, version: int, keep: Keep, *, now: datetime) -> Rebased:
    """Lay the changes of a scenario over the published plan as it is now, as one step.

    `keep`: whose change of an account counts where both made one.

    Raises:
        MissingError, ScenarioChangedError: as for every act.
        RefusedError: no plan is published, or a territory changed that is not the viewer's.
    """
    found = to_change(session, viewer, scenario_id, version)
    sales_force = session.scalar(select(plan.c.sales_force).where(plan.c.id == found.plan_id))
    published = (plan.c.state == PlanState.PUBLISHED, plan.c.sales_force == sales_force)
    new_plan = session.scalar(select(plan.c.id).where(*published))
    if new_plan is None:
        raise RefusedError("No plan is published that the scenario could be brought up to date with.")
    deltas = deltas_of(session, found)
    old, new = read_base(session, found.plan_id), read_base(session, new_plan)
    wanted, start = state_of(old, deltas), state_of(new)
    alike = same_territories(old, new)
    delta, crossed = laid_over(began(old, deltas), wanted, start, alike, keep)
    require_own(session, viewer, new, {**start.grounds, **start.with_delta(delta).grounds}, delta.touched)
    says = f"brought up to date with plan {new_plan}"
    touched = sorted(roots(new, {**start.grounds, **start.with_delta(delta).grounds}, delta.touched))
    session.execute(delete(step).where(step.c.scenario_id == scenario_id))
    if delta.moves or delta.locks or delta.grounds:
        row = {"scenario_id": scenario_id, "number": 1, "kind": "rebase", "title": f"{found.name}, {says}"}
        session.execute(insert(step).values(row | {"delta": delta.data(), "made_at": now, "made_by": viewer.name}))
    position = int(bool(delta.moves or delta.locks or delta.grounds))
    bump(session, found, viewer, now, says, plan_id=new_plan, position=position, touched=touched)
    return Rebased(get_scenario(session, viewer, scenario_id), tuple(crossed))


def began(old: Base, deltas: list[Delta]) -> dict[int, int]:
    """Where every site that the scenario moved lay when it did so first."""
    first: dict[int, int] = {}
    for delta in deltas:
        for number, (was, _) in delta.moves.items():
            first.setdefault(number, was)
    return first


def same_territories(old: Base, new: Base) -> dict[int, int]:
    """By key in the old plan the key in the new one: the same zone, rep or name, whatever fits first."""
    if old.plan_id == new.plan_id:
        return {key: key for key in old.territories}
    by_rep = {ground.rep_id: key for key, ground in new.territories.items() if ground.rep_id is not None}
    by_name = {ground.name: key for key, ground in new.territories.items()}
    found: dict[int, int] = {NOBODY: NOBODY}
    for key, ground in old.territories.items():
        like = None if ground.rep_id is None else by_rep.get(ground.rep_id)
        like = by_name.get(ground.name) if like is None else like
        if like is not None and like not in found.values():
            found[key] = like
    return found


def laid_over(
    first: Mapping[int, int], wanted: State, start: State, alike: Mapping[int, int], keep: Keep
) -> tuple[Delta, list[int]]:
    """What leads from the new plan to what the scenario wants, and the sites both sides moved."""
    keys, grounds = _grounds(wanted, start, alike)
    moves: dict[int, tuple[int, int]] = {}
    crossed = []
    rows = {number: row for row, number in enumerate(start.base.site.tolist())}
    have = dict(zip(wanted.base.site.tolist(), wanted.zone.tolist(), strict=True))
    for number, was in first.items():
        if number not in rows or have[number] not in keys:
            continue
        here, to = int(start.zone[rows[number]]), keys[have[number]]
        if have[number] == was or here == to:
            continue
        if here != keys.get(was, NOBODY):
            crossed.append(number)
            if keep == "theirs":
                continue
        moves[number] = here, to
    locks = {}
    for row in (wanted.locked != wanted.base.locked).nonzero()[0].tolist():
        number = int(wanted.base.site[row])
        now = bool(wanted.locked[row])
        if number in rows and bool(start.locked[rows[number]]) != now:
            locks[number] = (not now, now)
    gone = {key for key, (_, after) in grounds.items() if after is None}
    grounds = _without_stranded(start, grounds, gone, moves)
    return Delta(moves, locks, grounds), crossed


def _grounds(
    wanted: State, start: State, alike: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, tuple[Ground | None, Ground | None]]]:
    """Keys of the scenario's territories in the new plan, and the territories that it changes there.

    An outline that changed on both sides stays as the plan has it.
    """
    keys = dict(alike) | {NOBODY: NOBODY}
    following = 1 + max((*start.grounds, *wanted.grounds), default=0)
    changes: dict[int, tuple[Ground | None, Ground | None]] = {}
    for key, ground in wanted.grounds.items():
        was = wanted.base.territories.get(key)
        if was is None:
            keys[key] = following
            changes[following] = None, replace(ground, comes_from=keys.get(ground.comes_from or 0))
            following += 1
        elif key in alike and ground != was:
            there = start.grounds[alike[key]]
            outline = ground.outline if there.outline == was.outline else there.outline
            name = ground.name if ground.name != was.name else there.name
            rep_id = ground.rep_id if ground.rep_id != was.rep_id else there.rep_id
            changes[alike[key]] = there, replace(there, outline=outline, name=name, rep_id=rep_id)
    for key in set(wanted.base.territories) - set(wanted.grounds):
        if key in alike:
            changes[alike[key]] = start.grounds[alike[key]], None
    return keys, changes


def _without_stranded(
    start: State,
    grounds: dict[int, tuple[Ground | None, Ground | None]],
    gone: set[int],
    moves: Mapping[int, tuple[int, int]],
) -> dict[int, tuple[Ground | None, Ground | None]]:
    """A territory is not taken away while accounts would be left in it."""
    left = set()
    for key in gone:
        own = start.base.site[start.zone == key].tolist()
        if any(number not in moves for number in own) or any(to == key for _, to in moves.values()):
            left.add(key)
    return {key: pair for key, pair in grounds.items() if key not in left}
