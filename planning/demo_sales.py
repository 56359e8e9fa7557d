"""What makes the demo's sales look like a month of work: products, tasks, notes, leads, and what its stages ask for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from crm.act import Act
from crm.columns import table_of
from crm.database import Database
from crm.tables import (
    Account,
    Activity,
    ActivityKind,
    ActKind,
    Code,
    Lead,
    LeadState,
    Opportunity,
    PipelineStage,
    Site,
    StageKind,
    Task,
    TaskState,
)
from planning.codes import add_code
from planning.demo_pipeline import INVENTED
from planning.record_rows import insert_all

stage, opportunity = table_of(PipelineStage), table_of(Opportunity)

EXPECTED_DAYS: Mapping[str, float] = {"Lead": 21.0, "Visit agreed": 14.0, "Offer": 21.0, "Negotiation": 14.0}
RULES: Mapping[str, Mapping[str, Any]] = {
    "Offer": {"effects": [{"do": "create_task", "title": "Send samples", "kind": "samples", "due_days": 5}]},
    "Negotiation": {"gates": ["samples"]},
}
"""A sale that comes to the offer gets a task, and goes on once that is done."""
WORDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "product": (("autumn", "Autumn range"), ("display", "Counter display"), ("cooler", "Cooler"), ("tea", "Tea wall")),
    "loss_reason": (("price", "Price"), ("competitor", "Competitor"), ("no_need", "No need"), ("no_answer", "Silence")),
    "lead_source": (("web", "Web form"), ("fair", "Trade fair"), ("referral", "Referral")),
}
TASKS = (("call back", "Call back about the offer"), ("visit", "Agree on a visit"), ("terms", "Ask for payment terms"))
CALLS = (
    (ActivityKind.PHONE_CALL, "Asked for a price list by the end of the week."),
    (ActivityKind.NOTE, "Refits the shop in spring; wants to see the counter display before."),
    (ActivityKind.MAIL, "Sent the terms and the delivery days."),
    (ActivityKind.PHONE_CALL, "The buyer is away until Monday."),
)
FIRMS = (
    "Hafenkontor",
    "Café Morgenrot",
    "Kiosk am Wall",
    "Feinkost Adler",
    "Bäckerei Sommer",
    "Strandhaus",
    "Markthof",
)
TRIGGERS = ("price list asked for", "wants a visit", "card left at the stand")


def seed_sales(database: Database, *, now: datetime, seed: int = 0) -> int:
    """Give the demo's opportunities products, tasks and notes, its stages rules, and the office leads to look at.

    Returns how many tasks were made. A record that has tasks or leads is left as it is.
    """
    random = Random(seed)
    act = Act(by="demo", why="Products, tasks and leads " + INVENTED, at=now, kind=ActKind.IMPORT)
    with database.write(act) as session:
        for table in (Task, Lead):
            if session.execute(select(table_of(table).c.id).limit(1)).first():
                return 0
        seed_words(session)
        for name, days in EXPECTED_DAYS.items():
            rules = RULES.get(name)
            asked = {"expected_days": days, "rules": rules, "required": "product" if name == "Offer" else ""}
            session.execute(update(stage).where(stage.c.name == name).values(**asked))
        sql = select(opportunity.c.id, opportunity.c.account_id, opportunity.c.rep_id, stage.c.name, stage.c.kind)
        deals = session.execute(sql.join(stage, stage.c.id == opportunity.c.stage_id).order_by(opportunity.c.id)).all()
        for one in deals:
            if one.name not in ("Lead", "Visit agreed"):
                chosen = random.choice(WORDS["product"])[0]
                session.execute(update(opportunity).where(opportunity.c.id == one.id).values(product=chosen))
        still = [one for one in deals if one.kind == StageKind.OPEN]
        insert_all(session, Activity, [call for one in still for call in calls_of(one, random, now)])
        insert_all(session, Lead, leads(session, random, now))
        return len(insert_all(session, Task, [row for one in still for row in tasks_of(one, random, now)]))


def seed_words(session: Session) -> None:
    """Codes of the lists that have none yet; the segments are those of the accounts."""
    known = set(session.scalars(select(table_of(Code).c.list_name)))
    held = table_of(Account).c.segment
    segments = session.scalars(select(held).where(held != "").distinct().order_by(held))
    words: dict[str, Sequence[tuple[str, str]]] = {
        "segment": [(one, one.replace("_", " ").capitalize()) for one in segments],
        **WORDS,
    }
    for name, pairs in words.items():
        if name not in known:
            for position, (code, label) in enumerate(pairs):
                add_code(session, name, code, label, position)


def tasks_of(deal: Any, random: Random, now: datetime) -> list[dict[str, Any]]:
    """The samples that the offer asks for, and for some something else to do."""
    made = [("samples", "Send samples", random.random() < 0.5)] if deal.name == "Offer" else []
    if random.random() < 0.35:
        made.append((*random.choice(TASKS), False))
    rows = []
    for kind, title, done in made:
        begun = now - timedelta(days=random.randrange(1, 12))
        ended = {"state": TaskState.DONE, "ended_at": now - timedelta(hours=20), "ended_by": "demo"}
        waits = {"state": TaskState.OPEN, "ended_at": None, "ended_by": ""}
        rows.append(
            {"opportunity_id": deal.id, "rep_id": deal.rep_id, "kind": kind, "title": title, "version": 1}
            | {"due_on": (begun + timedelta(days=random.randrange(2, 16))).date(), "made_at": begun, "made_by": "demo"}
            | {"account_id": None, "text": "", "outcome": "", **(ended if done else waits)}
        )
    return rows


def calls_of(deal: Any, random: Random, now: datetime) -> list[dict[str, Any]]:
    """Up to three things that were done with the account of a sale."""
    rows = []
    for kind, text in random.sample(CALLS, random.randrange(0, 4)):
        at = now - timedelta(days=random.randrange(1, 40), minutes=random.randrange(500))
        rows.append(
            {"account_id": deal.account_id, "opportunity_id": deal.id, "rep_id": deal.rep_id, "kind": kind, "at": at}
            | {"outcome": "", "text": text, "next_contact_on": None, "made_by": "demo", "version": 1}
        )
    return rows


def leads(session: Session, random: Random, now: datetime) -> list[dict[str, Any]]:
    """Hints that came in during the last days, for two reps; some are of accounts that are known."""
    account, site = table_of(Account), table_of(Site)
    sql = select(account.c.id, account.c.name, opportunity.c.rep_id, site.c.city)
    sql = sql.join(opportunity, opportunity.c.account_id == account.c.id).join(site, site.c.account_id == account.c.id)
    sql = sql.where(opportunity.c.rep_id.is_not(None)).order_by(opportunity.c.rep_id, opportunity.c.id)
    theirs = {one.id: one for one in session.execute(sql)}.values()
    towns = {one.rep_id: one.city for one in theirs}
    reps: list[int | None] = [*towns][:2] or [None]
    both = [one for one in theirs if one.rep_id in reps]
    own = both[:1] + both[1:][-2:]
    new = [(None, firm, reps[number % len(reps)]) for number, firm in enumerate(FIRMS)]
    rows = []
    for number, (known, firm, rep) in enumerate((*new, *((one.id, one.name, one.rep_id) for one in own))):
        town = next((one.city for one in own if one.id == known), towns.get(rep, ""))
        payload = {"company": firm, "name": random.choice(("A. Berg", "L. Vogt", "M. Krog")), "town": town}
        rows.append(
            {"external_id": f"demo-{number}", "source": random.choice(WORDS["lead_source"])[0], "payload": payload}
            | {"trigger": random.choice(TRIGGERS), "received_at": now - timedelta(hours=7 * number + 2), "reason": ""}
            | {"state": LeadState.NEW if known is None else LeadState.MATCHED, "account_id": known}
            | {"rep_id": rep, "opportunity_id": None, "version": 1}
        )
    return rows
