"""Invented opportunities for a demo, and the pipeline they stand in. Everything invented says so in its `source`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Select, insert, select
from sqlmodel import Session

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import Account, ActKind, Opportunity, Pipeline, PipelineStage, Site, StageKind, StageMove
from planning.account_search import rep, with_owners
from planning.plans_in_force import plan_on
from planning.record_rows import insert_all

INVENTED = "invented for the demo"
PIPELINE = "Field sales"
SLOW_SHARE = 0.35
"""Of the opportunities, those that have been in their stage for longer than a week."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the demo's pipeline."""

    name: str
    kind: StageKind
    probability: float


STEPS = (
    Step("Lead", StageKind.OPEN, 0.1),
    Step("Visit agreed", StageKind.OPEN, 0.3),
    Step("Offer", StageKind.OPEN, 0.5),
    Step("Negotiation", StageKind.OPEN, 0.8),
    Step("Won", StageKind.WON, 1.0),
    Step("Lost", StageKind.LOST, 0.0),
)


def default_pipeline(session: Session) -> list[int]:
    """The ids of the stages of the demo's pipeline, in order; it is made when it is not there."""
    stage, pipeline = table_of(PipelineStage), table_of(Pipeline)
    found = select(stage.c.id).join(pipeline, pipeline.c.id == stage.c.pipeline_id)
    ids = list(session.scalars(found.where(pipeline.c.name == PIPELINE).order_by(stage.c.position)))
    if ids:
        return ids
    made = Pipeline(name=PIPELINE)
    session.add(made)
    session.flush()
    rows = [
        {
            "pipeline_id": made.id,
            "position": position,
            "name": step.name,
            "kind": step.kind,
            "probability": step.probability,
        }
        for position, step in enumerate(STEPS)
    ]
    return insert_all(session, PipelineStage, rows)


def seed_pipeline(database: Database, *, now: datetime, seed: int = 0, share: float = 0.1) -> int:
    """Give about `share` of the accounts that have a rep an invented opportunity; returns how many were made.

    Every one has walked the stages up to its own, one move a week, the last one some days before `now`, or some weeks
    before where it has got stuck. A record that already has opportunities is left as it is.
    """
    random, slow = Random(seed), Random(seed + 1)
    act = Act(by="demo", why="Opportunities " + INVENTED, at=now, kind=ActKind.IMPORT)
    with database.write(act) as session:
        if session.execute(select(table_of(Opportunity).c.id).limit(1)).first():
            return 0
        stages = default_pipeline(session)
        owned = owned_accounts(session, now)
        chosen = [row for row in owned if random.random() < share]
        reached = [random.choices(range(len(STEPS)), weights=(30, 25, 20, 10, 9, 6))[0] for _ in chosen]
        rows = [opportunity_row(row, step, stages, random, now) for row, step in zip(chosen, reached, strict=True)]
        for row, step in zip(rows, reached, strict=True):
            row["created_at"] -= timedelta(days=waits(step, slow))
        ids = insert_all(session, Opportunity, rows)
        moves = [
            move
            for key, row, step in zip(ids, rows, reached, strict=True)
            for move in moves_of(key, row["created_at"], step, stages)
        ]
        if moves:
            session.execute(insert(StageMove), moves)
        return len(ids)


def owned_accounts(session: Session, now: datetime) -> list[tuple[int, str, int]]:
    """Account id, name and rep id of every account that belongs to someone, in order of id."""
    site, account = table_of(Site), table_of(Account)
    owned: Select[Any] = with_owners(select(account.c.id, account.c.name, rep.c.id), plan_on(session, now.date()))
    named = owned.join(account, account.c.id == site.c.account_id)
    sql = named.where(rep.c.id.is_not(None)).order_by(account.c.id)
    return [(row[0], row[1], row[2]) for row in session.execute(sql)]


def opportunity_row(
    owned: tuple[int, str, int], step: int, stages: list[int], random: Random, now: datetime
) -> dict[str, Any]:
    """An opportunity that has come as far as `step`."""
    account, name, rep_id = owned
    weeks = path_length(step)
    begun = now - timedelta(days=7 * weeks + random.randrange(7))
    return {
        "external_id": f"demo-{account}",
        "account_id": account,
        "rep_id": rep_id,
        "stage_id": stages[step],
        "title": f"{name}: first order",
        "value": float(random.randrange(5, 200) * 100),
        "currency": "EUR",
        "expected_on": (now + timedelta(days=random.randrange(14, 120))).date(),
        "source": INVENTED,
        "created_at": begun,
    }


def waits(step: int, random: Random) -> int:
    """Days that an opportunity has been in its stage beyond the last week: some that are open have been there long."""
    days = random.randrange(5, 45) if random.random() < SLOW_SHARE else 0
    return days if STEPS[step].kind is StageKind.OPEN else 0


def path_length(step: int) -> int:
    """How many moves lead from the first stage to `step`; a lost one is lost after the offer."""
    return 3 if STEPS[step].kind is StageKind.LOST else step


def moves_of(opportunity: int, begun: datetime, step: int, stages: list[int]) -> list[dict[str, Any]]:
    """The moves that led to `step`, one a week."""
    length = path_length(step)
    path = [*range(length), step]
    return [
        {
            "opportunity_id": opportunity,
            "from_stage_id": stages[path[number - 1]] if number else None,
            "to_stage_id": stages[at],
            "moved_at": begun + timedelta(weeks=number),
            "moved_by": "demo",
            "reason": INVENTED if STEPS[at].kind is StageKind.LOST else "",
        }
        for number, at in enumerate(path)
    ]
