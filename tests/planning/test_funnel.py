"""Funnel and time in stage: a case to count on fingers, and a published pipeline against plain SQL."""

import csv
import sqlite3
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm import Act, open_database, upgrade
from crm.tables import StageKind
from planning.deal_moves import move_opportunity
from planning.deals import add_opportunity, moves_of
from planning.funnel import funnel
from planning.import_fields import Setting
from planning.imports import commit_import, get_import, kind_of, stage_file
from planning.pipelines import Step, add_pipeline, get_pipeline, list_pipelines
from planning.record_errors import RefusedError
from planning.viewer import everything

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = everything(date(2026, 11, 23))
STEPS = (
    Step("Prospecting", probability=0.1),
    Step("Engaging", probability=0.4),
    Step("Won", StageKind.WON, 1.0, required=("value",)),
    Step("Lost", StageKind.LOST),
)


@pytest.fixture
def sqlite(tmp_path):
    url = f"sqlite:///{tmp_path / 'record.sqlite'}"
    upgrade(url)
    database = open_database(url)
    yield database
    database.close()


def pipeline_in(database, steps=STEPS):
    with database.write(Act("tests", "pipeline", START)) as session:
        made = add_pipeline(session, "Field sales", steps)
        return made, {stage.name: stage.id for stage in get_pipeline(session, made).stages}


def test_three_deals_counted_on_fingers(record):
    made, stages = pipeline_in(record)
    with record.write(Act("tests", "deals", START)) as session:
        for title, value in (("won", 100.0), ("lost", 50.0), ("open", 10.0)):
            values = {"title": title, "value": value, "stage_id": stages["Prospecting"]}
            add_opportunity(session, ALL, values, at=START)
        for deal, version, to, days in (
            (1, 1, "Engaging", 2),
            (1, 2, "Won", 5),
            (2, 1, "Engaging", 4),
            (2, 2, "Lost", 5),
        ):
            move_opportunity(session, ALL, deal, version, stages[to], at=START + days * DAY, reason="price")
    with record.read() as session:
        now = funnel(session, ALL, made, at=START + 10 * DAY)
        then = funnel(session, ALL, made, at=START + 3 * DAY)
        assert [(move.to_stage, move.stayed_s) for move in moves_of(session, ALL, 1)] == [
            ("Prospecting", 2 * 86400.0),
            ("Engaging", 3 * 86400.0),
            ("Won", None),
        ]
    prospecting, engaging, won, lost = now.stages
    assert (now.deals, now.cycle.count, now.cycle.mean_s) == (3, 1, 5 * 86400)
    assert (prospecting.entered, prospecting.present, prospecting.value, prospecting.weighted) == (3, 1, 10.0, 1.0)
    assert (prospecting.ended.count, prospecting.ended.mean_s) == (2, 3 * 86400)
    assert (prospecting.lasting.count, prospecting.lasting.mean_s) == (1, 10 * 86400)
    assert (engaging.entered, engaging.present, engaging.reached_share, engaging.won_share) == (2, 0, 2 / 3, 0.5)
    assert (engaging.ended.median_s, won.present, won.value, lost.present) == (2 * 86400, 1, 100.0, 1)
    assert [stage.present for stage in then.stages] == [2, 1, 0, 0]


def test_a_stage_asks_for_fields_and_a_role_and_old_editions_go_on(record):
    steps = (Step("Lead"), Step("Offer", required=("value",)), Step("Won", StageKind.WON, 1.0, owner_role="manager"))
    _, stages = pipeline_in(record, steps)
    planner = ALL.__class__(1, "paul", "planner", None, ALL.day)
    with record.write(Act("tests", "deal", START)) as session:
        deal = add_opportunity(session, ALL, {"title": "x", "stage_id": stages["Lead"]}, at=START)
        with pytest.raises(RefusedError, match="The stage Offer asks for value"):
            move_opportunity(session, planner, deal, 1, stages["Offer"], at=START, reason="")
        with pytest.raises(RefusedError, match="Only a manager moves deals into the stage Won"):
            move_opportunity(session, planner, deal, 1, stages["Won"], at=START, reason="")
    newer, _ = pipeline_in(record)
    with record.write(Act("tests", "deal", START)) as session:
        with pytest.raises(RefusedError, match="nothing new begins"):
            add_opportunity(session, ALL, {"title": "y", "stage_id": stages["Lead"]}, at=START)
        move_opportunity(session, ALL, deal, 1, stages["Won"], at=START + DAY, reason="")
        assert [(one.id, one.edition) for one in list_pipelines(session)] == [(newer, 2)]
        for steps in ((), (Step("a"),), (Step("a"), Step("a", StageKind.WON)), (Step("a", required=("x",)), STEPS[2])):
            with pytest.raises(RefusedError):
                add_pipeline(session, "Bad", steps)


def bring(database, kind, path, **constants):
    said = Setting("tests", START, ZoneInfo("UTC"), constants.pop("columns", {}), constants)
    run = stage_file(database, kind_of(kind), path, said)
    with database.write(Act("tests", f"import of {kind}", START)) as session:
        return commit_import(session, run, now=START)


def plain_sql(folder):
    """The file in a table of its own, without a line of ours."""
    known = sqlite3.connect(":memory:")
    known.execute("CREATE TABLE deal (id, agent, product, account, stage, engaged, closed, value)")
    with (folder / "sales_pipeline.csv").open() as file:
        lines = [list(row.values()) for row in csv.DictReader(file)]
    for line in lines:
        for at in (5, 6):
            line[at] = datetime.strptime(line[at], "%m/%d/%Y").date().isoformat() if line[at] else None
    known.executemany("INSERT INTO deal VALUES (?,?,?,?,?,?,?,?)", lines)
    return known


def test_a_published_pipeline_comes_in_whole_and_counts_as_plain_sql_does(sqlite, shared_data):
    folder = shared_data("data/pipeline")
    made, _ = pipeline_in(sqlite)
    bring(sqlite, "reps", folder / "sales_teams.csv", columns={"name": "sales_agent"})
    bring(sqlite, "codes", folder / "products.csv", list="product")
    bring(sqlite, "accounts", folder / "accounts.csv")
    said = {"opening_stage": "Engaging", "reason": "not recorded"}
    done = bring(sqlite, "opportunities", folder / "sales_pipeline.csv", **said)
    assert (done.rows_read, done.counts["create"]) == (8800, 8800)
    assert bring(sqlite, "opportunities", folder / "sales_pipeline.csv", **said).batch_id is None

    with sqlite.read() as session:
        found = funnel(session, ALL, made, at=START)
        orphans = session.connection().exec_driver_sql("SELECT count(*) FROM opportunity WHERE account_id IS NULL")
        assert orphans.scalar() == 1425
        products = session.connection().exec_driver_sql(
            "SELECT product, count(*) FROM opportunity GROUP BY 1 ORDER BY 1"
        )
        counted = [tuple(row) for row in products]
        assert get_import(session, done.id).counts["reject"] == 0
    known = plain_sql(folder)
    renamed = "SELECT replace(product, 'GTXPro', 'GTX Pro'), count(*) FROM deal GROUP BY 1 ORDER BY 1"
    assert counted == known.execute(renamed).fetchall()
    present = dict(known.execute("SELECT stage, count(*) FROM deal GROUP BY 1").fetchall())
    worth = dict(known.execute("SELECT stage, total(value) FROM deal GROUP BY 1").fetchall())
    assert {stage.name: stage.present for stage in found.stages} == present
    assert {stage.name: stage.value for stage in found.stages} == worth
    engaging = found.stages[1]
    (engaged,) = known.execute("SELECT count(engaged) FROM deal").fetchone()
    ended, mean_days = known.execute(
        "SELECT count(*), avg(julianday(closed) - julianday(engaged)) FROM deal WHERE closed IS NOT NULL"
    ).fetchone()
    assert (engaging.entered, engaging.ended.count) == (engaged, ended)
    assert engaging.ended.mean_s == pytest.approx(mean_days * 86400)
    won, lost = present["Won"], present["Lost"]
    assert engaging.won_share == won / (won + lost)
    cycle = known.execute("SELECT avg(julianday(closed) - julianday(engaged)) FROM deal WHERE stage = 'Won'").fetchone()
    assert (found.cycle.count, found.cycle.mean_s) == (won, pytest.approx(cycle[0] * 86400))
