"""OnlineGeocoder: politely, and never twice."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from geopy.exc import GeocoderAuthenticationFailure, GeocoderRateLimited, GeocoderServiceError, GeocoderTimedOut
from geopy.location import Location

from geo import Address, AnswerCache, Level, Located, OnlineGeocoder, Service, open_service
from geo.geocoder_levels import nominatim
from tests.geo.fake_service import Reply, found, serving

Answers = list[Location] | Exception | None
HERE: Answers = [Location("Here 1, Town", (50.0, 10.0, 0.0), {"addresstype": "building", "importance": 0.25})]


class Prepared:
    """A geocoder with prepared replies (the last one for ever) that counts what it is asked."""

    def __init__(self, *replies: Answers) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []

    def geocode(self, query: str, *, exactly_one: bool = True) -> list[Location] | None:
        self.asked.append(query)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, BaseException):
            raise reply
        return reply


class Clock:
    def __init__(self) -> None:
        self.time_s = 1_000_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time_s += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def online(geocoder: Prepared, folder: Path, clock: Clock, **options: int) -> OnlineGeocoder:
    service = Service("test", "geo.example.org", "test", geocoder, 1.0, nominatim, "© Test")
    cache = AnswerCache(folder / "cache.sqlite")
    return OnlineGeocoder(service, cache, now=clock.now, sleep=clock.sleep, **options)


def addresses(*lines: str) -> Sequence[Address]:
    return [Address(line) for line in lines]


def test_an_answer_is_remembered_also_that_nothing_was_found(tmp_path: Path, clock: Clock) -> None:
    service = Prepared(HERE, None)
    first = online(service, tmp_path, clock).geocode(addresses("a", "b", "a"))
    again = online(service, tmp_path, clock).geocode(addresses("a", " B "))
    assert service.asked == ["a", "b"]
    assert [f.level for f in first] == [Level.ROOFTOP, Level.NONE, Level.ROOFTOP]
    assert again == first[:2]
    assert (again[0].score, again[0].attribution) == (0.25, "© Test")
    assert again[0].source == "test (geo.example.org), asked 2001-09-09"


def test_one_request_a_second_for_all_who_share_the_cache(tmp_path: Path, clock: Clock) -> None:
    one, other = online(Prepared(HERE), tmp_path, clock), online(Prepared(HERE), tmp_path, clock)
    for line in ("a", "b"):
        one.geocode(addresses(line))
        other.geocode(addresses(line + line))
    assert clock.slept == [1.0, 1.0, 1.0]


def test_threads_that_share_the_cache_ask_one_question_once(tmp_path: Path) -> None:
    with serving(lambda query: found(query)) as service:
        options = {"domain": service.domain, "scheme": "http"}
        one = OnlineGeocoder(
            open_service("nominatim", options=options, seconds=0), AnswerCache(tmp_path / "cache.sqlite")
        )
        asked = addresses(*(f"Street {number}" for number in range(20)))
        answers: list[list[Located]] = []
        threads = [threading.Thread(target=lambda: answers.append(one.geocode(asked))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(service.asked.values()) == {1} and len(service.asked) == 20
        assert len(answers) == 4 and answers[0] == answers[1] == answers[2] == answers[3]


def test_retry_after_is_honoured_by_everyone(tmp_path: Path, clock: Clock) -> None:
    service = Prepared(GeocoderRateLimited("slow down", retry_after=17), HERE)
    assert online(service, tmp_path, clock).geocode(addresses("a"))[0].level is Level.ROOFTOP
    assert clock.slept == [17.0]
    refused = Prepared(GeocoderRateLimited("slow down", retry_after=50))
    online(refused, tmp_path, clock, tries=1).geocode(addresses("b"))
    other = Prepared(HERE)
    online(other, tmp_path, clock).geocode(addresses("c"))
    assert clock.slept[-1] == 50.0


def test_a_failure_is_not_remembered(tmp_path: Path, clock: Clock) -> None:
    broken = Prepared(GeocoderServiceError("HTTP 500"))
    failed = online(broken, tmp_path, clock, tries=2).geocode(addresses("a"))[0]
    assert failed.level is Level.NONE
    assert "HTTP 500" in failed.why
    assert len(broken.asked) == 2
    assert online(Prepared(HERE), tmp_path, clock).geocode(addresses("a"))[0].level is Level.ROOFTOP


def test_a_dead_service_is_left_alone_by_everyone_and_tried_once_later(tmp_path: Path, clock: Clock) -> None:
    dead = Prepared(GeocoderTimedOut("never"))
    answers = online(dead, tmp_path, clock, tries=1, give_up=3).geocode(addresses(*"abcdefgh"))
    assert len(dead.asked) == 3
    assert len(answers) == 8
    assert "left alone until" in answers[-1].why
    other = Prepared(GeocoderTimedOut("never"))
    online(other, tmp_path, clock, give_up=3).geocode(addresses("a", "b"))
    assert other.asked == []
    clock.time_s += 61
    online(other, tmp_path, clock, give_up=3).geocode(addresses("a", "b"))
    assert other.asked == ["a"]
    clock.time_s += 121
    well = Prepared(HERE)
    assert online(well, tmp_path, clock, give_up=3).geocode(addresses("a", "b"))[1].level is Level.ROOFTOP


def test_a_wrong_key_stops_the_questions_at_once(tmp_path: Path, clock: Clock) -> None:
    closed = Prepared(GeocoderAuthenticationFailure("HTTP 401"))
    online(closed, tmp_path, clock).geocode(addresses(*"abc"))
    assert closed.asked == ["a"]


def test_a_killed_run_goes_on_and_asks_only_what_nobody_knows_again(tmp_path: Path, clock: Clock) -> None:
    class Killed(BaseException):
        pass

    killed = Prepared(HERE, HERE, Killed())  # type: ignore[arg-type]
    with pytest.raises(Killed):
        online(killed, tmp_path, clock).geocode(addresses(*"abcd"))
    rest = Prepared(HERE)
    second = online(rest, tmp_path, clock)
    assert len(second.geocode(addresses(*"abcd"))) == 4
    assert killed.asked == ["a", "b", "c"]
    assert rest.asked == ["c", "d"]
    assert (second.tally.again, second.tally.asked, second.tally.remembered) == (1, 2, 2)
    assert AnswerCache(tmp_path / "cache.sqlite").asked_again("test") == ["c\n\n\n\n"]


def test_a_question_that_kills_the_program_twice_is_left_for_a_person(tmp_path: Path, clock: Clock) -> None:
    class Killed(BaseException):
        pass

    for _ in range(2):
        with pytest.raises(Killed):
            online(Prepared(Killed()), tmp_path, clock).geocode(addresses("a"))  # type: ignore[arg-type]
    left = Prepared(HERE)
    answer = online(left, tmp_path, clock).geocode(addresses("a"))[0]
    assert left.asked == []
    assert "asked 2 times" in answer.why


def test_places_far_apart_that_fit_alike_are_a_doubt(tmp_path: Path, clock: Clock) -> None:
    there = Location("Here 1, Other Town", (50.1, 10.0, 0.0), {"addresstype": "building"})
    near = Location("Here 1 b", (50.0001, 10.0, 0.0), {"addresstype": "building"})
    road = Location("Here", (50.2, 10.0, 0.0), {"addresstype": "road"})
    assert isinstance(HERE, list)
    two, one, rough = online(Prepared([*HERE, near, there], [*HERE, near], [*HERE, road]), tmp_path, clock).geocode(
        addresses(*"abc")
    )
    assert (two.level, two.runner_up, two.doubts) == (
        Level.STREET,
        "Here 1, Other Town",
        ("Here 1, Other Town fits as well",),
    )
    assert two.runner_up_m == pytest.approx(11_119.5, abs=1)
    assert (one.level, one.runner_up_m) == (Level.ROOFTOP, None)
    assert (rough.level, rough.runner_up) == (Level.ROOFTOP, "Here")


@pytest.mark.parametrize("line", ["", "  ", "\x00", "x" * 10_000])
def test_what_is_no_address_is_not_asked(tmp_path: Path, clock: Clock, line: str) -> None:
    service = Prepared(HERE)
    assert online(service, tmp_path, clock).geocode([Address(line)])[0].level is Level.NONE
    assert service.asked == []


HTML = b"<html><body>Welcome to this hotel's network</body></html>"
STRANGE: dict[str, tuple[Callable[[str], Reply | None], str]] = {
    "429": (lambda _: (429, {"Retry-After": "1"}, b""), "HTTP 429"),
    "500": (lambda _: (500, {}, b"boom"), "HTTP 500"),
    "503 with a date": (lambda _: (503, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, b""), "HTTP 503"),
    "HTML": (lambda _: (200, {"Content-Type": "text/html"}, HTML), "not JSON"),
    "nothing": (lambda _: (200, {}, b""), "not JSON"),
    "other JSON": (lambda _: (200, {}, b'[{"strange": 1}]'), "does not answer"),
    "no degrees": (lambda _: (200, {}, b'[{"lat": "x", "lon": "y", "display_name": "z"}]'), "does not answer"),
    "slowly": (lambda query: (200, {"X-Slowly": "yes"}, found(query)[2]), "no whole answer within 0.5 s"),
    "never": (lambda _: None, "no whole answer within 0.5 s"),
    "endless": (lambda _: (200, {"Content-Length": "9000000"}, b" " * 5_000_000), "longer than"),
    "elsewhere": (lambda _: (302, {"Location": "http://localhost:1/secret"}, b""), "redirects to another host"),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_service_that_misbehaves_is_an_answer_marked_as_such(tmp_path: Path, kind: str) -> None:
    reply, says = STRANGE[kind]
    with serving(reply) as service:
        options = {"domain": service.domain, "scheme": "http"}
        patience_s = 0.5 if "0.5 s" in says else 30.0  # a busy machine may keep an answer waiting
        ready = open_service("nominatim", options=options, seconds=0, timeout_s=patience_s)
        geocoder = OnlineGeocoder(ready, AnswerCache(tmp_path / "cache.sqlite"), tries=2, sleep=lambda _: None)
        answers = geocoder.geocode(addresses("a", "b"))
        assert [answer.level for answer in answers] == [Level.NONE, Level.NONE]
        assert says in answers[0].why
        assert all(answer.needs_review for answer in answers)
        assert service.asked["a"] == 2
        service.reply = lambda query: found(query)
        ready = open_service("nominatim", options=options, seconds=0, timeout_s=30.0)
        well = OnlineGeocoder(ready, AnswerCache(tmp_path / "cache.sqlite"), sleep=lambda _: None)
        assert [answer.level for answer in well.geocode(addresses("a", "b"))] == [Level.ROOFTOP] * 2


def test_nobody_answers(tmp_path: Path) -> None:
    ready = open_service("nominatim", options={"domain": "127.0.0.1:9", "scheme": "http"}, timeout_s=1)
    geocoder = OnlineGeocoder(ready, AnswerCache(tmp_path / "cache.sqlite"), tries=1)
    assert "cannot be reached" in geocoder.geocode(addresses("a"))[0].why


def test_the_lock_of_a_dead_program_holds_nobody_up(tmp_path: Path, clock: Clock) -> None:
    with AnswerCache(tmp_path / "cache.sqlite").turn("test"):
        pass
    assert [path.name for path in tmp_path.glob("*.turn")] != []
    assert online(Prepared(HERE), tmp_path, clock).geocode(addresses("a"))[0].level is Level.ROOFTOP
    assert sqlite3.connect(tmp_path / "cache.sqlite").execute("SELECT count(*) FROM under_way").fetchone() == (0,)
