"""`summary.json`: the figures of a plan, the same bytes for the same input and seed."""

from collections import Counter

from geo.located import Level
from planning.account_table import AccountTable
from planning.known_rep import planned_share
from planning.output_districts import figures
from planning.output_quality import quality_summary, robustness_summary
from planning.output_workload import workload_summary
from planning.result import PlanResult, RepFigures, Scenario

HOURS, SHARE = 3, 5
"""Decimal places of hours and of shares."""


def summary(result: PlanResult, table: AccountTable, version: str) -> dict[str, object]:
    """The figures as plain values; hours are over the weeks planned unless their name says a year."""
    placed = sum(account.status == "planned" for account in result.accounts)
    certificate, known = result.certificate, planned_share(result)
    return {
        "title": result.title,
        "version": version,
        "seed": result.seed,
        "starts_on": result.starts_on.isoformat(),
        "weeks": result.weeks,
        "rows_read": table.rows_read,
        "planned": placed,
        "unplaced": len(result.accounts) - placed,
        "rejected": len(table.rejected),
        "places": _places(result),
        "visits_due": result.visits_due,
        "visits_planned": result.visits_planned,
        "visits_unserved": result.visits_unserved,
        "tolerance": result.tolerance,
        "max_deviation": round(result.max_deviation, SHARE),
        "reps": [_rep(rep) for rep in result.reps],
        "districts": [figures(district) for district in result.districts],
        "certificate": None
        if certificate is None
        else {
            "bound": round(certificate.bound, HOURS),
            "gap": round(certificate.gap, SHARE),
            "cost": round(certificate.cost, HOURS),
            "holds_for": certificate.holds_for,
        },
        "quality": quality_summary(result),
        "robustness": robustness_summary(result),
        "barriers": None if result.barriers is None else result.barriers.source,
        "as_is": None if result.as_is is None else _scenario(result.as_is),
        "scenarios": [_scenario(scenario) for scenario in result.scenarios],
        "workload": workload_summary(result.workload),
        "transfers": len(result.transfers),
        "known_rep_share": None if known is None else round(known, SHARE),
        "travel": {
            "source": result.travel_source,
            "estimated": result.travel_estimated,
            "typical_error": result.travel_error,
        },
        "defaults": dict(sorted(result.defaults.items())),
        "columns": {row.field: row.column for row in table.recognised},
        "notes": list(result.notes),
    }


def _places(result: PlanResult) -> dict[str, object]:
    """How exactly the accounts are known, what is for a person to look at, and where the places come from."""
    found = [account.located for account in result.accounts if account.located]
    waiting = [account for account in result.accounts if account.review]
    levels = Counter(located.level for located in found)
    return {
        "by_level": {level.value: levels[level] for level in Level if levels[level]},
        "by_source": dict(sorted(Counter(located.source for located in found).items())),
        "to_review": len(waiting),
        "to_review_but_planned": sum(account.status == "planned" for account in waiting),
        "ambiguous": sum(bool(account.located and account.located.doubts) for account in waiting),
        "attribution": result.attribution,
    }


def _rep(rep: RepFigures) -> dict[str, object]:
    return {
        "rep": rep.rep,
        "zone": rep.zone + 1,
        "accounts": rep.accounts,
        "visits": rep.visits,
        "service_h": round(rep.service_h, HOURS),
        "drive_h": round(rep.drive_h, HOURS),
        "workload_h": round(rep.workload_h, HOURS),
        "capacity_h": round(rep.capacity_h, HOURS),
        "hours_a_year": round(rep.hours_a_year, HOURS),
        "additive_h": None if rep.additive_h is None else round(rep.additive_h, HOURS),
        "value": round(rep.value, 2),
        "deviation": round(rep.deviation, SHARE),
        "home": {"lat": rep.home.lat, "lon": rep.home.lon, "assumed": rep.home_assumed},
    }


def _scenario(scenario: Scenario) -> dict[str, object]:
    return {
        "name": scenario.name,
        "max_deviation": round(scenario.max_deviation, SHARE),
        "visits_due": scenario.visits_due,
        "visits_planned": scenario.visits_planned,
        "drive_h": round(scenario.drive_h, HOURS),
        "transfers": scenario.transfers,
        "scattered_accounts": scenario.scattered,
        "reps": [_rep(rep) for rep in scenario.reps],
    }
