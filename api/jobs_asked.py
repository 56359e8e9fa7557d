"""Asking for a job: the row is written in the request's own transaction, the answer is 202 and where to look."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from fastapi import Request, Response
from sqlmodel import Session

from api.schemas_jobs import JobOut
from api.writing import answered
from crm.act import Act
from crm.database import Database
from planning.jobs import ask_job, get_job
from planning.viewer import Viewer


def accepted(
    request: Request,
    database: Database,
    viewer: Viewer,
    now: datetime,
    key: str | None,
    kind: str,
    what: Mapping[str, Any],
    *,
    why: str = "",
) -> Response:
    """Ask for a job of this kind, once for each Idempotency-Key: 202 with `Location: /api/jobs/…`."""

    def ask(session: Session) -> JobOut:
        made = ask_job(session, kind, what, by=viewer.name, now=now, request_id=request_id(request))
        return JobOut.model_validate(get_job(session, viewer, made))

    act = Act(viewer.name, why or f"A job of kind {kind}", now)
    asked = orjson.dumps([kind, what], option=orjson.OPT_SORT_KEYS).decode()
    done = answered(request, database, act, key, asked, ask, status=202)
    root: str = request.scope.get("root_path", "")
    done.headers["Location"] = f"{root}/api/jobs/{orjson.loads(done.body)['id']}"
    done.headers["Retry-After"] = "1"
    return done


def request_id(request: Request) -> str:
    """The name of this request in the log."""
    return str(request.scope.get("bailiwick.request_id", ""))
