"""What can be imported: for each kind of record how its rows are read and decided, and where they are written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.tables import (
    Account,
    AccountPerson,
    Activity,
    Code,
    Consent,
    ContactPoint,
    Lead,
    Opportunity,
    Person,
    Record,
    Rep,
    Site,
    StageMove,
)
from planning import import_activities, import_leads, import_lists, import_opportunities, import_people, import_reps
from planning.import_decision import Decision
from planning.import_fields import Field, Setting, read_rows
from planning.import_people_fields import FIELDS as PEOPLE_FIELDS

type Read = Callable[[Path, Setting], Any]
type Decide = Callable[[Session, Any, Setting], list[Decision]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record.

    `table` holds its rows, `hanging` what belongs to them with the column that names the row it hangs on. `read` makes
    of a file something with `source`, `rows_read`, `recognised` and `notes`; `decide` says what each of its rows would
    do. `finish` does what follows from new and changed rows, in the same act.
    """

    name: str
    table: type[Record]
    read: Read
    decide: Decide
    hanging: Mapping[type[Record], str]
    finish: Callable[[Session, Sequence[int]], None] | None = None


def reader(fields: Mapping[str, Field]) -> Read:
    """Reads a file by a description of its fields."""
    return lambda path, setting: read_rows(path, fields, setting)


def read_accounts(path: Path, setting: Setting) -> Any:
    """A file of accounts; the reader with all its formats and languages is loaded when it is needed."""
    from planning.import_accounts import read

    return read(path, setting)


def decide_accounts(session: Session, table: Any, setting: Setting) -> list[Decision]:
    """What each account of a file would do."""
    from planning.import_accounts import decide_all

    return decide_all(session, table, setting)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("accounts", Account, read_accounts, decide_accounts, {Site: "account_id"}),
        Kind(
            "people",
            Person,
            reader(PEOPLE_FIELDS),
            import_people.decide,
            {AccountPerson: "person_id", ContactPoint: "person_id", Consent: "person_id"},
        ),
        Kind("leads", Lead, reader(import_leads.FIELDS), import_leads.decide, {}),
        Kind(
            "opportunities",
            Opportunity,
            reader(import_opportunities.FIELDS),
            import_opportunities.decide,
            {StageMove: "opportunity_id"},
        ),
        Kind(
            "activities",
            Activity,
            reader(import_activities.FIELDS),
            import_activities.decide,
            {},
            import_activities.finish,
        ),
        Kind("reps", Rep, reader(import_reps.REP_FIELDS), import_reps.decide_reps, {}),
        Kind("codes", Code, reader(import_lists.CODE_FIELDS), import_lists.decide_codes, {}),
    )
}
