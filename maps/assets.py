"""Files that go into a page: vendored libraries, style sheets, and ES modules turned into plain scripts.

A page opened from ``file://`` may not import one module from another, and a page under a strict policy loads
nothing from elsewhere. So each module becomes one inline script: its imports are looked up in, and its exports
put into, one object on the window. The modules keep to named imports and exports, one statement per declaration,
which is all this needs to know of the language; anything else is refused.
"""

import base64
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"
REGISTRY = "window.bailiwick"

_IMPORT = re.compile(r'^import \{([\w\s,$]*)\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
_DOC = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_IMAGE = re.compile(r"url\(images/([\w.-]+\.png)\)")


@cache
def style(name: str) -> str:
    """A style sheet of ours."""
    return _read(ASSETS / "styles" / name)


@cache
def vendored(name: str) -> str:
    """A library's file with its images inside and without the note where its source map would be."""
    path = ASSETS / "vendor" / name
    text = _IMAGE.sub(lambda found: f"url({_data_address(path.parent / 'images' / found[1])})", _read(path))
    return re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text)


@cache
def module(name: str) -> str:
    """One ES module as a script that fills :data:`REGISTRY`.

    Raises:
        ValueError: it imports or exports in a way this cannot turn.
    """
    source = _DOC.sub("", _read(ASSETS / "modules" / name))
    exports = _EXPORTED.findall(source)
    body = _IMPORT.sub(lambda found: f'const {{{found[1]}}} = modules["{found[2]}"];\n', source)
    body = _EXPORT.sub("", body)
    if left := _LEFT_OVER.search(body):
        raise ValueError(f"{name}: cannot inline {left[0]!r}; use named imports and exported declarations")
    if re.search(r"</script|<!--", body, re.IGNORECASE):
        raise ValueError(f"{name}: the text of a module must not contain </script or <!--")
    share = f'modules["{name}"] = {{ {", ".join(exports)} }};'
    return f'(function (modules) {{\n"use strict";\n{body}{share}\n}})({REGISTRY} = {REGISTRY} || {{}});'


def module_order(names: Iterable[str]) -> list[str]:
    """The modules and all they import, each after what it needs."""
    order: list[str] = []
    for name in names:
        for needed in (*module_order(_imports(name)), name):
            if needed not in order:
                order.append(needed)
    return order


@cache
def _imports(name: str) -> tuple[str, ...]:
    return tuple(found[1] for found in _IMPORT.findall(_read(ASSETS / "modules" / name)))


def _data_address(image: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(image.read_bytes()).decode("ascii")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
