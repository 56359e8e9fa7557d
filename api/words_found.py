"""Every text of the pages that a translation needs: `python -m api.words_found > bailiwick.pot`.

Texts stand in templates (`{{ _("…") }}`), in Python (`_("…")`, `ngettext("…", "…", n)`) and in scripts (`t("…")`).
A catalogue made from the list (msginit, Poedit, Weblate …) goes to `api/locale/LANGUAGE/LC_MESSAGES/bailiwick.po`
and, compiled (`msgfmt -o bailiwick.mo bailiwick.po`), beside it; browsers that ask for the language get it then.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from maps.assets import ASSETS

HERE = Path(__file__).parent
SCRIPT_TEXT = re.compile(r'\bt\(("(?:[^"\\]|\\.)*")')
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'


class Text(NamedTuple):
    """A text, its plural where it has one, and the file that it is in."""

    text: str
    plural: str
    file: str


def page_texts() -> list[Text]:
    """All texts, each once, in order."""
    found: dict[tuple[str, str], Text] = {}
    for one in (*template_texts(), *python_texts(), *script_texts()):
        found.setdefault((one.text, one.plural), one)
    return sorted(found.values())


def template_texts() -> Iterator[Text]:
    """What templates say through `_` and `ngettext`."""
    from jinja2 import Environment, FileSystemLoader
    from jinja2.ext import extract_from_ast

    folder = HERE / "templates"
    pages = Environment(loader=FileSystemLoader(folder), autoescape=True, extensions=["jinja2.ext.i18n"])
    for path in sorted(folder.glob("*.html")):
        for _, _, said in extract_from_ast(pages.parse(path.read_text(encoding="utf-8")), babel_style=False):
            words = [word for word in (said if isinstance(said, tuple) else (said,)) if word]
            yield Text(words[0], words[1] if len(words) > 1 else "", path.name)


def python_texts() -> Iterator[Text]:
    """What the modules of this package say."""
    for path in sorted(HERE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            words = [word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if name in ("_", "gettext") and words:
                yield Text(words[0], "", path.name)
            elif name == "ngettext" and len(words) > 1:
                yield Text(words[0], words[1], path.name)


def script_texts() -> Iterator[Text]:
    """What the scripts of the map and of the record say; the rep's page sends its words along from Python."""
    for path in script_files():
        script = path.read_text(encoding="utf-8")
        if 'from "./live_words.js"' in script:
            for found in SCRIPT_TEXT.finditer(script):
                yield Text(json.loads(found[1]), "", path.name)


def script_files() -> list[Path]:
    """Every script that may say something."""
    return [path for folder in (ASSETS / "modules", HERE / "static") for path in sorted(folder.glob("*.js"))]


def as_catalogue(texts: list[Text]) -> str:
    """The texts as a template for translators."""
    rows = [HEAD]
    for one in texts:
        plural = f"msgid_plural {quoted(one.plural)}\n" if one.plural else ""
        empty = 'msgstr[0] ""\nmsgstr[1] ""\n' if one.plural else 'msgstr ""\n'
        kind = "#, python-format\n" if "%(" in one.text else ""
        rows.append(f"#: {one.file}\n{kind}msgid {quoted(one.text)}\n{plural}{empty}")
    return "\n".join(rows)


def quoted(text: str) -> str:
    """A text as catalogues write it."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    print(as_catalogue(page_texts()))
