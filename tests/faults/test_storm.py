"""Ten kills under load, most while the last one is got over, lose nothing and do nothing twice. Hundreds are a command:
`python -m tests.faults --kills N`."""

import sys

import pytest

from tests.faults.storm import storm

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
