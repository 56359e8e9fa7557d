"""Routing servers that misbehave."""

from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Event, Thread
from typing import Any

import pytest

from geo.errors import RoutingError
from geo.osrm_answer import legs_through
from geo.place import Place
from geo.travel_http import RoutingServer
from geo.travel_osrm_server import OsrmServerTimes
from geo.travel_server import server_times
from geo.travel_valhalla import ValhallaTimes, decoded

Answer = tuple[int, dict[str, str], bytes]
PLACES = [Place(50, 10), Place(50.1, 10.1)]


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts a server that gives these answers one after the other, the last one for ever; returns its address."""
    running: list[tuple[ThreadingHTTPServer, Thread]] = []

    def start(*answers: Answer, wait: Event | None = None) -> str:
        left = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if wait is not None:
                    wait.wait(5)
                status, headers, body = left.pop(0) if len(left) > 1 else left[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that gave up is no news
        thread = Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_busy_server_is_asked_again_when_it_says(serve: Callable[..., str]) -> None:
    waits: list[float] = []
    url = serve((429, {"Retry-After": "7"}, b"slow down"), (503, {}, b""), (200, {}, b'{"code": "Ok"}'))
    assert RoutingServer(url, sleep=waits.append).ask("x") == {"code": "Ok"}
    assert waits == [7.0, 2.0]


def test_a_server_cannot_make_us_wait_for_ever(serve: Callable[..., str]) -> None:
    waits: list[float] = []
    url = serve((429, {"Retry-After": "86400"}, b"tomorrow"))
    with pytest.raises(RoutingError, match="answered 429"):
        RoutingServer(url, tries=2, sleep=waits.append).ask("x")
    assert waits == [60.0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, {}, b"<html>Internal Server Error</html>"), "answered 500"),
        ((200, {}, b"<html>Welcome</html>"), "something other than JSON: <html>Welcome"),
        ((200, {}, b'{"code": "Ok", '), "something other than JSON"),
    ],
)
def test_an_answer_that_is_no_json_is_shown(serve: Callable[..., str], answer: Answer, said: str) -> None:
    with pytest.raises(RoutingError, match=said):
        RoutingServer(serve(answer), sleep=lambda _: None).ask("x")


def test_a_server_leads_to_no_other_host_and_fills_no_memory(
    serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = serve((200, {}, b'{"secret": 1}')).replace("127.0.0.1", "localhost")
    for other in (inside, "http://[::ffff:127.0.0.1]:1/", "http://2130706433/", "file:///etc/passwd"):
        server = RoutingServer(serve((302, {"Location": other}, b"")), tries=1)
        with pytest.raises(RoutingError, match=r"does not answer|answered 302"):
            server.ask("x")
    url = serve((302, {"Location": "/y"}, b""), (200, {}, b'{"code": "Ok"}'))
    assert RoutingServer(url).ask("x") == {"code": "Ok"}
    monkeypatch.setattr("geo.travel_http.MOST_BYTES", 10)
    with pytest.raises(RoutingError, match="more than 10 bytes"):
        RoutingServer(url).ask("x")


def test_an_error_in_the_servers_own_words_is_passed_on(serve: Callable[..., str]) -> None:
    url = serve((400, {}, b'{"code": "TooBig", "message": "Too many table coordinates"}'))
    with pytest.raises(RoutingError, match="refused a table: TooBig: Too many table coordinates"):
        OsrmServerTimes(RoutingServer(url)).matrix(PLACES)
    url = serve((400, {}, b'{"error": "Exceeded max locations", "error_code": 150}'))
    with pytest.raises(RoutingError, match="refused a locate: Exceeded max locations"):
        ValhallaTimes(RoutingServer(url)).matrix(PLACES)


def test_a_server_that_never_answers_is_given_up(serve: Callable[..., str]) -> None:
    done = Event()
    url = serve((200, {}, b"{}"), wait=done)
    with pytest.raises(RoutingError, match="does not answer"):
        RoutingServer(url, timeout_s=0.05, tries=2, sleep=lambda _: None).ask("x")
    done.set()


def test_no_server_at_all_is_said() -> None:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(RoutingError, match=f"127.0.0.1:{port} does not answer"):
        RoutingServer(f"http://127.0.0.1:{port}", tries=1).ask("x")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host", "localhost:5000", ""])
def test_only_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with http"):
        RoutingServer(url)


def test_one_impossible_leg_does_not_spoil_the_others() -> None:
    """An engine refuses a route as a whole; asked piece by piece it gives what there is."""
    stops = [Place(50, lon) for lon in range(6)]

    def ask(through: Sequence[Place]) -> dict[str, Any]:
        if stops[3] in through[:-1]:
            raise RoutingError("refused a route: NoRoute - Impossible route between points")
        step = {"steps": [{"geometry": {"coordinates": [(0, 50)]}}], "duration": 60, "distance": 100}
        return {"routes": [{"legs": [step] * (len(through) - 1)}]}

    assert [leg.duration_s for leg in legs_through(stops, ask)] == [60, 60, 60, -1, 60]

    def broken(through: Sequence[Place]) -> dict[str, Any]:
        raise RoutingError("refused a route: InvalidValue")

    with pytest.raises(RoutingError, match="InvalidValue"):
        legs_through(stops, broken)


def test_a_server_is_named_in_one_word() -> None:
    assert isinstance(server_times("osrm+http://host:5000"), OsrmServerTimes)
    assert server_times("valhalla+https://host").source.endswith("https://host")
    for text in ("http://host", "osrm", "google+http://host", ""):
        with pytest.raises(ValueError, match=r"osrm\+http://… or valhalla\+http://…"):
            server_times(text)
    with pytest.raises(ValueError, match="must begin with http"):
        server_times("osrm+ftp://host")


def test_valhalla_knows_three_profiles() -> None:
    with pytest.raises(ValueError, match="car, bicycle, foot"):
        ValhallaTimes(RoutingServer("http://host"), profile="rocket")


def test_the_documented_polyline_is_decoded() -> None:
    """The example of Google's description, which has five decimals where Valhalla has six."""
    points = decoded("_p~iF~ps|U_ulLnnqC_mqNvxq`@")
    figures = [(round(p.lat * 10, 5), round(p.lon * 10, 5)) for p in points]
    assert figures == [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]
