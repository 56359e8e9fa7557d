"""`bailiwick serve` and `bailiwick upgrade`."""

import socket
from pathlib import Path

import typer

from api.cli_options import Refused
from api.settings import Settings, is_loopback
from api.settings_read import read_settings
from crm.errors import RecordError


def settings_for(host: str | None, port: int | None, database_url: str | None, region: Path | None = None) -> Settings:
    """The settings of the environment, with what was typed in their place.

    Raises:
        Refused: a value that cannot be meant.
    """
    given = {"host": host, "port": port, "database_url": database_url, "region": region}
    return read_settings(Settings, **{name: value for name, value in given.items() if value is not None})


def serve_api(host: str | None, port: int | None, database_url: str | None, region: Path | None = None) -> None:
    """Serve until stopped; `region` is the folder of the region whose roads are driven and drawn."""
    settings = settings_for(host, port, database_url, region)
    _port_is_free(settings)
    from api.serve import serve

    try:
        _somebody_can_sign_in(settings)
        name = f"[{settings.host}]" if ":" in settings.host else settings.host
        typer.echo(f"Serving http://{name}:{settings.port}/map (the API: /api, its description: /openapi.json)")
        typer.echo("Ctrl-C ends it.")
        serve(settings)
    except RecordError as error:
        raise Refused(str(error)) from error


def _somebody_can_sign_in(settings: Settings) -> None:
    """Where there is no user yet, make one; its password is told to whoever started a server for this machine only."""
    from api.cli_user import first_user

    if not is_loopback(settings.host):
        return
    if password := first_user(settings.database_url):
        typer.echo(f"Nobody could sign in yet. There is a user admin now, with the password {password}")


def upgrade_database(database_url: str | None) -> None:
    """Make the tables of the record, or bring them up to date."""
    from planning.readers import upgrade_record

    settings = settings_for(None, None, database_url)
    try:
        upgrade_record(settings.database_url)
    except RecordError as error:
        raise Refused(str(error)) from error
    typer.echo("The database is up to date.")


def _port_is_free(settings: Settings) -> None:
    if settings.port == 0:
        return
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Refused(
                f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; choose another with --port"
            ) from error
