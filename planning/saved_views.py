"""Searches that users keep under a name, for themselves or for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Role, SavedView, User
from planning.edits import edit_row
from planning.record_errors import MissingError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer

saved, user = table_of(SavedView), table_of(User)

MOST = 200
"""Searches that one user may keep."""


@dataclass(frozen=True, slots=True)
class ViewView:
    """A kept search of the list `of`; `query` holds the list's own parameters, `own` that it is the viewer's."""

    id: int
    of: str
    name: str
    query: Mapping[str, str]
    shared: bool
    owner: str
    own: bool
    version: int


def may_use(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `saved`: the viewer's own, and what others share."""
    return or_(saved.c.user_id == viewer.user_id, saved.c.shared)


def list_views(session: Session, viewer: Viewer, of: str | None = None) -> tuple[ViewView, ...]:
    """The searches that the viewer may use, of all lists or of one, by name."""
    sql = views().where(may_use(viewer))
    if of is not None:
        sql = sql.where(saved.c.of == of)
    return tuple(to_view(row, viewer) for row in session.execute(sql.order_by(saved.c.of, saved.c.name, saved.c.id)))


def get_view(session: Session, viewer: Viewer, view_id: int) -> ViewView:
    """One search.

    Raises:
        MissingError: there is none with this id that the viewer may use.
    """
    row = session.execute(views().where(saved.c.id == view_id, may_use(viewer))).first()
    if row is None:
        raise MissingError(f"There is no view {view_id}.")
    return to_view(row, viewer)


def views() -> Any:
    """Searches with the names of their owners."""
    own = (saved.c.id, saved.c.of, saved.c.name, saved.c.query, saved.c.shared, user.c.name.label("owner"))
    return select(*own, saved.c.user_id, saved.c.version).join(user, user.c.id == saved.c.user_id)


def to_view(row: Any, viewer: Viewer) -> ViewView:
    """A row as the viewer sees it."""
    own = row.user_id == viewer.user_id
    return ViewView(row.id, row.of, row.name, row.query, row.shared, row.owner, own, row.version)


def add_view(
    session: Session, viewer: Viewer, of: str, name: str, query: Mapping[str, str], *, shared: bool = False
) -> int:
    """Keep a search; returns its id.

    Raises:
        RefusedError: the viewer has one of that name for this list already, or as many as can be kept.
    """
    named = select(saved.c.of, saved.c.name).where(saved.c.user_id == viewer.user_id)
    taken = {tuple(row) for row in session.execute(named)}
    if (of, name) in taken:
        raise RefusedError(f"You have a view {name!r} of {of} already.")
    if len(taken) >= MOST:
        raise RefusedError(f"You keep {MOST} views already, and no more than that can be kept.")
    row = {"user_id": viewer.user_id, "of": of, "name": name, "query": dict(query), "shared": shared, "version": 1}
    (made,) = insert_all(session, SavedView, [row])
    return made


def edit_view(session: Session, viewer: Viewer, view_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Change name, query or use of a search of one's own; see `edit_row`.

    Raises:
        MissingError: there is none with this id that the viewer may use.
        RefusedError: it is somebody else's, or the name is taken.
    """
    found = own_view(session, viewer, view_id)
    named = (saved.c.user_id == viewer.user_id, saved.c.of == found.of, saved.c.id != view_id)
    name = values.get("name", found.name)
    if session.execute(select(saved.c.id).where(*named, saved.c.name == name)).first():
        raise RefusedError(f"You have a view {name!r} of {found.of} already.")
    edit_row(session, saved, view_id, version, values)


def remove_view(session: Session, viewer: Viewer, view_id: int, version: int) -> ViewView:
    """Take a search away and return what it was: one's own, as an administrator also a shared one of others.

    Errors are those of `edit_view`.
    """
    found = (get_view if viewer.role is Role.ADMIN else own_view)(session, viewer, view_id)
    edit_row(session, saved, view_id, version, {})
    session.execute(delete(saved).where(saved.c.id == view_id))
    return found


def own_view(session: Session, viewer: Viewer, view_id: int) -> ViewView:
    """A search of the viewer's own."""
    found = get_view(session, viewer, view_id)
    if not found.own:
        raise RefusedError(f"View {view_id} is {found.owner}'s: keep one of your own.")
    return found
