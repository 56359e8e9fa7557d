"""Invented people to call at the demo's accounts, and the words its reps choose from."""

from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlmodel import Session

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import Account, AccountPerson, ActKind, Code, ContactKind, ContactPoint, Person
from geo.address_fold import fold
from planning.codes import add_code
from planning.contact_points import contact_key
from planning.demo_pipeline import INVENTED
from planning.record_rows import insert_all

NUMBERS = "+49 30 23125 {:03d}"
"""Numbers that the Bundesnetzagentur keeps for films: they ring nowhere."""
FIRST = ("Anna", "Ben", "Clara", "David", "Ella", "Finn", "Greta", "Hannes", "Ida", "Jonas", "Lena", "Mats")
LAST = ("Berg", "Dahl", "Falk", "Hansen", "Jensen", "Krog", "Lindner", "Møller", "Petersen", "Sommer", "Vogt", "Winter")
WORDS = {
    "outcome": (("met", "Met"), ("ordered", "Ordered"), ("samples", "Wants samples"), ("nobody", "Nobody there")),
    "skip_reason": (("closed", "Closed"), ("no_time", "No time left"), ("cancelled", "Client cancelled")),
}


def seed_people(database: Database, *, now: datetime, seed: int = 0, share: float = 0.7) -> int:
    """Give about `share` of the accounts somebody to call, and reps their words; returns how many people were made.

    A record that already has people or words is left as it is.
    """
    random = Random(seed)
    with database.write(Act(by="demo", why="People and words " + INVENTED, at=now, kind=ActKind.IMPORT)) as session:
        seed_words(session)
        if session.execute(select(table_of(Person).c.id).limit(1)).first():
            return 0
        accounts = [one for one in session.scalars(select(table_of(Account).c.id)) if random.random() < share]
        names = [f"{random.choice(FIRST)} {random.choice(LAST)}" for _ in accounts]
        made = insert_all(
            session,
            Person,
            [{"name": name, "key": fold(name), "note": INVENTED, "created_at": now, "version": 1} for name in names],
        )
        roles = [
            {"account_id": account, "person_id": person, "role": "", "is_main": True, "version": 1}
            for account, person in zip(accounts, made, strict=True)
        ]
        numbers = [NUMBERS.format(random.randrange(1000)) for _ in made]
        points = [
            {
                "person_id": person,
                "kind": ContactKind.PHONE,
                "value": number,
                "key": contact_key(ContactKind.PHONE, number),
                "preferred": True,
                "version": 1,
            }
            for person, number in zip(made, numbers, strict=True)
        ]
        insert_all(session, AccountPerson, roles)
        insert_all(session, ContactPoint, points)
        return len(made)


def seed_words(session: Session) -> None:
    """Codes for what comes of a visit and why one is skipped."""
    lists = set(session.scalars(select(table_of(Code).c.list_name)))
    for name, words in WORDS.items():
        if name not in lists:
            for position, (code, label) in enumerate(words):
                add_code(session, name, code, label, position)
