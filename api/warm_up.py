"""What the first request after a start would wait for: how every route is called, and the page for signing in.

FastAPI works out for a route what it takes and gives when the route is looked at for the first time; with some hundred
of them that is a second of computing.
"""

from fastapi import FastAPI

from api.page import templates

NOWHERE = {"type": "http", "method": "GET", "path": "/ ", "root_path": "", "headers": [], "query_string": b""}
"""A request that no route takes, so that all of them are looked at."""
FIRST_PAGES = ("sign_in.html", "today.html", "accounts.html", "map.html")


def warm_up(app: FastAPI) -> None:
    """Work it out now; the application answers as before."""
    for route in app.router.routes:
        route.matches(dict(NOWHERE))
    for name in FIRST_PAGES:
        templates("en").get_template(name)
