"""Published files brought into the record on both databases, each figure against a recount that shares no code with it.

`--instances` takes a folder with `san-francisco/` (the businesses of two years, the inspections of the second) and
`pipeline/` (accounts, products, agents and 8,800 sales); what is not there is left out and said. `cost` is what the
record says, `reference` what plain Python or plain SQL counts in the file itself; both must be equal. Rows `undone`
count the rows of all tables that differ after an undo from what they were before: 0.
"""

import csv
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from benchmarks.contract import Options, Row
from benchmarks.private_postgresql import private_postgresql
from crm import Act, Database, open_database, upgrade
from crm.columns import Record, table_of
from crm.tables import Account, AccountState, Activity, ActKind, Opportunity, StageKind
from crm.tables_ledger import NOT_IN_LEDGER
from planning.funnel import Funnel, funnel
from planning.history import undo
from planning.import_fields import Setting
from planning.imports import RunView, commit_import, get_import, kind_of, stage_file
from planning.pipelines import Step, add_pipeline
from planning.viewer import everything

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
STEPS = (
    Step("Prospecting", probability=0.1),
    Step("Engaging", probability=0.4),
    Step("Won", StageKind.WON, 1.0, required=("value",)),
    Step("Lost", StageKind.LOST),
)
SALES = {"opening_stage": "Engaging", "reason": "not recorded"}
VISITS = {"columns": {"outcome": "type", "text": "Score"}, "constants": {"kind": "visit"}, "make_accounts": True}
Content = Mapping[str, Mapping[Any, Mapping[str, Any]]]


def run(options: Options) -> Iterator[Row]:
    if not options.instances:
        raise FileNotFoundError("no files: give --instances DIR with san-francisco/ and pipeline/")
    checks = {"san-francisco": city, "pipeline": pipeline}
    for folder in options.instances:
        for name, check in checks.items():
            if not (folder / name).is_dir():
                yield Row(name, 0, None, None, False, f"not in {folder}: left out", 0.0, 0.0)
                continue
            for kind in ("sqlite", "postgresql"):
                with record(kind) as database:
                    for row in check(database, folder / name):
                        yield row.made(kind, name)


@dataclass(frozen=True, slots=True)
class Found:
    """One figure of the record beside its recount."""

    what: str
    n: int
    said: float
    counted: float
    cpu_s: float = 0.0
    why: str = ""

    def made(self, kind: str, name: str) -> Row:
        same = abs(self.said - self.counted) <= 1e-9 * max(1.0, abs(self.counted))
        reference = self.counted or None
        return Row(f"{name}, {self.what}", self.n, self.said, reference, same, self.why, self.cpu_s, 0.0, 1, kind)


@contextmanager
def record(kind: str) -> Iterator[Database]:
    """An empty record."""
    with TemporaryDirectory(prefix="bw-record-") as folder:
        if kind == "sqlite":
            with opened(f"sqlite:///{folder}/record.sqlite") as database:
                yield database
            return
        with private_postgresql() as url, opened(url) as database:
            yield database


@contextmanager
def opened(url: str) -> Iterator[Database]:
    upgrade(url)
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


def timed[T](work: Callable[[], T]) -> tuple[T, float]:
    began_s = time.process_time()
    return work(), time.process_time() - began_s


def bring(database: Database, kind: str, path: Path, **said: Any) -> tuple[RunView, RunView]:
    """Stage a file and do what it says; what was staged and what was done."""
    staged = stage_file(database, kind_of(kind), path, Setting("benchmark", NOW, ZoneInfo("UTC"), **said))
    with database.read() as session:
        plan = get_import(session, staged)
    with database.write(Act("benchmark", f"import of {kind}", NOW)) as session:
        return plan, commit_import(session, staged, now=NOW)


def content(database: Database) -> Content:
    """Every row of every table in the ledger, without its version."""
    with database.read() as session:
        return {
            name: {
                row[next(iter(table.primary_key)).name]: {c: v for c, v in row.items() if c != "version"}
                for row in session.execute(select(table)).mappings()
            }
            for name, table in Record.metadata.tables.items()
            if name not in NOT_IN_LEDGER
        }


def differing(one: Content, other: Content) -> int:
    """Rows that are in one of them only, or differ."""
    return sum(one[name].get(key) != other[name].get(key) for name in one for key in one[name].keys() | other[name])


def undone(database: Database, batch_id: int | None, before: Content, what: str) -> Found:
    def take_back() -> None:
        with database.write(Act("benchmark", "undo", NOW, ActKind.UNDO, undoes=batch_id)) as session:
            undo(session, everything(NOW.date()), batch_id or 0)

    _, cpu_s = timed(take_back)
    rows = sum(map(len, before.values()))
    return Found(f"{what} undone", rows, differing(before, content(database)), 0, cpu_s, "rows that differ")


def city(database: Database, folder: Path) -> Iterator[Found]:
    """Businesses of a year, those of a later year over them, and the later year's inspections as visits."""
    old, new = listed(folder / "businesses_2015.csv"), listed(folder / "businesses_2018.csv")
    (_, done), cpu_s = timed(lambda: bring(database, "accounts", folder / "businesses_2015.csv", whole=True))
    yield Found("first year", done.rows_read, done.counts["create"], len(old), cpu_s, rejected(done))
    before = content(database)
    (plan, done), cpu_s = timed(lambda: bring(database, "accounts", folder / "businesses_2018.csv", whole=True))
    kept = plan.counts["update"] + plan.counts["unchanged"]
    yield Found("later year: kept", done.rows_read, kept, len(old & new), cpu_s, rejected(done))
    yield Found("later year: gone", done.rows_read, plan.counts["close"], len(old - new))
    yield Found("later year: new", done.rows_read, plan.counts["create"], len(new - old))
    yield undone(database, done.batch_id, before, "later year")
    bring(database, "accounts", folder / "businesses_2018.csv", whole=True)
    before, inspected = content(database), list(lines(folder / "inspections_2018.csv"))
    path = folder / "inspections_2018.csv"
    (_, done), cpu_s = timed(lambda: bring(database, "activities", path, **VISITS))
    yield Found("inspections", done.rows_read, done.counts["create"], len(inspected), cpu_s, rejected(done))
    named = {row["business_id"] for row in inspected}
    account, visit = table_of(Account), table_of(Activity)
    with database.read() as session:
        unknown = session.scalar(select(func.count()).where(account.c.state == AccountState.PROSPECT)) or 0
        visited = session.scalar(select(func.count(visit.c.account_id.distinct()))) or 0
    yield Found("businesses visited", len(inspected), visited, len(named), why=f"{unknown} of them not in the list")
    yield undone(database, done.batch_id, before, "inspections")


def lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as file:
        yield from csv.DictReader(file)


def listed(path: Path) -> set[str]:
    """The businesses of a file; a second row about the same one is to be refused."""
    return {row["business_id"] for row in lines(path)}


def rejected(done: RunView) -> str:
    return f"{done.counts['reject']} rejected, {done.counts['review']} for review"


def pipeline(database: Database, folder: Path) -> Iterator[Found]:
    """Sales of agents over products and accounts, with their stages and days; then the same file again."""
    with database.write(Act("benchmark", "pipeline", NOW)) as session:
        made = add_pipeline(session, "Field sales", STEPS)
    bring(database, "reps", folder / "sales_teams.csv", columns={"name": "sales_agent"})
    bring(database, "codes", folder / "products.csv", constants={"list": "product"})
    bring(database, "accounts", folder / "accounts.csv")
    path = folder / "sales_pipeline.csv"
    (_, done), cpu_s = timed(lambda: bring(database, "opportunities", path, constants=SALES))
    deals = plain_sql(path)
    n = count(deals, "count(*)")
    yield Found("sales", done.rows_read, done.counts["create"], n, cpu_s, rejected(done))
    _, again = bring(database, "opportunities", path, constants=SALES)
    yield Found("the same file again", again.rows_read, again.counts["create"], 0, why="rows that change anything")
    sale = table_of(Opportunity)
    with database.read() as session:
        orphans = session.scalar(select(func.count()).where(sale.c.account_id.is_(None))) or 0
        pro = session.scalar(select(func.count()).where(sale.c.product == "GTX Pro")) or 0
        found, cpu_s = timed(lambda: funnel(session, everything(date(2026, 11, 23)), made, at=NOW))
    yield Found("without an account", done.rows_read, orphans, count(deals, "count(*)", "account = ''"))
    yield Found("GTXPro or GTX Pro", done.rows_read, pro, count(deals, "count(*)", "product IN ('GTXPro', 'GTX Pro')"))
    yield from recounted(found, deals, cpu_s)


def recounted(found: Funnel, deals: sqlite3.Connection, cpu_s: float) -> Iterator[Found]:
    """The funnel beside plain SQL."""
    days = "avg(julianday(closed) - julianday(engaged))"
    for stage in found.stages:
        where = f"stage = '{stage.name}'"
        yield Found(f"{stage.name}: sales", found.deals, stage.present, count(deals, "count(*)", where), cpu_s)
        yield Found(f"{stage.name}: value", found.deals, stage.value, count(deals, "total(value)", where))
    ended = found.stages[1].ended
    stayed = (ended.mean_s or 0.0) / 86400
    yield Found("Engaging: days", ended.count, stayed, count(deals, days, "closed IS NOT NULL"))
    cycle = (found.cycle.mean_s or 0.0) / 86400
    yield Found("days until won", found.cycle.count, cycle, count(deals, days, "stage = 'Won'"))


def plain_sql(path: Path) -> sqlite3.Connection:
    """The file in a table of its own, without a line of ours."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [list(row.values()) for row in csv.DictReader(file)]
    deals = sqlite3.connect(":memory:")
    deals.execute("CREATE TABLE deal (id, agent, product, account, stage, engaged, closed, value)")
    deals.executemany("INSERT INTO deal VALUES (?,?,?,?,?,?,?,?)", map(with_days, rows))
    return deals


def with_days(row: Iterable[str]) -> list[str | None]:
    """A row whose days SQLite can subtract."""
    values: list[str | None] = list(row)
    for at in (5, 6):
        text = values[at]
        values[at] = datetime.strptime(text, "%m/%d/%Y").date().isoformat() if text else None
    return values


def count(deals: sqlite3.Connection, what: str, where: str = "true") -> float:
    return float(deals.execute(f"SELECT {what} FROM deal WHERE {where}").fetchone()[0] or 0)
