"""The command line: `bailiwick COMMAND …`, also `python -m api.cli`."""

import os
import sys

import typer

from api import cli_campaign_commands, cli_plan_commands, cli_record_commands, cli_service_commands
from api.cli_app import app

__all__ = ["app", "cli_campaign_commands", "cli_plan_commands", "cli_record_commands", "cli_service_commands", "main"]

STOPPED = 130  # what a shell gives a command ended by Ctrl-C


def main() -> None:
    """Run the command line; a refused input ends with one line on standard error and code 2."""
    from api.cli_options import Refused, Stopped

    try:
        app()
    except Refused as refused:
        typer.echo(f"bailiwick: {refused}", err=True)
        sys.exit(2)
    except Stopped as stopped:
        typer.echo(f"bailiwick: {stopped}", err=True)
        sys.exit(STOPPED)
    except KeyboardInterrupt:
        typer.echo("bailiwick: stopped", err=True)
        sys.exit(STOPPED)
    except SystemExit as over:  # Typer turns Ctrl-C into this without a word
        if over.code == STOPPED:
            typer.echo("bailiwick: stopped", err=True)
        raise
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
