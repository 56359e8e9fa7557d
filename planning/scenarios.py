"""Scenarios: named drafts of the territories of a plan, changed step by step by several people, undone without limit.

Every change says which version of the scenario it was made on. Who comes second learns what the other one did and
decides anew; nobody's work is overwritten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Role, Scenario, ScenarioStep, Territory, TerritoryPlan
from planning.record_errors import MissingError, RefusedError, StaleError
from planning.scenario_acts import ACTS, Asked
from planning.scenario_base import NOBODY, Base, read_base
from planning.scenario_delta import Delta, State, keys_of, state_of
from planning.scenario_views import ScenarioView, get_scenario
from planning.viewer import Viewer, may_see_territories

scenario, step = table_of(Scenario), table_of(ScenarioStep)
plan, territory = table_of(TerritoryPlan), table_of(Territory)

MOST_STEPS = 100_000


class ScenarioChangedError(StaleError):
    """Somebody changed the scenario since it was read; the message says who and what."""

    def __init__(self, version: int, by: str, act: str) -> None:
        self.version = version
        RuntimeError.__init__(self, f"{by} changed this scenario meanwhile: {act}. Nothing of yours was done yet.")


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What an act did: the scenario and the territories afterwards, and the change that leads there."""

    scenario: ScenarioView
    state: State
    delta: Delta


def scenario_state(session: Session, viewer: Viewer, scenario_id: int) -> tuple[ScenarioView, State]:
    """A scenario and its territories as they would be."""
    found = get_scenario(session, viewer, scenario_id)
    return found, _state(session, found, read_base(session, found.plan_id))


def make_scenario(
    session: Session, viewer: Viewer, name: str, *, plan_id: int, like: int | None = None, now: datetime
) -> ScenarioView:
    """A new scenario: empty, or a copy of another one of the same plan with all its steps.

    Raises:
        MissingError: there is no such plan or scenario.
        RefusedError: a rep, who has no say in territories; a plan that is over; a name that is taken.
    """
    _may_plan(viewer)
    row = session.execute(select(plan.c.state).where(plan.c.id == plan_id)).first()
    if row is None:
        raise MissingError(f"There is no plan {plan_id}.")
    _name_is_free(session, plan_id, name)
    source = None if like is None else get_scenario(session, viewer, like)
    if source is not None and source.plan_id != plan_id:
        raise RefusedError(f"Scenario {like} stands on plan {source.plan_id}, not on plan {plan_id}.")
    position = 0 if source is None else source.position
    made = Scenario(
        plan_id=plan_id,
        name=name,
        position=position,
        touched=source.touched if source else [],
        last_act="begun",
        made_at=now,
        made_by=viewer.name,
        changed_at=now,
        changed_by=viewer.name,
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    if source is not None:
        copied = ("number", "kind", "title", "delta", "made_at", "made_by")
        rows = select(*(step.c[field] for field in copied)).where(
            step.c.scenario_id == source.id, step.c.number <= position
        )
        if taken := [dict(one) | {"scenario_id": made.id} for one in session.execute(rows).mappings()]:
            session.execute(insert(step), taken)
    return get_scenario(session, viewer, made.id)


def edit_scenario(
    session: Session,
    viewer: Viewer,
    scenario_id: int,
    version: int,
    *,
    name: str | None = None,
    discarded: bool = False,
    now: datetime,
) -> None:
    """Rename a scenario, or throw it away.

    Raises:
        MissingError, ScenarioChangedError: as for every act.
        RefusedError: the name is taken.
    """
    found = to_change(session, viewer, scenario_id, version)
    if name is not None and name != found.name:
        _name_is_free(session, found.plan_id, name)
    act = "thrown away" if discarded else f"renamed to {name}"
    bump(session, found, viewer, now, act, name=name or found.name, discarded=discarded)


def do_step(session: Session, viewer: Viewer, scenario_id: int, version: int, asked: Asked, *, now: datetime) -> Done:
    """Do an act in a scenario; steps that were undone before are gone with it.

    Raises:
        MissingError: the scenario, a territory or a site is not there, or not for this user.
        ScenarioChangedError: it is at another version.
        RefusedError: the act is not possible, and why.
    """
    found = to_change(session, viewer, scenario_id, version)
    if asked.kind not in ACTS:
        raise RefusedError(f"Expected one of {', '.join(ACTS)}, got {asked.kind!r}.")
    base = read_base(session, found.plan_id)
    state = _state(session, found, base)
    title, delta = ACTS[asked.kind](state, asked)
    after = state.with_delta(delta)
    grounds = {**state.grounds, **after.grounds}
    touched = keys_of(state, delta)
    require_own(session, viewer, base, grounds, touched)
    number = found.position + 1
    if number > MOST_STEPS:
        raise RefusedError(f"A scenario has {MOST_STEPS:,} steps at most: publish it, or begin a new one.")
    seen = sorted({*found.touched, *roots(base, grounds, touched)})
    bump(session, found, viewer, now, title, position=number, touched=seen)
    session.execute(delete(step).where(step.c.scenario_id == scenario_id, step.c.number >= number))
    row = {"scenario_id": scenario_id, "number": number, "kind": asked.kind, "title": title, "delta": delta.data()}
    session.execute(insert(step).values(row | {"made_at": now, "made_by": viewer.name}))
    return Done(get_scenario(session, viewer, scenario_id), after, delta)


def undo_step(
    session: Session, viewer: Viewer, scenario_id: int, version: int, *, now: datetime, redo: bool = False
) -> Done:
    """Take the last step back, or do the next one that was taken back again.

    Raises:
        MissingError, ScenarioChangedError: as for every act.
        RefusedError: there is none.
    """
    found = to_change(session, viewer, scenario_id, version)
    number = found.position + 1 if redo else found.position
    own = (step.c.scenario_id == scenario_id, step.c.number == number)
    row = session.execute(select(step.c.title, step.c.delta).where(*own)).first()
    if row is None:
        raise RefusedError("There is nothing to do again." if redo else "There is nothing to undo.")
    made = Delta.of(row.delta)
    base = read_base(session, found.plan_id)
    state = _state(session, found, base)
    delta = made if redo else made.reversed()
    after = state.with_delta(delta)
    require_own(session, viewer, base, {**state.grounds, **after.grounds}, keys_of(state, delta))
    act = f"did again: {row.title}" if redo else f"undid: {row.title}"
    bump(session, found, viewer, now, act, position=number if redo else number - 1)
    return Done(get_scenario(session, viewer, scenario_id), after, delta)


def own_keys(session: Session, viewer: Viewer, base: Base, grounds: dict[int, Any]) -> set[int]:
    """The keys of a scenario's territories that the viewer may see: of the plan's, and what was split from them."""
    if viewer.sees_all:
        return set(grounds)
    seen = set(session.scalars(select(territory.c.id).where(may_see_territories(session, viewer))))
    own = {key for key, row_id in base.ids.items() if row_id in seen}
    for key in sorted(grounds):
        if key not in base.ids and grounds[key].comes_from in own:
            own.add(key)
    return own & set(grounds)


def require_own(session: Session, viewer: Viewer, base: Base, grounds: dict[int, Any], touched: Iterable[int]) -> None:
    """Go on only when all these territories are the viewer's.

    Raises:
        RefusedError: one of them is not, or a site that lies in none was placed by somebody who does not see all.
    """
    if viewer.sees_all:
        return
    foreign = set(touched) - own_keys(session, viewer, base, grounds)
    if NOBODY in foreign:
        raise RefusedError("Accounts that lie in no territory are given to one by the head office.")
    if foreign:
        raise RefusedError("This would change a territory beside yours, which is not yours to change.")


def roots(base: Base, grounds: dict[int, Any], keys: Iterable[int]) -> set[int]:
    """The plan's territories that these are or were split from."""
    found = set()
    for key in keys:
        while key not in base.ids and key in grounds and grounds[key].comes_from is not None:
            key = grounds[key].comes_from
        if key != NOBODY:
            found.add(key)
    return found


def deltas_of(session: Session, found: ScenarioView) -> list[Delta]:
    """The steps that count, in order."""
    own = (step.c.scenario_id == found.id, step.c.number <= found.position)
    return [Delta.of(row) for row in session.scalars(select(step.c.delta).where(*own).order_by(step.c.number))]


def _state(session: Session, found: ScenarioView, base: Base) -> State:
    return state_of(base, deltas_of(session, found))


def _may_plan(viewer: Viewer) -> None:
    if viewer.role is Role.REP:
        raise RefusedError("Territories are drawn by managers and planners.")


def _name_is_free(session: Session, plan_id: int, name: str) -> None:
    same = and_(scenario.c.plan_id == plan_id, scenario.c.name == name, ~scenario.c.discarded)
    if session.execute(select(scenario.c.id).where(same)).first() is not None:
        raise RefusedError(f"There is a scenario {name!r} already.")


def to_change(session: Session, viewer: Viewer, scenario_id: int, version: int) -> ScenarioView:
    _may_plan(viewer)
    found = get_scenario(session, viewer, scenario_id)
    if found.version != version:
        raise ScenarioChangedError(found.version, found.changed_by, found.last_act)
    if found.state != "draft":
        raise RefusedError(f"{found.name} was published already; copy it to go on from it.")
    return found


def bump(session: Session, found: ScenarioView, viewer: Viewer, now: datetime, act: str, **values: Any) -> None:
    """Write the scenario's row if nobody else did since it was read."""
    said = {"changed_at": now, "changed_by": viewer.name, "last_act": act, "version": found.version + 1}
    same = (scenario.c.id == found.id, scenario.c.version == found.version)
    made: Any = session.execute(update(scenario).where(*same).values(**values, **said))
    if made.rowcount != 1:
        row = session.execute(select(scenario).where(scenario.c.id == found.id)).one()
        raise ScenarioChangedError(row.version, row.changed_by, row.last_act)
