"""Giving leads away by rules that are kept with their editions; every choice keeps its rule, reason and inputs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlmodel import Session

from balancing.choice import Choice
from balancing.choice_kept import choice_data
from balancing.choose import choose_rep
from balancing.deal import DryRun, after, dry_run
from balancing.rules_read import rules_of
from crm.columns import table_of
from crm.tables import LeadChoice, LeadRules, Opportunity, Rep
from planning.edits import edit_row
from planning.lead_candidates import AskedLeads, RecordLead, candidates_of, leads_of
from planning.lead_choices import ChoiceView, choices_by_id
from planning.record_errors import MissingError, RefusedError
from planning.rule_editions import RulesView, get_edition, keep_edition, list_editions, next_edition

rules_table, choice = table_of(LeadRules), table_of(LeadChoice)
opportunity, rep = table_of(Opportunity), table_of(Rep)

LOCK = 7_202_611_220_001
"""Key of PostgreSQL's advisory lock under which one transaction at a time gives leads away."""
MOST_LEADS = 2000
"""Leads that one act gives away, or one dry run looks at."""


def keep_rules(session: Session, name: str, data: Mapping[str, Any], *, by: str, now: datetime) -> int:
    """A new edition of the rules of this name; returns its id.

    Raises:
        balancing.InvalidRules: with every fault.
    """
    whole = dict(data) | {"name": name, "version": next_edition(session, rules_table, name)}
    rules_of(whole)
    return keep_edition(session, LeadRules, name, whole, by=by, now=now)


def list_rules(session: Session) -> tuple[RulesView, ...]:
    """All editions, the newest first."""
    return list_editions(session, rules_table)


def choose_alone(session: Session) -> None:
    """Wait until nobody else gives leads away, until the transaction ends: every choice sees what those before it did.

    On SQLite a writer is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def get_rules(session: Session, rules_id: int) -> RulesView:
    """One edition.

    Raises:
        MissingError: there is none with this id.
    """
    return get_edition(session, rules_table, rules_id, "rules")


def try_rules(session: Session, rules_id: int, asked: AskedLeads, *, now: datetime) -> DryRun:
    """Who would get the leads that fit, one after the other; nothing is changed.

    Raises:
        MissingError: there are no such rules.
    """
    rules = rules_of(get_rules(session, rules_id).rules)
    leads = leads_of(session, asked, now=now, limit=MOST_LEADS)
    people, _ = candidates_of(session, now=now)
    return dry_run([row.lead for row in leads], people, rules)


def give_leads(session: Session, rules_id: int, asked: AskedLeads, *, by: str, now: datetime) -> tuple[ChoiceView, ...]:
    """Give away the leads that fit, each choice on what the ones before it left; those that nobody can get stay.

    Raises:
        MissingError: there are no such rules.
    """
    choose_alone(session)
    rules = rules_of(get_rules(session, rules_id).rules)
    leads = leads_of(session, asked, now=now, limit=MOST_LEADS)
    people, ids = candidates_of(session, now=now)
    state = {each.id: each for each in people}
    made = []
    turn = max((each.last_turn for each in people), default=-1)
    for row in leads:
        found = choose_rep(row.lead, tuple(state.values()), rules)
        if found.rep is None:
            continue
        turn += 1
        state[found.rep] = after(state[found.rep], row.lead, now, turn)
        made.append(settle(session, row, found, rules_id, ids, by=by, now=now))
    return choices_by_id(session, made)


def give_lead(
    session: Session,
    opportunity_id: int,
    rules_id: int,
    *,
    version: int,
    by: str,
    now: datetime,
    to_rep_id: int | None = None,
    why: str = "",
) -> ChoiceView:
    """Give one lead away by the rules, or to `to_rep_id` against them, which needs its reason `why`.

    Raises:
        MissingError: no such rules, opportunity or rep.
        StaleError: the opportunity was changed since `version`.
        RefusedError: it is not open, nobody can get it, or an override has no reason.
    """
    choose_alone(session)
    rules = rules_of(get_rules(session, rules_id).rules)
    found = leads_of(session, AskedLeads(ids=(opportunity_id,)), now=now, limit=1)
    if not found:
        if session.execute(select(opportunity.c.id).where(opportunity.c.id == opportunity_id)).first() is None:
            raise MissingError(f"There is no opportunity {opportunity_id}.")
        raise RefusedError(f"Opportunity {opportunity_id} is not open, so it is no lead any more.")
    people, ids = candidates_of(session, now=now)
    choice = choose_rep(found[0].lead, people, rules)
    if to_rep_id is not None and to_rep_id not in ids.values():
        if session.execute(select(rep.c.id).where(rep.c.id == to_rep_id)).first() is None:
            raise MissingError(f"There is no rep {to_rep_id}.")
        raise RefusedError(f"Rep {to_rep_id} holds no territory of the plan in force.")
    against = to_rep_id is not None and to_rep_id != (ids[choice.rep] if choice.rep else None)
    if against and not why.strip():
        raise RefusedError(f"The rules choose otherwise ({choice.why}); giving it to rep {to_rep_id} needs a reason.")
    if choice.rep is None and to_rep_id is None:
        raise RefusedError(f"The rules find {choice.why}.")
    row = RecordLead(opportunity_id, version, found[0].rep_id, found[0].lead)
    override = (to_rep_id, why) if against else None
    return choices_by_id(session, [settle(session, row, choice, rules_id, ids, by=by, now=now, override=override)])[0]


def settle(
    session: Session,
    row: RecordLead,
    made: Choice,
    rules_id: int,
    ids: Mapping[str, int],
    *,
    by: str,
    now: datetime,
    override: tuple[int | None, str] | None = None,
) -> int:
    """Write one choice and its effect; returns the choice's id."""
    chosen_id = ids[made.rep] if made.rep is not None else None
    rep_id, override_why = override or (chosen_id, "")
    edit_row(session, opportunity, row.opportunity_id, row.version, {"rep_id": rep_id})
    values = {
        "opportunity_id": row.opportunity_id,
        "rules_id": rules_id,
        "rule": made.rule,
        "chosen_rep_id": chosen_id,
        "rep_id": rep_id,
        "why": made.why,
        "override_why": override_why,
        "work_min": row.lead.work_min,
        "value": row.lead.value,
        "inputs": choice_data(made),
        "given_at": now,
        "given_by": by,
    }
    return int(session.execute(insert(choice).returning(choice.c.id), [values]).scalar_one())
