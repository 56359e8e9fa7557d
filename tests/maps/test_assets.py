"""Modules become scripts that need no loader."""

import hashlib
from pathlib import Path

import pytest

from maps import assets
from maps.assets import ASSETS, module, module_order, style, vendored

MODULES = sorted(path.name for path in (ASSETS / "modules").glob("*.js"))
LEAFLET = {  # of the published npm package leaflet 1.9.4
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_inlined(name: str) -> None:
    text = module(name)
    assert "import {" not in text
    assert "\nexport " not in text
    assert "@param" not in text


def test_what_a_module_needs_comes_before_it() -> None:
    order = module_order(["plan_page.js", "point_cloud.js"])
    assert order.index("packed.js") < order.index("plan_data.js") < order.index("plan_page.js")
    assert len(order) == len(set(order))


@pytest.mark.parametrize(
    "source",
    ["import L from 'leaflet';\n", "export default 3;\n", "const a = 1;\nexport { a };\n", "import './x.js';\n"],
)
def test_other_kinds_of_import_and_export_are_refused(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "odd.js").write_text(source)
    monkeypatch.setattr(assets, "ASSETS", tmp_path)
    with pytest.raises(ValueError, match=r"odd\.js"):
        module.__wrapped__("odd.js")


def test_a_module_that_would_end_its_script_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "odd.js").write_text('export const a = "</SCRIPT>";\n')
    monkeypatch.setattr(assets, "ASSETS", tmp_path)
    with pytest.raises(ValueError, match="</script"):
        module.__wrapped__("odd.js")


def test_no_style_sheet_asks_for_a_file() -> None:
    sheets = [vendored("leaflet/leaflet.css"), *(style(path.name) for path in (ASSETS / "styles").glob("*.css"))]
    for sheet in sheets:
        for address in sheet.split("url(")[1:]:
            assert address.startswith(("data:", "#"))


@pytest.mark.parametrize("name", LEAFLET)
def test_vendored_libraries_are_the_published_files(name: str) -> None:
    assert hashlib.sha256((ASSETS / "vendor" / "leaflet" / name).read_bytes()).hexdigest() == LEAFLET[name]


def test_every_vendored_library_brings_its_licence() -> None:
    for folder in (ASSETS / "vendor").iterdir():
        assert (folder / "LICENSE").is_file()
