"""`bailiwick geocode`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.text import Text

from api.cli_geocoders import all_geocoders, report_services
from api.cli_options import Refused
from api.cli_plan import refusals
from api.cli_report import Bar, console, report_table
from planning.files import read_accounts
from planning.options import MIN_LEVEL
from planning.output_geocoded import FILES, write_geocoded
from planning.pins import gather_pins
from planning.placing import place_accounts, review_sentences
from planning.whereabouts import set_right


def geocode_file(
    accounts: Path, *, region: Path | None, out: Path, pins: Sequence[Path], columns: Mapping[str, str]
) -> None:
    """Place every account of a file; what was answered before, also in a run that was stopped, is not asked again."""
    with refusals():
        screen = console()
        table = set_right(read_accounts(accounts, columns=columns))
        report_table(screen, table)
        known = gather_pins(out, pins)
        asked = all_geocoders(region)
        try:
            with Bar(screen) as bar:
                placings = place_accounts(
                    table.accounts, asked.geocoders, MIN_LEVEL, pins=known, roads=asked.roads, progress=bar
                )
        except KeyboardInterrupt:
            raise Refused("stopped; what was answered is kept, and the same command goes on from there") from None
        write_geocoded(table.accounts, placings, table.rejected, known, out)
    for note in (*known.notes, *review_sentences(placings)):
        screen.print(Text(note))
    report_services(screen, asked)
    screen.print(
        Text(f"{len(placings):,} accounts, {len(table.rejected):,} rejected. Written to {out}: {', '.join(FILES)}.")
    )
