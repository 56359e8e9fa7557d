"""HEAD wherever there is GET (RFC 9110, 9.3.2): the same answer without its content."""

from anyio import CancelScope
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """ASGI middleware, inside the guard: routes know only GET, and what is said of them stays as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        as_get = {**scope, "method": "GET"}
        with CancelScope() as content:

            async def send_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await send(message)
                elif message["type"] == "http.response.body":
                    await send({"type": "http.response.body"})
                    if message.get("more_body"):
                        content.cancel()  # nobody waits for the rest of a stream

            try:
                await self.app(as_get, receive, send_headers)
            finally:
                scope.update({name: as_get[name] for name in ("route", "path_params") if name in as_get})
