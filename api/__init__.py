"""The ways in: the web application and the command line.

app = create_app(Settings(database_url="sqlite:///plan.sqlite"))    # FastAPI, for any ASGI server
serve(Settings(port=8123))                                          # or with the server that comes along
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.app import create_app
    from api.serve import serve
    from api.settings import Settings

WHERE = {"create_app": "api.app", "serve": "api.serve", "Settings": "api.settings"}

__all__ = ["create_app", "serve", "Settings"]


def __getattr__(name: str) -> Any:
    if name not in WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(WHERE[name]), name)
