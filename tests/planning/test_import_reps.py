"""Reps from a file: what they drive and when they work, as the plan's own file of reps says it."""

from datetime import UTC, datetime

import pytest

from planning.import_fields import Setting
from planning.import_kinds import KINDS

SETTING = Setting("tests", datetime(2026, 11, 23, 12, tzinfo=UTC), UTC)


@pytest.fixture
def decide(tmp_path, record):
    """What each row of a file of reps would do: state and what is written, or the reason of its rejection."""

    def decided(text):
        path = tmp_path / "reps.csv"
        path.write_text(text, encoding="utf-8")
        with record.read() as session:
            made = KINDS["reps"].decide(session, KINDS["reps"].read(path, SETTING), SETTING)
        return [(str(one.state), one.writes.get("rep") or one.reasons[0]) for one in made]

    return decided


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_rep_comes_with_vehicle_and_hours(decide):
    ((state, row),) = decide(
        "Name;Arbeitstage;Arbeitszeit;Kapazität;Lager;Lademinuten;Beginnt am Lager\n"
        'Ruth;Mo-Do;7:30-16:00;120;"52,52; 13,40";20;ja\n'
    )
    assert state == "create"
    assert (row["weekdays"], row["shift_start_s"], row["shift_end_s"]) == ("0123", 27_000, 57_600)
    vehicle = {name: row[name] for name in ("vehicle_capacity", "depot_lat", "depot_lon", "reload_s")}
    assert vehicle == {"vehicle_capacity": 120, "depot_lat": 52.52, "depot_lon": 13.4, "reload_s": 1200}
    assert row["starts_at_depot"] is True


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("columns", "cells", "field"),
    [
        ("capacity", "0", "vehicle_capacity"),
        ("capacity,depot", '9,"95, 13"', "depot"),
        ("depot", '"52, 13"', "depot_lat"),
        ("capacity,starts at depot", "9,yes", "starts_at_depot"),
        ("shift", "18:00-07:00", "shift"),
        ("shift start", "23:00", "shift"),
        ("weekdays", "sometimes", "weekdays"),
        ("home lat", "52", "home_lat"),
        ("time zone", "Mars", "time_zone"),
    ],
)
def test_what_cannot_be_meant_is_named(decide, columns, cells, field):
    ((state, reason),) = decide(f"name,{columns}\nRuth,{cells}\n")
    assert (state, reason["field"]) == ("reject", field)
