"""Hostile rows and files in small; thousands are a command: `python -m tests.faults --rows 10000`."""

from random import Random

import pytest

from planning.import_kinds import KINDS
from planning.record import save_plan
from tests.faults.hostile import Outcome, feed_files, feed_reader, feed_rows, readers
from tests.faults.hostile_files import HEADERS, rows_file
from tests.small_plan import NOON, small_plan

sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
SEED = 2


@sqlite_only
def test_hostile_rows_of_every_kind_are_reported_and_none_is_half_imported(record, tmp_path):
    save_plan(record, small_plan(), now=NOON)
    outcome = Outcome()
    for kind in KINDS.values():
        feed_rows(record, kind, 100, SEED, tmp_path, outcome)
    assert outcome.faults == []
    assert set(outcome.rows.values()) == {100} and set(outcome.rows) == set(KINDS)
    assert outcome.states["reject"] > 100 and outcome.states["create"] > 100


def test_hostile_rows_and_changed_files_are_read_or_refused_in_a_sentence(tmp_path):
    outcome = Outcome()
    for name, read in readers().items():
        if name in HEADERS:
            feed_reader(name, read, 100, SEED, tmp_path, outcome)
    feed_files(12, SEED, tmp_path, outcome)
    assert outcome.faults == []
    assert outcome.refused > 50 and len(outcome.files) == 6


def test_the_same_seed_makes_the_same_rows():
    assert rows_file(HEADERS["people"], 50, Random(3)) == rows_file(HEADERS["people"], 50, Random(3))
