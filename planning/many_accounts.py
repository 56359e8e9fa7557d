"""Making and changing accounts, one or thousands in one act, each with an answer of its own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountState, Site
from planning.account_keys import ids_by_key
from planning.edits import edit_account, require_codes
from planning.find_accounts import account_version
from planning.import_defaults import NEW_ACCOUNT, NEW_SITE
from planning.no_visits import with_none_said
from planning.record_errors import AskError, RefusedError
from planning.record_rows import insert_all
from planning.viewer import Viewer

account = table_of(Account)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of many: which account (`id` and the version that was read, or a new one), and what of it.

    `fault` says why a line could not be read; nothing is done for it then.
    """

    number: int
    account: Mapping[str, Any]
    site: Mapping[str, Any]
    id: int | None = None
    version: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a line: `created`, `changed`, or `refused` with the reason."""

    line: int
    result: str
    id: int | None
    version: int | None
    why: str = ""


def add_account(session: Session, values: Mapping[str, Any], site: Mapping[str, Any], *, now: datetime) -> int:
    """Make an account with one site; a prospect unless its state is said. Returns its id.

    Raises:
        RefusedError: there is one with its external id already, or its segment or industry is not in its list.
    """
    if known := ids_by_key(session, [values["external_id"]]).get(values["external_id"]):
        raise RefusedError(f"There is an account with the id {values['external_id']!r} already: it is number {known}.")
    require_codes(session, values)
    row = {**NEW_ACCOUNT, "state": AccountState.PROSPECT, **values, "created_at": now, "version": 1}
    (made,) = insert_all(session, Account, [row])
    insert_all(session, Site, [{**NEW_SITE, **with_none_said(site, None), "account_id": made, "version": 1}])
    return made


def do_lines(session: Session, viewer: Viewer, lines: Iterable[Line], *, now: datetime) -> Iterator[Done]:
    """Do every line that can be done; one that cannot leaves nothing behind and does not stop the others.

    Whoever does not see everything changes only accounts that they see, and makes none: a new one would be nobody's.
    """
    for line in lines:
        try:
            if line.fault:
                raise RefusedError(line.fault)
            with session.begin_nested():
                yield do_line(session, viewer, line, now)
        except AskError as error:
            yield Done(line.number, "refused", line.id, None, str(error))


def do_line(session: Session, viewer: Viewer, line: Line, now: datetime) -> Done:
    """Do one line.

    Raises:
        AskError: why it cannot be done.
    """
    if line.id is None:
        if not viewer.sees_all:
            raise RefusedError("Only a planner or admin makes accounts this way.")
        return Done(line.number, "created", add_account(session, line.account, line.site, now=now), 1)
    if line.version is None:
        raise RefusedError("version: Expected the version you read, to change an account.")
    if line.site:
        raise RefusedError(
            f"{', '.join(line.site)}: Expected only with a new account; sites have a route of their own."
        )
    edit_account(session, viewer, line.id, line.version, line.account)
    return Done(line.number, "changed", line.id, account_version(session, line.id))
