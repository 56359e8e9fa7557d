"""Serving the application."""

import signal
from socket import socket
from types import FrameType

from api.settings import Settings


def serve(settings: Settings) -> None:
    """Run the server until it is stopped (Ctrl-C or SIGTERM), with a worker beside it where the settings say so.

    Requests that are being answered are answered; streams of progress end.

    Raises:
        crm.RecordError: the database cannot be used, or needs `bailiwick upgrade` first.
    """
    import uvicorn

    from api.app import create_app
    from api.logs import begin_log
    from api.warm_up import warm_up
    from api.worker import Beside
    from planning.tracing import begin_tracing

    begin_log(settings.log_format, settings.log_level)
    if settings.telemetry:
        begin_tracing("bailiwick-api")
    app = create_app(settings)

    class Server(uvicorn.Server):
        """Tells the application as soon as it is to end, so that its streams do."""

        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                warm_up(app)  # who comes meanwhile waits in line at the door

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.stopping = True
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=10,
    )
    # uvicorn raises SIGTERM once more when it has ended; as an exception it lets us end the worker too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    worker = Beside(settings) if settings.worker else None
    if worker is not None:
        worker.start()
    try:
        Server(config).run()
    except KeyboardInterrupt:
        pass
    finally:
        if worker is not None:
            worker.stop()
