"""Which accounts of a plan's folder a task is for: all of them, those that conditions hold for, or a list."""

import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from geo.place import Place
from planning.account_table import AccountRow, AccountTable
from planning.errors import PlanningError
from planning.plan_folder import ACCOUNTS_FILE, rows_of

TEXTS = ("rep", "district", "segment", "industry", "name", "city", "postcode")
NUMBERS = ("value", "potential", "visits_per_year")
FORM = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|>|<)\s*(.+?)\s*")
SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for an account; `wanted` of a text may hold `*`, case does not matter."""

    field: str
    sign: str
    wanted: str

    @classmethod
    def read(cls, text: str) -> "Condition":
        """`segment=A`, `name=Edeka*`, `value>=10000`.

        Raises:
            PlanningError: the text has another form, or names a field that is not known.
        """
        found = FORM.fullmatch(text)
        known = f"{', '.join(TEXTS)} with = or !=, {', '.join(NUMBERS)} also with >=, <=, > or <"
        if not found:
            raise PlanningError(f"a condition must be like segment=A or value>=10000; got “{text}”")
        field, sign, wanted = found[1].casefold(), found[2], found[3]
        if field not in TEXTS + NUMBERS or (field in TEXTS and sign not in ("=", "!=")):
            raise PlanningError(f"a condition may ask for {known}; got “{text}”")
        if field in NUMBERS:
            try:
                float(wanted)
            except ValueError:
                raise PlanningError(f"{field} is a number; got “{text}”") from None
        return cls(field, sign, wanted)

    def holds(self, facts: Mapping[str, str | float | None]) -> bool:
        """Whether it holds; a number that nobody gave fulfils nothing."""
        given = facts.get(self.field)
        if self.field in NUMBERS:
            return given is not None and SIGNS[self.sign](float(given), float(self.wanted))
        alike = fnmatchcase(str(given or "").casefold(), self.wanted.casefold())
        return alike == (self.sign == "=")


@dataclass(frozen=True, slots=True)
class ChosenAccount:
    """An account that a task is for: its rep in the plan ("" without one) and where it is (None: not known)."""

    id: str
    name: str
    rep: str
    place: Place | None
    why: str = ""
    skills: frozenset[str] = frozenset()
    opening_hours: str = ""
    holidays: str = ""


def choose_accounts(
    folder: Path, table: AccountTable, conditions: Sequence[Condition] = (), ids: Collection[str] | None = None
) -> tuple[ChosenAccount, ...]:
    """The accounts of the plan in `folder` that are on the list, where there is one, and fulfil every condition.

    `table`: what the plan was made from, for segments, skills and opening hours.

    Raises:
        PlanningError: the folder holds no plan, the list names what is not there, or nothing is left.
    """
    try:
        with (folder / ACCOUNTS_FILE).open(encoding="utf-8", newline="") as file:
            rows = list(rows_of(file))
        known = {row["id"] for row in rows}
    except (FileNotFoundError, NotADirectoryError, KeyError) as error:
        raise PlanningError(f"{folder} holds no plan: {ACCOUNTS_FILE} is missing or not as it was written") from error
    if ids is not None and (strange := sorted(set(ids) - known)):
        raise PlanningError(f"the list names the account {strange[0]!r}, which the plan in {folder} does not have")
    given = {account.id: account for account in table.accounts}
    found = tuple(
        _chosen(row, given.get(row["id"]))
        for row in rows
        if (ids is None or row["id"] in ids) and all(one.holds(_facts(row, given.get(row["id"]))) for one in conditions)
    )
    if not found:
        asked = ", ".join(f"{one.field}{one.sign}{one.wanted}" for one in conditions)
        raise PlanningError(f"no account is chosen: none of {len(rows)} fulfils {asked or 'the list'}")
    return found


def _facts(row: Mapping[str, str], account: AccountRow | None) -> dict[str, str | float | None]:
    facts: dict[str, str | float | None] = {name: row.get(name) or None for name in ("rep", "district", "name")}
    facts |= {name: float(row[name]) if row.get(name) else None for name in ("value", "visits_per_year")}
    if account is not None:
        facts |= {"segment": account.segment, "industry": account.industry, "potential": account.potential}
        facts |= {"city": account.address.city, "postcode": account.address.postcode}
    return facts


def _chosen(row: Mapping[str, str], account: AccountRow | None) -> ChosenAccount:
    place = Place(lat=float(row["lat"]), lon=float(row["lon"])) if row["lat"] else None
    more = (account.skills, account.opening_hours, account.wishes.holidays) if account else (frozenset[str](), "", "")
    return ChosenAccount(row["id"], row["name"], row["rep"], place, row.get("why", ""), *more)
