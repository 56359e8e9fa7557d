"""Travel times that are kept."""

import pickle
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import MatrixCacheError
from geo.matrix_cache import MatrixCache
from geo.place import Place
from geo.region import Region
from geo.travel_cached import CachedTimes, gaps
from geo.travel_leg import Leg
from geo.travel_road import Table
from geo.travel_snap import Snap

At = Callable[[float, float], Place]


class Counting:
    """Times made of coordinates alone, counting what it is asked for; places south of the equator are in the sea."""

    source = "counting"

    def __init__(self) -> None:
        self.pairs = 0
        self.snapped = 0

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        self.snapped += len(places)
        return [Snap(place, place if place.lat >= 0 else None, 1.5, "Street", "") for place in places]

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        self.pairs += len(sources) * len(targets)
        figures = [[round(1000 * a.lat) * 100 + round(1000 * b.lat) for b in targets] for a in sources]
        duration_s = np.array(figures, np.int32).reshape(len(sources), len(targets))
        return Table(duration_s, duration_s + 7)

    def matrix(self, places: Sequence[Place]) -> None:
        raise NotImplementedError

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        return ()

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return tuple(places)


def points(*numbers: int) -> list[Place]:
    return [Place(number / 1000, 0) for number in numbers]


@pytest.fixture
def cache(tmp_path: Path) -> MatrixCache:
    return MatrixCache(tmp_path / "times.sqlite")


def test_nothing_is_computed_twice(cache: MatrixCache) -> None:
    times = Counting()
    cached = CachedTimes(times, cache, "town")
    first = cached.matrix(points(1, 2, 3))
    assert (times.pairs, times.snapped) == (9, 3)
    again = cached.matrix(points(3, 1, 2))
    assert (times.pairs, times.snapped) == (9, 3)
    assert first.duration_s[2, 0] == again.duration_s[0, 1] == 301
    assert again.distance_m[0, 1] == 308


def test_one_more_client_costs_twice_its_number(cache: MatrixCache) -> None:
    times = Counting()
    cached = CachedTimes(times, cache, "town")
    cached.matrix(points(*range(50)))
    times.pairs = times.snapped = 0
    matrix = cached.matrix(points(*range(51)))
    assert times.pairs == 51 + 50
    assert times.snapped == 1
    assert matrix.duration_s.tolist() == times.table(points(*range(51)), points(*range(51))).duration_s.tolist()


def test_what_another_process_learned_is_not_computed_again(tmp_path: Path) -> None:
    path = tmp_path / "times.sqlite"
    mine, theirs = Counting(), Counting()
    cached = CachedTimes(mine, MatrixCache(path), "town")
    cached.matrix(points(1, 2, 3))
    CachedTimes(theirs, MatrixCache(path), "town").matrix(points(1, 2, 3, 4))
    matrix = cached.matrix(points(1, 2, 3, 4))
    assert (mine.pairs, theirs.pairs) == (9, 7)
    assert matrix.duration_s[3].tolist() == [401, 402, 403, 404]


def test_another_region_shares_nothing(cache: MatrixCache) -> None:
    times = Counting()
    CachedTimes(times, cache, "old extract").matrix(points(1, 2))
    CachedTimes(times, cache, "new extract").matrix(points(1, 2))
    assert times.pairs == 8


def test_the_cache_survives_its_process(tmp_path: Path) -> None:
    path = tmp_path / "times.sqlite"
    CachedTimes(Counting(), MatrixCache(path), "town").matrix(points(1, 2))
    times = Counting()
    CachedTimes(times, MatrixCache(path), "town").matrix(points(1, 2))
    assert times.pairs == 0


def test_places_in_the_sea_stay_there(cache: MatrixCache) -> None:
    times = Counting()
    cached = CachedTimes(times, cache, "town")
    places = [Place(0.001, 0), Place(-0.5, 0)]
    for _ in range(2):
        assert cached.matrix(places).duration_s.tolist() == [[101, -1], [-1, -1]]
    assert (times.pairs, times.snapped) == (1, 2)


def test_the_size_is_bounded_and_the_oldest_goes_first(tmp_path: Path) -> None:
    now = 0.0
    cache = MatrixCache(tmp_path / "times.sqlite", max_bytes=2 * 8 * 100, clock=lambda: now)
    times = Counting()
    cached = CachedTimes(times, cache, "town")
    first, second, third = points(*range(10)), points(*range(20, 30)), points(*range(40, 50))
    cached.matrix(first)
    cached.matrix(second)
    now = 7200.0
    cached.matrix(first)  # used again, so the second is now the oldest
    cached.matrix(third)
    assert cache.bytes_kept() == 1600
    times.pairs = 0
    cached.matrix(first)
    assert times.pairs == 0
    cached.matrix(second)
    assert times.pairs == 100


def test_too_many_points_start_the_cache_afresh(cache: MatrixCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.matrix_cache.MAX_POINTS", 5)
    times = Counting()
    cached = CachedTimes(times, cache, "town")
    cached.matrix(points(*range(6)))
    matrix = cached.matrix(points(7, 8))
    assert matrix.duration_s.tolist() == [[707, 708], [807, 808]]
    assert cache.bytes_kept() == 8 * 4


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no database " * 100)
    with pytest.raises(MatrixCacheError, match=r"notes\.txt: not a cache"):
        MatrixCache(text)
    with sqlite3.connect(tmp_path / "other.sqlite") as db:
        db.execute("CREATE TABLE thing(id)")
    db.close()
    with pytest.raises(MatrixCacheError, match="something else"):
        MatrixCache(tmp_path / "other.sqlite")


def ask(path: Path, seed: int) -> list[list[int]]:
    cached = CachedTimes(Counting(), MatrixCache(path), "town")
    chosen = np.random.default_rng(seed).permutation(40)[:25]
    return [cached.matrix(points(*(int(n) for n in chosen[: 5 * k]))).duration_s.sum().tolist() for k in range(6)]


def test_processes_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "times.sqlite"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        together = list(pool.map(ask, [path] * 4, range(4)))
    assert together == [ask(tmp_path / f"{seed}.sqlite", seed) for seed in range(4)]


@pytest.mark.parametrize("backend", ["osrm", "dijkstra"])
def test_a_region_answers_the_same_with_and_without(
    grid_region: Region, cache: MatrixCache, backend: str, at: At
) -> None:
    places = [at(37 * i % 1800, 53 * i % 1800) for i in range(20)] + [at(-9000, 0), at(0, 0)]
    plain = grid_region.travel_times(backend=backend).matrix(places)
    cached = grid_region.travel_times(backend=backend, cache=cache)
    parts = [cached.matrix(places[:8]), cached.matrix(places[5:15]), cached.matrix(places), cached.matrix(places)]
    for matrix, chosen in zip(parts, (slice(8), slice(5, 15), slice(None), slice(None)), strict=True):
        assert (matrix.duration_s == plain.duration_s[chosen, chosen]).all()
        assert (matrix.distance_m == plain.distance_m[chosen, chosen]).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_gaps_cover_what_is_unknown_and_nothing_else_is_asked_for_without_need(
    height: int, width: int, data: st.DataObject
) -> None:
    size = 6
    cells = data.draw(st.lists(st.booleans(), min_size=size * size, max_size=size * size))
    known = np.array(cells).reshape(size, size)
    rows, columns = np.arange(height), np.arange(size - width, size)
    covered = np.zeros_like(known)
    for gap_rows, gap_columns in gaps(known, rows, columns):
        block = np.ix_(gap_rows, gap_columns)
        assert not covered[block].any()
        assert not known[block].all(axis=0).any() and not known[block].all(axis=1).any()
        covered[block] = True
    wanted = np.ix_(rows, columns)
    assert covered[wanted][~known[wanted]].all()
    assert covered.sum() == covered[wanted].sum()


def test_numbers_of_points_are_forgotten_when_another_process_starts_afresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file numbers its points anew then: what one remembers would name other places."""
    path = tmp_path / "times.sqlite"
    mine, theirs = MatrixCache(path), MatrixCache(path)
    CachedTimes(Counting(), mine, "town").matrix(points(*range(10)))
    monkeypatch.setattr("geo.matrix_cache.MAX_POINTS", 5)
    CachedTimes(Counting(), theirs, "town").matrix(points(*range(20, 30)))
    monkeypatch.undo()
    expected = Counting().table(points(*range(30)), points(*range(30)))
    matrix = CachedTimes(Counting(), mine, "town").matrix(points(*range(30)))
    assert (matrix.duration_s == expected.duration_s).all()
    again = CachedTimes(Counting(), MatrixCache(path), "town").matrix(points(*range(30)))
    assert (again.duration_s == expected.duration_s).all()


def test_a_write_that_fails_leaves_no_number_behind(cache: MatrixCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(cache, "_make_room", full)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        CachedTimes(Counting(), cache, "town").matrix(points(1, 2))
    monkeypatch.undo()
    CachedTimes(Counting(), cache, "town").matrix(points(3, 4))
    matrix = CachedTimes(Counting(), cache, "town").matrix(points(1, 2, 3, 4))
    assert matrix.duration_s.tolist() == Counting().table(points(1, 2, 3, 4), points(1, 2, 3, 4)).duration_s.tolist()


def test_threads_share_one_cache(cache: MatrixCache) -> None:
    expected = Counting().table(points(*range(40)), points(*range(40))).duration_s

    def right(seed: int) -> bool:
        cached = CachedTimes(Counting(), cache, "town")
        chosen = np.random.default_rng(seed).permutation(40)[:25]
        return all(
            (
                cached.matrix(points(*chosen[: 5 * k].tolist())).duration_s == expected[np.ix_(*[chosen[: 5 * k]] * 2)]
            ).all()
            for k in range(1, 6)
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(right, range(8)))


def test_a_cache_travels_to_worker_processes(cache: MatrixCache) -> None:
    times = Counting()
    CachedTimes(times, cache, "town").matrix(points(1, 2))
    there = pickle.loads(pickle.dumps(CachedTimes(times, cache, "town")))
    assert there.matrix(points(1, 2)).duration_s.tolist() == [[101, 102], [201, 202]]


def test_what_was_handed_out_never_changes(cache: MatrixCache) -> None:
    cached = CachedTimes(Counting(), cache, "town")
    first = cached.matrix(points(1, 2, 3))
    before = first.duration_s.copy()
    cached.matrix(points(3, 1, 9))
    cached.matrix(points(1, 2, 3, 4))
    assert (first.duration_s == before).all()
    assert not first.duration_s.flags.writeable
