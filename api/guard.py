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
        try:
            await self.app(scope, receive, send_guarded)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await answer(scope, send_guarded, 500, "Something went wrong here; the server's log says what.")

    def knows(self, scope: Scope) -> bool:
        """True when the request names a host that is ours; a browser lured here by DNS names another."""
        named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
        host, _, port = named.rpartition(":")
        return (host if port.isdigit() and host else named) in self.host_names


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
