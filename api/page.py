"""Server-rendered pages: Jinja templates that escape everything, sent with a policy that fits just what they hold."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse

from api.page_policy import page_policy


@cache
def templates() -> Any:
    """The templates of this package; a name that a template needs and is not given is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page whose forms go to this server only."""
    html: str = templates().get_template(template).render(values)
    return HTMLResponse(html, status, {"Content-Security-Policy": page_policy(html, forms=True)})
