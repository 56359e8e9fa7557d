"""Where the blocks of accounts live: in this process, or elsewhere behind the same two calls."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol

from clustering.arrays import Accounts
from clustering.block import Block, rows_of
from clustering.dual_kernel import Choices

BLOCK = 100_000  # accounts


class Blocks(Protocol):
    """Blocks that can be told to take a step, and hands for tasks of their own."""

    def each[T](self, step: Callable[..., T], *words: Any) -> list[T]:
        """`step(block, *words)` of every block, the answers in the order of the blocks."""
        ...

    def one[T](self, number: int, step: Callable[..., T], *words: Any) -> T:
        """`step(block, *words)` of one block."""
        ...

    def run[T](self, task: Callable[..., T], words: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """`task(*words)` for each of `words`, the answers in their order."""
        ...


class KeepBlocks(Protocol):
    """Whatever can keep parts of the accounts as blocks; the second word is `grain` of `Block`."""

    def __call__(self, parts: Sequence[Accounts], grain: int, /) -> Blocks: ...


class HereBlocks:
    """Blocks in this process, one after the other."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = tuple(blocks)

    def each[T](self, step: Callable[..., T], *words: Any) -> list[T]:
        return [step(block, *words) for block in self._blocks]

    def one[T](self, number: int, step: Callable[..., T], *words: Any) -> T:
        return step(self._blocks[number], *words)

    def run[T](self, task: Callable[..., T], words: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        return (task(*each) for each in words)


def here(parts: Sequence[Accounts], grain: int) -> Blocks:
    """Keep the blocks in this process."""
    return HereBlocks([Block(part, grain) for part in parts])


def parts_of(accounts: Accounts, size: int) -> list[Accounts]:
    """The accounts, which follow a space-filling curve, in as few parts of about equal size as `size` allows."""
    n = len(accounts.xy)
    parts = -(-n // size)
    edges = [n * part // parts for part in range(parts + 1)]
    return [rows_of(accounts, first, last) for first, last in pairwise(edges)]


def blocks_with(accounts: Accounts, choices: Choices) -> Blocks:
    """One block of accounts whose candidates are known beforehand."""
    block = Block(accounts, 1)
    block.weigh(choices)
    return HereBlocks([block])
