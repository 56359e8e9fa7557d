"""`review.csv`: the places that a person should settle."""

from pathlib import Path

from geo.address import Address
from geo.located import Level, Located
from planning.output_tables import degrees, number, write_table
from planning.result import PlanResult

FOUND_HEADER = ("level", "score", "field_scores", "runner_up", "runner_up_m", "snap_m", "source", "why")
REVIEW_HEADER = (
    "id", "name", "address", "city", "postcode", "region", "country", "lat", "lon", "note", "reason", "status",
    "found_at", *FOUND_HEADER,
)  # fmt: skip


def write_review(result: PlanResult, path: Path) -> None:
    """The list to work on: fill in lat and lon, and the next plan takes them as pins."""
    write_table(path, REVIEW_HEADER, review_rows(result))


def review_rows(result: PlanResult) -> list[tuple[str, ...]]:
    """A row per place to review, lat and lon left empty; what was not found at all comes first, then the rough ones."""
    order = tuple(Level)
    waiting = [account for account in result.accounts if account.review]
    waiting.sort(key=lambda each: (-order.index(each.level), each.row))
    return [
        review_row((each.id, each.name), each.address, each.located, planned=each.status == "planned")
        for each in waiting
        if each.located
    ]


def review_row(named: tuple[str, str], address: Address, located: Located, *, planned: bool) -> tuple[str, ...]:
    """One place to settle; `named` is the account's id and name."""
    place = located.place
    return (
        *named,
        *(address.line, address.city, address.postcode, address.region, address.country),
        *("", "", ""),
        "; ".join(located.review),
        "provisional" if planned else "unplaced",
        f"{degrees(place.lat)} {degrees(place.lon)}" if place else "",
        *found_cells(located),
    )


def found_cells(located: Located) -> tuple[str, ...]:
    """What is known of a place, in the order of `FOUND_HEADER`."""
    return (
        located.level.value,
        number(located.score),
        "; ".join(f"{name} {number(score)}" for name, score in located.scores.items()),
        located.runner_up,
        number(located.runner_up_m),
        number(located.snap_m),
        located.source,
        located.why,
    )
