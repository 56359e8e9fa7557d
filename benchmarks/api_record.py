"""A large record for measuring: accounts in towns, reps of 1,000 accounts each, a year of visits and activities."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import insert

from crm.act import Act
from crm.database import open_database, upgrade
from crm.tables import (
    Account,
    Activity,
    ActKind,
    Assignment,
    PlanState,
    Rep,
    Role,
    Route,
    Site,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    TokenKind,
    User,
    Visit,
)
from planning.sign_in import open_token

PER_REP = 1000
BATCH = 20_000
STOPS = 12


@dataclass(frozen=True, slots=True)
class Made:
    """What to ask for."""

    rows: int
    rep_id: int
    account_id: int
    rep_token: str
    planner_token: str


def fill(url: str, accounts: int, seed: int, now: datetime, *, per_rep: int = PER_REP) -> Made:
    """Make the tables and fill them with `accounts` accounts, `per_rep` of them each rep's."""
    upgrade(url)
    database = open_database(url)
    rng = random.Random(seed)
    reps = max(2, accounts // per_rep)
    rows = 0
    try:
        with database.write(Act("benchmark", "A large record", now, ActKind.PLAN)) as session:
            for table, made in tables(accounts, reps, rng, now):
                for batch in batched(made, BATCH):
                    session.execute(insert(table), list(batch))
                    rows += len(batch)
            session.add(User(name="rep", role=Role.REP, rep_id=1, created_at=now))
            session.flush()
            session.add(User(name="planner", role=Role.PLANNER, created_at=now))
            session.flush()
            tokens = [open_token(session, n, TokenKind.API, "benchmark", now, now + timedelta(days=9)) for n in (1, 2)]
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    finally:
        database.close()
    return Made(rows, 1, 1, tokens[0], tokens[1])


def tables(
    accounts: int, reps: int, rng: random.Random, now: datetime
) -> Iterator[tuple[Any, Iterator[dict[str, Any]]]]:
    """Every table with its rows, in the order in which they refer to each other."""
    day = now.date()
    towns = [(rng.uniform(45, 55), rng.uniform(5, 15)) for _ in range(reps)]
    yield Rep, ({"external_id": f"r{n}", "name": f"Rep {n}", "time_zone": "Europe/Berlin"} for n in range(reps))
    plan = {
        "title": "Large",
        "state": PlanState.PUBLISHED,
        "starts_on": day,
        "weeks": 4,
        "valid_from": day,
        "seed": 0,
        "tolerance": 0.05,
        "max_deviation": 0.05,
        "visits_due": accounts,
        "visits_planned": accounts,
        "visits_unserved": 0,
        "travel_source": "straight line",
        "travel_estimated": True,
        "notes": [],
        "defaults": {},
        "created_at": now,
    }
    yield TerritoryPlan, iter([plan])
    yield Territory, ({"plan_id": 1, "zone": n, "name": f"Territory {n}"} for n in range(reps))
    yield TerritoryHolder, ({"territory_id": n + 1, "rep_id": n + 1, "valid_from": day} for n in range(reps))
    yield (
        Account,
        (
            {
                "external_id": f"a{n}",
                "name": f"Account {n}",
                "segment": "ABC"[n % 3],
                "value": 100.0 * n,
                "created_at": now,
            }
            for n in range(accounts)
        ),
    )
    yield (
        Site,
        (
            {
                "account_id": n + 1,
                "line": f"Street {n % 200}",
                "city": f"Town {n % reps}",
                "country": "DE",
                "lat": towns[n % reps][0] + rng.gauss(0, 0.1),
                "lon": towns[n % reps][1] + rng.gauss(0, 0.1),
                "level": "rooftop",
                "visits_per_year": 12.0,
                "service_s": 1800,
            }
            for n in range(accounts)
        ),
    )
    yield (
        Assignment,
        (
            {"plan_id": 1, "site_id": n + 1, "territory_id": n % reps + 1, "reason": "nearest", "valid_from": day}
            for n in range(accounts)
        ),
    )
    yield (
        Route,
        (
            {
                "plan_id": 1,
                "rep_id": n + 1,
                "day": day + timedelta(days=ahead),
                "start_s": 28800,
                "end_s": 61200,
                "drive_s": 7200,
            }
            for n in range(reps)
            for ahead in range(5)
        ),
    )
    yield (
        Visit,
        (
            {
                "route_id": 5 * n + ahead + 1,
                "sequence": stop + 1,
                "site_id": n + 1 + reps * ((STOPS * ahead + stop) % max(1, accounts // reps)),
                "rep_id": n + 1,
                "day": day + timedelta(days=ahead),
                "arrive_s": 28800 + 2400 * stop,
                "start_s": 28800 + 2400 * stop,
                "depart_s": 30600 + 2400 * stop,
                "drive_s": 600,
            }
            for n in range(reps)
            for ahead in range(5)
            for stop in range(STOPS)
        ),
    )
    yield (
        Activity,
        (
            {
                "account_id": n // 2 + 1,
                "kind": "phone_call",
                "at": now - timedelta(days=n % 300),
                "outcome": "reached",
                "made_by": "rep",
            }
            for n in range(accounts // 2)
        ),
    )
