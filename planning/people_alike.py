"""People who may be the same as another: reached the same way, or at the same account, and judged with the name.

A name alone decides nothing, nor does a number: colleagues share a mailbox, and families a telephone. What is
suggested is for somebody to look at; `planning.merge_people` makes one of two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import AccountPerson, ContactKind, ContactPoint, Person
from planning.duplicates import ALIKE, SHARED_REACH
from planning.people import get_person, may_see_people
from planning.viewer import Viewer

person, role, point = table_of(Person), table_of(AccountPerson), table_of(ContactPoint)

INITIAL = 0.9
"""Likeness of names of which one has an initial where the other has the word."""
MOST_COLLEAGUES = 500
"""People at the same accounts that are looked at."""
WAYS: Mapping[str, str] = {
    ContactKind.PHONE: "telephone",
    ContactKind.MOBILE: "telephone",
    ContactKind.EMAIL: "e-mail address",
}


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody who may be the same person; `score` 0 to 1."""

    person_id: int
    external_id: str | None
    name: str
    version: int
    score: float
    reasons: tuple[str, ...]


def find_namesakes(session: Session, viewer: Viewer, person_id: int, *, limit: int = 20) -> tuple[Namesake, ...]:
    """People whom the viewer sees and who may be the same person, the likeliest first.

    Raises:
        MissingError: there is no such person for the viewer.
    """
    get_person(session, viewer, person_id)
    key = session.scalar(select(person.c.key).where(person.c.id == person_id)) or ""
    reached, colleagues = reached_alike(session, person_id), colleagues_of(session, person_id)
    wanted = [one for one in {*reached, *colleagues} if one != person_id]
    rows = session.execute(select(person).where(person.c.id.in_(wanted), may_see_people(session, viewer)))
    found = []
    for row in rows:
        score, reasons = judged(alike(key, row.key), reached.get(row.id), row.id in colleagues)
        if score:
            found.append(Namesake(row.id, row.external_id, row.name, row.version, score, reasons))
    found.sort(key=lambda one: (-one.score, one.person_id))
    return tuple(found[:limit])


def judged(likeness: float, way: str | None, same_account: bool) -> tuple[float, tuple[str, ...]]:
    """How likely two are one (0: not suggested), and what speaks for it."""
    if likeness < ALIKE:
        return 0.0, ()
    reasons = [f"names {likeness:.0%} alike"]
    reasons += [f"reached by the same {way}"] if way else []
    reasons += ["at the same account"] if same_account else []
    doubt = (1 - likeness) * (0.5 if way else 1.5) + (0.02 if way else 0.25)
    return round(max(0.05, 1 - doubt * (0.5 if way and same_account else 1.0)), 3), tuple(reasons)


def alike(one: str, other: str) -> float:
    """Likeness of two folded names, 0 to 1, whatever the order of their words; an initial fits its word."""
    from rapidfuzz import fuzz

    by_letters: float = fuzz.token_sort_ratio(one, other) / 100
    return max(by_letters, INITIAL if initials_fit(one.split(), other.split()) else 0.0)


def initials_fit(one: list[str], other: list[str]) -> bool:
    """True when each word of one name is a word of the other or its initial, and one whole word of both is the same."""
    if len(one) != len(other) or len(one) < 2:
        return False
    left, whole = list(other), 0
    for word in sorted(one, key=len, reverse=True):
        fits = sorted((with_ for with_ in left if stands_for(word, with_)), key=lambda with_: with_ != word)
        if not fits:
            return False
        whole += fits[0] == word and len(word) > 1
        left.remove(fits[0])
    return whole > 0


def stands_for(one: str, other: str) -> bool:
    """True for the same word, or a letter and a word that begins with it."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def reached_alike(session: Session, person_id: int) -> dict[int, str]:
    """People whom a number or address of this one reaches too, and which kind that is."""
    own = select(point.c.kind, point.c.key).where(point.c.person_id == person_id, point.c.key != "")
    ways = [row for row in session.execute(own.limit(50)) if row.kind in WAYS]
    found: dict[int, str] = {}
    for kind, key in ways:
        kinds = [one for one, name in WAYS.items() if name == WAYS[kind]]
        same = tuple_(point.c.kind, point.c.key).in_([(one, key) for one in kinds])
        others = set(session.scalars(select(point.c.person_id).where(same, point.c.person_id != person_id).limit(100)))
        if len(others) <= SHARED_REACH:
            found |= dict.fromkeys(others, WAYS[kind])
    return found


def colleagues_of(session: Session, person_id: int) -> set[int]:
    """People with a role, now or once, at an account of this one."""
    accounts = select(role.c.account_id).where(role.c.person_id == person_id)
    sql = select(role.c.person_id).where(role.c.account_id.in_(accounts), role.c.person_id != person_id)
    return set(session.scalars(sql.distinct().limit(MOST_COLLEAGUES)))
