"""Ways to reach people: how two writings of one compare, and the days on which each counts."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import delete, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import ContactKind, ContactPoint
from planning.name_spans import in_common, said
from planning.record_errors import RefusedError
from planning.record_rows import insert_all

point = table_of(ContactPoint)
FIELDS = ("kind", "key", "value", "preferred", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class NewContact:
    """A way to reach somebody, to keep."""

    kind: ContactKind
    value: str
    preferred: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def same(self) -> tuple[str, str]:
        """What this and another writing of it have in common."""
        return self.kind, contact_key(self.kind, self.value) or self.value.casefold()


def contact_key(kind: ContactKind, value: str) -> str:
    """What two writings of one number or address share: digits of a number with its country, an address in small."""
    if kind in (ContactKind.PHONE, ContactKind.MOBILE):
        international = value.strip().startswith(("+", "00"))
        digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", value) if international else value)
        return f"+{digits.removeprefix('00')}" if international else digits
    return " ".join(value.casefold().split())


def keep_contacts(session: Session, person_id: int, contacts: Sequence[NewContact]) -> None:
    """Replace the ways to reach a person, those that are over and those to come as well.

    A row that is wanted as it is stays, and one of which days or writing change is changed, so that the history of the
    person tells what was done.

    Raises:
        RefusedError: one ends before it begins, or is there twice on a day.
    """
    wanted = [asdict(one) | {"key": contact_key(one.kind, one.value)} for one in once_on_any_day(contacts)]
    rows = session.execute(select(point).where(point.c.person_id == person_id).order_by(point.c.id))
    there = [dict(row._mapping) for row in rows]
    for same in (FIELDS, ("kind", "key")):
        for row in list(there):
            values = next((one for one in wanted if all(one[name] == row[name] for name in same)), None)
            if values is None:
                continue
            there.remove(row)
            wanted.remove(values)
            if any(values[name] != row[name] for name in FIELDS):
                own = update(point).where(point.c.id == row["id"])
                session.execute(own.values(values | {"version": row["version"] + 1}))
    session.execute(delete(point).where(point.c.id.in_([row["id"] for row in there])))
    insert_all(session, ContactPoint, [one | {"person_id": person_id, "version": 1} for one in wanted])


def once_on_any_day(contacts: Sequence[NewContact]) -> list[NewContact]:
    """The same, where every way to reach somebody is there once on any day; one said twice with the same days is one.

    Raises:
        RefusedError: one ends before it begins, or its days overlap with those of the same number or address.
    """
    kept: list[NewContact] = []
    for one in contacts:
        begins, ends = one.valid_from, one.valid_to
        if begins and ends and ends <= begins:
            raise RefusedError(
                f"{one.value}: valid_to is the first day on which it no longer counts, so it lies after valid_from; "
                f"got {begins} to {ends}."
            )
        at = [n for n, other in enumerate(kept) if other.same() == one.same()]
        twins = [n for n in at if (kept[n].valid_from, kept[n].valid_to) == (begins, ends)]
        if twins:
            kept[twins[0]] = replace(kept[twins[0]], preferred=kept[twins[0]].preferred or one.preferred)
            continue
        for other in (kept[n] for n in at):
            if in_common((begins, ends), (other.valid_from, other.valid_to)):
                raise RefusedError(
                    f"{other.value!r} is there twice on the same days: {said((other.valid_from, other.valid_to))}, and "
                    f"as {one.value!r} {said((begins, ends))}; give one of them, or days that do not overlap."
                )
        kept.append(one)
    return kept
