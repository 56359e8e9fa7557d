"""What reps can do and how well, and what accounts need of them."""

from collections.abc import Mapping

from sqlalchemy import Table, delete, insert, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountNeed, Rep, RepSkill
from planning.edits import edit_row
from planning.record_errors import MissingError

rep, skill = table_of(Rep), table_of(RepSkill)
account, need = table_of(Account), table_of(AccountNeed)


def set_skills(session: Session, rep_id: int, levels: Mapping[str, float]) -> dict[str, float]:
    """What a rep can do from now on: exactly these skills.

    Raises:
        MissingError: there is no such rep.
    """
    if session.execute(select(rep.c.id).where(rep.c.id == rep_id)).first() is None:
        raise MissingError(f"There is no rep {rep_id}.")
    return _set(session, skill, "rep_id", rep_id, levels)


def skills_of(session: Session, rep_id: int) -> dict[str, float]:
    """What a rep can do, by name."""
    return _levels(session, skill, "rep_id", rep_id)


def set_needs(session: Session, account_id: int, levels: Mapping[str, float]) -> dict[str, float]:
    """What an account needs of its rep from now on: exactly these skills, each at this level at least.

    Raises:
        MissingError: there is no such account.
    """
    if session.execute(select(account.c.id).where(account.c.id == account_id)).first() is None:
        raise MissingError(f"There is no account {account_id}.")
    return _set(session, need, "account_id", account_id, levels)


def needs_of(session: Session, account_id: int) -> dict[str, float]:
    """What an account needs of its rep, by name."""
    return _levels(session, need, "account_id", account_id)


def asked_skill(name: str, level: float) -> str:
    """A skill at a level, as one word that either is among what a rep can do or is not."""
    return name.casefold() if level <= 0 else f"{name.casefold()} at level {level:g}"


def _set(session: Session, table: Table, key: str, owner: int, levels: Mapping[str, float]) -> dict[str, float]:
    known = {row.skill: row for row in session.execute(select(table).where(table.c[key] == owner))}
    for name in known.keys() - levels.keys():
        session.execute(delete(table).where(table.c.id == known[name].id))
    for name, level in levels.items():
        if name not in known:
            session.execute(insert(table), [{key: owner, "skill": name, "level": level}])
        elif known[name].level != level:
            edit_row(session, table, known[name].id, known[name].version, {"level": level})
    return dict(sorted(levels.items()))


def _levels(session: Session, table: Table, key: str, owner: int) -> dict[str, float]:
    sql = select(table.c.skill, table.c.level).where(table.c[key] == owner).order_by(table.c.skill)
    return {name: level for name, level in session.execute(sql)}
