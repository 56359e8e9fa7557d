"""Transfers for a draft: what the solver counts is what the table of the draft shows."""

from dataclasses import replace

import numpy as np
import pytest

from planning.record_errors import RefusedError
from planning.scenario_base import read_base
from planning.scenario_curve import fingerprint, shortest, transfers_of
from planning.scenario_delta import Delta, loads_of, state_of
from tests.journeys.map_server import saved, uneven_plan


@pytest.fixture
def state(record):
    plan = uneven_plan()
    often = (18.0, 30.0, 20.0, 22.0, 34.0, 32.0)
    accounts = tuple(replace(one, visits_per_year=often[n % 6]) for n, one in enumerate(plan.accounts))
    saved(record, replace(plan, accounts=accounts))
    with record.read() as session:
        return state_of(read_base(session, 1))


def worst(state):
    return max(abs(load.deviation) for load in loads_of(state).values())


def test_transfers_make_the_table_as_even_as_was_asked(state):
    asked = transfers_of(state, None)
    assert asked["rest"].sum() + asked["hours"].sum() == pytest.approx(60)
    assert np.abs(asked["rest"]).max() > 0.5  # the plan measured other hours than a year's share of visits says
    found = shortest(asked, 0.1)
    moves = {one["site"]: (one["from"], one["to"]) for one in found["moves"]}
    after = state.with_delta(Delta(moves=moves))
    assert found["feasible"] and worst(state) > 0.3
    assert worst(after) == pytest.approx(found["largest"]) and found["largest"] <= 0.1


def test_a_plan_that_is_even_as_measured_needs_no_transfer(state):
    assert shortest(transfers_of(state, None), 0.34)["moves"] == []


def test_the_same_question_has_the_same_fingerprint_and_another_one_has_not(state):
    first = fingerprint(transfers_of(state, None))
    assert fingerprint(transfers_of(state, None)) == first
    assert fingerprint(transfers_of(state.with_delta(Delta(locks={1: (False, True)})), None)) != first


def test_one_territory_alone_has_nobody_to_give_to(state):
    with pytest.raises(RefusedError, match="two territories"):
        transfers_of(state, [0])
