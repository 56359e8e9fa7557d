"""What a person can do in a scenario: each act looks at the territories as they are and says what it would change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planning.record_errors import MissingError, RefusedError
from planning.scenario_base import NOBODY, Ground
from planning.scenario_delta import Delta, State


@dataclass(frozen=True, slots=True)
class Asked:
    """An act with what it needs; which fields count depends on `kind`, see the functions below.

    `mode`: replace, add or cut. `geometry` and `shapes` are GeoJSON, longitude first.
    """

    kind: str
    sites: Sequence[int] = ()
    territory: int | None = None
    other: int | None = None
    name: str | None = None
    rep_id: int | None = None
    locked: bool = True
    mode: str = "replace"
    geometry: Mapping[str, Any] | None = None
    shapes: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    why: str = ""


Act = Callable[[State, Asked], tuple[str, Delta]]
"""From the territories as they are to a sentence, and the change."""


def ground_of(state: State, key: int | None) -> Ground:
    """A territory.

    Raises:
        MissingError: it is not in the scenario (any more).
    """
    if key is None or key not in state.grounds:
        raise MissingError(f"There is no territory {key} in this scenario.")
    return state.grounds[key]


def move(state: State, asked: Asked) -> tuple[str, Delta]:
    """Give `sites` to `territory`; locked ones stay.

    Raises:
        RefusedError: all of them are locked, or there already.
    """
    to, key = ground_of(state, asked.territory), int(asked.territory or 0)
    sites = np.unique(np.asarray(asked.sites, dtype=np.int64))
    rows = state.base.rows_of(sites)
    stay = state.locked[rows]
    goes = ~stay & (state.zone[rows] != key)
    if not goes.any():
        why = "is locked" if stay.any() else f"is in {to.name} already"
        raise RefusedError(f"None of {counted(len(sites))} can move: each {why}.")
    moves = {site: (was, key) for site, was in zip(sites[goes].tolist(), state.zone[rows[goes]].tolist(), strict=True)}
    kept = f" ({int(stay.sum())} locked stay)" if stay.any() else ""
    reason = f": {asked.why}" if asked.why else ""
    return f"{counted(len(moves))} to {to.name}{kept}{reason}", Delta(moves=moves)


def lock(state: State, asked: Asked) -> tuple[str, Delta]:
    """Lock `sites` where they are, or unlock them."""
    sites = np.unique(np.asarray(asked.sites, dtype=np.int64))
    rows = state.base.rows_of(sites)
    differs = state.locked[rows] != asked.locked
    if not differs.any():
        raise RefusedError(f"{counted(len(sites))}: {'locked' if asked.locked else 'not locked'} already.")
    locks = {site: (not asked.locked, asked.locked) for site in sites[differs].tolist()}
    return f"{counted(len(locks))} {'locked' if asked.locked else 'unlocked'}", Delta(locks=locks)


def border(state: State, asked: Asked) -> tuple[str, Delta]:
    """Give territories the `shapes` that corners were dragged to; `territory` is the one that was edited."""
    from planning.scenario_ground import shape_of, with_shapes

    if not asked.shapes:
        raise RefusedError("A moved border needs the shape of a territory.")
    for key in asked.shapes:
        ground_of(state, key)
    delta = with_shapes(state, {key: shape_of(shape) for key, shape in asked.shapes.items()})
    edited = asked.territory
    if edited is None or edited not in asked.shapes:
        edited = next(iter(asked.shapes))
    return _told(state, delta, f"Border of {ground_of(state, edited).name}"), delta


def draw(state: State, asked: Asked) -> tuple[str, Delta]:
    """Draw an area: as `territory`'s ground, added to it, cut away from it, or, without one, as a new territory."""
    from planning.scenario_ground import drawn, shape_of, with_shapes

    shape = shape_of(asked.geometry or {})
    if asked.territory is None:
        key = next_key(state)
        new = newcomer(state, asked, None)
        delta = with_shapes(state, {key: shape}, {key: new})
        givers = [was for was, _ in delta.moves.values()] or [other for other in delta.grounds if other != key]
        ground = delta.grounds[key][1]
        if givers and ground is not None:
            delta.grounds[key] = None, replace(ground, comes_from=max(sorted(set(givers)), key=givers.count))
        return _told(state, delta, f"New territory {new.name}"), delta
    name = ground_of(state, asked.territory).name
    delta = drawn(state, asked.territory, asked.mode, shape)
    says = {"add": "Ground added to", "cut": "Ground cut from"}.get(asked.mode, "Border drawn of")
    return _told(state, delta, f"{says} {name}"), delta


def split_in_two(state: State, asked: Asked) -> tuple[str, Delta]:
    """Cut `territory` into halves of equal work; the new one is `name`'s."""
    from planning.scenario_ground import split

    old, key = ground_of(state, asked.territory), next_key(state)
    new = newcomer(state, asked, asked.territory)
    delta = split(state, int(asked.territory or 0), key, new)
    return _told(state, delta, f"{old.name} split, {new.name} begins"), delta


def merge(state: State, asked: Asked) -> tuple[str, Delta]:
    """`territory` takes over `other`."""
    from planning.scenario_ground import joined

    kept, gone = ground_of(state, asked.territory), ground_of(state, asked.other)
    if asked.territory == asked.other:
        raise RefusedError("Two different territories are needed to merge.")
    delta = joined(state, int(asked.territory or 0), int(asked.other or 0))
    return f"{kept.name} takes over {gone.name}", delta


def change(state: State, asked: Asked) -> tuple[str, Delta]:
    """Give `territory` another `name` and holder (`rep_id`; nobody when it is None)."""
    old = ground_of(state, asked.territory)
    name = (asked.name or old.name).strip()
    if any(ground.name == name for key, ground in state.grounds.items() if key != asked.territory):
        raise RefusedError(f"There is a territory {name!r} already.")
    new = replace(old, name=name, rep_id=asked.rep_id)
    if new == old:
        raise RefusedError(f"{old.name} has that name and rep already.")
    says = f"{old.name} is now {name}" if name != old.name else f"Another rep for {name}"
    return says, Delta(grounds={int(asked.territory or 0): (old, new)})


def fit(state: State, asked: Asked) -> tuple[str, Delta]:
    """Draw all borders anew around the accounts."""
    from planning.scenario_ground import fitted

    delta = fitted(state)
    if not delta.grounds:
        raise RefusedError("The borders fit the accounts already.")
    return "Borders drawn around the accounts", delta


ACTS: Mapping[str, Act] = {
    "move": move,
    "lock": lock,
    "border": border,
    "draw": draw,
    "split": split_in_two,
    "merge": merge,
    "change": change,
    "fit": fit,
}


def next_key(state: State) -> int:
    """A key that neither the plan nor the scenario has used for a territory."""
    return 1 + max((*state.base.territories, *state.grounds), default=0)


def newcomer(state: State, asked: Asked, parent: int | None) -> Ground:
    """A new territory, with the hours that a rep has on average and the driving of where it comes from."""
    name = (asked.name or "").strip() or f"Territory {next_key(state) + 1}"
    if any(ground.name == name for ground in state.grounds.values()):
        raise RefusedError(f"There is a territory {name!r} already: give the new one another name.")
    others = list(state.grounds.values())
    capacity_h = sum(ground.capacity_h for ground in others) / max(1, len(others)) or 1.0
    drive = [state.grounds[parent]] if parent is not None else others
    drive_h = sum(ground.drive_h for ground in drive) / max(1, len(drive))
    return Ground(name, asked.rep_id, None, drive_h, capacity_h, parent)


def counted(sites: int) -> str:
    """So many accounts, in words."""
    return "1 account" if sites == 1 else f"{sites:,} accounts"


def _told(state: State, delta: Delta, says: str) -> str:
    """The sentence, with how many accounts go along."""
    if not delta.moves and not delta.grounds:
        raise RefusedError("That changes nothing.")
    placed = sum(was != NOBODY for was, _ in delta.moves.values())
    return f"{says}, {counted(placed)} along" if placed else says
