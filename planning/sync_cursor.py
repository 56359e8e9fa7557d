"""How far a device has come in keeping up with the record, and what makes it start over."""

from dataclasses import astuple, dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from json import dumps, loads
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import ChangeBatch, PipelineStage, PlanState, Rep, SettledAct, TerritoryPlan
from planning.families import family_ids
from planning.opaque_text import opaque, revealed
from planning.record_errors import AskError
from planning.viewer import Viewer, account, may_see_reps, sight_of

settled, batch = table_of(SettledAct), table_of(ChangeBatch)
plan, stage, rep = table_of(TerritoryPlan), table_of(PipelineStage), table_of(Rep)

FORMAT = 2
"""Of what is sent; devices start over when it changes."""
OLDEST = timedelta(days=30)
"""A device that was away for longer starts over: that costs less than all that happened."""
PAST_ALL = 2**53 - 1
"""In place of a change: past all changes of an act."""


class StartOverError(AskError, RuntimeError):
    """The cursor cannot be gone on from; the device has to read everything anew, without one."""


class Phase(StrEnum):
    """What the next page holds: all accounts, then all sales that hang on none, in order of ids, or what changed."""

    ALL = "all"
    SALES = "sales"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class SyncCursor:
    """Everything up to the change `change` of the act `number` (in order of commits) is dealt with, as of `day`.

    `scope` says for whom and for which sight, `mark` which act bears the number; while everything is read, the accounts
    (or sales) up to `after` are there.
    """

    scope: str
    mark: str
    day: date
    number: int
    change: int
    phase: Phase
    after: int = 0

    def text(self) -> str:
        """As a device keeps it."""
        return opaque(dumps(astuple(self), default=str, separators=(",", ":")))


def cursor_from(text: str) -> SyncCursor:
    """What `text` stands for.

    Raises:
        ValueError: it is not the text of a cursor.
    """
    found: Any = loads(revealed(text))
    try:
        scope, mark, day, number, change, phase, after = found
        numbers = [one for one in (number, change, after) if type(one) is int and 0 <= one <= PAST_ALL]
    except TypeError:
        raise ValueError(text) from None
    if len(numbers) != 3 or number >= 2**31 or after >= 2**31 or not all(isinstance(one, str) for one in found[:3]):
        raise ValueError(text)
    return SyncCursor(scope, mark, date.fromisoformat(day), number, change, Phase(phase), after)


def scope_of(session: Session, viewer: Viewer) -> str:
    """A digest of what decides at large what a user sees; when it changes, single changes no longer tell the rest.

    Territories held, reps and families granted, plans and their days, and which stages leave a sale open. What happens
    to single accounts, sites and tasks is not in it.
    """
    sight = sight_of(session, viewer)
    heads = select(account.c.id).where(account.c.id.in_(sight.heads))
    family = sorted(session.scalars(family_ids(heads, viewer.day))) if sight.heads else []
    reps = () if viewer.sees_all else sorted(session.scalars(select(rep.c.id).where(may_see_reps(session, viewer))))
    plans = select(plan.c.id, plan.c.state, plan.c.valid_from, plan.c.valid_to).where(plan.c.state != PlanState.DRAFT)
    stages = select(stage.c.id, stage.c.name, stage.c.kind).order_by(stage.c.id)
    whole = (
        (FORMAT, viewer.user_id, viewer.rep_id, str(viewer.role)),
        (sorted(sight.reps), sorted(sight.territories), family, list(reps)),
        [tuple(map(str, row)) for row in session.execute(plans.order_by(plan.c.id))],
        [tuple(map(str, row)) for row in session.execute(stages)],
    )
    return sha256(repr(whole).encode()).hexdigest()[:16]


def last_act(session: Session) -> tuple[int, str]:
    """Number and mark of the act that was committed last; 0 where there was none."""
    number = session.scalar(select(settled.c.number).order_by(settled.c.number.desc()).limit(1)) or 0
    return number, mark_of(session, number)


def mark_of(session: Session, number: int) -> str:
    """A digest of the act with this number: another one after a restore from a backup, none where there is no such."""
    sql = select(batch.c.id, batch.c.at).join(settled, settled.c.batch_id == batch.c.id)
    row = session.execute(sql.where(settled.c.number == number)).first()
    return "" if row is None else sha256(f"{row.id} {row.at.isoformat()}".encode()).hexdigest()[:8]


def check(session: Session, viewer: Viewer, cursor: SyncCursor, scope: str) -> None:
    """Go on only from a cursor that was given to this user, of this record, for this sight, and lately.

    Raises:
        StartOverError: it was not.
    """
    if not timedelta(0) <= viewer.day - cursor.day <= OLDEST:
        raise StartOverError(f"The cursor is of {cursor.day}, too long ago: read everything anew, without a cursor.")
    if cursor.scope != scope:
        raise StartOverError(
            "The cursor is another user's, or what you may see has changed at large since (a plan, territories, "
            "rights): read everything anew, without a cursor."
        )
    if cursor.mark != mark_of(session, cursor.number) or (cursor.number and not cursor.mark):
        raise StartOverError(
            "The cursor is of another record, or from before a restore: read everything anew, without a cursor."
        )
