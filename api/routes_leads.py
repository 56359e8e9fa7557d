"""Who gets which lead: rules with editions, dry runs, choices with reasons, and how even it was."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints, field_validator
from sqlmodel import Session

from api.change import Changing, ChangingMatched
from api.cursor import Cursor, write_cursor
from api.dependencies import LARGEST_ID, AskedId, Limit, Now, Read, RowId
from api.problems import BadFieldError
from api.schemas_leads import (
    AllRulesOut,
    ChoiceOut,
    ChoicesOut,
    DryRunOut,
    LeadFairnessOut,
    NeedsOut,
    ReplayOut,
    RulesOut,
    SkillsOut,
)
from api.signed_in import OFFICE
from api.writing import NO_NUL, Edit, Line
from balancing.deal import DryRun
from planning.areas import parse_area
from planning.lead_assignment import get_rules, give_lead, give_leads, keep_rules, list_rules, try_rules
from planning.lead_candidates import AskedLeads
from planning.lead_choices import find_choices, lead_fairness, replay_choice
from planning.rep_skills import needs_of, set_needs, set_skills, skills_of

router = APIRouter(prefix="/api", tags=["leads"], dependencies=[OFFICE])

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL, strip_whitespace=True)]
LONGEST = 200_000
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)


class RulesIn(Edit):
    """Rules to keep as a new edition of their name; `docs/guide/leads.md` says what may stand in them."""

    name: Name = Field(examples=["New leads"])
    rules: dict[str, Any] = Field(examples=[{"rule": [{"id": "even", "order": ["least_loaded"]}]}])

    @field_validator("rules")
    @classmethod
    def can_be_kept(cls, value: dict[str, Any]) -> dict[str, Any]:
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
            text.encode()
        except (ValueError, RecursionError):
            raise ValueError("expected texts and finite numbers") from None
        if len(text) > LONGEST or "\\u0000" in text:
            raise ValueError(f"expected at most {LONGEST:,} characters, none of them NUL")
        return value


class AskedIn(Edit):
    """Which open opportunities: those that fit everything that is given."""

    stage_id: int | None = Field(default=None, ge=1, le=LARGEST_ID, examples=[1])
    segment: Line | None = Field(default=None, examples=["A"])
    polygon: dict[str, Any] | None = Field(
        default=None,
        description="GeoJSON Polygon or MultiPolygon",
        examples=[{"type": "Polygon", "coordinates": [[[13.0, 52.0], [14.0, 52.0], [14.0, 53.0], [13.0, 52.0]]]}],
    )
    ownerless: bool = Field(default=True, description="Only those that nobody has yet", examples=[True])

    def asked(self) -> AskedLeads:
        """The question; a polygon that is none is refused by `parse_area`."""
        area = parse_area(json.dumps(self.polygon)) if self.polygon is not None else None
        return AskedLeads(self.stage_id, self.segment, area, self.ownerless)


class GiveIn(Edit):
    """By which rules, and to whom if not as they choose; that needs its reason in `why`."""

    rules_id: int = Field(ge=1, le=LARGEST_ID, examples=[2])
    rep_id: int | None = Field(default=None, ge=1, le=LARGEST_ID, examples=[None])


class SkillsIn(Edit):
    """All that a rep can do; what is not named is forgotten."""

    skills: dict[Name, Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]] = Field(
        max_length=200, examples=[{"cooling": 3.0, "english": 2.0}]
    )


class NeedsIn(Edit):
    """All that an account needs of its rep; what is not named is forgotten."""

    needs: dict[Name, Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]] = Field(
        max_length=200, examples=[{"cooling": 2.0}]
    )


@router.get("/lead-rules")
def read_all_rules(db: Read) -> AllRulesOut:
    """The rules for leads in all their editions, the newest first."""
    return AllRulesOut.model_validate({"items": list_rules(db)})


@router.post("/lead-rules", response_model=RulesOut)
def add_rules(change: Changing, body: RulesIn) -> Response:
    """Keep rules as a new edition; 422 names every fault of every rule."""

    def work(session: Session) -> RulesOut:
        made = keep_rules(session, body.name, body.rules, by=change.viewer.name, now=change.now)
        return RulesOut.model_validate(get_rules(session, made))

    return change.answered(body, work)


@router.get("/lead-rules/{rules_id}")
def read_rules_edition(db: Read, rules_id: RowId) -> RulesOut:
    """One edition."""
    return RulesOut.model_validate(get_rules(db, rules_id))


@router.post("/lead-rules/{rules_id}/dry-runs")
def dry_run_rules(db: Read, now: Now, rules_id: RowId, body: AskedIn) -> DryRunOut:
    """Who would get the leads that fit, and what everybody's load would become; nothing is changed."""
    return dry_run_out(try_rules(db, rules_id, body.asked(), now=now))


@router.post("/lead-rules/{rules_id}/assignments", response_model=ChoicesOut)
def give_many(change: Changing, rules_id: RowId, body: AskedIn) -> Response:
    """Give away the leads that fit, all in one act that can be undone; those that nobody can get stay."""
    asked = body.asked()

    def work(session: Session) -> ChoicesOut:
        made = give_leads(session, rules_id, asked, by=change.viewer.name, now=change.now)
        return ChoicesOut.model_validate({"items": made, "next": None})

    return change.answered(body, work)


@router.post("/opportunities/{opportunity_id}/assignments", response_model=ChoiceOut)
def give_one(change: ChangingMatched, opportunity_id: RowId, body: GiveIn) -> Response:
    """Give one lead away by the rules, or to a named rep against them; 409 says why it cannot be done."""

    def work(session: Session) -> ChoiceOut:
        made = give_lead(
            session,
            opportunity_id,
            body.rules_id,
            version=change.version,
            by=change.viewer.name,
            now=change.now,
            to_rep_id=body.rep_id,
            why=body.why,
        )
        return ChoiceOut.model_validate(made)

    asked = f"{change.version} {body.model_dump_json()}"
    return change.answered(body, work, said=asked)


@router.get("/lead-choices")
def read_choices(
    db: Read,
    after: Cursor,
    rep: AskedId = None,
    opportunity: AskedId = None,
    overridden: Annotated[bool | None, Query(description="Only overrides, or only what the rules chose.")] = None,
    limit: Limit = 50,
) -> ChoicesOut:
    """The choices made, the newest first: all, or of one rep, one opportunity, or the overrides."""
    page = find_choices(db, after=after, limit=limit, rep_id=rep, opportunity_id=opportunity, overridden=overridden)
    return ChoicesOut.model_validate({"items": page.choices, "next": write_cursor(page.after)})


@router.get("/lead-choices/{choice_id}")
def read_choice(db: Read, choice_id: RowId) -> ReplayOut:
    """One choice with its inputs, made again from them."""
    return ReplayOut.model_validate(replay_choice(db, choice_id))


@router.get("/lead-fairness")
def read_fairness(
    db: Read,
    now: Now,
    first: Annotated[
        date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="From this day on (UTC) [a year back].")
    ] = None,
    last: Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="This day included [today].")] = None,
) -> LeadFairnessOut:
    """How evenly leads were given away: number, minutes and value per rep, and every override."""
    until = datetime.combine(last or now.date(), time.max, UTC)
    since = datetime.combine(first, time(), UTC) if first else until - timedelta(days=365)
    if since >= until:
        raise BadFieldError("query.first", "Expected a day no later than `last`.")
    report = lead_fairness(db, first=since, last=until, now=now)
    return LeadFairnessOut.model_validate(report or {"first": since, "last": until, "metrics": (), "overrides": ()})


@router.get("/reps/{rep_id}/skills")
def read_skills(db: Read, rep_id: RowId) -> SkillsOut:
    """What a rep can do, and how well."""
    return SkillsOut(rep_id=rep_id, skills=skills_of(db, rep_id))


@router.put("/reps/{rep_id}/skills", response_model=SkillsOut)
def write_skills(change: Changing, rep_id: RowId, body: SkillsIn) -> Response:
    """Set what a rep can do."""

    def work(session: Session) -> SkillsOut:
        return SkillsOut(rep_id=rep_id, skills=set_skills(session, rep_id, body.skills))

    return change.answered(body, work)


@router.get("/accounts/{account_id}/needs")
def read_needs(db: Read, account_id: RowId) -> NeedsOut:
    """What an account needs of its rep: skills, each at this level at least."""
    return NeedsOut(account_id=account_id, needs=needs_of(db, account_id))


@router.put("/accounts/{account_id}/needs", response_model=NeedsOut)
def write_needs(change: Changing, account_id: RowId, body: NeedsIn) -> Response:
    """Set what an account needs of its rep; transfers heed it."""

    def work(session: Session) -> NeedsOut:
        return NeedsOut(account_id=account_id, needs=set_needs(session, account_id, body.needs))

    return change.answered(body, work)


def dry_run_out(run: DryRun) -> DryRunOut:
    """A dry run as it is answered."""
    dealt = [
        {
            "opportunity_id": int(row.lead.id),
            "rep": row.choice.rep,
            "rule": row.choice.rule,
            "why": row.choice.why,
            "rep_until_now": row.lead.given_to,
        }
        for row in run.dealt
    ]
    return DryRunOut.model_validate({"dealt": dealt, "tallies": run.tallies()})
