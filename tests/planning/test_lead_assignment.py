"""Leads in the record: given away by kept rules, with reason and inputs, undone as one act."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from balancing import InvalidRules
from crm.act import Act
from crm.columns import table_of
from crm.database import open_database
from crm.tables import Account, ActKind, Opportunity
from planning.areas import parse_area
from planning.demo_pipeline import default_pipeline
from planning.history import undo
from planning.lead_assignment import give_lead, give_leads, keep_rules, list_rules, try_rules
from planning.lead_candidates import AskedLeads, candidates_of, leads_of
from planning.lead_choices import find_choices, lead_fairness, replay_choice
from planning.record import save_plan
from planning.record_errors import MissingError, RefusedError, StaleError
from planning.rep_skills import set_skills, skills_of
from planning.viewer import everything
from tests.small_plan import NOON, small_plan

ACT = Act("tester", "test", NOON)
LEAST = {"rule": [{"id": "even", "order": "least_loaded"}]}


@pytest.fixture
def team(record):
    """Rep 0 and Rep 1, six accounts in their squares, each with an open lead of 30 minutes; account 6's is won."""
    save_plan(record, small_plan(), now=NOON - timedelta(hours=1))
    with record.write(ACT) as session:
        stages = default_pipeline(session)
        ids = dict(session.execute(select(table_of(Account).c.external_id, table_of(Account).c.id)).all())
        for number in range(1, 7):
            stage = stages[4] if number == 6 else stages[0]
            session.add(
                Opportunity(
                    account_id=ids[f"a{number}"], stage_id=stage, title="Lead", value=10.0 * number, created_at=NOON
                )
            )
        session.flush()
        keep_rules(session, "New leads", LEAST, by="tester", now=NOON)
    return record


def act(record, do, *args, **more):
    with record.write(ACT) as session:
        return do(session, *args, **more)


def give(record, opportunity_id, **more):
    said = {"version": 1, "by": "tester", "now": NOON} | more
    return act(record, give_lead, opportunity_id, said.pop("rules_id", 1), **said)


def owners(record):
    with record.read() as session:
        own = table_of(Opportunity).c
        return dict(session.execute(select(own.id, own.rep_id).order_by(own.id)).all())


def test_rules_are_kept_in_editions_and_faulty_ones_are_refused(team):
    assert act(team, keep_rules, "New leads", LEAST, by="tester", now=NOON) == 2
    with team.read() as session:
        assert [(row.edition, row.rules["version"]) for row in list_rules(session)] == [(2, 2), (1, 1)]
    with pytest.raises(InvalidRules, match="order: given 'lottery'"):
        act(team, keep_rules, "New leads", {"rule": [{"id": "x", "order": "lottery"}]}, by="tester", now=NOON)
    with pytest.raises(MissingError, match="There are no rules 9"):
        give(team, 1, rules_id=9)


def test_a_lead_and_a_candidate_are_what_the_record_says(team):
    act(team, set_skills, 1, {"cold": 2.0, "english": 1.0})
    with team.read() as session:
        (row,) = leads_of(session, AskedLeads(ids=(4,)), now=NOON, limit=9)
        people, ids = candidates_of(session, now=NOON)
    assert (row.lead.territory, row.lead.type, row.lead.work_min, row.lead.value) == ("Rep 1", "A", 30.0, 40.0)
    assert list(ids) == ["Rep 0", "Rep 1"]
    first = people[0]
    assert (first.territories, first.skills, first.load_min) == (frozenset({"Rep 0"}), {"cold": 2.0, "english": 1.0}, 0)
    assert first.room_min == 75 * 60 and first.free_since <= NOON


def test_a_choice_has_its_effect_reason_and_inputs_and_comes_out_the_same_again(team):
    kept = give(team, 1)
    assert (kept.rep, kept.rule, kept.overridden) == ("Rep 0", "even", False)
    assert kept.why.startswith("rule “even”: Rep 0 is first of 2 by least_loaded: 0 min")
    assert owners(team)[1] == kept.rep_id
    second = give(team, 2)
    assert second.rep == "Rep 1", "the first one's minutes count now"
    with team.read() as session:
        again = replay_choice(session, kept.id)
        assert again.same and again.rep_now == "Rep 0"
        assert again.inputs["rules"]["version"] == 1
        with pytest.raises(MissingError):
            replay_choice(session, 99)


def test_an_override_needs_its_reason_and_is_listed(team):
    with pytest.raises(RefusedError, match=r"The rules choose otherwise .* giving it to rep 2 needs a reason"):
        give(team, 1, to_rep_id=2)
    kept = give(team, 1, to_rep_id=2, why="knows the owner")
    assert (kept.overridden, kept.chosen_rep, kept.rep, kept.override_why) == (
        True,
        "Rep 0",
        "Rep 1",
        "knows the owner",
    )
    assert not give(team, 2, to_rep_id=1).overridden, "the rules would have chosen the same"
    with team.read() as session:
        assert [row.id for row in find_choices(session, after=0, limit=9, overridden=True).choices] == [kept.id]
        report = lead_fairness(session, first=NOON - timedelta(days=1), last=NOON + timedelta(days=1), now=NOON)
    assert [row.lead for row in report.overrides] == ["1"]
    assert report.metrics[0].amount == {"Rep 0": 1.0, "Rep 1": 1.0} and report.metrics[1].gini == 0


@pytest.mark.parametrize(
    ("opportunity_id", "more", "error", "says"),
    [
        (99, {}, MissingError, "no opportunity 99"),
        (6, {}, RefusedError, "Opportunity 6 is not open"),
        (1, {"version": 7}, StaleError, "at version 1 now"),
        (1, {"to_rep_id": 99, "why": "x"}, MissingError, "no rep 99"),
        (1, {"to_rep_id": 3, "why": "x"}, RefusedError, "Rep 3 holds no territory"),
        (1, {"rules_id": 2}, RefusedError, r"The rules find rule “cold” found nobody: Rep 0: cold at 0, 9 needed"),
    ],
)
def test_what_cannot_be_given_is_said_and_changes_nothing(team, opportunity_id, more, error, says):
    act(team, keep_rules, "Cold", {"rule": [{"id": "cold", "needs": {"cold": 9}, "order": "skills"}]}, by="t", now=NOON)
    with pytest.raises(error, match=says):
        give(team, opportunity_id, **more)
    assert set(owners(team).values()) == {None}


def test_a_dry_run_changes_nothing_and_giving_in_bulk_does_what_it_said(team):
    square = '{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,51],[10,50]]]}'
    asked = AskedLeads(area=parse_area(square), ownerless=True)
    with team.read() as session:
        run = try_rules(session, 1, asked, now=NOON)
        assert [row.leads for row in run.tallies()] == [2, 1]
        assert [row.after_min for row in run.tallies()] == [60, 30]
    assert set(owners(team).values()) == {None}
    made = act(team, give_leads, 1, asked, by="tester", now=NOON)
    assert [row.rep for row in made] == [row.choice.rep for row in run.dealt] == ["Rep 0", "Rep 1", "Rep 0"]
    assert act(team, give_leads, 1, asked, by="tester", now=NOON) == ()


def test_a_bulk_is_undone_as_one_act(team):
    with team.write(ACT) as session:
        give_leads(session, 1, AskedLeads(ownerless=True), by="tester", now=NOON)
        batch = session.info["batch_id"]
    assert len([rep for rep in owners(team).values() if rep]) == 5
    with team.write(Act("tester", "undo", NOON, ActKind.UNDO, undoes=batch)) as session:
        undo(session, everything(NOON.date()), batch)
    assert set(owners(team).values()) == {None}
    with team.read() as session:
        assert find_choices(session, after=0, limit=9).choices == ()


def test_who_gives_leads_away_at_the_same_moment_does_not_choose_the_same_rep(team, record_url):
    """Each of two reps heads the taxi queue once; then both are busy, whoever asks, by whichever edition."""
    taxi = {"rule": [{"id": "taxi", "order": "taxi"}]}
    editions = [act(team, keep_rules, "Taxi", taxi, by="tester", now=NOON) for _ in range(2)]
    got, refused = [], []

    def ask(number):
        own = open_database(record_url)
        try:
            with own.write(ACT) as session:
                rules_id = editions[number % 2]
                got.append(give_lead(session, number + 1, rules_id, version=1, by="tester", now=NOON).rep)
        except RefusedError as error:
            refused.append(str(error))
        finally:
            own.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["Rep 0", "Rep 1"]
    assert len(refused) == 3 and all("is busy" in text for text in refused)


def test_skills_are_set_whole(team):
    act(team, set_skills, 1, {"cold": 2.0, "english": 1.0})
    act(team, set_skills, 1, {"cold": 3.0})
    with team.read() as session:
        assert skills_of(session, 1) == {"cold": 3.0}
    with pytest.raises(MissingError, match="There is no rep 99"):
        act(team, set_skills, 99, {})
