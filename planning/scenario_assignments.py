"""Whose every site is under the plan that a scenario becomes, with the act that put it there."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, literal, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Assignment, Territory
from planning.scenario_base import NOBODY
from planning.scenario_delta import Delta, State
from planning.scenario_views import ScenarioView
from planning.scenarios import step

assignment, territory = table_of(Assignment), table_of(Territory)

Row = dict[str, Any]


def new_assignments(
    session: Session, found: ScenarioView, state: State, made: int, ids: Mapping[int, int], starts_on: date
) -> None:
    """Every site's territory under the new plan: most go over as they are, in one statement."""
    before, after = territory.alias("before"), territory.alias("after")
    target = {name: assignment.c[name] for name in ("site_id", "locked", "reason")}
    going_on = (
        select(literal(made), after.c.id, literal(starts_on), literal(1), *target.values())
        .join(before, before.c.id == assignment.c.territory_id)
        .join(after, (after.c.zone == before.c.zone) & (after.c.plan_id == made))
        .where(assignment.c.plan_id == found.plan_id, assignment.c.valid_to.is_(None))
    )
    names = ["plan_id", "territory_id", "valid_from", "version", *target]
    session.execute(insert(assignment).from_select(names, going_on))
    reasons = _reasons(session, found)
    base = state.base
    new: list[Row] = []
    changed: list[Row] = []
    for row in state.moved.tolist():
        number, key = int(base.site[row]), int(state.zone[row])
        facts = {"territory_id": ids[key], "reason": reasons.get(number, ""), "locked": bool(state.locked[row])}
        began = base.zone[row] == NOBODY or int(base.zone[row]) not in ids
        (new if began else changed).append(facts | {"site_id": number, "key": number})
    for row in (state.locked != base.locked).nonzero()[0].tolist():
        if state.zone[row] == base.zone[row] != NOBODY:
            kept = {"territory_id": ids[int(base.zone[row])], "locked": bool(state.locked[row])}
            changed.append(kept | {"reason": None, "key": int(base.site[row])})
    if new:
        facts = {"plan_id": made, "valid_from": starts_on, "version": 1}
        session.execute(insert(assignment), [{k: v for k, v in one.items() if k != "key"} | facts for one in new])
    _give(session, made, [one for one in changed if one["reason"] is not None], ("territory_id", "locked", "reason"))
    _give(session, made, [one for one in changed if one["reason"] is None], ("territory_id", "locked"))


def _give(session: Session, made: int, rows: list[Row], columns: tuple[str, ...]) -> None:
    """Write these columns of the new plan's assignments, `key` being the site, all at once."""
    if not rows:
        return
    own = (assignment.c.plan_id == made, assignment.c.site_id == bindparam("key"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    said = [{"key": one["key"]} | {f"new_{name}": one[name] for name in columns} for one in rows]
    session.connection().execute(update(assignment).where(*own).values(values), said)


def _reasons(session: Session, found: ScenarioView) -> dict[int, str]:
    """By site, the act that put it where it is, and who did it."""
    sql = select(step.c.title, step.c.made_by, step.c.delta).where(
        step.c.scenario_id == found.id, step.c.number <= found.position
    )
    reasons: dict[int, str] = {}
    for row in session.execute(sql.order_by(step.c.number)):
        said = f"{found.name}: {row.title} ({row.made_by})"
        reasons |= dict.fromkeys(Delta.of(row.delta).moves, said)
    return reasons
