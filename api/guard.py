"""What stands around every request: its name, host, size and rate, headers for the browser, the last net for errors.

Every request has an id: the caller's own `X-Request-ID`, or a new one; it is in the answer and in its log.
"""

import logging
import re
import secrets
import time
from collections.abc import Iterable

import orjson
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.cross_origin import MOST_BYTES, CrossOrigin, permit
from api.metrics import Requests
from api.problems import MEDIA_TYPE, pattern, problem_body
from api.rates import Rate, counted_as
from planning.log_context import belonging
from planning.tracing import span

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
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UPLOADS = re.compile(r"/api/imports$")
"""Where a file may come, which has a limit of its own."""


class Guard:
    """ASGI middleware, outermost."""

    def __init__(
        self,
        app: ASGIApp,
        host_names: Iterable[str],
        *,
        requests: Requests,
        rate: Rate,
        most_bytes: int,
        is_https: bool = False,
        root_path: str = "",
        cross_origin: CrossOrigin | None = None,
    ) -> None:
        self.app = app
        self.host_names = frozenset(name.lower() for name in host_names)
        self.requests, self.rate, self.most_bytes = requests, rate, most_bytes
        self.root_path, self.cross_origin = root_path, cross_origin or CrossOrigin()
        self.headers = HEADERS | (HTTPS_HEADERS if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began_s, status = time.perf_counter(), 0
        if self.root_path:
            place_under(scope, self.root_path)
        headers = dict(scope["headers"])
        name = request_id(headers.get(b"x-request-id", b""))
        scope["bailiwick.request_id"] = name

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = [*message["headers"], *self.cross_origin.headers(scope, headers)]
                message["headers"] = [*self.completed(told), (b"x-request-id", name.encode())]
            await send(message)

        with belonging(request_id=name), span(f"{scope['method']}", headers.get(b"traceparent", b"").decode("latin-1")):
            try:
                if not await self.refused(scope, headers, send_guarded):
                    await self.app(scope, self.limited(scope, receive), send_guarded)
            except Exception:
                log.exception("%s %s failed", scope["method"], pattern(scope))
                if status:
                    raise
                await answer(scope, send_guarded, 500, "Something went wrong here; the server's log says what.")
            finally:
                took_s = time.perf_counter() - began_s
                self.requests.note(scope["method"], pattern(scope), status, took_s)
                facts = {"method": scope["method"], "path": pattern(scope), "status": status, "ms": round(1e3 * took_s)}
                if user := scope.get("bailiwick.user_id"):
                    facts["user"] = user
                log.info("request", extra={"facts": facts})

    async def refused(self, scope: Scope, headers: dict[bytes, bytes], send: Send) -> bool:
        """Answer what goes no further: another host's, another site's, too large, too often; False for all else."""
        if not self.knows(headers):
            await answer(scope, send, 421, "This server does not answer under that host name.")
        elif not self.from_here(scope, headers):
            await answer(scope, send, 403, "A page of another site may not change anything here.")
        elif self.too_large(scope, headers):
            await answer(scope, send, 413, f"The body is larger than {self.most(scope):,} bytes.")
        elif wait_s := self.rate.take(address_of(scope), time.monotonic()):
            await answer(scope, send, 429, "Too many requests.", retry_s=wait_s)
        elif self.cross_origin.is_question(scope, headers):
            await permit(send)
        else:
            return False
        return True

    def too_large(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """True when the request says itself that its body is too long."""
        length = headers.get(b"content-length", b"0")
        return not is_upload(scope) and (not length.isdigit() or int(length[:18]) > self.most(scope))

    def most(self, scope: Scope) -> int:
        """The largest body that is taken here, in bytes."""
        return min(MOST_BYTES, self.most_bytes) if self.cross_origin.concerns(scope) else self.most_bytes

    def limited(self, scope: Scope, receive: Receive) -> Receive:
        """The body, as far as it may be long: it need not say before how long it is."""
        if is_upload(scope):
            return receive
        so_far = 0

        async def counted() -> Message:
            nonlocal so_far
            message = await receive()
            so_far += len(message.get("body", b""))
            if so_far > self.most(scope):
                raise HTTPException(413, f"The body is larger than {self.most(scope):,} bytes.")
            return message

        return counted

    def from_here(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """True unless a browser says that the request to change something comes from another site (CSRF)."""
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return True
        if self.cross_origin.concerns(scope) and self.cross_origin.allows(headers):
            return True
        if headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none"):
            return False
        origin = headers.get(b"origin")
        return origin is None or self.is_ours(origin.decode("latin-1").rpartition("//")[2])

    def knows(self, headers: dict[bytes, bytes]) -> bool:
        """True when the request names a host that is ours; a browser lured here by DNS names another."""
        return self.is_ours(headers.get(b"host", b"").decode("latin-1"))

    def is_ours(self, named: str) -> bool:
        """True for a host of ours, with a port or without."""
        host, _, port = named.lower().rpartition(":")
        return (host if port.isdigit() and host else named.lower()) in self.host_names

    def completed(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers of an answer with those that it does not set itself."""
        given = list(headers)
        names = {name.lower() for name, _ in given}
        missing = ((name.lower().encode(), value.encode()) for name, value in self.headers.items())
        return given + [(name, value) for name, value in missing if name not in names]


def place_under(scope: Scope, root_path: str) -> None:
    """Have the application know the path under which a proxy shows it, whether the proxy strips it or not."""
    scope["root_path"] = root_path
    if scope["path"] == root_path:
        scope["path"] += "/"
    if not scope["path"].startswith(root_path + "/"):
        scope["path"] = root_path + scope["path"]


def request_id(asked: bytes) -> str:
    """The caller's name for the request where it is a decent one, else a new one."""
    text = asked.decode("latin-1")
    return text if REQUEST_ID.fullmatch(text) else secrets.token_hex(8)


def address_of(scope: Scope) -> str:
    """Where a request comes from. (Not by whose token: anybody can make up tokens.)"""
    client = scope.get("client")
    return counted_as(str(client[0])) if client else ""


def is_upload(scope: Scope) -> bool:
    return scope["method"] == "POST" and UPLOADS.search(scope["path"]) is not None


async def answer(scope: Scope, send: Send, status: int, detail: str, *, retry_s: float | None = None) -> None:
    """A problem, without the application."""
    body = orjson.dumps(problem_body(scope["path"], status, detail))
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    if retry_s is not None:
        headers.append((b"retry-after", str(int(retry_s) + 1).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
