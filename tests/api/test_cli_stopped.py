"""How the command line ends when it is stopped, or told to read what is not there."""

from pathlib import Path

import pytest

from api import cli
from api.cli_options import Refused, area_source


def test_ctrl_c_at_any_moment_says_that_it_was_stopped(monkeypatch, capsys):
    for stopped in (KeyboardInterrupt(), SystemExit(cli.STOPPED)):

        def app(error=stopped):
            raise error

        monkeypatch.setattr(cli, "app", app)
        with pytest.raises(SystemExit) as over:
            cli.main()
        assert (over.value.code, capsys.readouterr().err) == (cli.STOPPED, "bailiwick: stopped\n")


def test_missing_areas_are_refused_with_option_file_and_what_was_expected():
    with pytest.raises(Refused, match=r"--areas must be a file of polygons .* there is no file nowhere\.geojson"):
        area_source(Path("nowhere.geojson"), None)
