"""The bound on a week's driving, where it can be told by hand."""

import numpy as np

from benchmarks.week_bound import least_drive_s


def line(*minutes: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Home at 0 and clients along one road."""
    at = np.array([0, *minutes])
    return (60 * np.abs(at[:, None] - at[None, :])).astype(np.int32)


def test_one_client_is_driven_to_on_each_of_its_days() -> None:
    assert least_drive_s(line(10), [4], 5) == 4 * 20 * 60


def test_neighbours_share_the_way() -> None:
    assert round(least_drive_s(line(10, 12), [2, 2], 5)) == 2 * 24 * 60


def test_a_far_pair_cannot_be_visited_without_the_way_there() -> None:
    assert round(least_drive_s(line(50, 50, 51), [1, 4, 1], 5)) == (4 * 100 + 2) * 60
