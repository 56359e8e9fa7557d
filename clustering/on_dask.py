"""The zone search over the workers of a Dask cluster."""

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from distributed import Client

from clustering.arrays import Accounts
from clustering.block import Block
from clustering.blocks import Blocks

AHEAD = 2  # tasks a worker has waiting


class OnDask:
    """For `build_zones(..., keep=OnDask(client))`: blocks of accounts live with the workers of a Dask cluster.

    On the workers: candidates, parts, loads, curvature, Lloyd sums, certainty of every account, each worker for the
    blocks it keeps, and the moves and exchanges inside a region. Those tables take some 100 bytes per account and are
    what outgrows one machine first. At the driver: prices and centres, one unknown per zone and metric with a sparse
    system of neighbouring zones; the first division, of grains; rounding of the few accounts between zones; the
    problem itself with its neighbour graph and the plan, from which one region at a time goes out; mending around
    zones that are still outside their limits; and for up to 200,000 accounts the local search as a whole. So the
    driver must hold the problem (about 100 bytes per account), but none of the work on it.

    The blocks, the regions and the order of their sums do not depend on the workers: the plan is the one that a single
    process makes. Work on single accounts needs the workers to have this package.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, parts: Sequence[Accounts], grain: int) -> Blocks:
        workers = sorted(self._client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            raise RuntimeError("the Dask cluster has no workers: start one or more before building zones on it")
        made = [
            self._client.submit(
                _Keeper,
                pickle.dumps((part, grain)),
                actor=True,
                pure=False,
                workers=[workers[number * len(workers) // len(parts)]],
            )
            for number, part in enumerate(parts)
        ]
        return _DaskBlocks(self._client, [keeper.result() for keeper in made], AHEAD * len(workers))


class _Keeper:
    """Lives on a worker and has one block."""

    def __init__(self, packed: bytes) -> None:
        self.block = Block(*pickle.loads(packed))

    def take(self, packed: bytes) -> Any:
        step, words = pickle.loads(packed)
        return step(self.block, *words)


class _DaskBlocks:
    """Blocks behind keepers. Words travel pickled, so that arrays arrive as writable as they were."""

    def __init__(self, client: Client, keepers: Sequence[Any], ahead: int) -> None:
        self._client, self._keepers, self._ahead = client, tuple(keepers), ahead

    def each[T](self, step: Callable[..., T], *words: Any) -> list[T]:
        packed = pickle.dumps((step, words))
        return [answer.result() for answer in [keeper.take(packed) for keeper in self._keepers]]

    def one[T](self, number: int, step: Callable[..., T], *words: Any) -> T:
        answer: T = self._keepers[number].take(pickle.dumps((step, words))).result()
        return answer

    def run[T](self, task: Callable[..., T], words: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        waiting: deque[Any] = deque()
        for each in words:
            waiting.append(self._client.submit(_run, pickle.dumps((task, each)), pure=False))
            if len(waiting) >= self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _run(packed: bytes) -> Any:
    task, words = pickle.loads(packed)
    return task(*words)
