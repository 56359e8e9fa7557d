"""Making a scenario true: it becomes a plan of its own from a day on, and the plan before it ends there.

Days gone by stay as they were, whoever asks. The days already planned from that day on go over to the new plan; visits
of accounts that change hands are cancelled there and listed as not served, until the days are planned anew.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    HolderRole,
    Opportunity,
    PipelineStage,
    PlanState,
    Rep,
    Route,
    StageKind,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    UnservedVisit,
    Visit,
    VisitState,
    Workload,
)
from planning.record import supersede
from planning.record_errors import RefusedError
from planning.record_rows import insert_all
from planning.scenario_assignments import Row, new_assignments
from planning.scenario_base import WEEKS_A_YEAR, Base, read_base
from planning.scenario_delta import Delta, State, loads_of, state_of
from planning.scenario_views import ScenarioView
from planning.scenarios import bump, deltas_of, require_own, to_change
from planning.viewer import Viewer

plan, territory, holder = table_of(TerritoryPlan), table_of(Territory), table_of(TerritoryHolder)
workload, rep = table_of(Workload), table_of(Rep)
route, visit = table_of(Route), table_of(Visit)
opportunity, stage = table_of(Opportunity), table_of(PipelineStage)
unserved = table_of(UnservedVisit)


def publish(session: Session, viewer: Viewer, scenario_id: int, version: int, *, starts_on: date, now: datetime) -> int:
    """Make a scenario the plan from `starts_on` on; returns the plan's id. Called inside one act, which can be undone.

    Raises:
        MissingError, ScenarioChangedError: as for every act.
        RefusedError: a day gone by or before the present plan begins; another plan was published since, or accounts
            changed hands in it (see `planning.scenario_rebase`); a territory that is not the viewer's is changed.
    """
    found = to_change(session, viewer, scenario_id, version)
    found_plan = session.execute(select(plan).where(plan.c.id == found.plan_id)).mappings().one()
    old = dict(found_plan)
    _may_begin(old, viewer.day, starts_on)
    base, deltas = read_base(session, found.plan_id), deltas_of(session, found)
    if crossed := crossings(base, deltas):
        raise RefusedError(
            f"{len(crossed)} accounts of this scenario have changed hands in the plan since: bring it up to date first."
        )
    state = state_of(base, deltas)
    grounds = {key: ground for delta in deltas for key, pair in delta.grounds.items() for ground in pair if ground}
    require_own(session, viewer, base, {**grounds, **state.grounds}, {key for delta in deltas for key in delta.touched})
    made = _new_plan(session, old, found, state, now, starts_on)
    ids = _territories(session, found.plan_id, made, state)
    _holders(session, base, state, ids, starts_on)
    new_assignments(session, found, state, made, ids, starts_on)
    _workloads(session, base, state, ids)
    supersede(session, starts_on, old["sales_force"])
    session.execute(update(plan).where(plan.c.id == made).values(state=PlanState.PUBLISHED, valid_from=starts_on))
    _days(session, base, state, made, starts_on)
    if starts_on <= viewer.day:
        _deals(session, base, state)
    bump(session, found, viewer, now, f"published from {starts_on.isoformat()} on", published_plan_id=made)
    return made


def crossings(base: Base, deltas: list[Delta]) -> list[int]:
    """Sites that the scenario moves and that lie elsewhere in the plan now than when it did so."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for delta in deltas:
        for number, (was, now) in delta.moves.items():
            first.setdefault(number, was)
            last[number] = now
    where = dict(zip(base.site.tolist(), base.zone.tolist(), strict=True))
    return [number for number, was in first.items() if number in where and where[number] not in (was, last[number])]


def _may_begin(old: Mapping[str, Any], today: date, starts_on: date) -> None:
    if old["state"] != PlanState.PUBLISHED:
        raise RefusedError("Another plan was published since this scenario was begun: bring it up to date first.")
    if starts_on < today:
        raise RefusedError(f"Ownership of days gone by is not changed: choose {today.isoformat()} or later.")
    if starts_on < old["valid_from"]:
        raise RefusedError(
            f"“{old['title']}” begins on {old['valid_from'].isoformat()}: choose that day or a later one."
        )


def _new_plan(
    session: Session, old: Mapping[str, Any], found: ScenarioView, state: State, now: datetime, starts_on: date
) -> int:
    loads = loads_of(state).values()
    moved = len(state.moved)
    facts = {name: old[name] for name in ("sales_force", "weeks", "seed", "tolerance", "visits_due", "visits_planned")}
    facts |= {name: old[name] for name in ("visits_unserved", "travel_source", "travel_estimated", "attribution")}
    notes = [
        f"Made from plan {found.plan_id} with scenario “{found.name}”: {moved:,} accounts change hands.",
        "The driving of accounts that change hands is estimated.",
    ]
    if starts_on > now.date() and moved:
        notes.append("Open deals of these accounts stay with their owners until somebody hands them over.")
    row = TerritoryPlan(
        **facts,
        title=found.name,
        source=f"scenario {found.id}",
        state=PlanState.DRAFT,
        starts_on=starts_on,
        max_deviation=max((abs(load.deviation) for load in loads), default=0.0),
        notes=notes,
        defaults=dict(old["defaults"]),
        created_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _territories(session: Session, old_plan: int, new_plan: int, state: State) -> dict[int, int]:
    """The territories with what lies above them in the tree; returns the new ids of the scenario's by key."""
    rows = {
        row["id"]: dict(row)
        for row in session.execute(select(territory).where(territory.c.plan_id == old_plan)).mappings()
    }
    leaves = set(state.base.ids.values())
    above = [row for row in rows.values() if row["id"] not in leaves]
    new: dict[int, int] = {}
    while above:  # from the top down
        ready = [row for row in above if row["parent_id"] is None or row["parent_id"] in new]
        if not ready:
            break
        made = insert_all(session, Territory, [_copy(row, new_plan, new.get(row["parent_id"])) for row in ready])
        new |= dict(zip((row["id"] for row in ready), made, strict=True))
        above = [row for row in above if row["id"] not in new]
    keys = sorted(state.grounds)
    wanted = []
    for key in keys:
        parent = _row_above(rows, state, key)
        wanted.append(_row(key, new_plan, new.get(parent) if parent else None, state, rows))
    return dict(zip(keys, insert_all(session, Territory, wanted), strict=True))


def _copy(row: Row, new_plan: int, parent: int | None) -> Row:
    return {name: value for name, value in row.items() if name not in ("id", "version")} | {
        "plan_id": new_plan,
        "parent_id": parent,
    }


def _row_above(rows: Mapping[int, Row], state: State, key: int) -> int | None:
    """What lies above a territory in the old tree; a new one lies beside what it was split from."""
    seen: int | None = key
    while seen is not None and seen not in state.base.ids:
        seen = state.grounds[seen].comes_from if seen in state.grounds else None
    return None if seen is None else rows[state.base.ids[seen]]["parent_id"]


def _row(key: int, new_plan: int, parent: int | None, state: State, rows: Mapping[int, Row]) -> Row:
    ground = state.grounds[key]
    row: Row = {"plan_id": new_plan, "parent_id": parent, "zone": key, "name": ground.name}
    old = rows.get(state.base.ids.get(key, 0))
    places = ("outline_wkb", "min_lat", "min_lon", "max_lat", "max_lon", "label_lat", "label_lon")
    if old is not None and old["outline_wkb"] == ground.outline:
        return row | {name: old[name] for name in places}
    if ground.outline is None:
        return row | dict.fromkeys(places)
    import shapely

    shape = shapely.from_wkb(ground.outline)
    west, south, east, north = shape.bounds
    label = shapely.point_on_surface(shape)
    bounds = (ground.outline, south, west, north, east, label.y, label.x)
    return row | dict(zip(places, bounds, strict=True))


def _holders(session: Session, base: Base, state: State, ids: Mapping[int, int], starts_on: date) -> None:
    """The reps of the scenario, and whoever covers or supports a territory that goes on."""
    rows: list[Row] = [
        {"territory_id": ids[key], "rep_id": ground.rep_id, "role": HolderRole.PRIMARY, "valid_from": starts_on}
        | {"valid_to": None}
        for key, ground in state.grounds.items()
        if ground.rep_id is not None
    ]
    key_of = {row_id: key for key, row_id in base.ids.items()}
    goes_on = holder.c.valid_to.is_(None) | (holder.c.valid_to > starts_on)
    others = select(holder).where(holder.c.territory_id.in_(list(key_of)), holder.c.role != HolderRole.PRIMARY, goes_on)
    for row in session.execute(others).mappings():
        if (key := key_of[row["territory_id"]]) in ids:
            kept = {"territory_id": ids[key], "rep_id": row["rep_id"], "role": row["role"]}
            kept |= {"valid_to": row["valid_to"]}
            rows.append(kept | {"valid_from": max(starts_on, row["valid_from"])})
    if rows:
        session.execute(insert(holder), [{"version": 1} | row for row in rows])


def _workloads(session: Session, base: Base, state: State, ids: Mapping[int, int]) -> None:
    """What each territory asks of its rep; the year's figures of territories that stay just as they were."""
    rows = {row.territory_id: dict(row._mapping) for row in session.execute(select(workload))}
    same = set(base.ids) - {int(key) for row in state.moved for key in (base.zone[row], state.zone[row])}
    wanted = []
    for key, load in loads_of(state).items():
        if (rep_id := state.grounds[key].rep_id) is None:
            continue
        row = asdict(load) | {"visits": round(load.visits), "territory_id": ids[key], "rep_id": rep_id}
        del row["key"]
        row["hours_a_year"] = load.workload_h * WEEKS_A_YEAR / base.weeks
        old = rows.get(base.ids.get(key, 0), {})
        more = ("access_h", "admin_h", "visits_a_year", "work_h_a_year", "net_h_a_year", "potential", "gap")
        kept = {name: old.get(name) if key in same else None for name in more}
        wanted.append(row | kept | {"net_h_a_year": old.get("net_h_a_year")})
    if wanted:
        session.execute(insert(workload), wanted)


def _days(session: Session, base: Base, state: State, made: int, starts_on: date) -> None:
    """Planned days from `starts_on` on belong to the new plan; visits to accounts that left their rep fall away."""
    coming = (route.c.plan_id == base.plan_id, route.c.day >= starts_on)
    moved = {int(base.site[row]): int(state.zone[row]) for row in state.moved.tolist()}
    sql = (
        select(visit.c.id, visit.c.site_id, visit.c.rep_id)
        .join(route, route.c.id == visit.c.route_id)
        .where(*coming, visit.c.state == VisitState.PLANNED)
    )
    names = {row.id: row.name for row in session.execute(select(rep.c.id, rep.c.name))}
    lost: dict[tuple[int, int], int] = {}
    gone = []
    for row in session.execute(sql):
        key = moved.get(row.site_id)
        to = state.grounds[key].rep_id if key is not None and key in state.grounds else None
        if key is None or to == row.rep_id:
            continue
        why = f"account handed over to {names[to]}" if to is not None else "account handed over"
        gone.append({"row": row.id, "said": why})
        if to is not None:
            lost[row.site_id, to] = lost.get((row.site_id, to), 0) + 1
    session.execute(update(route).where(*coming).values(plan_id=made, version=route.c.version + 1))
    if gone:
        values = {"state": VisitState.CANCELLED, "why": bindparam("said"), "version": visit.c.version + 1}
        session.connection().execute(update(visit).where(visit.c.id == bindparam("row")).values(values), gone)
    if lost:
        reason = "handed over with its territory; the days of the new rep are to be planned anew"
        rows = [
            {"plan_id": made, "site_id": number, "rep_id": to, "visits": count, "reason": reason}
            for (number, to), count in lost.items()
        ]
        session.execute(insert(unserved), rows)


def _deals(session: Session, base: Base, state: State) -> None:
    """Open deals of accounts that change hands today go with them, where the old rep had them."""
    still_open = select(stage.c.id).where(stage.c.kind == StageKind.OPEN)
    known = select(opportunity.c.account_id, opportunity.c.rep_id).where(opportunity.c.stage_id.in_(still_open))
    held = {(row.account_id, row.rep_id) for row in session.execute(known.distinct())}
    for row in state.moved.tolist():
        was, now = base.territories.get(int(base.zone[row])), state.grounds.get(int(state.zone[row]))
        if was is None or now is None or None in (was.rep_id, now.rep_id) or was.rep_id == now.rep_id:
            continue
        if (int(base.account[row]), was.rep_id) not in held:
            continue
        own = (opportunity.c.account_id == int(base.account[row]), opportunity.c.rep_id == was.rep_id)
        values = {"rep_id": now.rep_id, "version": opportunity.c.version + 1}
        session.execute(update(opportunity).where(*own, opportunity.c.stage_id.in_(still_open)).values(values))
