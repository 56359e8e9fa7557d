"""Scenarios: acts on drafts, undone and done again, by two people at once, and made true."""

from datetime import timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from crm.act import Act
from crm.columns import table_of
from crm.tables import Assignment, PlanState, Role, TerritoryHolder, TerritoryPlan, Visit
from planning.account_search import OwnedOn
from planning.find_accounts import get_account
from planning.history import list_batches, undo
from planning.record import save_plan
from planning.record_errors import RefusedError
from planning.scenario_acts import Asked
from planning.scenario_base import read_base
from planning.scenario_delta import loads_of
from planning.scenario_publish import publish
from planning.scenario_rebase import rebase
from planning.scenario_views import get_scenario, list_scenarios, list_steps
from planning.scenarios import ScenarioChangedError, do_step, make_scenario, scenario_state, undo_step
from planning.viewer import Viewer, everything
from tests.small_plan import MONDAY, NOON, small_plan

PAUL = Viewer(1, "paul", Role.PLANNER, None, MONDAY)
ANNA = Viewer(2, "anna", Role.PLANNER, None, MONDAY)
plan, assignment = table_of(TerritoryPlan), table_of(Assignment)


class Draft:
    """A scenario on the small plan: sites 1–3 lie in territory 0 (10–11° east), 4–6 in territory 1, 7 has no place."""

    def __init__(self, record, name="Spring"):
        self.record = record
        with record.write() as session:
            self.id = make_scenario(session, PAUL, name, plan_id=1, now=NOON).id

    def do(self, kind, viewer=PAUL, version=None, **more):
        with self.record.write() as session:
            now = version or get_scenario(session, PAUL, self.id).version
            return do_step(session, viewer, self.id, now, Asked(kind, **more), now=NOON)

    def undo(self, redo=False):
        with self.record.write() as session:
            version = get_scenario(session, PAUL, self.id).version
            return undo_step(session, PAUL, self.id, version, now=NOON, redo=redo)

    def publish(self, starts_on=MONDAY, viewer=PAUL):
        with self.record.write(Act("paul", "publish", NOON)) as session:
            version = get_scenario(session, PAUL, self.id).version
            return publish(session, viewer, self.id, version, starts_on=starts_on, now=NOON)

    def state(self):
        with self.record.read() as session:
            return scenario_state(session, PAUL, self.id)[1]


@pytest.fixture
def draft(record):
    save_plan(record, small_plan(), now=NOON)
    return Draft(record)


def box(west, south, east, north):
    return shapely.geometry.mapping(shapely.box(west, south, east, north))


def sound(state):
    """No gap, no overlap: the ground is the two squares."""
    shapes = [shapely.from_wkb(ground.outline) for ground in state.grounds.values()]
    assert sum(shape.area for shape in shapes) == pytest.approx(2.0)
    assert shapely.union_all(shapes).area == pytest.approx(2.0)


def test_a_plan_without_changes_has_the_workload_that_was_measured(draft):
    loads = loads_of(draft.state())
    assert [(load.accounts, load.workload_h, load.visits) for load in loads.values()] == [(3, 5.0, 4.0)] * 2
    assert [load.deviation for load in loads.values()] == [0.0, 0.0]


def test_a_moved_account_takes_its_hours_along_and_undo_brings_them_back(draft):
    done = draft.do("move", sites=[1], territory=1, why="closer")
    assert done.delta.moves == {1: (0, 1)} and done.scenario.undo == "1 account to Rep 1: closer"
    loads = loads_of(done.state)
    each_h = 12 / 52 * (0.5 + 3 / 4)  # a week of a year's visits, each half an hour and the driving of this plan
    assert loads[1].workload_h == pytest.approx(5 + each_h) and loads[0].workload_h == pytest.approx(5 - each_h)
    assert loads[0].accounts, loads[1].accounts == (2, 4)
    back = draft.undo()
    assert loads_of(back.state)[0].workload_h == 5 and back.scenario.redo
    assert loads_of(draft.undo(redo=True).state)[1].accounts == 4
    draft.undo()
    with pytest.raises(RefusedError, match="nothing to undo"):
        draft.undo()


def test_every_step_can_be_undone_and_done_again(draft):
    before = draft.state()
    draft.do("lock", sites=[4])
    draft.do("move", sites=[1, 4], territory=1)
    draft.do("border", shapes={0: box(10, 50, 11.2, 51)})
    draft.do("split", territory=0, name="Newcomer")
    draft.do("merge", territory=1, other=2)
    draft.do("change", territory=1, name="East", rep_id=1)
    after = draft.state()
    for _ in range(6):
        draft.undo()
    now = draft.state()
    assert (now.zone == before.zone).all() and (now.locked == before.locked).all() and now.grounds == before.grounds
    for _ in range(6):
        draft.undo(redo=True)
    again = draft.state()
    assert (again.zone == after.zone).all() and again.grounds == after.grounds
    with draft.record.read() as session:
        assert [step.done for step in list_steps(session, PAUL, draft.id)] == [True] * 6


def test_a_dragged_border_cuts_the_neighbour_and_takes_its_accounts_but_not_locked_ones(draft):
    draft.do("lock", sites=[4])
    done = draft.do("border", shapes={0: box(10, 50, 11.7, 51)})
    assert done.delta.moves == {5: (1, 0), 6: (1, 0)}
    sound(done.state)
    back = draft.do("draw", territory=0, mode="cut", geometry=box(10.8, 50, 11.7, 51))
    sound(back.state)
    assert back.delta.moves == {5: (0, 1), 6: (0, 1)}


def test_a_new_territory_is_drawn_split_and_merged(draft):
    new = draft.do("draw", name="Middle", geometry=box(10.4, 50.4, 11.6, 50.6))
    assert {number: to for number, (_, to) in new.delta.moves.items()} == {2: 2, 5: 2}
    assert shapely.from_wkb(new.state.grounds[2].outline).area == pytest.approx(0.24)
    sound(new.state)
    draft.undo()
    half = draft.do("split", territory=0, name="Half")
    assert len(half.delta.moves) in (1, 2) and half.state.grounds[2].name == "Half"
    sound(half.state)
    whole = draft.do("merge", territory=0, other=2)
    assert sorted(whole.state.grounds) == [0, 1]
    assert shapely.from_wkb(whole.state.grounds[0].outline).equals(shapely.box(10, 50, 11, 51))
    fitted = draft.do("fit")
    shapes = {key: shapely.from_wkb(ground.outline) for key, ground in fitted.state.grounds.items()}
    base = fitted.state.base
    for row in np.flatnonzero(np.isfinite(base.lat)):
        assert shapely.contains_xy(shapes[int(fitted.state.zone[row])], base.lon[row], base.lat[row])


@pytest.mark.parametrize(
    ("kind", "more", "says"),
    [
        ("move", {"sites": [1], "territory": 0}, "in Rep 0 already"),
        ("border", {"shapes": {0: box(9, 49, 13, 52)}}, "Nothing would be left of Rep 1"),
        ("border", {"shapes": {0: {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}}}, "crosses"),
        ("draw", {"geometry": {"type": "Point", "coordinates": [1, 1]}}, "Expected a GeoJSON Polygon"),
        ("merge", {"territory": 1, "other": 1}, "Two different"),
        ("change", {"territory": 1, "name": "Rep 0"}, "already"),
        ("nonsense", {}, "Expected one of"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why(draft, kind, more, says):
    with pytest.raises(RefusedError, match=says):
        draft.do(kind, **more)
    assert not draft.state().moved.size


def test_of_two_people_at_once_the_second_learns_what_the_first_did(draft):
    version = draft.do("move", sites=[1], territory=1).scenario.version
    draft.do("move", viewer=ANNA, sites=[2], territory=1)
    with pytest.raises(ScenarioChangedError, match="anna changed this scenario meanwhile: 1 account to Rep 1"):
        draft.do("move", version=version, sites=[3], territory=1)
    draft.do("move", sites=[3], territory=1)
    assert draft.state().zone[:3].tolist() == [1, 1, 1]


def test_a_published_scenario_is_the_plan_from_its_day_on_and_can_be_taken_back(draft):
    draft.do("move", sites=[1], territory=1)
    draft.do("split", territory=1, name="Newcomer")
    later = MONDAY + timedelta(days=1)
    with pytest.raises(RefusedError, match="days gone by"):
        draft.publish(MONDAY - timedelta(days=1))
    made = draft.publish(later)
    with draft.record.read() as session:
        rows = session.execute(select(plan.c.id, plan.c.state, plan.c.valid_from, plan.c.valid_to)).all()
        assert [tuple(row) for row in rows] == [
            (1, PlanState.SUPERSEDED, MONDAY, later),
            (made, PlanState.PUBLISHED, later, None),
        ]
        for day, owner in ((MONDAY, "Rep 0"), (later, "Rep 1")):
            site = get_account(session, everything(day), 1, on=OwnedOn(day)).sites[0]
            assert site.territory == owner
        assert "Spring: 1 account to Rep 1 (paul)" in site.reason
        assert len(read_base(session, made).territories) == 3
        visits = {(row.day, row.site_id): row.state for row in session.execute(select(table_of(Visit)))}
        assert visits[MONDAY, 1] == "planned" and visits[MONDAY + timedelta(days=2), 1] == "cancelled"
        assert visits[MONDAY + timedelta(days=2), 3] == "planned"
        assert get_scenario(session, PAUL, draft.id).state == "published"
        batch = list_batches(session, everything(MONDAY), after=0, limit=1).rows[0].id
    with pytest.raises(RefusedError, match="published already"):
        draft.do("move", sites=[2], territory=1)
    with draft.record.write(Act("paul", "undo", NOON, undoes=batch)) as session:
        undo(session, everything(MONDAY), batch)
    with draft.record.read() as session:
        assert session.scalar(select(plan.c.state)) == PlanState.PUBLISHED
        assert get_scenario(session, PAUL, draft.id).state == "draft"


@pytest.mark.parametrize(("keep", "owner"), [("mine", 1), ("theirs", 2)])
def test_two_scenarios_published_one_after_the_other_keep_both_peoples_work(draft, keep, owner):
    other = Draft(draft.record, "Other")
    other.do("draw", name="Middle", geometry=box(10.4, 50.4, 11.6, 50.6))  # takes sites 2 and 5
    draft.do("move", sites=[1, 2], territory=1)
    other.publish()
    with pytest.raises(RefusedError, match="Another plan was published"):
        draft.publish()
    with draft.record.write() as session:
        version = get_scenario(session, PAUL, draft.id).version
        done = rebase(session, PAUL, draft.id, version, keep, now=NOON)
    assert done.crossed == (2,)
    assert draft.state().zone.tolist() == [1, owner, 0, 1, 2, 1, -1]
    draft.publish()


def test_a_manager_changes_own_territories_and_nobody_elses(draft):
    with draft.record.read() as session:
        holders = dict(
            session.execute(select(table_of(TerritoryHolder).c.territory_id, table_of(TerritoryHolder).c.rep_id)).all()
        )
    mona = Viewer(9, "mona", Role.MANAGER, holders[1], MONDAY)
    with pytest.raises(LookupError):
        draft.do("split", viewer=mona, territory=0)
    with draft.record.write() as session:
        own = make_scenario(session, mona, "Mine", plan_id=1, now=NOON)
        done = do_step(session, mona, own.id, 1, Asked("split", territory=0, name="Half"), now=NOON)
        do_step(session, mona, own.id, 2, Asked("merge", territory=0, other=2), now=NOON)
        with pytest.raises(RefusedError, match="not yours"):
            do_step(session, mona, own.id, 3, Asked("move", sites=[1], territory=1), now=NOON)
        assert done.scenario.touched == [0]
        assert [one.name for one in list_scenarios(session, mona)] == ["Mine"]
        assert len(list_scenarios(session, PAUL)) == 2
