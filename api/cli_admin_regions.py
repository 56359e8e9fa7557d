"""`bailiwick admin-regions FILE`: administrative regions into the record."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import typer

from api.cli_options import Refused
from api.cli_user import opened
from crm.act import Act
from crm.tables import ActKind
from planning.admin_regions import list_editions
from planning.region_editions import NewEdition, keep_edition, ready_edition
from planning.table_words import counted
from planning.viewer import everything

BY = "bailiwick admin-regions"


def bring_in(path: Path, new: NewEdition, columns: Mapping[str, str | None], database_url: str | None) -> None:
    """Read the file, keep its regions in one act, and say how many sites lie in them."""
    from geo.admin_region_file import read_admin_regions
    from geo.errors import FrameError

    if not new.level.strip() or ":" in new.level:
        raise Refused(f"--level must be a word such as state, without a colon; got {new.level!r}")
    try:
        found = read_admin_regions(path, **columns)
    except FrameError as error:
        raise Refused("; ".join(error.faults)) from error
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from error
    now = datetime.now(UTC)
    with opened(database_url) as database:
        act = Act(BY, f"Regions of level {new.level} from {new.valid_from} on, out of {path.name}", now, ActKind.IMPORT)
        with database.read() as session:
            ready = ready_edition(session, new, found)
        with database.write(act) as session:
            made, is_new = keep_edition(session, ready, by=BY, now=now)
            batch = session.info["batch_id"]
        with database.read() as session:
            view = next(one for one in list_editions(session, everything(now.date()), now.date()) if one.id == made)
    if not is_new:
        typer.echo("The record has these regions already: nothing was changed.")
        return
    typer.echo(f"{counted(view.regions, 'region')} of level {view.level} from {view.valid_from} on.")
    typer.echo(f"{counted(view.sites, 'site')} in them, {view.outside:,} outside of all.")
    typer.echo(f"Done as batch {batch}; `bailiwick undo {batch}` takes it back.")
