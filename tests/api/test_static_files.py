"""Scripts and styles of the pages are served from one folder, under names that nothing else has."""

import re
from pathlib import Path

from api.static_files import FOLDER, KINDS, files
from maps.assets import ASSETS

FOLDERS = (FOLDER, ASSETS / "modules", ASSETS / "styles")


def test_no_two_files_that_are_served_have_the_same_name():
    names = [path.name for folder in FOLDERS for path in folder.iterdir() if path.suffix in KINDS]
    assert sorted(names) == sorted(set(names))
    assert set(names) | {"leaflet.css", "leaflet.js"} == set(files())


def test_what_a_script_imports_or_a_template_names_is_served():
    known = files()
    wanted = {
        (name, other)
        for name, body in known.items()
        if name.endswith(".js")
        for other in re.findall(r'^import .* from "\./([\w.-]+)";$', body.decode(), re.MULTILINE)
    }
    templates = Path(FOLDER).parent / "templates"
    wanted |= {
        (path.name, other)
        for path in templates.glob("*.html")
        for other in re.findall(r"\{\{ static \}\}/([\w.-]+)", path.read_text(encoding="utf-8"))
    }
    assert len(wanted) > 50
    assert [pair for pair in wanted if pair[1] not in known] == []
