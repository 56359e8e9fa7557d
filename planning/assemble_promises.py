"""What a plan says of promised dates, calls and nights away."""

from collections.abc import Sequence

from planning.account_table import AccountRow
from planning.assemble_unserved import account_name
from planning.solved import Solved

NAMED = 5


def promise_notes(solved: Solved, accounts: Sequence[AccountRow]) -> tuple[str, ...]:
    """Promises that are not kept, by name; calls that found no time; nights away from home."""
    broken = [
        f"{account_name(solved, accounts, weeks, one.client)}: {one.reason}"
        for weeks in solved.chosen.weeks
        for one in weeks.plan.broken
    ]
    notes = [f"Promise not kept: {sentence}." for sentence in broken[:NAMED]]
    if len(broken) > NAMED:
        notes.append(f"{len(broken) - NAMED} more promises are not kept; each visit left out is in unserved.csv.")
    left = [(weeks, row) for weeks in solved.chosen.weeks for row in weeks.plan.uncalled]
    if left:
        weeks, row = left[0]
        count = sum(row.visits for _, row in left)
        name = account_name(solved, accounts, weeks, row.client)
        notes.append(f"{count} calls found no time; the first: {name}: {row.reason}.")
    nights = {weeks.rep.name: len(weeks.plan.nights) for weeks in solved.chosen.weeks if weeks.plan.nights}
    if nights:
        notes.append(f"Nights away from home: {', '.join(f'{rep} {count}' for rep, count in nights.items())}.")
    return tuple(notes)
