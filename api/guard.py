"""What stands around every request: the host it was meant for, headers for the browser, and the last net for errors."""

import logging
from collections.abc import Iterable

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import MEDIA_TYPE, problem_body

log = logging.getLogger("bailiwick.api")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",  # OpenStreetMap's tile servers answer 403 without a referrer
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
"""On every answer that does not set its own."""


class Guard:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp, host_names: Iterable[str]) -> None:
        self.app = app
        self.host_names = frozenset(name.lower() for name in host_names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = with_defaults(message["headers"])
            await send(message)

        if not self.knows(scope):
            await answer(scope, send_guarded, 421, "This server does not answer under that host name.")
            return
        if not self.from_here(scope):
            await answer(scope, send_guarded, 403, "A page of another site may not change anything here.")
            return
        try:
            await self.app(scope, receive, send_guarded)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await answer(scope, send_guarded, 500, "Something went wrong here; the server's log says what.")

    def from_here(self, scope: Scope) -> bool:
        """True unless a browser says that the request to change something comes from another site (CSRF)."""
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return True
        headers = dict(scope["headers"])
        if headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none"):
            return False
        origin = headers.get(b"origin")
        return origin is None or self.is_ours(origin.decode("latin-1").rpartition("//")[2])

    def knows(self, scope: Scope) -> bool:
        """True when the request names a host that is ours; a browser lured here by DNS names another."""
        return self.is_ours(dict(scope["headers"]).get(b"host", b"").decode("latin-1"))

    def is_ours(self, named: str) -> bool:
        """True for a host of ours, with a port or without."""
        host, _, port = named.lower().rpartition(":")
        return (host if port.isdigit() and host else named.lower()) in self.host_names


def with_defaults(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, completed."""
    given = list(headers)
    names = {name.lower() for name, _ in given}
    missing = ((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
    return given + [(name, value) for name, value in missing if name not in names]


async def answer(scope: Scope, send: Send, status: int, detail: str) -> None:
    """A problem, without the application."""
    body = orjson.dumps(problem_body(scope["path"], status, detail))
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
