"""OnlineGeocoder: politely, and never twice."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from geopy.exc import GeocoderRateLimited, GeocoderServiceError, GeocoderTimedOut
from geopy.location import Location

from geo import Address, Level, OnlineGeocoder
from geo.geocoder_online import nominatim_level

Reply = Location | Exception | None
HERE = Location("Here 1, Town", (50.0, 10.0, 0.0), {"addresstype": "building", "importance": 0.25})


class Service:
    """A service with prepared replies (the last one for ever) that counts what it is asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | None:
        self.asked.append(query)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply


class Clock:
    def __init__(self) -> None:
        self.time_s = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time_s += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def online(service: Service, folder: Path, clock: Clock, **options: int) -> OnlineGeocoder:
    return OnlineGeocoder(
        service,
        folder / "memory.sqlite",
        service="test",
        now=clock.now,
        sleep=clock.sleep,
        level=nominatim_level,
        **options,
    )


def addresses(*lines: str) -> Sequence[Address]:
    return [Address(line) for line in lines]


def test_an_answer_is_remembered_also_that_nothing_was_found(tmp_path: Path, clock: Clock) -> None:
    service = Service(HERE, None)
    first = online(service, tmp_path, clock).geocode(addresses("a", "b", "a"))
    again = online(service, tmp_path, clock).geocode(addresses("a", "b"))
    assert service.asked == ["a", "b"]
    assert [f.level for f in first] == [Level.ROOFTOP, Level.NONE, Level.ROOFTOP]
    assert again == first[:2]
    assert again[0].score == 0.25


def test_one_request_a_second_for_all_who_share_the_memory(tmp_path: Path, clock: Clock) -> None:
    one, other = online(Service(HERE), tmp_path, clock), online(Service(HERE), tmp_path, clock)
    for line in ("a", "b"):
        one.geocode(addresses(line))
        other.geocode(addresses(line + line))
    assert clock.slept == [1.0, 1.0, 1.0]


def test_retry_after_is_honoured(tmp_path: Path, clock: Clock) -> None:
    service = Service(GeocoderRateLimited("slow down", retry_after=17), HERE)
    assert online(service, tmp_path, clock).geocode(addresses("a"))[0].level is Level.ROOFTOP
    assert 17.0 in clock.slept


def test_a_failure_is_not_remembered(tmp_path: Path, clock: Clock) -> None:
    broken = Service(GeocoderServiceError("500"))
    failed = online(broken, tmp_path, clock, tries=2).geocode(addresses("a"))[0]
    assert failed.level is Level.NONE
    assert "500" in failed.why
    assert len(broken.asked) == 2
    assert online(Service(HERE), tmp_path, clock).geocode(addresses("a"))[0].level is Level.ROOFTOP


def test_a_dead_service_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    dead = Service(GeocoderTimedOut("never"))
    found = online(dead, tmp_path, clock, tries=1, give_up=3).geocode(addresses(*"abcdefgh"))
    assert len(dead.asked) == 3
    assert len(found) == 8
    assert "left alone" in found[-1].why


def test_a_run_that_is_killed_goes_on_where_it_stopped(tmp_path: Path, clock: Clock) -> None:
    killed = Service(HERE, HERE, RuntimeError("killed"))
    with pytest.raises(RuntimeError, match="killed"):
        online(killed, tmp_path, clock).geocode(addresses(*"abcd"))
    rest = Service(HERE)
    assert len(online(rest, tmp_path, clock).geocode(addresses(*"abcd"))) == 4
    assert killed.asked[:2] == ["a", "b"]
    assert rest.asked == ["c", "d"]


def test_an_empty_address_is_not_asked(tmp_path: Path, clock: Clock) -> None:
    service = Service(HERE)
    assert online(service, tmp_path, clock).geocode([Address()])[0].level is Level.NONE
    assert service.asked == []
