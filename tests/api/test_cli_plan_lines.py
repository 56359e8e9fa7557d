"""`plan --outlines`, and what the progress of a plan says in a pipe."""

import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from api import cli_report
from api.cli_options import Refused
from api.cli_plan import folder_to_write
from api.cli_plan_inputs import drawn_along
from api.cli_report import Bar
from geo.road_lines import RoadLine
from tests.planning.test_plan import grid, plan_of


def test_streets_need_a_region_and_are_taken_from_it():
    plan = plan_of(grid(2, 2))
    assert drawn_along(plan, None) is plan
    with pytest.raises(Refused, match="--outlines streets needs --region"):
        drawn_along(plan, "streets")
    roads = tuple(RoadLine(np.array([[50.0, 10.0], [50.1, 10.1]]), main) for main in (True, False))
    along = drawn_along(replace(plan, roads=roads), "Streets")
    assert (len(along.outlines.main), len(along.outlines.minor), along.notes) == (1, 1, ())
    assert drawn_along(replace(plan, roads=roads[:1]), "streets").notes == (
        "The region is too large for its streets: borders follow its main roads.",
    )


def test_a_file_of_areas_gives_its_edges_and_whole_areas_have_borders_of_their_own(tmp_path):
    ring = [[10, 50], [10.1, 50], [10.1, 50.1], [10, 50]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = tmp_path / "plz.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    plan = plan_of(grid(2, 2))
    assert len(drawn_along(plan, str(path)).outlines.main) == 1
    with pytest.raises(Refused, match="--outlines cannot be given with --areas"):
        drawn_along(replace(plan, areas=lambda places: None), str(path))


def test_a_file_in_the_way_is_refused_before_anything_is_read(tmp_path):
    (tmp_path / "plan").write_text("")
    for out in (tmp_path / "plan", tmp_path / "plan" / "deeper"):
        with pytest.raises(Refused, match=r"--out must be a folder, and .*plan is a file"):
            folder_to_write(out)
    folder_to_write(tmp_path / "new" / "deeper")


def test_in_a_pipe_every_stage_but_the_first_is_said_once_and_again_when_it_lasts(capsys, monkeypatch):
    now = iter([0.0, 1.0, 2.0, 40.0, 41.0])
    monkeypatch.setattr(cli_report.time, "monotonic", lambda: next(now))
    with Bar(Console(force_terminal=False)) as bar:
        bar("placing accounts", 0, 3)
        for done in (0, 1, 2, 3):
            bar("planning days, round 1", done, 12)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["planning days, round 1 …", "planning days, round 1: 2 of 12"]
