"""Transfers against balance for a scenario, as a job: for every width of the band the shortest list that was found.

It is asked with `scenario_id`, `tolerances` (shares: 0.05 for ±5 %), and `keys`, the territories that may be changed
(null: all). Nothing is saved but the answer; the page offers the transfers one by one, as steps of the scenario.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from crm.tables import ActKind
from geo.limits import Limits
from geo.place import Place
from planning.record_errors import RefusedError
from planning.scenario_base import WEEKS_A_YEAR, read_base
from planning.scenario_delta import State, drive_of, loads_of, state_of
from planning.scenario_views import get_scenario
from planning.scenarios import deltas_of
from planning.use_case import Asked, Prepared, Unit
from planning.viewer import everything

LIMITS = Limits(iterations=20, cpu_s=6.0)
"""Per width; beyond the first rounds lists hardly get shorter."""
MOST_WIDTHS = 8


class ScenarioCurve:
    """One unit for each width of the band."""

    act = ActKind.PLAN
    limit_s = 300.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        widths = what.get("tolerances")
        right = isinstance(widths, list) and 0 < len(widths) <= MOST_WIDTHS
        if not right or not all(isinstance(one, int | float) and 0 < one < 1 for one in widths or ()):
            raise RefusedError(f"tolerances: expected up to {MOST_WIDTHS} shares between 0 and 1, got {widths!r}.")
        return f"Transfers for {_scenario(session, what).name}"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        found = _scenario(session, asked.what)
        state = state_of(read_base(session, found.plan_id), deltas_of(session, found))
        problem = transfers_of(state, asked.what.get("keys"))
        stamp = fingerprint(problem)
        widths = sorted({float(one) for one in asked.what["tolerances"]}, reverse=True)
        return Prepared([Unit(f"±{width:.1%}", width, stamp) for width in widths], problem)

    def run(self, shared: dict[str, Any], payload: float) -> dict[str, Any]:
        return shortest(shared, payload)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        points = sorted(results.values(), key=lambda point: -point["tolerance"])
        for wide, narrow in reversed(list(pairwise(points))):
            if narrow["feasible"] and (not wide["feasible"] or len(narrow["moves"]) < len(wide["moves"])):
                width = wide["tolerance"]
                wide |= narrow | {"tolerance": width, "proven": False}
        found = _scenario(session, asked.what)
        return {"scenario_id": found.id, "version": found.version, "points": points}


def fingerprint(problem: Mapping[str, Any]) -> str:
    """The same for the same question to the solver."""
    whole = sha256()
    for name, part in sorted(problem.items()):
        whole.update(f"{name} ".encode() + (part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode()))
    return whole.hexdigest()


def transfers_of(state: State, keys: list[int] | None) -> dict[str, Any]:
    """What is asked of the solver: the hours of sites over the plan's weeks, as a draft counts them when they move.

    `rest` is what the draft shows for each territory beyond the hours of these sites: visits that the plan made more or
    fewer of than a year's share, sites without a place, better or worse roads than estimated.

    Raises:
        RefusedError: fewer than two territories, or no site with a place in them.
    """
    base = state.base
    allowed = sorted(state.grounds if keys is None else set(keys) & set(state.grounds))
    rows = np.flatnonzero(np.isin(state.zone, allowed) & np.isfinite(base.lat))
    if len(allowed) < 2 or not len(rows):
        raise RefusedError("Transfers need two territories or more, with accounts that have a place.")
    number = {key: place for place, key in enumerate(allowed)}
    owner = np.array([number[key] for key in state.zone[rows].tolist()], dtype=np.int32)
    share = base.weeks / WEEKS_A_YEAR
    hours = share * base.visits[rows] * (base.service_h[rows] + drive_of(state)[rows])
    loads = loads_of(state)
    capacity = np.array([max(state.grounds[key].capacity_h, 1e-9) for key in allowed])
    return {
        "sites": base.site[rows],
        "keys": allowed,
        "names": [state.grounds[key].name for key in allowed],
        "lat": base.lat[rows],
        "lon": base.lon[rows],
        "owner": owner,
        "hours": hours,
        "rest": np.array([loads[key].workload_h for key in allowed]) - np.bincount(owner, hours, len(allowed)),
        "share": capacity / capacity.sum(),
        "locked": state.locked[rows],
        "value": base.value[rows],
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Anchored:
    """The question with one more place for each territory, which stays where it is and carries the rest of its work.

    Loads may not be below nothing: where a rest is, every territory is given `more_h` times its share on top. That
    leaves who has too much and too little as it is, and makes every difference smaller by `narrower`.
    """

    xy_m: NDArray[np.float64]
    load: NDArray[np.float64]
    owner: NDArray[np.int32]
    locked: NDArray[np.bool_]
    value: NDArray[np.float64]
    more_h: float
    narrower: float


def _anchored(asked: Mapping[str, Any], xy_m: NDArray[np.float64]) -> _Anchored:
    owner, share, rest = asked["owner"], asked["share"], asked["rest"]
    more_h = max(0.0, float((-rest / share).max()))
    whole_h = float(asked["hours"].sum() + rest.sum())
    first = [int(np.flatnonzero(owner == k)[0]) if (owner == k).any() else -1 for k in range(len(share))]
    anchors = np.array([xy_m.mean(axis=0) if at < 0 else xy_m[at] for at in first])
    reps = np.arange(len(share), dtype=np.int32)
    return _Anchored(
        xy_m=np.vstack([xy_m, anchors]),
        load=np.append(asked["hours"], np.maximum(rest + more_h * share, 0.0)),
        owner=np.append(owner, reps).astype(np.int32),
        locked=np.append(asked["locked"], np.ones(len(reps), dtype=np.bool_)),
        value=np.append(asked["value"], np.zeros(len(reps))),
        more_h=more_h,
        narrower=whole_h / (whole_h + more_h) if whole_h > 0 else 1.0,
    )


def shortest(asked: dict[str, Any], tolerance: float) -> dict[str, Any]:
    """The transfers for one width of the band, as JSON; checked independently of the solver."""
    from balancing import MoveProblem, check_moves, suggest_moves
    from geo.neighbours import neighbour_graph
    from geo.projection import LocalMetres
    from planning.errors import require

    places = [Place(lat, lon) for lat, lon in zip(asked["lat"], asked["lon"], strict=True)]
    whole = _anchored(asked, LocalMetres(places).xy_m(places))
    problem = MoveProblem(
        xy_m=whole.xy_m,
        neighbours=neighbour_graph(whole.xy_m),
        load=whole.load,
        owner=whole.owner,
        share=asked["share"],
        tolerance=tolerance * whole.narrower,
        locked=whole.locked,
        value=whole.value,
    )
    found = suggest_moves(problem, limits=LIMITS, seed=0)
    require(check_moves(problem, found), "the list of transfers")
    keys, sites, hours = asked["keys"], asked["sites"], asked["hours"]
    after_h = found.after[:, 0] - whole.more_h * asked["share"]
    due_h = asked["share"] * after_h.sum()
    return {
        "tolerance": tolerance,
        "feasible": found.feasible,
        "proven": found.proven_minimal,
        "bound": found.lower_bound,
        "largest": float(np.abs(after_h / np.maximum(due_h, 1e-9) - 1).max()),
        "moves": [
            {
                "site": int(sites[one.account]),
                "from": keys[one.from_rep],
                "to": keys[one.to_rep],
                "hours": float(hours[one.account]),
                "reason": one.reason,
            }
            for one in found.moves
        ],
        "notes": list(found.notes),
    }


def _scenario(session: Session, what: Mapping[str, Any]) -> Any:
    from datetime import date

    number = what.get("scenario_id")
    if not isinstance(number, int):
        raise RefusedError(f"scenario_id: expected the id of a scenario, got {number!r}.")
    return get_scenario(session, everything(date.min), number)
