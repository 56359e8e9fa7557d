"""Scripts and style sheets of the pages, under an address that changes with what they hold: browsers keep them.

`/static/DIGEST/today.js` imports `./outbox.js` and so gets the one of the same edition. An old edition, asked for by a
page that was loaded before an update, is answered with the present files but not kept.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Response

from maps.assets import ASSETS, vendored
from planning.record_errors import MissingError

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parent / "static"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
KEEP = "public, max-age=31536000, immutable"


@cache
def files() -> dict[str, bytes]:
    """Every file that is served, by name: the pages' own, and those of the maps."""
    folders = (FOLDER, ASSETS / "modules", ASSETS / "styles")
    own = {path.name: path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in KINDS}
    leaflet = {name: vendored(f"leaflet/{name}").encode() for name in ("leaflet.css", "leaflet.js")}
    return {name: path.read_bytes() for name, path in own.items()} | leaflet


@cache
def edition() -> str:
    """A digest of all of them."""
    whole = sha256()
    for name, body in files().items():
        whole.update(f"{name} {len(body)}\n".encode() + body)
    return whole.hexdigest()[:16]


def static_url(root: str) -> str:
    """Where the files of this edition are."""
    return f"{root}/static/{edition()}"


@router.get("/static/{digest}/{name}")
def read_static(digest: str, name: str) -> Response:
    """One file; it needs no user, like the sign-in page."""
    body = files().get(name)
    if body is None:
        raise MissingError(f"There is no file {name[:100]!r}.")
    keep = KEEP if digest == edition() else "no-store"
    return Response(body, media_type=KINDS[Path(name).suffix], headers={"Cache-Control": keep})
