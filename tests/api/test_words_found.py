"""Every text of the pages can be found by whoever translates them."""

import re

from api.words_found import SCRIPT_TEXT, as_catalogue, page_texts, script_files


def test_texts_of_templates_of_python_and_of_scripts_are_found():
    known = {one.text: one for one in page_texts()}
    assert len(known) > 350
    assert known["Sign out"].file == "frame.html"
    assert known["%(count)d visit"].plural == "%(count)d visits"
    assert known["Fit borders"].file == "map.html" and known["Corner of the border"].file == "live_page.js"
    assert as_catalogue(page_texts()).count("msgid ") == len(page_texts()) + 1


def test_scripts_translate_nothing_that_cannot_be_found():
    for path in script_files():
        script = path.read_text(encoding="utf-8")
        if path.name == "live_words.js" or 'from "./live_words.js"' not in script:
            continue
        calls = len(re.findall(r"(?<![\w.])t\(", script))
        assert calls == len(SCRIPT_TEXT.findall(script)), path.name


def test_quotes_are_written_as_catalogues_want_them():
    assert 'msgid "“{name}” is published. Copy it to go on from it."' in as_catalogue(page_texts())
