"""A rep objects to a transfer or asks for an account: the price for the team, as a job on the record as it is.

It is asked with `territory_id` (who objects, or asks), `site_id`, `tolerance` and `rules` as a rebalancing is. A site
of that territory is to stay there; any other is to come to it. Nothing is saved but the answer.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from sqlmodel import Session

from crm.tables import ActKind
from planning.proposal_inputs import Inputs, read_inputs
from planning.rebalance_job import LIMITS, Rebalance, territory_row
from planning.record_errors import MissingError
from planning.transfer_rules import TransferRules, rules_of
from planning.use_case import Asked, Prepared, Unit

Payload = tuple[Inputs, float, TransferRules, date, int, int]


class Challenge:
    """One unit: the best list of transfers with the wish and without it."""

    act = ActKind.PLAN
    limit_s = 300.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        Rebalance().title(session, what)
        row = territory_row(session, what)
        _place(read_inputs(session, int(row.plan_id)), what)
        return f"What site {what['site_id']} for {row.name} costs the team"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        row = territory_row(session, asked.what)
        inputs = read_inputs(session, int(row.plan_id), asked.at.date())
        place, rep = _place(inputs, asked.what), int(np.flatnonzero(inputs.territories == row.id)[0])
        rules = rules_of(asked.what.get("rules"))
        payload: Payload = (inputs, float(asked.what["tolerance"]), rules, asked.at.date(), place, rep)
        return Prepared([Unit(f"site {asked.what['site_id']}", payload, inputs.data_version)])

    def run(self, shared: Any, payload: Payload) -> dict[str, Any]:
        from planning.propose import price_wish

        inputs, tolerance, rules, today, place, rep = payload
        return price_wish(inputs, place, rep, tolerance=tolerance, today=today, rules=rules, limits=LIMITS)

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        (found,) = results.values()
        return found


def _place(inputs: Inputs, what: Mapping[str, Any]) -> int:
    """Where the site stands among the inputs.

    Raises:
        MissingError: it is not in the plan, or nobody knows where it is.
    """
    found = np.flatnonzero(inputs.sites == what.get("site_id"))
    if not len(found):
        raise MissingError(f"There is no site {what.get('site_id')} with a place in this plan.")
    if not (inputs.territories == what.get("territory_id")).any():
        raise MissingError(f"Territory {what.get('territory_id')} has no hours in its plan.")
    return int(found[0])
