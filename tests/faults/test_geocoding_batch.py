"""A geocoding batch that is killed loses nothing and asks nothing twice; the full run is a command of its own."""

import sys
from pathlib import Path

import pytest

from tests.faults.geocoding_batch import killed_batch


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_killed_batch_loses_nothing_and_asks_again_only_what_it_must(tmp_path: Path) -> None:
    outcome = killed_batch(tmp_path, rows=80, kills=4, seed=3)
    assert outcome.kills == 4
    assert outcome.faults == []
    assert outcome.requests == 80 + len(outcome.twice)
