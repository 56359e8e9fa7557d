"""Looking through the whole record for accounts that may be one firm, and going through what was found."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from api.change import ChangingMatched
from api.cursor import said_by
from api.dependencies import LARGEST_ID, Limit, Now, Read, RowId
from api.jobs_asked import accepted
from api.rates import SOLVES
from api.schemas_duplicates import PairEdit, PairOut, PairsOut
from api.schemas_jobs import JobOut
from api.signed_in import MANAGING, OFFICE, Seen
from api.writing import Edit, KeyText, Records
from crm.tables import PairState
from planning.duplicate_list import After, decide, find_pairs
from planning.opaque_text import opaque

router = APIRouter(prefix="/api/duplicates", tags=["accounts"])


async def read_after(
    cursor: Annotated[str | None, Query(max_length=80, description="`next` of the page before.")] = None,
) -> After | None:
    """Where the page begins.

    Raises:
        BadFieldError: not one of our cursors.
    """
    return None if cursor is None else said_by(cursor, pair_of)


def pair_of(text: str) -> After:
    """A pair by its score and its id.

    Raises:
        ValueError: something else.
    """
    score, _, number = text.partition(" ")
    after = After(float(score), int(number))
    if not 0 <= after.score <= 1 or not 0 < after.id <= LARGEST_ID:
        raise ValueError(text)
    return after


def written(after: After | None) -> str | None:
    """A cursor as text."""
    return None if after is None else opaque(f"{after.score!r} {after.id}")


@router.post("/searches", status_code=202, response_model=JobOut, dependencies=[OFFICE, SOLVES])
def search(request: Request, db: Records, now: Now, viewer: Seen, body: Edit, key: KeyText = None) -> Response:
    """Look through the whole record for accounts that may be one firm: a job; what it finds is listed here."""
    return accepted(request, db, viewer, now, key, "dedupe", {}, why=body.why)


@router.get("", dependencies=[MANAGING])
def read_pairs(
    db: Read,
    viewer: Seen,
    after: Annotated[After | None, Depends(read_after)],
    state: PairState = PairState.OPEN,
    limit: Limit = 50,
) -> PairsOut:
    """Accounts of yours that may be one firm, the likeliest first; `POST /api/accounts/{id}/merges` makes one."""
    page = find_pairs(db, viewer, state=state, after=after, limit=limit)
    return PairsOut.model_validate({"items": page.pairs, "next": written(page.after)})


@router.patch("/{pair_id}", response_model=PairOut, dependencies=[MANAGING])
def say(change: ChangingMatched, pair_id: RowId, body: PairEdit) -> Response:
    """Say that two accounts are two firms, so that no search suggests them again; or have them looked at again."""

    def work(session: Session) -> PairOut:
        return PairOut.model_validate(
            decide(session, change.viewer, pair_id, change.version, PairState(body.state), change.now)
        )

    return change.answered(body, work, otherwise=f"Pair {pair_id} looked at")
