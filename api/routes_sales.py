"""The board of sales, stage by stage and page by page; accounts by words, to choose one."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.cursor import Cursor, said_by, write_cursor
from api.dependencies import LARGEST_ID, AskedId, Limit, Now, On, Read
from api.routes_accounts import wanted_kinds
from api.schemas import AccountsOut
from api.schemas_sales import NamedAccountsOut, SaleCardsOut
from api.signed_in import Seen
from api.writing import NO_NUL
from planning.account_search import Wanted
from planning.account_words import accounts_by_words, whole_accounts_by_words
from planning.funnel import Among
from planning.opaque_text import opaque
from planning.sales_board import After, stage_cards

router = APIRouter(prefix="/api", tags=["pipeline"])

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LATEST_US = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND


def write_place(after: After | None) -> str | None:
    """Text for the card to go on from."""
    return None if after is None else opaque(f"{(after.since - EPOCH) // MICROSECOND}.{after.id}")


async def read_place(
    cursor: Annotated[str | None, Query(max_length=60, description="`next` of the page before.")] = None,
) -> After | None:
    """The card to go on from; None without a cursor.

    Raises:
        BadFieldError: not one of our cursors.
    """
    return None if cursor is None else said_by(cursor, card_of)


def card_of(text: str) -> After:
    """A card by when it came into its stage (µs since 1970) and its id.

    Raises:
        ValueError: something else.
    """
    moment, _, card = text.partition(".")
    if not (0 <= int(moment) <= LATEST_US and 1 <= int(card) <= LARGEST_ID):
        raise ValueError(text)
    return After(EPOCH + int(moment) * MICROSECOND, int(card))


@router.get("/sales-board")
def read_board(
    db: Read,
    viewer: Seen,
    now: Now,
    after: Annotated[After | None, Depends(read_place)],
    stage: Annotated[int, Query(ge=1, le=LARGEST_ID)],
    rep: AskedId = None,
    territory: Annotated[AskedId, Query(description="With all below it")] = None,
    opportunity: Annotated[AskedId, Query(description="Only this one")] = None,
    newest: Annotated[
        bool, Query(description="Those that came last first; [those that are there for longest].")
    ] = False,
    limit: Limit = 50,
) -> SaleCardsOut:
    """The sales in a stage as cards: since when, whether stuck, and the task that is due next."""
    among = Among(rep, territory)
    page = stage_cards(
        db, viewer, stage, at=now, limit=limit, among=among, newest=newest, after=after, only=opportunity
    )
    return SaleCardsOut.model_validate({"items": page.cards, "next": write_place(page.after)})


Words = Annotated[str, Query(min_length=1, max_length=200, pattern=NO_NUL)]


@router.get("/account-names")
def read_account_names(
    db: Read,
    viewer: Seen,
    after: Cursor,
    words: Words,
    limit: Limit = 50,
) -> NamedAccountsOut:
    """Accounts in which every word is part of a name (also a former one), the number, the street or the town."""
    found, following = accounts_by_words(db, viewer, words, limit=limit, after=after)
    return NamedAccountsOut.model_validate({"items": found, "next": write_cursor(following)})


@router.get("/accounts-by-words")
def read_accounts_by_words(
    db: Read,
    viewer: Seen,
    on: On,
    after: Cursor,
    words: Words,
    wanted: Annotated[Wanted, Depends(wanted_kinds)],
    limit: Limit = 50,
) -> AccountsOut:
    """The same as whole accounts, of a state, segment, industry, territory, rep or administrative region."""
    page = whole_accounts_by_words(db, viewer, words, wanted, on=on, limit=limit, after=after)
    return AccountsOut.model_validate({"items": page.accounts, "next": write_cursor(page.after)})
