"""A plan that was stopped goes on from what it had."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geo.limits import Limits
from planning import measure
from planning.options import PlanOptions
from planning.plan import Plan
from planning.unfinished import Unfinished, as_json, fingerprint, plan_from
from routing.cycle import plan_cycle
from routing.cycle_problem import Promise
from routing.problem import Window
from tests.planning.test_wishes import table
from tests.routing.cycle_builders import HOUR, client, cycle, on

LIMITS = Limits(iterations=50)
PROBLEM = cycle(
    client(),
    replace(client(2, visits=52), remote_share=0.5),
    replace(client(3), promises=(Promise(on(5), on(6)), Promise(on(2), on(2), Window(3 * HOUR, 3 * HOUR)))),
)


def test_a_plan_comes_back_as_it_was(tmp_path: Path) -> None:
    plan = plan_cycle(PROBLEM, limits=LIMITS)
    assert plan.calls and plan.broken
    again = plan_from(as_json(plan))
    assert (again.days, again.calls, again.broken) == (plan.days, plan.calls, plan.broken)
    kept = Unfinished(tmp_path / "kept")
    kept.keep(PROBLEM, LIMITS, 0, plan)
    found = kept.find(PROBLEM, LIMITS, 0)
    assert found is not None and found.days == plan.days
    kept.clear()
    assert kept.find(PROBLEM, LIMITS, 0) is None


def test_another_question_finds_nothing(tmp_path: Path) -> None:
    names = {
        fingerprint(PROBLEM, LIMITS, 0),
        fingerprint(PROBLEM, LIMITS, 1),
        fingerprint(replace(PROBLEM, weeks=5), LIMITS, 0),
        fingerprint(replace(PROBLEM, clients=PROBLEM.clients[:2]), LIMITS, 0),
    }
    assert len(names) == 4


def test_what_was_tampered_with_is_not_used(tmp_path: Path) -> None:
    kept = Unfinished(tmp_path)
    kept.keep(PROBLEM, LIMITS, 0, plan_cycle(PROBLEM, limits=LIMITS))
    (path,) = tmp_path.glob("*.json")
    path.write_text(path.read_text().replace('"drive_s": ', '"drive_s": 1'))
    assert kept.find(PROBLEM, LIMITS, 0) is None
    path.write_text("half a fi")
    assert kept.find(PROBLEM, LIMITS, 0) is None


def test_a_stopped_plan_goes_on_and_comes_out_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, *({"minutes": 20 + number} for number in range(8)))
    options = PlanOptions(starts_on=date(2026, 5, 4), weeks=2)
    whole = Plan.from_file(path, options=options, team=2).solve()
    planned: list[object] = []
    real = measure.plan_cycle

    def counting(*given: object, **more: object) -> object:
        if planned:
            raise KeyboardInterrupt
        planned.append(given)
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(measure, "plan_cycle", counting)
    stoppable = replace(options, unfinished=tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        Plan.from_file(path, options=stoppable, team=2).solve()
    assert len(list((tmp_path / "kept").glob("*.json"))) == 1
    again: list[object] = []
    monkeypatch.setattr(measure, "plan_cycle", lambda *a, **k: (again.append(a), real(*a, **k))[1])
    assert Plan.from_file(path, options=stoppable, team=2).solve().days == whole.days
    assert len(again) >= 1
