"""A geocoding service of Nominatim's kind on this machine, that counts what it is asked and can misbehave."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, dict[str, str], bytes]


def found(query: str, *, lat: float = 50.0, lon: float = 10.0, kind: str = "building") -> Reply:
    """One place, in Nominatim's words."""
    place = {"lat": str(lat), "lon": str(lon), "display_name": query, "addresstype": kind, "importance": 0.25}
    return 200, {"Content-Type": "application/json"}, json.dumps([place]).encode()


class FakeService:
    """Answers with what `reply` says; `asked` counts the queries, `released` lets replies that hang go."""

    def __init__(self, reply: Callable[[str], Reply | None]) -> None:
        self.reply = reply
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.port = 0

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        query = parse_qs(urlsplit(handler.path).query).get("q", [""])[0]
        with self.lock:
            self.asked[query] += 1
        reply = self.reply(query)
        if reply is None:  # never
            self.released.wait(30)
            return
        status, headers, body = reply
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if "Content-Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if headers.get("X-Slowly"):
            for at in range(len(body)):
                handler.wfile.write(body[at : at + 1])
                handler.wfile.flush()
                if self.released.wait(0.2):
                    return
        handler.wfile.write(body)


@contextmanager
def serving(reply: Callable[[str], Reply | None]) -> Iterator[FakeService]:
    """The service while it runs."""
    service = FakeService(reply)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                service.answer(self)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
