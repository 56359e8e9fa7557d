"""Which data deals should have and which they have: asked for by the stages they have come through, and by segment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountPerson, Opportunity, PipelineStage, Rep, StageKind
from planning.pipeline_rules import missing_fields
from planning.pipelines import get_pipeline
from planning.stage_rules import ACCOUNT_FIELDS, read_rules
from planning.viewer import Viewer, may_see_opportunities

opportunity, stage, account = table_of(Opportunity), table_of(PipelineStage), table_of(Account)
contact, rep = table_of(AccountPerson), table_of(Rep)

GROUPS = ("rep", "stage", "segment")
MOST_NAMED = 50
"""Deals that a group names, those with most missing first."""


@dataclass(frozen=True, slots=True)
class DealGaps:
    """A deal: how many fields are asked of it, and which of them are empty."""

    opportunity_id: int
    title: str
    asked: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupGaps:
    """Open deals of a rep, stage or segment; `share` is filled fields of those asked for (None: nothing is asked)."""

    id: int | None
    name: str
    deals: int
    complete: int
    asked: int
    filled: int
    share: float | None
    missing: Mapping[str, int]
    named: tuple[DealGaps, ...]


class Policy:
    """What is asked in each stage of one pipeline, from its first stage on, by the segment of the account."""

    def __init__(self, stages: Iterable[Any]) -> None:
        self._stages = [(one, read_rules(one.name, one.rules)) for one in sorted(stages, key=lambda one: one.position)]
        self._known: dict[tuple[int, str], tuple[str, ...]] = {}

    def asked(self, stage_id: int, segment: str) -> tuple[str, ...]:
        """The fields that a deal in an open stage should have."""
        key = (stage_id, segment)
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(self._up_to(stage_id, segment)))
        return self._known[key]

    def _up_to(self, stage_id: int, segment: str) -> Iterator[str]:
        for one, rules in self._stages:
            if one.kind != StageKind.OPEN:
                continue
            yield from one.required.split() if isinstance(one.required, str) else one.required
            yield from rules.segment_fields(segment)
            yield from (field.field for field in rules.form if field.required)
            if one.id == stage_id:
                return


def completeness(
    session: Session, viewer: Viewer, by: str, *, pipeline_id: int | None = None, rep_id: int | None = None
) -> tuple[GroupGaps, ...]:
    """How complete the open deals are that the viewer sees, by `rep`, `stage` or `segment`, the poorest first.

    Raises:
        MissingError: there is no such pipeline.
        KeyError: no such grouping.
    """
    among = [opportunity.c.rep_id == rep_id] if rep_id is not None else []
    if pipeline_id is not None:
        get_pipeline(session, pipeline_id)
        among.append(stage.c.pipeline_id == pipeline_id)
    policies = policies_of(session)
    groups: dict[tuple[int | None, str], list[DealGaps]] = {}
    for row in deals_with_accounts(session, [*among, may_see_opportunities(session, viewer)]):
        key = {"rep": (row["rep_id"], row["rep"] or ""), "stage": (row["stage_id"], row["stage"])}
        key["segment"] = (None, row["account.segment"] or "")
        groups.setdefault(key[by], []).append(gaps_of(policies[row["pipeline_id"]], row, row["stage_id"]))
    made = [group_of(key, deals) for key, deals in groups.items()]
    return tuple(sorted(made, key=lambda one: (1.0 if one.share is None else one.share, one.name, one.id or 0)))


def policies_of(session: Session) -> dict[int, Policy]:
    """The policy of every pipeline."""
    stages: dict[int, list[Any]] = {}
    for row in session.execute(select(stage)):
        stages.setdefault(row.pipeline_id, []).append(row)
    return {key: Policy(rows) for key, rows in stages.items()}


def deals_with_accounts(session: Session, among: Sequence[ColumnElement[bool]]) -> Iterator[Mapping[str, Any]]:
    """Open deals with what can be asked of them and of their accounts."""
    known = [account.c[name.removeprefix("account.")].label(name) for name in ACCOUNT_FIELDS[:-1]]
    met = exists(select(contact.c.id).where(contact.c.account_id == opportunity.c.account_id))
    sql = (
        select(opportunity, stage.c.pipeline_id, stage.c.name.label("stage"), rep.c.name.label("rep"), *known)
        .add_columns(met.label("account.contact"))
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .outerjoin(account, account.c.id == opportunity.c.account_id)
        .outerjoin(rep, rep.c.id == opportunity.c.rep_id)
        .where(stage.c.kind == StageKind.OPEN, *among)
        .order_by(opportunity.c.id)
    )
    for row in session.execute(sql).mappings():
        yield {**row, "account.contact": row["account.contact"] or None}


def gaps_of(policy: Policy, deal: Mapping[str, Any], stage_id: int) -> DealGaps:
    """What is asked of a deal in a stage, and what it lacks."""
    asked = policy.asked(stage_id, deal["account.segment"] or "")
    return DealGaps(deal["id"], deal["title"], len(asked), tuple(missing_fields(" ".join(asked), deal)))


def group_of(key: tuple[int | None, str], deals: Sequence[DealGaps]) -> GroupGaps:
    """Deals added up."""
    asked = sum(one.asked for one in deals)
    empty = sum(len(one.missing) for one in deals)
    counted: dict[str, int] = {}
    for name in (name for one in deals for name in one.missing):
        counted[name] = counted.get(name, 0) + 1
    worst = sorted((one for one in deals if one.missing), key=lambda one: (-len(one.missing), one.opportunity_id))
    return GroupGaps(
        *key,
        deals=len(deals),
        complete=sum(not one.missing for one in deals),
        asked=asked,
        filled=asked - empty,
        share=(asked - empty) / asked if asked else None,
        missing=dict(sorted(counted.items())),
        named=tuple(worst[:MOST_NAMED]),
    )
