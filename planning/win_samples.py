"""Closed deals as examples to learn from: what was known of each while it was open, and how it ended.

Every deal is looked at when it came to a stage and every `EVERY_DAYS` days in between (landmarks: van Houwelingen,
Dynamic prediction by landmarking in event history analysis, Scand. J. Stat. 2007); together its looks weigh as much as
those of any other deal. The amount is the one that the ledger says was known at that moment: amounts that came with the
outcome, as in a file of closed deals, would tell it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Change, ChangeBatch, Opportunity, Pipeline, PipelineStage, StageKind, StageMove

opportunity, stage, move = table_of(Opportunity), table_of(PipelineStage), table_of(StageMove)
pipeline, account = table_of(Pipeline), table_of(Account)
change, batch = table_of(Change), table_of(ChangeBatch)

EVERY_DAYS = 30
MOST_LOOKS = 24
"""Looks at one deal; a deal of many years is looked at in its first two."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of an open deal at a moment. `value` is None while no amount is known."""

    deal: int
    stage: str
    age_days: float
    stay_days: float
    value: float | None
    segment: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A look at a deal that is closed now, and whether it was won; the weights of a deal's looks add up to 1."""

    look: Look
    won: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Path:
    """A deal's way: when it came to which stage (name and kind), and the segment of its account."""

    deal: int
    segment: str
    value: float | None
    steps: tuple[tuple[datetime, str, str], ...]


def paths(session: Session, name: str, *, closed: bool) -> Iterator[Path]:
    """The ways of the deals of all editions of a pipeline, those that are closed now or those that are open."""
    now, at = stage.alias("now"), stage.alias("at")
    of = pipeline.c.name == name
    sql = (
        select(opportunity.c.id, account.c.segment, opportunity.c.value, move.c.moved_at, at.c.name, at.c.kind)
        .join(now, now.c.id == opportunity.c.stage_id)
        .join(pipeline, pipeline.c.id == now.c.pipeline_id)
        .join(move, move.c.opportunity_id == opportunity.c.id)
        .join(at, at.c.id == move.c.to_stage_id)
        .outerjoin(account, account.c.id == opportunity.c.account_id)
        .where(of, now.c.kind != StageKind.OPEN if closed else now.c.kind == StageKind.OPEN)
        .order_by(opportunity.c.id, move.c.moved_at, move.c.id)
    )
    steps: list[tuple[datetime, str, str]] = []
    last: Any = None
    for row in session.execute(sql):
        if last is not None and row.id != last.id:
            yield Path(last.id, last.segment or "", last.value, tuple(steps))
            steps = []
        steps.append((row.moved_at, row[4], row[5]))
        last = row
    if last is not None:
        yield Path(last.id, last.segment or "", last.value, tuple(steps))


def samples_of(session: Session, name: str) -> list[Sample]:
    """Examples of every closed deal of a pipeline that was seen open."""
    amounts = amounts_known(session, name)
    found: list[Sample] = []
    for path in paths(session, name, closed=True):
        looks = looks_at(path, amounts.get(path.deal, ()))
        won = path.steps[-1][2] == StageKind.WON
        found += [Sample(look, won, 1.0 / len(looks)) for look in looks]
    return found


def looks_at(path: Path, amounts: Sequence[tuple[datetime, float | None]]) -> list[Look]:
    """Looks at a closed deal while it was open."""
    end = path.steps[-1][0]
    began = path.steps[0][0]
    moments = [at for at, _, kind in path.steps[:-1] if kind == StageKind.OPEN]
    ahead = range(1, MOST_LOOKS)
    moments += [at for step in ahead if (at := began + timedelta(days=EVERY_DAYS * step)) < end]
    looks = (look_at(path, at, known_at(amounts, at)) for at in sorted(set(moments))[:MOST_LOOKS])
    return [look for look in looks if look is not None]


def look_at(path: Path, at: datetime, value: float | None) -> Look | None:
    """What is known of a deal at a moment; None when it is not open then."""
    number = bisect_right([step[0] for step in path.steps], at) - 1
    if number < 0 or path.steps[number][2] != StageKind.OPEN:
        return None
    came, name, _ = path.steps[number]
    age, stay = ((at - since).total_seconds() / DAY_S for since in (path.steps[0][0], came))
    return Look(path.deal, name, age, stay, value, path.segment)


def open_looks(session: Session, name: str, at: datetime) -> list[Look]:
    """The open deals of a pipeline as they are."""
    looks = (look_at(path, at, path.value) for path in paths(session, name, closed=False))
    return [look for look in looks if look is not None]


def amounts_known(session: Session, name: str) -> dict[int, list[tuple[datetime, float | None]]]:
    """By deal, from which moment on which amount was written down, by the ledger."""
    of = (
        select(opportunity.c.id)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .where(pipeline.c.name == name)
    )
    sql = (
        select(change.c.row_id, batch.c.at, change.c.after)
        .join(batch, batch.c.id == change.c.batch_id)
        .where(change.c.table_name == "opportunity", change.c.row_id.in_(of), change.c.after.is_not(None))
        .order_by(change.c.row_id, change.c.id)
    )
    found: dict[int, list[tuple[datetime, float | None]]] = {}
    for deal, at, after in session.execute(sql):
        if after is not None:
            found.setdefault(deal, []).append((at, after.get("value")))
    return found


def known_at(amounts: Iterable[tuple[datetime, float | None]], at: datetime) -> float | None:
    """The amount that was written down at a moment."""
    value = None
    for since, amount in amounts:
        if since > at:
            break
        value = amount
    return value


def counts(samples: Sequence[Sample]) -> Mapping[bool, int]:
    """How many deals were lost (False) and won (True)."""
    ends = {one.look.deal: one.won for one in samples}
    return {won: sum(end is won for end in ends.values()) for won in (False, True)}
