"""`bailiwick locate`."""

from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from api.cli_geocoders import all_geocoders, report_services
from api.cli_options import Refused
from api.cli_plan import refusals
from api.cli_report import Bar, console
from api.cli_serve import settings_for
from crm.database import open_database
from crm.errors import RecordError
from planning.locate import locate_sites

BY = "bailiwick locate"


def locate_record(region: Path | None, database_url: str | None) -> None:
    """Look up the record's sites and say what came of it."""
    settings = settings_for(None, None, database_url)
    with refusals():
        screen, asked = console(), all_geocoders(region)
        if not asked.geocoders:
            raise Refused("nobody to ask: give --region FOLDER, or set BAILIWICK_GEOCODER_SERVICE")
        try:
            database = open_database(settings.database_url)
        except RecordError as error:
            raise Refused(str(error)) from error
        try:
            with Bar(screen) as bar:
                counts = locate_sites(
                    database, asked.geocoders, by=BY, now=lambda: datetime.now(UTC), roads=asked.roads, progress=bar
                )
        except KeyboardInterrupt:
            raise Refused("stopped; what was found is saved, and the same command goes on from there") from None
        finally:
            database.close()
    report_services(screen, asked)
    screen.print(
        Text(
            f"{counts.looked_up:,} sites looked up: {counts.changed:,} have another place now, "
            f"{counts.to_review:,} wait for somebody to look at them (GET /api/review)."
        )
    )
