"""Small problems on a grid of accounts a kilometre apart."""

from collections.abc import Callable

import numpy as np
import pytest

from balancing import MoveProblem
from geo.neighbours import neighbour_graph

Build = Callable[..., MoveProblem]


@pytest.fixture(scope="session")
def strip() -> Build:
    """Accounts in a row, each next to the one before and after: `strip("AAAB", ...)`, a letter per owner."""

    def build(owners: str, **given: object) -> MoveProblem:
        return _problem(owners, np.column_stack([np.arange(len(owners)), np.zeros(len(owners))]), given)

    return build


@pytest.fixture(scope="session")
def grid() -> Build:
    """Rows of accounts from a text such as "AAB/AAB"; neighbours as planning makes them."""

    def build(rows: str, **given: object) -> MoveProblem:
        lines = rows.split("/")
        places = [(column, row) for row, line in enumerate(lines) for column in range(len(line))]
        return _problem("".join(lines), np.array(places), given)

    return build


def _problem(owners: str, places: np.ndarray, given: dict[str, object]) -> MoveProblem:
    names = sorted(set(owners))
    xy_m = places * 1000.0
    values: dict[str, object] = {
        "load": np.ones(len(owners)),
        "share": np.full(len(names), 1 / len(names)),
        "tolerance": 0.1,
    } | given
    owner = np.array([names.index(letter) for letter in owners])
    return MoveProblem(xy_m=xy_m, neighbours=neighbour_graph(xy_m), owner=owner, **values)  # type: ignore[arg-type]
