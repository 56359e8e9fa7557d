"""AnswerCache and what stands on it: nothing lost, nothing stale, bounded; pins before everything."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import Address, AnswerCache, CachedGeocoder, GeocoderCacheError, Level, Located, PinGeocoder, Place
from geo.geocoder_pins import pinned
from geo.located import FAR_FROM_ROAD_M

FULL = Located(
    Place(50.123456789, -10.5), Level.STREET, 0.75, "index 2026", "it is there", {"street": 0.9}, "Other Street",
    420.5, ("Other Street fits as well",), None, "© Somebody",
)  # fmt: skip
DAY_S = 86_400.0


class Counting:
    """Answers everything with the same and remembers what it was asked."""

    def __init__(self, answer: Located = FULL) -> None:
        self.answer = answer
        self.asked: list[Address] = []

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        self.asked += addresses
        return [self.answer for _ in addresses]


def test_an_answer_comes_back_whole(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "deep" / "cache.sqlite")
    nothing = Located(None, Level.NONE, 0.0, "index 2026", "not found")
    cache.keep("p", "a", FULL, 0.0)
    cache.keep("p", "b", nothing, 0.0)
    assert (cache.recall("p", "a", 1.0), cache.recall("p", "b", 1.0), cache.recall("q", "a", 1.0)) == (
        FULL,
        nothing,
        None,
    )


def test_an_old_answer_counts_no_more(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite", keep_days=30)
    cache.keep("p", "a", FULL, 0.0)
    assert cache.recall("p", "a", 29 * DAY_S) == FULL
    assert cache.recall("p", "a", 31 * DAY_S) is None


def test_the_longest_unused_go_first_when_there_are_too_many(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite", most=1500)
    for number in range(2000):
        cache.keep("p", str(number), FULL, float(number))
    assert cache.recall("p", "0", 2000.0) is None
    assert cache.recall("p", "1999", 2000.0) == FULL
    held = sqlite3.connect(tmp_path / "cache.sqlite").execute("SELECT count(*) FROM answer").fetchone()[0]
    assert held <= 1500


@pytest.mark.parametrize("content", [b"not a database at all, by far", b""])
def test_another_file_is_refused_and_an_empty_one_taken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(content)
    if content:
        with pytest.raises(GeocoderCacheError, match=r"cache\.sqlite"):
            AnswerCache(path)
        assert path.read_bytes() == content
    else:
        AnswerCache(path).keep("p", "a", FULL, 0.0)
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(GeocoderCacheError, match="another file"):
        AnswerCache(tmp_path / "other")


def test_a_geocoder_is_asked_once_for_one_address_however_often_it_comes(tmp_path: Path) -> None:
    inner = Counting()
    cached = CachedGeocoder(inner, AnswerCache(tmp_path / "cache.sqlite"), provider="index 1", now=lambda: 0.0)
    asked = [Address("Main St 1", "Town"), Address(" main  st 1", "TOWN"), Address("Main St 2", "Town")]
    assert cached.geocode(asked) == [FULL] * 3
    again = CachedGeocoder(inner, AnswerCache(tmp_path / "cache.sqlite"), provider="index 1", now=lambda: 0.0)
    assert again.geocode(asked) == [FULL] * 3
    assert len(inner.asked) == 2
    newer = CachedGeocoder(inner, AnswerCache(tmp_path / "cache.sqlite"), provider="index 2", now=lambda: 0.0)
    newer.geocode(asked[:1])
    assert len(inner.asked) == 3


def test_a_pin_answers_for_its_address_however_it_is_written() -> None:
    pin = pinned(Place(50, 10), by="Anna", note="the gate is in the yard")
    pins = PinGeocoder({Address("Hauptstraße 5", "Lauf"): pin, Address("", "Lauf"): pin})
    found = pins.geocode([Address("Hauptstr. 5", "LAUF"), Address("Hauptstraße 6", "Lauf"), Address("", "Lauf")])
    assert [each.level for each in found] == [Level.MANUAL, Level.NONE, Level.NONE]
    assert "Anna" in found[0].source and "gate" in found[0].why
    with pytest.raises(ValueError, match="manual"):
        PinGeocoder({Address("x"): FULL})


@given(
    level=st.sampled_from(Level),
    doubts=st.lists(st.sampled_from(["a doubt", "another"]), max_size=2),
    snap_m=st.none() | st.floats(0, 1000),
)
def test_what_is_for_review_is_rough_in_doubt_or_off_the_road_and_never_a_settled_pin(
    level: Level, doubts: list[str], snap_m: float | None
) -> None:
    place = None if level is Level.NONE else Place(1, 1)
    located = Located(place, level, 0.5, "s", doubts=tuple(doubts), snap_m=snap_m)
    far = snap_m is not None and snap_m > FAR_FROM_ROAD_M
    rough = not level.at_least(Level.INTERPOLATED)
    assert located.needs_review == (bool(doubts) or (level is not Level.MANUAL and (rough or far)))


def test_a_full_disk_is_said_and_costs_no_answer(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite")
    cache.keep("p", "kept", FULL, 0.0)
    pages = cache._db.execute("PRAGMA page_count").fetchone()[0]
    cache._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(GeocoderCacheError, match="cannot be written any more"):
        for number in range(500):
            cache.keep("p", str(number), FULL, 0.0)
    assert cache.recall("p", "kept", 0.0) == FULL
    cached = CachedGeocoder(Counting(), cache, provider="index", now=lambda: 0.0)
    assert cached.geocode([Address(f"Main St {number}") for number in range(50)]) == [FULL] * 50
