"""The types of visits that a file of accounts names, as the record knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from planning.account_table import AccountRow
from planning.import_decision import Decision, reason, reject
from planning.import_fields import Setting
from planning.import_references import Found, find_types
from planning.type_rules import TypeView, list_types, may_be_planned

FIELD = "visit_type"


@dataclass(frozen=True, slots=True)
class SiteTypes:
    """What the texts of a file mean (`found`), and the codes that sites may be given on the day of the import.

    Where there are none (nobody has made any yet), the column says nothing to the record and is left out.
    """

    found: Mapping[str, Found[TypeView]]
    codes: tuple[str, ...]

    def code(self, given: str | None) -> str | None:
        """The code that is meant for sure; None where none is."""
        one = self.found.get(given or "")
        return one.ids[0].code if one is not None and one.ids and one.sure else None

    def coded(self, row: AccountRow) -> AccountRow:
        """The row with the code of its type in place of what the file calls it."""
        return row if row.visit_type is None else replace(row, visit_type=self.code(row.visit_type))

    def judged(self, row: AccountRow, decision: Decision) -> Decision:
        """The decision about a row of the file, rejected where it gives its site a type that it may not have."""
        if row.visit_type is None:
            return decision
        if not self.codes:
            left_out = reason(FIELD, row.visit_type, "left out: the record has no types of visits yet")
            return replace(decision, reasons=(*decision.reasons, left_out))
        code = self.code(row.visit_type)
        given = decision.writes.get("site", {}).get(FIELD)
        if code is None or (given is not None and given not in self.codes):
            expected = f"the code or name of a type of visits that fall due: {', '.join(self.codes)}"
            return reject(row.row, row.id, FIELD, row.visit_type, expected)
        return decision


def site_types(session: Session, rows: Iterable[AccountRow], setting: Setting) -> SiteTypes:
    """The types that rows of a file name; those that ended mean what they meant, but no site is given one anew."""
    named = [row.visit_type for row in rows if row.visit_type is not None]
    if not named:
        return SiteTypes({}, ())
    day: date = setting.now.astimezone(setting.zone).date()
    codes = tuple(one.code for one in list_types(session) if may_be_planned(one, day))
    return SiteTypes(find_types(session, named), codes)
