"""Chances of sales: what a model learns where there is something to learn, and what it owns up to where there is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from crm.act import Act
from crm.tables import StageKind
from planning.deal_moves import move_opportunity
from planning.deals import add_opportunity, edit_opportunity
from planning.estimates import bins_of, calibration, estimates_of, list_models, wilson
from planning.jobs import ask_job, get_job
from planning.pipelines import Step, add_pipeline, get_pipeline
from planning.record_errors import RefusedError
from planning.viewer import everything
from planning.win_model import estimate, fit
from planning.win_samples import Look, Sample, samples_of
from tests.planning.job_builders import work

START = datetime(2025, 1, 6, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = everything(START.date())
STEPS = (Step("Lead", probability=0.2), Step("Offer", probability=0.6), Step("Won", StageKind.WON, 1.0))
STEPS = (*STEPS, Step("Lost", StageKind.LOST))


def samples(deals, chance, seed=1):
    """Deals seen once each, won with the chance that `chance` gives their look."""
    random = Random(seed)
    made = []
    for deal in range(deals):
        stage, segment = random.choice(("Lead", "Offer")), random.choice("AB")
        look = Look(deal, stage, random.uniform(0, 90), random.uniform(0, 30), random.uniform(100, 9000), segment)
        made.append(Sample(look, random.random() < chance(look), 1.0))
    return made


def test_a_model_finds_the_chances_that_made_the_deals_and_knows_when_there_are_none():
    def chance(look):
        return (0.15 if look.stage == "Lead" else 0.6) + (0.2 if look.segment == "A" else 0.0)

    figures = fit(samples(1500, chance))
    for stage in ("Lead", "Offer"):
        for segment in "AB":
            look = Look(0, stage, 45.0, 15.0, 4000.0, segment)
            assert estimate(figures, look) == pytest.approx(chance(look), abs=0.08)
    assert figures["skill"] > 0.2 and figures["amount"]
    for one in figures["bins"]:
        assert one["deals"] < 50 or one["mean_estimate"] == pytest.approx(one["won_share"], abs=0.08)
    assert abs(fit(samples(1500, lambda look: 0.5))["skill"]) < 0.02
    unknown = [replace(one, look=replace(one.look, value=None)) for one in samples(300, chance)]
    assert not fit(unknown)["amount"]
    with pytest.raises(RefusedError, match=r"lost deals are too few to learn from: it takes 100, 30 of each"):
        fit(samples(90, chance))
    with pytest.raises(RefusedError, match="0 won and 300 lost"):
        fit(samples(300, lambda look: -1.0))


def test_bins_hold_what_was_forecast_beside_what_came_true():
    low, high = bins_of([(0.1, False), (0.15, True), (1.0, True), (0.95, True)])
    assert (low.low, low.deals, low.won, low.won_share, low.mean_estimate) == (0.1, 2, 1, 0.5, 0.125)
    assert (high.low, high.high, high.won_share) == (0.9, 1.0, 1.0)
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_estimates_of_people_and_models_are_kept_beside_each_other(record):
    random = Random(3)
    said = {deal: 0.8 if deal % 2 else 0.2 for deal in range(1, 121)}
    with record.write(Act("tests", "deals", START)) as session:
        made = add_pipeline(session, "Field", STEPS)
        stages = {stage.name: stage.id for stage in get_pipeline(session, made).stages}
        values = {"title": "x", "stage_id": stages["Lead"], "value": 10.0}
        for _ in said:
            deal = add_opportunity(session, ALL, values, at=START)
            move_opportunity(session, ALL, deal, 1, stages["Offer"], at=START + 5 * DAY, reason="")
        running = add_opportunity(session, ALL, values | {"probability": 0.5}, at=START)
    at = START + 20 * DAY
    with record.write(Act("tests", "estimates", at)) as session:
        for deal, chance in said.items():
            edit_opportunity(session, ALL, deal, 2, {"probability": chance, "value": 20.0}, at=at)
            end = "Won" if random.random() < chance else "Lost"
            move_opportunity(session, ALL, deal, 3, stages[end], at=START + 40 * DAY, reason="price")
        found = samples_of(session, "Field")
    own = [one for one in found if one.look.deal == 1]
    assert [(one.look.stage, one.look.age_days, one.look.stay_days, one.look.value) for one in own] == [
        *(("Lead", 0.0, 0.0, 10.0), ("Offer", 5.0, 0.0, 10.0), ("Offer", 30.0, 25.0, 20.0)),
    ]
    with record.read() as session:
        kept = calibration(session, ALL, made, "manual")
        assert (kept.closed, kept.deals, [(one.low, one.deals) for one in kept.bins]) == (
            *(120, 120, [(0.2, 60), (0.8, 60)]),
        )
        assert kept.brier < kept.base_brier
        assert calibration(session, ALL, made, "manual", days_before=31).deals == 0
        assert [one.low for one in calibration(session, ALL, made, "stage").bins] == [0.6]
        assert calibration(session, ALL, made, "model").bins == ()
    with record.write(Act("paul", "learn", START)) as session:
        job = ask_job(session, "win_model", {"pipeline": "Field"}, by="paul", now=START + 50 * DAY)
    work(record)
    with record.read() as session:
        done = get_job(session, ALL, job)
        assert done.state == "done", done.error
        assert (done.answer["deals"], done.answer["estimated"]) == (120, 1)
        chances = estimates_of(session, ALL, running)
        assert (chances.of_stage, chances.manual, [one.source for one in chances.history]) == (
            *(0.2, 0.5, ["model", "manual"]),
        )
        assert chances.model == chances.history[0].probability and 0 < chances.model < 1
        assert [(one.deals, one.won) for one in list_models(session, limit=9)] == [(120, done.answer["won"])]
    with record.write(Act("tests", "too few", START)) as session:
        add_pipeline(session, "New", STEPS)
        job = ask_job(session, "win_model", {"pipeline": "New"}, by="paul", now=START)
    work(record)
    with record.read() as session:
        assert "0 won and 0 lost deals are too few" in get_job(session, ALL, job).error
