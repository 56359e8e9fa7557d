"""From what a file calls something (its id, its name, nearly its name) to the row of the record that is meant."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from crm.columns import table_of
from crm.tables import Account, AccountName, Code, Opportunity, Rep
from geo.address_fold import fold
from planning.account_keys import ids_by_key
from planning.record_rows import BATCH
from planning.type_rules import TypeView, list_types

NEAR_SCORE = 88.0
"""rapidfuzz's ratio (0–100) from which a name is offered as a candidate; one is never taken on likeness alone."""
NEAR_AMONG = 100_000
"""Records among which likeness is looked for; beyond, only the same letters count."""
NEAR_FOR = 500
"""Names for which it is."""
MOST = 4

account, account_name = table_of(Account), table_of(AccountName)
rep, code, opportunity = table_of(Rep), table_of(Code), table_of(Opportunity)


@dataclass(frozen=True, slots=True)
class Found[T]:
    """What a text of a file stands for: one row for `sure`, several to choose from, or none.

    `how` says how it was recognised where that is not plain, `doubt` why somebody has to choose, `expected` what would
    have been understood.
    """

    given: str
    ids: tuple[T, ...]
    sure: bool
    how: str = ""
    doubt: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Known[T]:
    """A row that may be meant: its id in the record, what files call it, and what it is called."""

    id: T
    external_id: str
    name: str


def squeezed(text: str) -> str:
    """Letters and digits only: "GTXPro" and "GTX Pro" are the same."""
    return re.sub(r"[^0-9a-z]", "", fold(text)) or text.casefold().strip()


class Register[T]:
    """Rows of one table by id, name and letters; `noun` is what one of them is called."""

    def __init__(self, known: Iterable[Known[T]], noun: str) -> None:
        self.noun = noun
        self.by_id: dict[str, list[Known[T]]] = {}
        self.by_name: dict[str, list[Known[T]]] = {}
        self.by_letters: dict[str, list[Known[T]]] = {}
        for item in known:
            self.add(item)

    def add(self, item: Known[T]) -> None:
        self.by_id.setdefault(item.external_id, []).append(item)
        self.by_name.setdefault(item.name, []).append(item)
        letters = self.by_letters.setdefault(squeezed(item.name), [])
        if item.id not in [other.id for other in letters]:
            letters.append(item)

    def find(self, given: str, *, near: bool = True) -> Found[T]:
        """The row that is meant by `given`."""
        if items := distinct(self.by_id.get(given, ())):
            return self.found(given, items, "")
        if items := distinct(self.by_name.get(given, ())):
            return self.found(given, items, f"{self.noun} of that name")
        if items := self.by_letters.get(squeezed(given), []):
            return self.found(given, items, f"taken as {items[0].name!r}: the same letters")
        if near and (items := self.near(given)):
            ids = tuple(item.id for item in items)
            return Found(given, ids, False, doubt=f"no {self.noun} has that id or name; nearly: {names(items)}")
        return Found(given, (), False, expected=f"the id or name of an existing {self.noun}")

    def found(self, given: str, items: Sequence[Known[T]], how: str) -> Found[T]:
        ids = tuple(item.id for item in items[:MOST])
        if len(items) == 1:
            return Found(given, ids, True, how=how)
        return Found(given, ids, False, doubt=f"{len(items)} {self.noun}s are called that: {names(items)}")

    def near(self, given: str) -> list[Known[T]]:
        """Rows whose letters are much the same, the most alike first."""
        if len(self.by_letters) > NEAR_AMONG:
            return []
        from rapidfuzz import fuzz, process

        best = process.extract(
            squeezed(given), self.by_letters.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_SCORE, limit=MOST
        )
        return [item for letters, _, _ in best for item in self.by_letters[letters]][:MOST]


def distinct[T](items: Sequence[Known[T]]) -> list[Known[T]]:
    """Each row once."""
    return list({item.id: item for item in items}.values())


def names[T](items: Sequence[Known[T]]) -> str:
    """Some of them, for a sentence."""
    return ", ".join(f"{item.name} ({item.external_id})" for item in items[:MOST])


NEW_ACCOUNT = "new account: "
"""Begins what stands for an account that is made when the import is committed; its id follows."""


def find_accounts(session: Session, given: Iterable[str], *, make: bool = False) -> Mapping[str, Found[Any]]:
    """The accounts meant by ids and names: shown names first, then all that they are or were called.

    With `make`, what nobody is called stands for a new account.
    """
    wanted = list(dict.fromkeys(given))
    columns = (account.c.id, account.c.external_id, account.c.name)
    by_id = ids_by_key(session, wanted)
    found: dict[str, Found[Any]] = {text: Found(text, (by_id[text],), True) for text in wanted if text in by_id}
    rest = [text for text in wanted if text not in by_id]
    if rest:
        register = Register(
            (Known(*row) for row in session.execute(select(*columns).order_by(account.c.id))), "account"
        )
        named = select(account.c.id, account.c.external_id, account_name.c.name).join(
            account_name, account_name.c.account_id == account.c.id
        )
        for row in session.execute(named.order_by(account_name.c.id)):
            register.add(Known(*row))
        found |= {text: register.find(text, near=at < NEAR_FOR) for at, text in enumerate(rest)}
    if make:
        new = "a new account, known by this only"
        found |= {text: Found(text, (NEW_ACCOUNT + text,), True, how=new) for text, one in found.items() if not one.ids}
    return found


def find_reps(session: Session, given: Iterable[str]) -> Mapping[str, Found[int]]:
    """The reps meant by ids and names."""
    wanted = list(dict.fromkeys(given))
    if not wanted:
        return {}
    rows = session.execute(select(rep.c.id, rep.c.external_id, rep.c.name).order_by(rep.c.id))
    register = Register((Known(*row) for row in rows), "rep")
    return {text: register.find(text) for text in wanted}


def find_opportunities_by_id(session: Session, given: Iterable[str]) -> Mapping[str, Found[int]]:
    """The opportunities meant by their ids in files."""
    found: dict[str, Found[int]] = {}
    for batch in batched(dict.fromkeys(given), BATCH):
        sql = select(opportunity.c.external_id, opportunity.c.id).where(opportunity.c.external_id.in_(batch))
        ids = {row[0]: row[1] for row in session.execute(sql)}
        for text in batch:
            known = (ids[text],) if text in ids else ()
            found[text] = Found(text, known, True, expected="the id of an opportunity in the record")
    return found


def find_types(session: Session, given: Iterable[str]) -> Mapping[str, Found[TypeView]]:
    """The types of activities meant by codes and labels, also those that have ended: a file may be about the past."""
    wanted = list(dict.fromkeys(given))
    known = list_types(session) if wanted else ()
    register = Register([Known(one, one.code, one.label) for one in known], "type of activity")
    choice = ", ".join(one.code for one in known) or "there is none yet"
    found = {}
    for text in wanted:
        one = register.find(text)
        found[text] = one if one.ids else Found(text, (), False, expected=f"a type of activity: {choice}")
    return found


def find_codes(session: Session, list_name: str, given: Iterable[str]) -> Mapping[str, Found[str]]:
    """The codes meant by codes and labels; a list without codes takes any text."""
    wanted = list(dict.fromkeys(given))
    if not wanted:
        return {}
    sql = select(code).where(code.c.list_name == list_name).order_by(code.c.position, code.c.id)
    known = session.execute(sql).all()
    if not known:
        return {text: Found(text, (text,), True) for text in wanted}
    noun = list_name.replace("_", " ")
    register = Register([Known(row.code, row.code, row.label) for row in known if row.active], noun)
    found = {}
    choice = ", ".join(row.code for row in known if row.active)
    for text in wanted:
        one = register.find(text)
        found[text] = one if one.ids else Found(text, (), False, expected=f"one of the list {list_name}: {choice}")
    return found
