"""`bailiwick admin-regions FILE`: what it says, keeps and refuses."""

import json

import pytest
from shapely.geometry import box, mapping
from typer.testing import CliRunner

from api.cli import app
from api.cli_options import Refused
from planning.record import save_plan
from tests.small_plan import NOON, small_plan


@pytest.fixture
def states(tmp_path):
    """Two states under the small plan's sites; the third site lies north of both."""
    shapes = {"W": box(9, 49, 11, 50.6), "E": box(11, 49, 14, 51)}
    features = [
        {"type": "Feature", "properties": {"key": code, "called": f"State {code}"}, "geometry": mapping(shape)}
        for code, shape in shapes.items()
    ]
    path = tmp_path / "states.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_regions_come_in_once_are_counted_and_go_again(record, record_url, states):
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    record.close()

    def run(*words, file=states):
        asked = ["admin-regions", str(file), "--valid-from", "2026-01-01", "--database", record_url, *words]
        return CliRunner().invoke(app, asked)

    columns = ("--code", "key", "--name", "called")
    done = run("--level", "state", *columns)
    assert done.exit_code == 0, done.output
    said = done.stdout.splitlines()
    assert said[:2] == ["2 regions of level state from 2026-01-01 on.", "5 sites in them, 1 outside of all."]
    batch = said[2].split()[3].rstrip(";")
    assert said[2] == f"Done as batch {batch}; `bailiwick undo {batch}` takes it back."
    assert "nothing was changed" in run("--level", "state", *columns).stdout
    undone = CliRunner().invoke(app, ["undo", batch, "--database", record_url])
    assert undone.exit_code == 0, undone.output
    assert "5 sites in them" in run("--level", "state", *columns).stdout, "it was gone"
    for words, file, reason in (
        (("--level", "a:b"), states, "without a colon"),
        (("--level", "state", "--code", "zip"), states, "no column 'zip'; found 'key', 'called'"),
        (("--level", "state"), states.with_name("none.geojson"), "none.geojson"),
    ):
        refused = run(*words, file=file).exception
        assert isinstance(refused, Refused) and reason in str(refused), refused
