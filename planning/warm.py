"""Compile every solver once, so that the first real plan does not wait for it: `python -m planning.warm`.

Compiled code is cached beside the sources, or in the user's cache folder where these cannot be written.
"""

from datetime import date

from geo.address import Address
from geo.place import Place
from planning.account_table import AccountRow, AccountTable
from planning.options import PlanOptions
from planning.plan import Plan


def small_plan() -> Plan:
    """Forty-eight accounts on a grid, three reps of whom one has too much: small, and still needs every solver."""
    rows = tuple(
        AccountRow(
            row=number,
            id=str(number),
            name=f"Account {number}",
            address=Address(),
            place=Place(50 + number // 8 / 50, 10 + number % 8 / 40),
            current_rep="ABC"[min(number % 8 // 2, 2)],
            visits_per_year=12.0,
            service_min=40.0,
            last_visit=date(2026, 2, 1 + number % 27) if number % 2 else None,
            opening_hours="Mo-Fr 08:00-18:00" if number % 5 == 0 else "",
        )
        for number in range(48)
    )
    table = AccountTable("an invented grid", len(rows), rows, (), (), (), ())
    return Plan(table, PlanOptions(starts_on=date(2026, 3, 2)))


if __name__ == "__main__":
    small_plan().solve()
