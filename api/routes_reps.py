"""Reps."""

from fastapi import APIRouter

from api.dependencies import Read
from api.schemas import RepsOut
from api.signed_in import Seen
from planning.overview import list_reps

router = APIRouter(prefix="/api/reps", tags=["reps"])


@router.get("")
def read_reps(db: Read, viewer: Seen) -> RepsOut:
    """Every rep whom you may see, by name."""
    return RepsOut.model_validate({"items": list_reps(db, viewer)})
