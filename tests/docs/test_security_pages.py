"""What the pages on security name is there: a table that points at nothing protects nobody."""

import re
from pathlib import Path

import pytest

from api.settings import GeocodingSettings, Settings

ROOT = Path(__file__).parents[2]
PLACES = ("", "tests/api/", "tests/")
SETTING = re.compile(r"\bBAILIWICK_([A-Z_]+[A-Z])\b")


@pytest.mark.parametrize("page", ["docs/threat-model.md", "docs/asvs.md"])
def test_every_file_and_setting_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {one for one in re.findall(r"`([\w./*-]+\.(?:py|json))`", text) if one != "dev.py" and one[0] != "/"}
    assert len(named) > 30
    assert [one for one in named if not any(list(ROOT.glob(place + one)) for place in PLACES)] == []
    known = {name.upper() for name in Settings.model_fields}
    known |= {f"GEOCODER_{name.upper()}" for name in GeocodingSettings.model_fields}
    assert set(SETTING.findall(text)) <= known
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", ["docs/threat-model.md", "docs/asvs.md"])
def test_every_row_says_where(page: str) -> None:
    rows = [line for line in (ROOT / page).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    kinds = [row for row in rows if row.count("|") == 5 and not row.startswith(("| section", "| threat"))]
    assert kinds and all("`" in row.split("|")[3] for row in kinds)
