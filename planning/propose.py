"""Computing transfers that bring the territories of a plan into the band, on the record as it is, and keeping them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session

from balancing import Move, MoveProblem, check_moves, price_of_having, price_of_keeping, suggest_moves
from balancing import Proposal as Suggestion
from balancing.errors import InvalidMoves
from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import Proposal, ProposalMove
from geo.limits import Limits
from planning.errors import require
from planning.proposal_inputs import Inputs, read_inputs
from planning.record_errors import RefusedError
from planning.transfer_rules import TransferRules
from planning.use_case import MovedError

move = table_of(ProposalMove)
BY_COUNT = TransferRules()
"""Every account counts the same, and nothing is capped."""


def propose(
    database: Database,
    plan_id: int,
    *,
    tolerance: float,
    act: Act,
    rules: TransferRules = BY_COUNT,
    deals_until: date | None = None,
    limits: Limits = Limits(),
    seed: int = 0,
) -> int:
    """Compute transfers that bring every territory of a plan into the band, keep them, and return the proposal's id.

    No transaction is open while solving. Open deals stay with the old owner until `deals_until`.

    Raises:
        MissingError, RefusedError: see `read_inputs`; also when the data changed while the proposal was computed.
    """
    with database.read() as session:
        inputs = read_inputs(session, plan_id, act.at.date())
    found = suggest(inputs, tolerance=tolerance, today=act.at.date(), rules=rules, limits=limits, seed=seed)
    with database.write(act) as session:
        return keep_suggestion(session, plan_id, found, deals_until=deals_until, act=act)


def suggest(
    inputs: Inputs,
    *,
    tolerance: float,
    today: date,
    rules: TransferRules = BY_COUNT,
    limits: Limits = Limits(),
    seed: int = 0,
) -> dict[str, Any]:
    """Transfers that bring every territory into the band, checked: what `keep_suggestion` writes, as plain values.

    Raises:
        RefusedError: the weights or caps make no price.
        CheckFailed: the solver's answer breaks its own rules.
    """
    problem = _asked(inputs, tolerance, rules, today)
    found = suggest_moves(problem, limits=limits, seed=seed)
    require(check_moves(problem, found), "the list of transfers")
    ends = zip(inputs.territories, inputs.names, found.before, found.after, strict=True)
    return {
        "data_version": inputs.data_version,
        "title": f"{len(found.moves)} transfers to ±{tolerance:.0%}",
        "tolerance": tolerance,
        "feasible": found.feasible,
        "proven": found.proven_minimal,
        "bound": float(found.lower_bound),
        "gap": float(found.gap),
        "notes": [*found.notes, *_travel_note(found)],
        "figures": [
            {"territory_id": int(key), "name": name, "before_h": float(before[0]), "after_h": float(after[0])}
            | ({"before_value": float(before[1]), "after_value": float(after[1])} if len(before) > 1 else {})
            for key, name, before, after in ends
        ],
        "moves": [_move(inputs, one) | {"version": 1} for one in found.moves],
    }


def price_wish(
    inputs: Inputs,
    place: int,
    rep: int,
    *,
    tolerance: float,
    today: date,
    rules: TransferRules = BY_COUNT,
    limits: Limits = Limits(),
    seed: int = 0,
) -> dict[str, Any]:
    """What it costs the team that a site stays with its rep, or that a rep is given it; as plain values.

    `place` and `rep` are positions among the inputs. `price` is None where no list of transfers in the band grants it;
    the true price lies between `least` and `most`. `added` and `needless` are the cheapest swap.

    Raises:
        RefusedError: the weights or caps make no price, or a rule forbids the wish.
    """
    problem = _asked(inputs, tolerance, rules, today)
    stays = int(inputs.owner[place]) == rep
    if not stays and not problem.possible[place, rep]:
        raise RefusedError("The account is locked or shared, moved lately, or the rep lacks a skill or lives too far.")
    if stays:
        answer = price_of_keeping(problem, place, limits=limits, seed=seed)
    else:
        answer = price_of_having(problem, place, rep, limits=limits, seed=seed)
    sure = np.isfinite(answer.price)
    return {
        "wish": "stay" if stays else "come",
        "price": float(answer.price) if sure else None,
        "least": float(answer.least) if sure else None,
        "most": float(answer.most) if sure else None,
        "proven": bool(answer.surely),
        "moves_without": len(answer.without.moves),
        "moves_with": len(answer.granted.moves),
        "added": [_move(inputs, one) for one in answer.swap],
        "needless": [_move(inputs, one) for one in answer.dropped],
        "notes": list(answer.granted.notes),
    }


def _asked(inputs: Inputs, tolerance: float, rules: TransferRules, today: date) -> MoveProblem:
    try:
        return inputs.problem(tolerance, rules, today)
    except InvalidMoves as error:
        raise RefusedError(f"No transfers can be asked for like that: {error}.") from error


def _move(inputs: Inputs, one: Move) -> dict[str, Any]:
    return {
        "site_id": int(inputs.sites[one.account]),
        "from_territory_id": int(inputs.territories[one.from_rep]),
        "to_territory_id": int(inputs.territories[one.to_rep]),
        "price": float(one.price),
        "terms": {name: float(value) for name, value in one.terms},
        "hours": float(inputs.hours[one.account]),
        "reason": one.reason,
    }


def _travel_note(found: Suggestion) -> list[str]:
    """What the transfers add to the driving, where that came second."""
    if found.extra_travel is None or not found.moves:
        return []
    least = (
        "no list as short adds less" if found.travel_proven else f"at least {found.travel_bound:.0f} h for any as short"
    )
    return [f"The transfers add about {found.extra_travel:.0f} h of driving a year (estimated); {least}."]


def keep_suggestion(
    session: Session, plan_id: int, found: Mapping[str, Any], *, deals_until: date | None, act: Act
) -> int:
    """Write what `suggest` found as an open proposal; returns its id.

    Raises:
        MovedError: the data have changed since.
    """
    if read_inputs(session, plan_id).data_version != found["data_version"]:
        raise MovedError("The data changed while the proposal was computed: ask again.")
    facts = {name: value for name, value in found.items() if name != "moves"}
    row = Proposal(plan_id=plan_id, deals_until=deals_until, made_at=act.at, made_by=act.by, **facts)
    session.add(row)
    session.flush()
    assert row.id is not None
    if found["moves"]:
        session.execute(insert(move), [{"proposal_id": row.id, **one} for one in found["moves"]])
    return row.id
