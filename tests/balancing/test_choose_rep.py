"""Who gets the next lead, strategy by strategy: once where it is plain, once where it costs something."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancing import (
    STRATEGIES,
    Candidate,
    InvalidLead,
    InvalidRules,
    Lead,
    Step,
    Strategy,
    choice_data,
    choose_rep,
    replay,
)
from geo.place import Place
from tests.balancing.lead_builders import NINE, lead, rep


def test_territory_takes_its_holder_and_nobody_else() -> None:
    group = [rep("Ann", territories=frozenset({"North"})), rep("Bo", territories=frozenset({"South"}))]
    choice = choose_rep(lead(territory="South"), group, "territory")
    assert (choice.rep, choice.why) == ("Bo", "Bo is the only one possible by territory: holds South")
    nobody = choose_rep(lead(territory="West"), group, "territory")
    assert (nobody.rep, nobody.why) == (None, "nobody: Ann: does not hold West; Bo: does not hold West")
    assert choose_rep(lead(), group, "territory").rep is None


def test_nearest_counts_the_way_there_and_back_or_the_detour_from_todays_way() -> None:
    ann, bo = rep("Ann", 10.1), rep("Bo", 10.3)
    choice = choose_rep(lead(), [bo, ann], "nearest")
    assert choice.rep == "Ann" and "7.1 km away" in choice.why
    passing = rep("Bo", 10.3, route=(Place(50.0, 9.9), Place(50.0, 10.1)))
    choice = choose_rep(lead(), [passing, ann], "nearest")
    assert choice.rep == "Bo" and "a detour of 0.0 km" in choice.why


def test_nearest_leaves_out_who_has_no_place() -> None:
    assert choose_rep(lead(), [rep("Ann", places=()), rep("Bo", 60)], "nearest").rep == "Bo"
    assert "the lead has no place" in choose_rep(lead(place=None), [rep("Ann")], "nearest").why


def test_round_robin_takes_the_longest_ago_and_newcomers_first() -> None:
    group = [rep("Ann", last_turn=4), rep("Bo", last_turn=2), rep("Cy", last_turn=3)]
    assert choose_rep(lead(), group, "round_robin").rep == "Bo"
    assert choose_rep(lead(), [*group, rep("Di")], "round_robin").rep == "Di"


def test_taxi_takes_whoever_has_been_free_longest_and_ignores_size_and_load() -> None:
    early = rep("Bo", free_since=NINE - timedelta(hours=2), load_min=900)
    for minutes in (1, 600):
        assert choose_rep(lead(work_min=minutes), [rep("Ann"), early], "taxi").rep == "Bo"
    busy = rep("Bo", free_since=NINE + timedelta(seconds=1))
    assert choose_rep(lead(), [rep("Ann"), busy], "taxi").rep == "Ann"
    assert choose_rep(lead(), [busy, rep("Cy", free_since=None)], "taxi").rep is None


def test_least_loaded_compares_in_parts_of_full_time() -> None:
    half = rep("Bo", load_min=80, share_of_full_time=0.5)
    assert choose_rep(lead(), [rep("Ann", load_min=100), half], "least_loaded").rep == "Ann"
    assert choose_rep(lead(), [rep("Ann", load_min=170), half], "least_loaded").rep == "Bo"


def test_skills_weigh_levels_and_never_go_below_a_least_level() -> None:
    ann, bo = rep("Ann", skills={"cold": 3, "english": 1}), rep("Bo", skills={"cold": 2, "english": 5})
    weighing = lead(weights={"cold": 2, "english": 1})  # 7 against 9
    assert choose_rep(weighing, [ann, bo], "skills").rep == "Bo"
    choice = choose_rep(lead(weights={"cold": 2, "english": 1}, needs={"cold": 3}), [ann, bo], "skills")
    assert choice.rep == "Ann"
    assert [row.words for row in choice.considered if row.refused] == ["cold at 2, 3 needed"]
    assert choose_rep(lead(needs={"french": 1}), [ann, bo], "skills").rep is None


def test_room_counts_the_work_and_the_way() -> None:
    at_hand, far = rep("Ann", room_min=40), rep("Bo", 11.0, room_min=100)
    choice = choose_rep(lead(work_min=30), [at_hand, far], "room")
    assert choice.rep == "Ann"
    assert "100 min left" in next(row.words for row in choice.considered if row.rep == "Bo")
    assert choose_rep(lead(work_min=41), [at_hand], "room").rep is None
    assert choose_rep(lead(work_min=41), [rep("Ann")], "room").rep == "Ann"


def test_a_combination_filters_first_and_then_compares_step_by_step() -> None:
    asked = Strategy((Step("nearest", 20_000), Step("least_loaded")), filters=("skills",))
    group = [
        rep("Ann", 10.1, load_min=60, skills={"cold": 2}),
        rep("Bo", 10.13, load_min=30, skills={"cold": 2}),  # 5 km farther there and back: the same step of 20 km
        rep("Cy", 10.0, skills={"cold": 1}),
        rep("Di", 10.9, skills={"cold": 5}),
    ]
    choice = choose_rep(lead(needs={"cold": 2}), group, asked)
    assert choice.rep == "Bo"
    assert choice.why.startswith("Bo is first of 3 by nearest then least_loaded among those who pass skills")


def test_equals_go_by_id_and_it_is_said() -> None:
    choice = choose_rep(lead(), [rep("Bo"), rep("Ann")], "least_loaded")
    assert choice.rep == "Ann" and choice.why.endswith("1 more are equal, the first id counts")


def test_the_absent_get_nothing() -> None:
    choice = choose_rep(lead(), [rep("Ann", present=False), rep("Bo", load_min=9)], "least_loaded")
    assert (choice.rep, choice.considered[0].words) == ("Bo", "is absent")
    assert choose_rep(lead(), [], "taxi").why == "nobody: there are no candidates"


def test_an_unknown_strategy_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidRules, match=r"given 'lottery', expected one of territory, nearest, .*room"):
        choose_rep(lead(), [rep("Ann")], "lottery")
    with pytest.raises(InvalidLead, match="candidate 'Ann' comes twice"):
        choose_rep(lead(), [rep("Ann"), rep("Ann", 11)], "nearest")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: lead(work_min=-1), "lead 'l1', work_min: given -1, expected a number of 0 or more"),
        (lambda: lead(needs={"cold": float("nan")}), "lead 'l1', needs.cold: given nan"),
        (lambda: Lead("x", datetime(2026, 3, 2)), "lead 'x', arrived_at: given 2026-03-02T00:00:00, expected"),
        (lambda: rep("Ann", share_of_full_time=0), "candidate 'Ann', share_of_full_time: given 0"),
        (lambda: rep("Ann", free_since=datetime(2026, 3, 2)), "candidate 'Ann', free_since: given 2026"),
    ],
)
def test_wrong_values_are_named(make: object, says: str) -> None:
    with pytest.raises(InvalidLead, match=says):
        make()  # type: ignore[operator]


levels = st.dictionaries(st.sampled_from(["cold", "english"]), st.integers(0, 5), max_size=2)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    names = draw(st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=6, unique=True))
    return [
        rep(
            name,
            draw(st.sampled_from([9.5, 10.0, 10.2, 11.0])),
            territories=frozenset(draw(st.sets(st.sampled_from(["N", "S"])))),
            skills=draw(levels),
            load_min=float(draw(st.integers(0, 3)) * 60),
            room_min=draw(st.sampled_from([None, 20.0, 60.0, 300.0])),
            free_since=draw(st.sampled_from([None, NINE, NINE - timedelta(hours=1), NINE + timedelta(hours=1)])),
            last_turn=draw(st.integers(-1, 3)),
            present=draw(st.booleans()),
        )
        for name in names
    ]


asked_ways = st.one_of(
    st.sampled_from(sorted(STRATEGIES)),
    st.builds(
        Strategy,
        st.lists(
            st.builds(Step, st.sampled_from(sorted(STRATEGIES)), st.sampled_from([0.0, 50.0])), min_size=1, max_size=3
        ).map(tuple),
        st.lists(st.sampled_from(sorted(STRATEGIES)), max_size=2).map(tuple),
    ),
)


@given(candidates(), levels, levels, asked_ways, st.randoms(use_true_random=False))
def test_a_choice_is_the_same_in_any_order_can_be_made_again_and_never_goes_below_a_least_level(
    group, needs, weights, asked, chance
) -> None:
    one = lead(territory="N", needs=needs, weights=weights)
    choice = choose_rep(one, group, asked)
    shuffled = list(group)
    chance.shuffle(shuffled)
    assert choose_rep(one, shuffled, asked).rep == choice.rep
    again = replay(json.loads(json.dumps(choice_data(choice), allow_nan=False)))
    assert (again.rep, again.why, again.considered) == (choice.rep, choice.why, choice.considered)
    used = asked == "skills" or (
        isinstance(asked, Strategy) and "skills" in (*asked.filters, *(step.by for step in asked.order))
    )
    if choice.rep is not None:
        chosen = next(each for each in group if each.id == choice.rep)
        assert chosen.present
        if used:
            assert all(chosen.skills.get(skill, 0) >= level for skill, level in needs.items())
