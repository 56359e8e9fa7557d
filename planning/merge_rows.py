"""What belongs to an account or a person, table by table, and how it becomes another's when the two are merged.

`RULES` names every table with a column that refers to accounts, `OF_PEOPLE` every one with a column that refers to
people (a test holds them against the schema).
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Table, delete, or_, select, update
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import (
    AccountKey,
    AccountLink,
    AccountName,
    AccountNeed,
    AccountPerson,
    AccountShare,
    Activity,
    Consent,
    ContactPoint,
    DuplicatePair,
    FamilyGrant,
    Lead,
    LinkKind,
    Opportunity,
    PairState,
    PersonKey,
    Record,
    Site,
    Task,
    WorkItem,
)
from planning.firms import check_circle, hold_links
from planning.merge_sites import overlap
from planning.name_spans import spans_joined
from planning.record_rows import update_rows

link, share, need = table_of(AccountLink), table_of(AccountShare), table_of(AccountNeed)

PAIR = ("account_id", "other_id")

type Rule = Callable[[Session, Table, int, int], tuple[int, str]]
"""Moves rows of a table from the second to the first; returns how many, and what there is to say of it."""


def move_rows(
    session: Session, stays_id: int, goes_id: int, rules: Mapping[type[Record], Rule]
) -> tuple[dict[str, int], list[str]]:
    """Give all that belongs to the one that goes to the one that stays; returns rows by table and what was decided.

    Raises:
        RefusedError: the owners would go round in a circle.
    """
    moved, notes = {}, []
    for model, rule in rules.items():
        table = table_of(model)
        count, note = rule(session, table, stays_id, goes_id)
        if count:
            moved[table.name] = count
        if note:
            notes.append(note)
    return moved, notes


def all_rows(session: Session, table: Table, stays_id: int, goes_id: int, of: str = "account_id") -> tuple[int, str]:
    """Every row as it is; `of` is the column that says whose it is."""
    counted = {"version": table.c.version + 1} if "version" in table.c else {}
    own = update(table).where(table.c[of] == goes_id)
    made: Any = session.execute(own.values({of: stays_id, **counted}))
    return made.rowcount, ""


def of_person(session: Session, table: Table, stays_id: int, goes_id: int) -> tuple[int, str]:
    """Every row of a person as it is."""
    return all_rows(session, table, stays_id, goes_id, "person_id")


def but_twins(*same: str, of: str = "account_id", marked: str = "") -> Rule:
    """Every row but those that are there already: alike in the columns `same`.

    Where one of the twins is `marked` (its main contact, the preferred number), the one that stays is.
    """

    def move(session: Session, table: Table, stays_id: int, goes_id: int) -> tuple[int, str]:
        rows = rows_of(session, table, table.c[of].in_((stays_id, goes_id)))
        there = {tuple(row[name] for name in same): row for row in rows if row[of] == stays_id}
        twins = [row for row in rows if row[of] == goes_id and tuple(row[name] for name in same) in there]
        if marked:
            kept = [there[tuple(row[name] for name in same)] for row in twins if row[marked]]
            update_rows(session, table, [(row["id"], {marked: True}) for row in kept if not row[marked]])
        session.execute(delete(table).where(table.c.id.in_([row["id"] for row in twins])))
        return all_rows(session, table, stays_id, goes_id, of)

    return move


def dated(*, of: str = "account_id", marked: str = "") -> Rule:
    """Every row; one that is there already of the same kind and key gives its days to that where they overlap."""

    def move(session: Session, table: Table, stays_id: int, goes_id: int) -> tuple[int, str]:
        rows = rows_of(session, table, table.c[of].in_((stays_id, goes_id)))
        for row in (row for row in rows if row[of] == goes_id):
            own = rows_of(session, table, table.c[of] == stays_id)
            if spans_joined(session, table, row, own, marked=marked):
                session.execute(delete(table).where(table.c.id == row["id"]))
        return all_rows(session, table, stays_id, goes_id, of)

    return move


def needs(session: Session, table: Table, account_id: int, other_id: int) -> tuple[int, str]:
    """What it needs of its rep; of one skill the higher level."""
    rows = rows_of(session, table, table.c.account_id.in_((account_id, other_id)))
    there = {row["skill"]: row for row in rows if row["account_id"] == account_id}
    higher = [
        (there[row["skill"]]["id"], {"level": row["level"]})
        for row in rows
        if row["account_id"] == other_id and row["skill"] in there and row["level"] > there[row["skill"]]["level"]
    ]
    update_rows(session, table, higher)
    return but_twins("skill")(session, table, account_id, other_id)


def shares(session: Session, table: Table, account_id: int, other_id: int) -> tuple[int, str]:
    """How it is divided among reps; where both are divided at one time, the division of the account that stays."""
    rows = rows_of(session, table, table.c.account_id.in_((account_id, other_id)))
    kept = [row for row in rows if row["account_id"] == account_id]
    gone = [row for row in rows if row["account_id"] == other_id and any(overlap(row, other) for other in kept)]
    if gone:  # a division counts as a whole: its parts add up to 1
        session.execute(delete(table).where(table.c.account_id == other_id))
        return 0, "Both were divided among reps: the division of the account that stays goes on."
    return all_rows(session, table, account_id, other_id)


def links(session: Session, table: Table, account_id: int, other_id: int) -> tuple[int, str]:
    """Its links to other firms, from both sides; one between the two goes, and so does one that is there already.

    Raises:
        RefusedError: the owners would go round in a circle.
    """
    hold_links(session)
    pair = (account_id, other_id)
    rows = rows_of(session, table, or_(table.c.account_id.in_(pair), table.c.to_account_id.in_(pair)))
    seen = {end(row, {}) for row in rows if other_id not in (row["account_id"], row["to_account_id"])}
    between, moved = 0, 0
    for row in (row for row in rows if other_id in (row["account_id"], row["to_account_id"])):
        new = end(row, {other_id: account_id})
        own = table.c.id == row["id"]
        if new[0] == new[1] or new in seen:
            session.execute(delete(table).where(own))
            between += new[0] == new[1]
            continue
        seen.add(new)
        values = {"account_id": new[0], "to_account_id": new[1], "version": row["version"] + 1}
        session.execute(update(table).where(own).values(values))
        moved += 1
        if row["kind"] == LinkKind.OWNER:
            check_circle(session, new[0], new[1], row["valid_from"], row["valid_to"], but=row["id"])
    return moved, "They were linked with each other: that link is gone." if between else ""


def pairs(session: Session, table: Table, account_id: int, other_id: int) -> tuple[int, str]:
    """What was suggested of it: that two are two is said of the account that stays as well, the rest goes."""
    rows = rows_of(session, table, or_(*(table.c[name].in_((account_id, other_id)) for name in PAIR)))
    there = {tuple(row[name] for name in PAIR): row for row in rows if other_id not in (row[name] for name in PAIR)}
    moved = 0
    for row in (row for row in rows if other_id in (row[name] for name in PAIR)):
        new = tuple(sorted(account_id if row[name] == other_id else row[name] for name in PAIR))
        own = table.c.id == row["id"]
        if row["state"] != PairState.TWO or new[0] == new[1] or is_two(there.get(new)):
            session.execute(delete(table).where(own))
            continue
        if new in there:
            session.execute(delete(table).where(table.c.id == there[new]["id"]))
        there[new] = row
        values = dict(zip(PAIR, new, strict=True)) | {"version": row["version"] + 1}
        session.execute(update(table).where(own).values(values))
        moved += 1
    return moved, ""


def is_two(row: Mapping[str, Any] | None) -> bool:
    """True for a pair that somebody said is two firms."""
    return row is not None and row["state"] == PairState.TWO


def end(row: Mapping[str, Any], instead: Mapping[int, int]) -> tuple[Any, ...]:
    """What makes a link what it is, its firms replaced."""
    firms = (instead.get(row[name], row[name]) for name in ("account_id", "to_account_id"))
    return (*firms, row["kind"], row["valid_from"], row["valid_to"])


def rows_of(session: Session, table: Table, condition: Any) -> list[dict[str, Any]]:
    """The rows that fit, in order of their ids, locked."""
    sql = select(table).where(condition).order_by(table.c.id).with_for_update()
    return [row._asdict() for row in session.execute(sql)]


RULES: Mapping[type[Record], Rule] = {
    Site: all_rows,
    AccountName: dated(),
    AccountLink: links,
    AccountKey: all_rows,
    FamilyGrant: but_twins("user_id"),
    AccountPerson: but_twins("person_id", "role", "valid_from", "valid_to", marked="is_main"),
    AccountNeed: needs,
    AccountShare: shares,
    Activity: all_rows,
    Lead: all_rows,
    Opportunity: all_rows,
    Task: all_rows,
    WorkItem: all_rows,
    DuplicatePair: pairs,
}
"""How what belongs to an account becomes another's."""

OF_PEOPLE: Mapping[type[Record], Rule] = {
    AccountPerson: but_twins("account_id", "role", "valid_from", "valid_to", of="person_id", marked="is_main"),
    ContactPoint: dated(of="person_id", marked="preferred"),
    Consent: of_person,
    PersonKey: of_person,
    Activity: of_person,
}
"""How what belongs to a person becomes another's."""
