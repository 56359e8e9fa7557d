"""Tasks: what a sale or an account asks of reps, by when; who may see them is decided in `planning.viewer`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, Opportunity, Rep, Role, Task, TaskState
from planning.code_rules import require_code
from planning.edits import edit_row
from planning.events import emit
from planning.opportunities import get_opportunity
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer, may_see_reps, may_see_tasks, require_account

task, rep = table_of(Task), table_of(Rep)
opportunity, account = table_of(Opportunity), table_of(Account)


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task, with the names of what it is about; `account_id` is also that of the sale."""

    id: int
    opportunity_id: int | None
    opportunity: str | None
    account_id: int | None
    account: str | None
    rep_id: int | None
    rep: str | None
    kind: str
    title: str
    text: str
    due_on: date | None
    state: str
    outcome: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    ended_by: str
    version: int


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Tasks in order of their ids; `after` is the id to go on from, None on the last page."""

    tasks: tuple[TaskView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class AskedTasks:
    """Which tasks; None leaves a question open. `due_by`: due on that day or before."""

    state: TaskState | None = None
    rep_id: int | None = None
    opportunity_id: int | None = None
    account_id: int | None = None
    kind: str | None = None
    due_by: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The questions as conditions on `task` and `opportunity`."""
        same = {
            task.c.state: self.state,
            task.c.rep_id: self.rep_id,
            task.c.opportunity_id: self.opportunity_id,
            task.c.kind: self.kind,
        }
        made = [column == value for column, value in same.items() if value is not None]
        if self.account_id is not None:
            sold = select(opportunity.c.id).where(opportunity.c.account_id == self.account_id)
            made.append(or_(task.c.account_id == self.account_id, task.c.opportunity_id.in_(sold)))
        if self.due_by is not None:
            made.append(task.c.due_on <= self.due_by)
        return made


def find_tasks(session: Session, viewer: Viewer, asked: AskedTasks, *, after: int = 0, limit: int) -> TaskPage:
    """Tasks that fit and that the viewer may see, with ids above `after`."""
    sql = tasks().where(*asked.conditions(), may_see_tasks(session, viewer), task.c.id > after)
    rows = session.execute(sql.order_by(task.c.id).limit(limit + 1)).all()
    found = tuple(TaskView(*row) for row in rows[:limit])
    return TaskPage(found, found[-1].id if len(rows) > limit else None)


def tasks_due(session: Session, rep_id: int, day: date, *, limit: int) -> tuple[TaskView, ...]:
    """A rep's open tasks that are due by a day, the oldest first, then those without a day."""
    own = (task.c.rep_id == rep_id, task.c.state == TaskState.OPEN)
    sql = tasks().where(*own, or_(task.c.due_on.is_(None), task.c.due_on <= day))
    ordered = sql.order_by(task.c.due_on.is_(None), task.c.due_on, task.c.id).limit(limit)
    return tuple(TaskView(*row) for row in session.execute(ordered))


def get_task(session: Session, viewer: Viewer, task_id: int) -> TaskView:
    """One task.

    Raises:
        MissingError: there is none with this id for the viewer.
    """
    row = session.execute(tasks().where(task.c.id == task_id, may_see_tasks(session, viewer))).first()
    if row is None:
        raise MissingError(f"There is no task {task_id}.")
    return TaskView(*row)


def task_by_id(session: Session, task_id: int) -> TaskView:
    """One task, for whoever has just changed it: it may be another's now."""
    return TaskView(*session.execute(tasks().where(task.c.id == task_id)).one())


def tasks() -> Select[Any]:
    """Tasks with the names of what they refer to, in the order of `TaskView`."""
    own = task.c
    about = func.coalesce(own.account_id, opportunity.c.account_id)
    return (
        select(
            *(own.id, own.opportunity_id, opportunity.c.title, about, account.c.name, own.rep_id, rep.c.name),
            *(own.kind, own.title, own.text, own.due_on, own.state, own.outcome),
            *(own.made_at, own.made_by, own.ended_at, own.ended_by, own.version),
        )
        .select_from(task)
        .outerjoin(opportunity, opportunity.c.id == own.opportunity_id)
        .outerjoin(account, account.c.id == about)
        .outerjoin(rep, rep.c.id == own.rep_id)
    )


def add_task(session: Session, viewer: Viewer, values: Mapping[str, Any], *, at: datetime) -> int:
    """Give somebody something to do; returns the task's id. Without `rep_id` anybody who sees it may do it.

    A rep of another branch may be named, and sees the sale with its account from then on.

    Raises:
        MissingError: the sale or the account is not there for the viewer.
        RefusedError: neither of them or both, a rep who is not there, or a kind that is not in its list.
    """
    deal_id, account_id = values.get("opportunity_id"), values.get("account_id")
    if (deal_id is None) == (account_id is None):
        raise RefusedError("A task is for a sale or for an account: give opportunity_id or account_id, and not both.")
    if deal_id is not None:
        get_opportunity(session, viewer, deal_id)
    else:
        require_account(session, viewer, values["account_id"])
    check_words(session, values)
    blank: dict[str, Any] = {"opportunity_id": None, "account_id": None, "rep_id": None, "text": "", "due_on": None}
    return write_task(session, viewer.name, blank | dict(values), at=at)


def write_task(session: Session, by: str, values: Mapping[str, Any], *, at: datetime) -> int:
    """Write a task that was checked, and say so to other programs; returns its id."""
    started = {"state": TaskState.OPEN, "outcome": "", "made_at": at, "made_by": by, "ended_at": None, "ended_by": ""}
    (made,) = insert_all(session, Task, [{**started, **values, "version": 1}])
    about = {name: values[name] for name in ("opportunity_id", "account_id", "rep_id", "kind", "title")}
    emit(session, "task.created", "task", made, at, about)
    return made


def check_words(session: Session, values: Mapping[str, Any]) -> None:
    """Go on only with a kind that may be chosen and a rep who is there.

    Raises:
        RefusedError: which of them is not so.
    """
    if "kind" in values:
        require_code(session, "task_kind", values["kind"])
    rep_id = values.get("rep_id")
    if rep_id is not None and session.execute(select(rep.c.id).where(rep.c.id == rep_id)).first() is None:
        raise RefusedError(f"There is no rep {rep_id}.")


def edit_task(session: Session, viewer: Viewer, task_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change an open task: its words, its day, who is to do it.

    Raises:
        MissingError: there is no such task for the viewer.
        RefusedError: it has ended, is another's, or names a rep or kind that is not there.
        StaleError: somebody changed it since `version`.
    """
    require_own(session, viewer, get_task(session, viewer, task_id))
    check_words(session, values)
    edit_row(session, task, task_id, version, values)


def end_task(
    session: Session, viewer: Viewer, task_id: int, version: int, state: TaskState, outcome: str, *, at: datetime
) -> None:
    """Say that a task is done, or that nobody has to do it (which needs a reason in `outcome`).

    Raises:
        MissingError, RefusedError, StaleError: as `edit_task`.
    """
    found = get_task(session, viewer, task_id)
    require_own(session, viewer, found)
    if state is TaskState.CANCELLED and not outcome.strip():
        raise RefusedError("A task that is cancelled needs a reason.")
    ended = {"state": state, "outcome": outcome, "ended_at": at, "ended_by": viewer.name}
    edit_row(session, task, task_id, version, ended)
    about = {"opportunity_id": found.opportunity_id, "kind": found.kind, "outcome": outcome}
    emit(session, f"task.{state}", "task", task_id, at, about)


def require_own(session: Session, viewer: Viewer, found: TaskView) -> None:
    """Go on only with an open task that is the viewer's: of the viewer's reps, made by the viewer, or nobody's.

    Raises:
        RefusedError: it has ended, or is another's.
    """
    if found.state != TaskState.OPEN:
        raise RefusedError(f"Task {found.id} is {found.state} already.")
    if viewer.sees_all or found.rep_id in (None, viewer.rep_id) or found.made_by == viewer.name:
        return
    mine = select(rep.c.id).where(rep.c.id == found.rep_id, may_see_reps(session, viewer))
    if viewer.role is not Role.MANAGER or session.execute(mine).first() is None:
        raise RefusedError(f"Task {found.id} is for {found.rep}: only they, their manager or {found.made_by} end it.")


def cancel_tasks(session: Session, opportunity_id: int, by: str, why: str, *, at: datetime) -> int:
    """Cancel the open tasks of a sale of which nothing comes; returns how many."""
    still = (task.c.opportunity_id == opportunity_id, task.c.state == TaskState.OPEN)
    ended = {"state": TaskState.CANCELLED, "outcome": why, "ended_at": at, "ended_by": by}
    made: Any = session.execute(update(task).where(*still).values(**ended, version=task.c.version + 1))
    return int(made.rowcount)


def missing_gates(session: Session, opportunity_id: int, gates: tuple[str, ...]) -> list[str]:
    """What of the tasks that a stage asks for is not done, in words; nothing when a deal may enter."""
    if not gates:
        return []
    found = session.execute(tasks().where(task.c.opportunity_id == opportunity_id, task.c.kind.in_(gates))).all()
    rows = [TaskView(*row) for row in found]
    missing = []
    for kind in gates:
        own = [row for row in rows if row.kind == kind]
        waiting = [row for row in own if row.state == TaskState.OPEN]
        missing += [f"task {row.id} ({row.title}, {row.rep or 'nobody'}) is open" for row in waiting]
        if not waiting and all(row.state != TaskState.DONE for row in own):
            missing.append(f"there is no task of the kind {kind}")
    return missing
