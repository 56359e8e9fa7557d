"""The service itself: whether it lives, whether it can work, and its figures."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.dependencies import Now, Read
from api.job_events import streams_of
from api.metrics import CONTENT_TYPE, Requests, job_lines, process_lines
from api.problems import BusyError
from api.schemas import HealthOut
from api.signed_in import ADMIN, signed_in

router = APIRouter(tags=["service"])


@router.get("/health")
def health(request: Request, db: Read) -> HealthOut:
    """Whether the server answers and reaches its database."""
    found: Any = db.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return HealthOut(status="ok", version=request.app.version, schema_version=found)


def can_work(request: Request, db: Read) -> None:
    """Go on only when this server should be sent requests.

    Raises:
        BusyError: it is about to end, or its database does not answer.
    """
    if getattr(request.app.state, "stopping", False):
        raise BusyError("This server is about to end.")
    try:
        db.execute(text("SELECT 1"))
    except DBAPIError as error:
        raise BusyError("The database does not answer.") from error


@router.get("/ready", status_code=204, dependencies=[Depends(can_work)])
def ready() -> None:
    """204 when requests may be sent here, 503 when not: for whatever shares requests out among servers."""


@router.get(
    "/metrics",
    dependencies=[Depends(signed_in), ADMIN],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Figures"}},
)
def metrics(request: Request, db: Read, now: Now) -> Response:
    """Figures of this process and of the jobs, for Prometheus; it needs an administrator's token."""
    requests: Requests = request.app.state.requests
    lines = [*requests.lines(), *job_lines(db, now), *process_lines(streams_of(request).total())]
    return Response("\n".join(lines) + "\n", media_type=CONTENT_TYPE)
