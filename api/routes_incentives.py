"""Incentives: their rules, the runs of a period, and what payroll gets."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field, JsonValue
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import AskedId, Limit, Read, RowId
from api.etag import with_etag
from api.problems import BadFieldError
from api.routes_documents import keepable
from api.routes_people import Name
from api.schemas import Answer
from api.signed_in import OFFICE, Seen
from api.writing import Edit
from planning.formula_text import harmless
from planning.incentives import (
    close_run,
    get_rules,
    get_run,
    keep_rules,
    list_rules,
    list_runs,
    run_rules,
)
from planning.payroll import Pay, find_lines, payroll

router = APIRouter(prefix="/api", tags=["incentives"])

LONGEST_DAYS = 400
COLUMNS = ("rep", "name", "rule", "kind", "currency", "lines", "amount")
CSV = {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One row per rep and rule"}


class IncentiveRulesIn(Edit):
    """Rules to keep as a new edition of their name; `docs/guide/incentives.md` says what may stand in them."""

    name: Name = Field(examples=["Field bonus"])
    rules: dict[str, JsonValue] = Field(
        examples=[{"currency": "EUR", "rules": [{"id": "commission", "on": "sale", "rate": 0.02}]}]
    )


class IncentiveRulesOut(Answer):
    """An edition of rules."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["Field bonus"])
    edition: int = Field(examples=[2])
    rules: dict[str, Any] = Field(examples=[{"currency": "EUR", "rules": []}])
    made_at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    made_by: str = Field(examples=["paul"])


class AllIncentiveRulesOut(Answer):
    """All editions, the newest first."""

    items: tuple[IncentiveRulesOut, ...]


class RunIn(Edit):
    """For which days what is to be worked out; the same days again bring a run up to date."""

    name: Name = Field(description="The name of the rules", examples=["Field bonus"])
    first_on: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1), examples=["2026-10-01"])
    last_on: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1), examples=["2026-10-31"])


class RunOut(Answer):
    """What the rules came to in a period."""

    id: int = Field(examples=[4])
    name: str = Field(examples=["Field bonus"])
    rules_id: int = Field(examples=[1])
    edition: int = Field(examples=[2])
    first_on: date = Field(examples=["2026-10-01"])
    last_on: date = Field(examples=["2026-10-31"])
    closed_at: datetime | None = Field(description="When it was paid; it never changes again", examples=[None])
    lines: int = Field(examples=[120])
    version: int = Field(examples=[1])


class RunsOut(Answer):
    """All runs, the latest days first."""

    items: tuple[RunOut, ...]


class RanOut(Answer):
    """What running did: lines that are new, differ, went, or are as they were."""

    run: RunOut
    added: int = Field(examples=[120])
    changed: int = Field(examples=[0])
    removed: int = Field(examples=[0])
    same: int = Field(examples=[0])


class IncentiveLineOut(Answer):
    """What one rep earned by one rule with one event."""

    id: int = Field(examples=[1])
    run_id: int = Field(examples=[4])
    earned_on: date = Field(
        description="First day of the run it was earned in; an earlier one corrects", examples=["2026-10-01"]
    )
    rule: str = Field(examples=["commission"])
    event: str = Field(examples=["sale 17"])
    rep_id: int = Field(examples=[7])
    rep: str = Field(examples=["Anna Berg"])
    currency: str = Field(examples=["EUR"])
    day: date = Field(examples=["2026-10-14"])
    base: float = Field(description="What the rule counted", examples=[12500.0])
    share: float = Field(description="The rep's part of it", examples=[1.0])
    hundredths: int = Field(description="Of the currency", examples=[25000])
    why: str = Field(examples=["sale 17 of 2026-10-14"])


class IncentiveLinesOut(Answer):
    """Lines of your reps."""

    items: tuple[IncentiveLineOut, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last", examples=[None])


@router.get("/incentive-rules", dependencies=[OFFICE])
def read_all_incentive_rules(db: Read) -> AllIncentiveRulesOut:
    """The rules in all their editions, the newest first."""
    return AllIncentiveRulesOut.model_validate({"items": list_rules(db)})


@router.post("/incentive-rules", status_code=201, response_model=IncentiveRulesOut, dependencies=[OFFICE])
def make_incentive_rules(change: Changing, body: IncentiveRulesIn) -> Response:
    """Keep rules as the next edition of their name; 422 names every fault."""
    text = keepable(body, "body.rules")

    def work(session: Session) -> IncentiveRulesOut:
        made = keep_rules(session, body.name, body.rules, by=change.viewer.name, now=change.now)
        return IncentiveRulesOut.model_validate(get_rules(session, made))

    return change.answered(body, work, 201, said=text)


@router.get("/incentive-rules/{rules_id}", dependencies=[OFFICE])
def read_incentive_rules(db: Read, rules_id: RowId) -> IncentiveRulesOut:
    """One edition."""
    return IncentiveRulesOut.model_validate(get_rules(db, rules_id))


@router.get("/incentive-runs", dependencies=[OFFICE])
def read_runs(db: Read) -> RunsOut:
    """All runs, the latest days first."""
    return RunsOut.model_validate({"items": list_runs(db)})


@router.post("/incentive-runs", response_model=RanOut, dependencies=[OFFICE])
def make_run(change: Changing, body: RunIn) -> Response:
    """Work out what the newest rules of a name come to; again, only what differs is written. 409 for a closed run."""
    if not 0 <= (body.last_on - body.first_on).days < LONGEST_DAYS:
        raise BadFieldError("body.last_on", f"Expected first_on or one of the {LONGEST_DAYS - 1} days after it.")

    def work(session: Session) -> RanOut:
        ran = run_rules(session, body.name, body.first_on, body.last_on)
        counts = {"added": ran.added, "changed": ran.changed, "removed": ran.removed, "same": ran.same}
        return RanOut.model_validate({"run": get_run(session, ran.run_id), **counts})

    return change.answered(body, work, otherwise=f"{body.name} from {body.first_on} to {body.last_on}")


@router.get("/incentive-runs/{run_id}", dependencies=[OFFICE])
@with_etag
def read_run(db: Read, run_id: RowId) -> RunOut:
    """One run. To close it, send its `version` as If-Match."""
    return RunOut.model_validate(get_run(db, run_id))


@router.post("/incentive-runs/{run_id}/close", response_model=RunOut, dependencies=[OFFICE])
def end_run(change: ChangingMatched, run_id: RowId, body: Edit) -> Response:
    """Close a run that is paid; what would be different in it later comes as a correction in the next run."""

    def work(session: Session) -> RunOut:
        close_run(session, run_id, change.version, now=change.now)
        return RunOut.model_validate(get_run(session, run_id))

    return change.answered(body, work, otherwise="Paid")


@router.get("/incentive-runs/{run_id}/payroll", response_class=Response, responses={200: CSV}, dependencies=[OFFICE])
def read_payroll(db: Read, run_id: RowId) -> Response:
    """What a run pays, as CSV: one row per rep and rule, corrections apart; a spreadsheet finds no formula in it."""
    text = payroll_csv(payroll(db, run_id))
    name = f'attachment; filename="payroll-{run_id}.csv"'
    return Response(text, media_type="text/csv", headers={"Content-Disposition": name})


@router.get("/incentive-lines")
def read_lines(
    db: Read, viewer: Seen, after: Cursor, run: AskedId = None, rep: AskedId = None, limit: Limit = 50
) -> IncentiveLinesOut:
    """What you and your reps earned, line by line: of one run, of one rep, or all."""
    page = find_lines(db, viewer, run_id=run, rep_id=rep, after=after, limit=limit)
    return IncentiveLinesOut.model_validate({"items": page.lines, "next": write_cursor(page.after)})


def payroll_csv(rows: Sequence[Pay]) -> str:
    """Rows of payroll as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        kind = "correction" if row.corrects else "earned"
        amount = f"{'-' if row.hundredths < 0 else ''}{abs(row.hundredths) // 100}.{abs(row.hundredths) % 100:02}"
        texts = (harmless(text) for text in (row.rep, row.name, row.rule, kind, row.currency))
        writer.writerow((*texts, row.lines, amount))
    return file.getvalue()
