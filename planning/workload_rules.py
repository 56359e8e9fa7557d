"""How work is weighed, as data: minutes and weights per sales force, from a day on, with who set them and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import WorkloadRules
from planning.record_errors import FaultyError, RefusedError
from planning.record_rows import insert_all
from planning.type_rules import TypeView, list_types
from planning.viewer import Viewer

rules = table_of(WorkloadRules)

SHARES = ("hours_share", "value_share", "potential_share")


@dataclass(frozen=True, slots=True)
class RulesView:
    """Weights of work; see `crm.tables.WorkloadRules`. Without any, everything weighs what it takes (`NO_RULES`)."""

    id: int
    sales_force: str
    valid_from: date
    access_min: float
    admin_min: float
    service_min: float
    weights: Mapping[str, float]
    hours_share: float
    value_share: float
    potential_share: float
    made_at: datetime | None
    made_by: str
    why: str

    def weight(self, kind: TypeView | None) -> float:
        """Work that a second of a visit of this type stands for."""
        return 1.0 if kind is None else float(self.weights.get(kind.code, kind.workload_weight))


NO_RULES = RulesView(0, "", date.min, 0.0, 0.0, 30.0, {}, 1.0, 0.0, 0.0, None, "", "")


@dataclass(frozen=True, slots=True)
class AllRules:
    """All rules there ever were, in the order in which they begin, and the types that they weigh."""

    rows: Sequence[RulesView]
    types: Mapping[str, TypeView] = field(default_factory=dict)

    def on(self, sales_force: str, day: date) -> RulesView:
        """Those of a sales force on a day; where it has none of its own, those that name no sales force."""
        for name in dict.fromkeys((sales_force, "")):
            found = [row for row in self.rows if row.sales_force == name and row.valid_from <= day]
            if found:
                return found[-1]
        return NO_RULES

    def weight(self, sales_force: str, day: date, code: str | None) -> float:
        """Work that a second of a visit of a day stands for."""
        return 1.0 if code is None else self.on(sales_force, day).weight(self.types.get(code))


def all_rules(session: Session) -> AllRules:
    """Every rule, in force or not."""
    sql = select(rules).order_by(rules.c.valid_from, rules.c.id)
    found = tuple(RulesView(**row._mapping) for row in session.execute(sql))
    return AllRules(found, {one.code: one for one in list_types(session)})


def rules_on(session: Session, sales_force: str, day: date) -> RulesView:
    """The rules of a sales force on a day."""
    return all_rules(session).on(sales_force, day)


def add_rules(session: Session, viewer: Viewer, values: Mapping[str, Any], *, why: str, now: datetime) -> int:
    """Set rules from a day on; what is left out stays as it is on that day. Returns the id.

    Raises:
        RefusedError: no reason, or a day that has passed where there are rules already: plans were made by those.
        FaultyError: a weight for a type that there is not, or shares that do not add up to 1.
    """
    if not why.strip():
        raise RefusedError("Say why the weights change: the reason is missing.")
    known = all_rules(session)
    force, begins = values["sales_force"], values["valid_from"]
    before = known.on(force, begins)
    if begins < viewer.day and any(row.sales_force in (force, "") for row in known.rows):
        raise RefusedError(f"valid_from: {begins} has passed, and plans were made by the rules of then; begin today.")
    row = {name: getattr(before, name) for name in ("access_min", "admin_min", "service_min", "weights", *SHARES)}
    row |= values
    unknown = [code for code in row["weights"] if code not in known.types]
    if unknown:
        there = ", ".join(known.types) or "there is none yet"
        raise FaultyError([(f"weights.{unknown[0]}", f"the code of a type of activity ({there}); got {unknown[0]!r}")])
    together = sum(row[name] for name in SHARES)
    if abs(together - 1) > 1e-9:
        raise FaultyError(
            [("hours_share", f"with value_share and potential_share to add up to 1; they are {together:g}")]
        )
    made = {"weights": dict(row["weights"]), "made_at": now, "made_by": viewer.name, "why": why}
    (made_id,) = insert_all(session, WorkloadRules, [row | made])
    return made_id


def rules_by_id(session: Session, rules_id: int) -> RulesView:
    """Rules that are there."""
    return RulesView(**session.execute(select(rules).where(rules.c.id == rules_id)).one()._mapping)
