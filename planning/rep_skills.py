"""What reps can do, and how well."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Rep, RepSkill
from planning.edits import edit_row
from planning.record_errors import MissingError

rep, skill = table_of(Rep), table_of(RepSkill)


def set_skills(session: Session, rep_id: int, levels: Mapping[str, float]) -> dict[str, float]:
    """What a rep can do from now on: exactly these skills.

    Raises:
        MissingError: there is no such rep.
    """
    if session.execute(select(rep.c.id).where(rep.c.id == rep_id)).first() is None:
        raise MissingError(f"There is no rep {rep_id}.")
    known = {row.skill: row for row in session.execute(select(skill).where(skill.c.rep_id == rep_id))}
    for name in known.keys() - levels.keys():
        session.execute(delete(skill).where(skill.c.id == known[name].id))
    for name, level in levels.items():
        if name not in known:
            session.execute(insert(skill), [{"rep_id": rep_id, "skill": name, "level": level}])
        elif known[name].level != level:
            edit_row(session, skill, known[name].id, known[name].version, {"level": level})
    return dict(sorted(levels.items()))


def skills_of(session: Session, rep_id: int) -> dict[str, float]:
    """What a rep can do, by name."""
    sql = select(skill.c.skill, skill.c.level).where(skill.c.rep_id == rep_id).order_by(skill.c.skill)
    return {name: level for name, level in session.execute(sql)}
