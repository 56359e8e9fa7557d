"""Compiled steps of the bound on a week's visits: the day that is worth most, by labels (`week_visits.py`)."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

STEP_S = 300
"""Labels are gone through in order of time, in buckets of so many seconds; every visit takes longer."""
NEVER = -1e18
step = njit(cache=True)


class Stops(NamedTuple):
    """Home is row 0; times in seconds after the shift's start, `latest` is when a day must be over.

    `near`: for every client the clients it remembers, as bits. A day may come back to a client that it has forgotten:
    more than is possible, so that what holds for such days holds for all.
    """

    leg: NDArray[np.int64]
    service: NDArray[np.int64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    near: NDArray[np.uint64]
    latest: int


class Labels(NamedTuple):
    """Days begun: the last client, when its visit ends, what the visits are worth, who may not come again (bits), the
    label it goes on from, and the next of its bucket; `head` (buckets, clients) is the first of each."""

    client: NDArray[np.int32]
    ends: NDArray[np.int64]
    worth: NDArray[np.float64]
    seen: NDArray[np.uint64]
    before: NDArray[np.int64]
    following: NDArray[np.int64]
    alive: NDArray[np.bool_]
    head: NDArray[np.int64]
    used: NDArray[np.int64]


@step
def end_of_visit(stops, i, ends, j):  # type: ignore[no-untyped-def]
    """When a visit at j after i would end; -1 when it cannot be made or home is out of reach afterwards."""
    begin = max(ends + stops.leg[i, j], stops.opens[j])
    done = begin + stops.service[j]
    return -1 if begin > stops.closes[j] or done + stops.leg[j, 0] > stops.latest else done


@step
def most_ahead(stops, worth):  # type: ignore[no-untyped-def]
    """The most that can follow a visit that ends in a bucket, (clients, buckets), were clients forgotten at once."""
    clients, buckets = len(worth), stops.latest // STEP_S + 2
    ahead = np.full((clients, buckets), NEVER)
    for b in range(buckets - 1, -1, -1):
        for i in range(clients):
            if b * STEP_S + stops.leg[i, 0] > stops.latest:
                continue
            ahead[i, b] = 0.0
            for j in range(1, clients):
                done = end_of_visit(stops, i, b * STEP_S, j)
                if j != i and done >= 0:
                    ahead[i, b] = max(ahead[i, b], worth[j] + ahead[j, done // STEP_S])
    return ahead


@step
def is_beaten(labels, this, bucket, roughly):  # type: ignore[no-untyped-def]
    """Whether another label of the client is as early, worth as much and free to go on at least as far."""
    i = labels.client[this]
    for b in range(bucket, -1, -1):
        k = labels.head[b, i]
        while k >= 0:
            early = labels.ends[k] <= labels.ends[this] and labels.worth[k] >= labels.worth[this]
            if k != this and labels.alive[k] and early and (roughly or labels.seen[k] & ~labels.seen[this] == 0):
                same = labels.ends[k] == labels.ends[this] and labels.worth[k] == labels.worth[this]
                if not (same and (roughly or labels.seen[k] == labels.seen[this]) and k > this):
                    return True
            k = labels.following[k]
    return False


@step
def go_on(stops, labels, this, worth, ahead, best, roughly):  # type: ignore[no-untyped-def]
    """Every visit that may follow and could still lead to more than `best`; False when there is no room for labels."""
    i, one = labels.client[this], np.uint64(1)
    for j in range(1, len(worth)):
        if j == i or labels.seen[this] >> np.uint64(j) & one:
            continue
        done = end_of_visit(stops, i, labels.ends[this], j)
        total = labels.worth[this] + worth[j]
        if done < 0 or total + ahead[j, done // STEP_S] <= best + 1e-9:
            continue
        new = labels.used[0]
        if new == len(labels.client):
            return False
        kept = labels.seen[this] if roughly else labels.seen[this] & stops.near[j]
        labels.client[new], labels.ends[new], labels.worth[new] = j, done, total
        labels.seen[new], labels.before[new], labels.alive[new] = kept | one << np.uint64(j), this, True
        labels.following[new] = labels.head[done // STEP_S, j]
        labels.head[done // STEP_S, j] = new
        labels.used[0] += 1
    return True


@step
def forget_beaten(labels, bucket):  # type: ignore[no-untyped-def]
    """Take the beaten labels out of a bucket, so that nobody looks at them again."""
    for i in range(labels.head.shape[1]):
        last, this = -1, labels.head[bucket, i]
        while this >= 0:
            if labels.alive[this]:
                last = this
            elif last < 0:
                labels.head[bucket, i] = labels.following[this]
            else:
                labels.following[last] = labels.following[this]
            this = labels.following[this]


@step
def worthiest(stops, labels, worth, at_least, roughly):  # type: ignore[no-untyped-def]
    """No day is worth more than the first number (-1: too many labels); the best label that ends at each client.

    `roughly` keeps one label per client and time, so that the days are good ones but the number means nothing.
    """
    ahead = most_ahead(stops, worth)
    best, last = at_least, np.full(len(worth), -1)
    for bucket in range(len(labels.head)):
        for i in range(len(worth)):
            this = labels.head[bucket, i]
            while this >= 0:
                if i > 0 and is_beaten(labels, this, bucket, roughly):
                    labels.alive[this] = False
                else:
                    if i > 0 and (last[i] < 0 or labels.worth[this] > labels.worth[last[i]]):
                        last[i] = this
                    if not roughly:
                        best = max(best, labels.worth[this])
                    if not go_on(stops, labels, this, worth, ahead, best, roughly):
                        return -1.0, last
                this = labels.following[this]
        forget_beaten(labels, bucket)
    return best, last
