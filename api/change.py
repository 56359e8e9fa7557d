"""What almost every handler that changes something is given, as one thing: who asks, when, and how to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.dependencies import Now
from api.signed_in import Seen
from api.writing import Edit, KeyText, Matched, Records, answered, asked
from crm.act import Act
from crm.database import Database
from planning.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Change:
    """A change that somebody asks for."""

    request: Request
    database: Database
    now: datetime
    viewer: Viewer
    key: str | None

    def answered(
        self,
        body: Edit | None,
        work: Callable[[Session], BaseModel],
        status: int = 200,
        *,
        otherwise: str = "",
        why: str | None = None,
        said: str | None = None,
        in_ledger: bool = True,
    ) -> Response:
        """Do `work` once, as one act of the ledger, and answer with what it returns.

        The act's reason is `why`, by default the body's and `otherwise` where the body gives none. `said` is all of the
        request that matters, besides its path, by default the body (and the version).
        """
        if why is None:
            why = (body.why if body else "") or otherwise
        act = Act(self.viewer.name, why, self.now)
        text = self.text(body) if said is None else said
        return answered(self.request, self.database, act, self.key, text, work, status, in_ledger=in_ledger)

    def text(self, body: Edit | None) -> str:
        """All of the request that matters, besides its path, where the handler does not say."""
        return body.model_dump_json() if body else ""


@dataclass(frozen=True, slots=True)
class MatchedChange(Change):
    """A change of what somebody has read at this version."""

    version: int

    def text(self, body: Edit | None) -> str:
        """All of the request that matters, besides its path."""
        return asked(body, self.version) if body else str(self.version)


async def changing(request: Request, database: Records, now: Now, viewer: Seen, key: KeyText = None) -> Change:
    """What was asked, and by whom."""
    return Change(request, database, now, viewer, key)


async def changing_matched(
    request: Request, database: Records, now: Now, viewer: Seen, version: Matched, key: KeyText = None
) -> MatchedChange:
    """What was asked, by whom, and the version in If-Match."""
    return MatchedChange(request, database, now, viewer, key, version)


Changing = Annotated[Change, Depends(changing)]
ChangingMatched = Annotated[MatchedChange, Depends(changing_matched)]
