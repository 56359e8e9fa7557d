"""Computing transfers that bring the territories of a plan into the band, on the record as it is, and keeping them."""

from datetime import date

from sqlalchemy import insert
from sqlmodel import Session

from balancing import PriceWeights, check_moves, suggest_moves
from balancing import Proposal as Suggestion
from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import Proposal, ProposalMove
from geo.limits import Limits
from planning.errors import require
from planning.proposal_inputs import Inputs, read_inputs
from planning.record_errors import RefusedError

move = table_of(ProposalMove)
BY_COUNT = PriceWeights()
"""Every account counts the same."""


def propose(
    database: Database,
    plan_id: int,
    *,
    tolerance: float,
    act: Act,
    weights: PriceWeights = BY_COUNT,
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
        inputs = read_inputs(session, plan_id)
    problem = inputs.problem(tolerance, weights, act.at.date())
    found = suggest_moves(problem, limits=limits, seed=seed)
    require(check_moves(problem, found), "the list of transfers")
    with database.write(act) as session:
        if read_inputs(session, plan_id).data_version != inputs.data_version:
            raise RefusedError("The data changed while the proposal was computed: ask again.")
        return _save(session, inputs, found, tolerance, deals_until, act)


def _save(
    session: Session, inputs: Inputs, found: Suggestion, tolerance: float, deals_until: date | None, act: Act
) -> int:
    figures = [
        {"territory_id": int(key), "name": name, "before_h": float(before), "after_h": float(after)}
        for key, name, before, after in zip(
            inputs.territories, inputs.names, found.before[:, 0], found.after[:, 0], strict=True
        )
    ]
    row = Proposal(
        plan_id=inputs.plan_id,
        title=f"{len(found.moves)} transfers to ±{tolerance:.0%}",
        data_version=inputs.data_version,
        tolerance=tolerance,
        feasible=found.feasible,
        proven=found.proven_minimal,
        bound=found.lower_bound,
        gap=found.gap,
        figures=figures,
        notes=list(found.notes),
        deals_until=deals_until,
        made_at=act.at,
        made_by=act.by,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    moves = [
        {
            "proposal_id": row.id,
            "site_id": int(inputs.sites[one.account]),
            "from_territory_id": int(inputs.territories[one.from_rep]),
            "to_territory_id": int(inputs.territories[one.to_rep]),
            "price": one.price,
            "terms": dict(one.terms),
            "hours": float(inputs.hours[one.account]),
            "reason": one.reason,
            "version": 1,
        }
        for one in found.moves
    ]
    if moves:
        session.execute(insert(move), moves)
    return row.id
