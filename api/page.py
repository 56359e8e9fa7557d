"""Server-rendered pages: Jinja templates that escape everything, sent with a policy that fits just what they hold.

Small pages (`render`) carry their style in themselves. Pages of the application (`render_app`) stand in a frame with
the way to the other pages, load style and scripts from this server, and run no script without the nonce of the answer.
"""

import re
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.page_format import formats
from api.page_policy import page_policy
from api.settings import Settings
from api.static_files import static_url
from api.words import language_of, words_of
from planning.viewer import Viewer


def without_indents(source: str) -> str:
    """The source of a template without what indents its lines: a telephone loads a fifth less of a long day."""
    return re.sub(r"\n[ \t]+", "\n", source)


@cache
def templates(language: str = "en") -> Any:
    """The templates of this package in a language; a name that a template needs and is not given is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.ext import Extension

    class Lean(Extension):
        def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
            return without_indents(source)

    folder = Path(__file__).parent / "templates"
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", Lean],
    )
    made.install_gettext_translations(words_of(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(formats(words_of(language)))
    return made


def render(template: str, status: int = 200, language: str = "en", **values: Any) -> HTMLResponse:
    """A page whose forms go to this server only, in a language of `language_of`."""
    html: str = templates(language).get_template(template).render({"language": language.replace("_", "-")} | values)
    return HTMLResponse(html, status, {"Content-Security-Policy": page_policy(html, forms=True)})


def render_app(request: Request, viewer: Viewer, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the application; `template` extends `frame.html`."""
    settings: Settings = request.app.state.settings
    language = language_of(request.headers.get("accept-language", ""))
    root: str = request.scope.get("root_path", "")
    nonce = token_urlsafe(16)
    frame = {"language": language.replace("_", "-"), "root": root, "nonce": nonce, "viewer": viewer}
    html: str = templates(language).get_template(template).render(frame | {"static": static_url(root)} | values)
    headers = {
        "Content-Security-Policy": app_policy(nonce, settings.tile_origin),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language, Cookie",
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }
    return HTMLResponse(html, status, headers)


def app_policy(nonce: str, tile_origin: str | None) -> str:
    """Scripts and inline styles with this nonce only; everything else from this server, pictures also of tiles."""
    pictures = "'self' data: blob:" + (f" {tile_origin}" if tile_origin else "")
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src {pictures}; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
