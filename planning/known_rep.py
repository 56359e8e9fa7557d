"""How many visits of a plan are made by the rep whom the customer knows."""

from planning.result import PlanResult


def planned_share(result: PlanResult) -> float | None:
    """Of the visits planned to accounts that have a rep today, the part that this rep makes; None without any."""
    present = [account.current_rep for account in result.accounts]
    made = [(day.rep, present[stop.account]) for day in result.days for stop in day.stops if present[stop.account]]
    return sum(name == known for name, known in made) / len(made) if made else None
