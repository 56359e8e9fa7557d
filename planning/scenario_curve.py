"""Transfers against balance for a scenario, as a job: for every width of the band the shortest list that was found.

It is asked with `scenario_id`, `tolerances` (shares: 0.05 for ±5 %), and `keys`, the territories that may be changed
(null: all). Nothing is saved but the answer; the page offers the transfers one by one, as steps of the scenario.
"""

from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np
from sqlmodel import Session

from crm.tables import ActKind
from geo.limits import Limits
from geo.place import Place
from planning.record_errors import RefusedError
from planning.scenario_base import WEEKS_A_YEAR, read_base
from planning.scenario_delta import State, state_of
from planning.scenarios import deltas_of, get_scenario
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
    """What is asked of the solver: sites with hours over the plan's weeks, driving as in the territory they lie in.

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
    drive = np.array([state.grounds[key].drive_h for key in allowed])
    capacity = np.array([max(state.grounds[key].capacity_h, 1e-9) for key in allowed])
    share = base.weeks / WEEKS_A_YEAR
    return {
        "sites": base.site[rows],
        "keys": allowed,
        "names": [state.grounds[key].name for key in allowed],
        "lat": base.lat[rows],
        "lon": base.lon[rows],
        "owner": owner,
        "hours": share * base.visits[rows] * (base.service_h[rows] + drive[owner]),
        "share": capacity / capacity.sum(),
        "locked": state.locked[rows],
        "value": base.value[rows],
    }


def shortest(asked: dict[str, Any], tolerance: float) -> dict[str, Any]:
    """The transfers for one width of the band, as JSON; checked independently of the solver."""
    from balancing import MoveProblem, check_moves, suggest_moves
    from geo.neighbours import neighbour_graph
    from geo.projection import LocalMetres
    from planning.errors import require

    places = [Place(lat, lon) for lat, lon in zip(asked["lat"], asked["lon"], strict=True)]
    xy_m = LocalMetres(places).xy_m(places)
    problem = MoveProblem(
        xy_m=xy_m,
        neighbours=neighbour_graph(xy_m),
        load=asked["hours"],
        owner=asked["owner"],
        share=asked["share"],
        tolerance=tolerance,
        locked=asked["locked"],
        value=asked["value"],
    )
    found = suggest_moves(problem, limits=LIMITS, seed=0)
    require(check_moves(problem, found), "the list of transfers")
    keys, sites, hours = asked["keys"], asked["sites"], asked["hours"]
    due = asked["share"] * found.after[:, 0].sum()
    return {
        "tolerance": tolerance,
        "feasible": found.feasible,
        "proven": found.proven_minimal,
        "bound": found.lower_bound,
        "largest": float(np.abs(found.after[:, 0] / np.maximum(due, 1e-9) - 1).max()),
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
