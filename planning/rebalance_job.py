"""Rebalancing as a job: transfers that bring the territories around one of them into the band, kept as a proposal.

It is asked with `territory_id`, `tolerance` (share of the mean workload, 0.15 for ±15 %), `deals_until` (ISO date), and
`rules` (see `transfer_rules`): the weights of the price's terms and the caps.
The solver's call is `planning.propose.suggest`; what is asked of it is in `prepare`, what it answers in `run`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.act import Act
from crm.columns import table_of
from crm.tables import ActKind, Territory
from geo.limits import Limits
from planning.proposal_inputs import Inputs, read_inputs
from planning.record_errors import MissingError, RefusedError
from planning.transfer_rules import TransferRules, rules_of
from planning.use_case import Asked, Prepared, Unit

territory = table_of(Territory)
LIMITS = Limits(cpu_s=60.0)


class Rebalance:
    """One unit: the transfers of one plan."""

    act = ActKind.PLAN
    limit_s = 300.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        row = territory_row(session, what)
        tolerance = what.get("tolerance")
        if not isinstance(tolerance, (int, float)) or not 0 < tolerance < 1:
            raise RefusedError(f"tolerance: expected a share between 0 and 1, like 0.15; got {tolerance!r}.")
        rules_of(what.get("rules"))
        return f"Rebalance {row.name} to ±{tolerance:.0%}"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        self.title(session, asked.what)
        plan_id = int(territory_row(session, asked.what).plan_id)
        inputs = read_inputs(session, plan_id, asked.at.date())
        rules = rules_of(asked.what.get("rules"))
        payload = (inputs, float(asked.what["tolerance"]), rules, asked.at.date())
        return Prepared([Unit(f"plan {plan_id}", payload, inputs.data_version)])

    def run(self, shared: Any, payload: tuple[Inputs, float, TransferRules, date]) -> dict[str, Any]:
        from planning.propose import suggest

        inputs, tolerance, rules, today = payload
        return suggest(inputs, tolerance=tolerance, today=today, rules=rules, limits=LIMITS)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        from planning.propose import keep_suggestion

        (found,) = results.values()
        plan_id = int(territory_row(session, asked.what).plan_id)
        until = asked.what.get("deals_until")
        act = Act(asked.by, found["title"], asked.at, self.act)
        deals_until = date.fromisoformat(until) if until else None
        made = keep_suggestion(session, plan_id, found, deals_until=deals_until, act=act)
        return {"proposal_id": made, "moves": len(found["moves"]), "feasible": found["feasible"]}


def territory_row(session: Session, what: Mapping[str, Any]) -> Any:
    """The territory that is spoken of.

    Raises:
        MissingError: there is none.
    """
    row = session.execute(select(territory).where(territory.c.id == what.get("territory_id"))).first()
    if row is None:
        raise MissingError(f"There is no territory {what.get('territory_id')}.")
    return row
