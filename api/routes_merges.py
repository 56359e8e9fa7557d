"""Accounts that are one firm, and people who are one: who may be, and making one of two."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from api.change import ChangingMatched
from api.dependencies import Read, RowId
from api.routes_people import Id
from api.schemas import AccountOut, Answer
from api.schemas_people import PersonOut
from api.signed_in import MANAGING, Seen
from api.writing import Edit
from planning.account_search import OwnedOn
from planning.duplicates import find_duplicates
from planning.find_accounts import get_account
from planning.merge import Merge, merge_accounts
from planning.merge_people import MergePerson, merge_people
from planning.merge_sites import SamePlace
from planning.people import get_person
from planning.people_alike import find_namesakes

router = APIRouter(prefix="/api")


class SamePlaceOut(Answer):
    """Two sites that are one place."""

    from_id: int = Field(description="Site of the account that goes", examples=[18])
    into_id: int = Field(description="Site of the account that stays", examples=[17])


class DuplicateOut(Answer):
    """An account that may be the same firm."""

    account_id: int = Field(examples=[43])
    external_id: str = Field(examples=["4712"])
    name: str = Field(examples=["Cafe Nord GmbH"])
    version: int = Field(description="For the merge", examples=[1])
    score: float = Field(description="How likely it is, 0 to 1", examples=[0.94])
    reasons: tuple[str, ...] = Field(examples=[["names 94% alike", "the same address"]])
    same: tuple[SamePlaceOut, ...] = Field(description="Sites that a merge would make one")


class DuplicatesOut(Answer):
    """Accounts that may be the same firm, the likeliest first."""

    items: tuple[DuplicateOut, ...]


class SamePlaceIn(Edit):
    """Two sites that are one place."""

    from_id: Id = Field(description="Site of the account that goes", examples=[18])
    into_id: Id = Field(description="Site of the account that stays", examples=[17])


class MergeIn(Edit):
    """Which account becomes part of this one."""

    other_id: Id = Field(examples=[43])
    other_version: Annotated[int, Field(ge=1, le=2**31 - 2)] = Field(description="That you read", examples=[1])
    take: list[Literal["name", "state", "segment", "industry", "value", "potential"]] = Field(
        default=[], max_length=6, description="Fields whose value is the other's; blanks are filled anyway"
    )
    same: list[SamePlaceIn] | None = Field(
        default=None,
        max_length=1000,
        description="Sites that are one place; left out: those with the same address, or without one within 25 m",
    )


class MergedOut(Answer):
    """What a merge did; the act can be undone as a whole (`POST /api/batches/{id}/undo`)."""

    account: AccountOut
    other_id: int = Field(examples=[43])
    batch_id: int = Field(examples=[57])
    moved: dict[str, int] = Field(description="Rows that changed hands, by table", examples=[{"activity": 3}])
    same: tuple[SamePlaceOut, ...]
    notes: tuple[str, ...] = Field(description="What was decided on the way")


class NamesakeOut(Answer):
    """Somebody who may be the same person."""

    person_id: int = Field(examples=[9])
    external_id: str | None = Field(examples=["p-18"])
    name: str = Field(examples=["Berg, Anna"])
    version: int = Field(description="For the merge", examples=[1])
    score: float = Field(description="How likely it is, 0 to 1", examples=[0.94])
    reasons: tuple[str, ...] = Field(examples=[["names 100% alike", "reached by the same telephone"]])


class NamesakesOut(Answer):
    """People who may be the same, the likeliest first."""

    items: tuple[NamesakeOut, ...]


class MergePersonIn(Edit):
    """Who becomes part of this person."""

    other_id: Id = Field(examples=[9])
    other_version: Annotated[int, Field(ge=1, le=2**31 - 2)] = Field(description="That you read", examples=[1])
    take: list[Literal["name", "note"]] = Field(
        default=[], max_length=2, description="Fields whose value is the other's; without it both notes are kept"
    )


class MergedPersonOut(Answer):
    """What a merge did; the act can be undone as a whole (`POST /api/batches/{id}/undo`)."""

    person: PersonOut
    other_id: int = Field(examples=[9])
    batch_id: int = Field(examples=[58])
    moved: dict[str, int] = Field(description="Rows that changed hands, by table", examples=[{"contact_point": 2}])


@router.get("/accounts/{account_id}/duplicates", tags=["accounts"])
def read_duplicates(
    db: Read, viewer: Seen, account_id: RowId, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> DuplicatesOut:
    """Accounts of yours that may be the same firm, found by place and by how they are reached, with reasons."""
    return DuplicatesOut.model_validate({"items": find_duplicates(db, viewer, account_id, limit=limit)})


@router.post("/accounts/{account_id}/merges", tags=["accounts"], response_model=MergedOut, dependencies=[MANAGING])
def merge(change: ChangingMatched, account_id: RowId, body: MergeIn) -> Response:
    """Make another account part of this one, if both are at the versions you read; one act, which can be undone.

    Sites, people, activities, sales, leads, links and work move over; the other's name is kept as a former one, and
    files go on finding it by its old id.
    """
    same = None if body.same is None else tuple(SamePlace(pair.from_id, pair.into_id) for pair in body.same)
    wanted = Merge(body.other_id, body.other_version, tuple(body.take), same)

    def work(session: Session) -> MergedOut:
        made = merge_accounts(session, change.viewer, account_id, change.version, wanted, today=change.now.date())
        account = get_account(session, change.viewer, account_id, on=OwnedOn(change.now.date()))
        facts = {"other_id": made.other_id, "moved": made.moved, "same": made.same, "notes": made.notes}
        return MergedOut.model_validate({"account": account, "batch_id": session.info["batch_id"], **facts})

    why = body.why or f"Account {body.other_id} merged into account {account_id}"
    return change.answered(body, work, why=why)


@router.get("/people/{person_id}/duplicates", tags=["people"])
def read_namesakes(
    db: Read, viewer: Seen, person_id: RowId, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> NamesakesOut:
    """People at your accounts who may be the same person, by name and how or where they are reached, with reasons."""
    return NamesakesOut.model_validate({"items": find_namesakes(db, viewer, person_id, limit=limit)})


@router.post("/people/{person_id}/merges", tags=["people"], response_model=MergedPersonOut, dependencies=[MANAGING])
def merge_person(change: ChangingMatched, person_id: RowId, body: MergePersonIn) -> Response:
    """Make another person part of this one, if both are at the versions you read; one act, which can be undone.

    Roles, ways to reach them, consents and activities move over, and files go on finding them by the old id.
    """
    wanted = MergePerson(body.other_id, body.other_version, tuple(body.take))

    def work(session: Session) -> MergedPersonOut:
        made = merge_people(session, change.viewer, person_id, change.version, wanted)
        facts = {"other_id": made.other_id, "moved": made.moved, "batch_id": session.info["batch_id"]}
        return MergedPersonOut.model_validate({"person": get_person(session, change.viewer, person_id), **facts})

    why = body.why or f"Person {body.other_id} merged into person {person_id}"
    return change.answered(body, work, why=why)
