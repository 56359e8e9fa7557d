"""Days of mobile crews as a job: open service of equipment and field steps, batched by region and due date.

It is asked with `rep_ids` (the crews), `starts_on` (ISO date; without one, tomorrow) and `days` (how many, 10 without).
A task is a fault report of equipment, or an open task of a sale or account whose kind is a skill that some rep has:
that one is a field step. Whoever makes it has the skill that its kind names; a kind that is no skill asks for none.
Crews' days that hold a route already, and days off, stay as they are.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from crm.tables import ActKind
from planning.asked_plan import days_given, ids_given
from planning.crews_rows import crews_of, open_tasks, save_crews
from planning.plans_in_force import plan_on
from planning.record_errors import RefusedError
from planning.region_roads import build_of, roads_of, stamp_of, traffic_of
from planning.use_case import Asked, MovedError, Prepared, Unit

DAYS, MOST_DAYS = 10, 31


class Crews:
    """One unit: all crews."""

    act = ActKind.PLAN
    limit_s = 1800.0

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        reps, count = ids_given(what, "rep_ids"), what.get("days", DAYS)
        days_given(what, "starts_on")
        if reps is None:
            raise RefusedError("rep_ids: name the crews.")
        if type(count) is not int or not 1 <= count <= MOST_DAYS:
            raise RefusedError(f"days: expected a whole number from 1 to {MOST_DAYS}, got {count!r}.")
        return f"Tasks in the field for {len(reps)} crews on {count} days"

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        tasks, crews = self._read(session, asked)
        build, traffic = build_of(asked.here.region), traffic_of(asked.here.traffic)
        stamp = sha256(repr((tasks, crews, build, stamp_of(traffic))).encode()).hexdigest()
        payload = (tasks, crews, asked.here.region, build, traffic, stamp)
        return Prepared([Unit("crews", payload, stamp)])

    def run(self, shared: Any, payload: Any) -> dict[str, Any]:
        from planning.crews import plan_crews

        tasks, crews, region, build, traffic, _ = payload
        return plan_crews(tasks, crews, roads_of(region, build), traffic, 0) | {"read": repr((tasks, crews))}

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        (found,) = results.values()
        if repr(self._read(session, asked)) != found["read"]:
            raise MovedError("The tasks or the crews' days have changed meanwhile.")
        return save_crews(session, found)

    def _read(self, session: Session, asked: Asked) -> tuple[Any, Any]:
        """The tasks and the crews, as the record stands."""
        self.title(session, asked.what)
        today = asked.at.date()
        first: date = days_given(asked.what, "starts_on") or today + timedelta(days=1)
        if first <= today:
            raise RefusedError(f"Crews' days are planned from tomorrow on at the earliest; asked for {first}.")
        last = first + timedelta(days=asked.what.get("days", DAYS) - 1)
        if plan_on(session, first, exactly=True) is None:
            raise RefusedError(f"No plan is in force on {first}: publish one first.")
        crews = crews_of(session, ids_given(asked.what, "rep_ids") or (), first, last)
        tasks = open_tasks(session, first, last)
        if not tasks:
            raise RefusedError("No task in the field is open that is not planned already.")
        return tasks, crews
