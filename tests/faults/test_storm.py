"""Ten kills under load, most while the last one is got over, lose nothing and do nothing twice. Hundreds are a command:
`python -m tests.faults --kills N`."""

import sys
from collections import Counter

import pytest

from tests.faults import campaign
from tests.faults.storm import Outcome, storm

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_ten_kills_on_sqlite(record_url, tmp_path):
    outcome = storm(record_url, tmp_path, kills=10, recover=0.3, seed=1, every_s=0.2)
    assert sum(outcome.kills.values()) == 10 and outcome.acknowledged and outcome.jobs
    assert outcome.faults == [], str(outcome)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_ten_kills_on_postgresql(record_url, tmp_path):
    outcome = storm(record_url, tmp_path, kills=10, recover=0.3, seed=2, every_s=0.2)
    assert sum(outcome.kills.values()) == 10 and outcome.acknowledged and outcome.jobs
    assert outcome.faults == [], str(outcome)


def test_a_campaign_that_was_cut_off_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    def two_of(wanted, at_once):
        for plan in wanted[:2]:
            found = Outcome(Counter(api=plan.kills), Counter({"api request": plan.kills}), acknowledged=10)
            raged.append(plan)
            yield plan, found

    raged = []
    monkeypatch.setattr(campaign, "side_by_side", two_of)
    wanted = campaign.plans(("sqlite", "postgresql"), 120, seed=1, workers=1, cold=False)
    assert [plan.kills for plan in wanted] == [50, 50, 50, 50, 20, 20]
    for _ in range(3):
        sums = campaign.campaign(wanted, at_once=1, path=tmp_path / "kills.jsonl")
    assert raged == wanted and "so far" in capsys.readouterr().out
    assert {kind: one.kills.total() for kind, one in sums.items()} == {"sqlite": 120, "postgresql": 120}
    assert sums["sqlite"].moments == {"api request": 120} and sums["sqlite"].acknowledged == 30
