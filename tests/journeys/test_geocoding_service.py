"""A service chosen in the settings, as a stranger sets it up: asked once, credited, its key shown nowhere."""

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.geo.fake_service import found, serving
from tests.journeys.conftest import Run

Geocode = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def geocode(here: Run, monkeypatch: pytest.MonkeyPatch) -> Geocode:
    """Runs `bailiwick geocode` with a service at this address in its settings."""

    def run(domain: str, **more: str) -> subprocess.CompletedProcess[str]:
        options = json.dumps({"domain": domain, "scheme": "http"})
        asked = {"SERVICE": "nominatim", "OPTIONS": options, "SECONDS": "0", **more}
        for name, value in asked.items():
            monkeypatch.setenv(f"BAILIWICK_GEOCODER_{name}", value)
        return here("geocode", "a.csv", "--out", "found")

    return run


def test_a_chosen_service_is_asked_once_for_every_address_and_credited(geocode: Geocode, tmp_path: Path) -> None:
    rows = "".join(f"a{number},Street {number // 2},Qqxtown\n" for number in range(12))
    (tmp_path / "a.csv").write_text("id,address,city\n" + rows, encoding="utf-8")
    with serving(lambda query: found(query, lat=50.25, lon=10.5)) as service:
        for _ in range(2):
            done = geocode(service.domain)
            assert done.returncode == 0, done.stderr
        assert len(service.asked) == 6 and set(service.asked.values()) == {1}
    assert "0 requests, 12 answers remembered" in done.stdout
    with (tmp_path / "found" / "geocoded.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert {(row["lat"], row["level"], row["attribution"]) for row in table} == {
        ("50.25", "rooftop", "© OpenStreetMap contributors")
    }


def test_a_setting_that_cannot_be_meant_is_one_line_without_the_key(geocode: Geocode, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,address\na,Street 1\n", encoding="utf-8")
    wrong = geocode("x", SECRETS='{"api_key": "very-s3cret"}')
    assert wrong.returncode == 2
    assert "no option 'api_key'" in wrong.stderr and "very-s3cret" not in wrong.stderr + wrong.stdout
    broken = geocode("x", SECRETS="very-s3cret")
    assert broken.returncode == 2 and "BAILIWICK_GEOCODER_SECRETS: a JSON object" in broken.stderr
    assert "very-s3cret" not in broken.stderr + broken.stdout
