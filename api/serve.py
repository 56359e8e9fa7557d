"""Serving the application."""

from api.settings import Settings


def serve(settings: Settings) -> None:
    """Run the server until it is stopped (Ctrl-C or SIGTERM).

    Raises:
        crm.RecordError: the database cannot be used, or needs `bailiwick upgrade` first.
    """
    import uvicorn

    from api.app import create_app

    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
    )
