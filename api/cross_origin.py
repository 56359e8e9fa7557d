"""Which pages of other sites may send leads from a browser (CORS); all the rest of the server is closed to them.

Nothing here is ever sent with a session: the answer never allows credentials, and the routes do not look at cookies.
"""

from collections.abc import Iterable, Mapping

from starlette.types import Scope, Send

PATH = "/api/intake/"
"""What other sites may reach."""
MOST_BYTES = 64 * 1024
"""The largest body there."""
ANY = "*"
KEY_HEADER = "X-Intake-Key"
MAY_ASK = f"content-type, {KEY_HEADER.lower()}".encode()
HOLDS_S = b"600"


class CrossOrigin:
    """The origins that may send leads, such as https://www.example.org; `*` for all of them."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self.origins = frozenset(origin.lower().rstrip("/") for origin in origins)

    def concerns(self, scope: Scope) -> bool:
        """True for what other sites may reach."""
        path: str = scope["path"]
        return path.removeprefix(scope.get("root_path", "")).startswith(PATH)

    def allows(self, headers: Mapping[bytes, bytes]) -> bool:
        """True for an origin that may send leads."""
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        return bool(origin) and (ANY in self.origins or origin in self.origins)

    def headers(self, scope: Scope, headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """What an answer has to say for the other site's page to see it."""
        if not self.concerns(scope):
            return []
        vary = (b"vary", b"Origin")
        return [(b"access-control-allow-origin", headers[b"origin"]), vary] if self.allows(headers) else [vary]

    def is_question(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        """True when a browser asks whether the page may send."""
        asks = scope["method"] == "OPTIONS" and b"access-control-request-method" in headers
        return asks and self.concerns(scope) and self.allows(headers)


async def permit(send: Send) -> None:
    """Answer a browser that its page may send."""
    told = [
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", MAY_ASK),
        (b"access-control-max-age", HOLDS_S),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": told})
    await send({"type": "http.response.body", "body": b""})
