"""The places that wait for a person: the list; `PATCH /api/sites/{id}` with lat and lon settles one with a pin."""

from fastapi import APIRouter
from pydantic import Field

from api.cursor import Cursor, write_cursor
from api.dependencies import Limit, Read
from api.schemas import Answer
from api.signed_in import Seen
from planning.review import places_to_review

router = APIRouter(prefix="/api/review", tags=["places"])


class ReviewOut(Answer):
    """A site whose place somebody should look at; `version` is for If-Match when it is settled."""

    site_id: int = Field(examples=[17])
    version: int = Field(description="Of the site, for If-Match", examples=[1])
    account_id: int = Field(examples=[42])
    external_id: str = Field(description="The account's id in the files it came from", examples=["4711"])
    name: str = Field(examples=["Café Nord"])
    line: str = Field(description="Street and house number as written", examples=["Bernauer Str. 12"])
    city: str = Field(examples=["Berlin"])
    postcode: str = Field(examples=["13355"])
    region: str = Field(examples=["Berlin"])
    country: str = Field(examples=["DE"])
    lat: float | None = Field(description="Where it is thought to be, WGS84 degrees", examples=[52.54])
    lon: float | None = Field(description="WGS84 degrees", examples=[13.39])
    level: str = Field(description="How exactly that is known", examples=["street"])
    score: float = Field(description="How likely it is right, 0 to 1", examples=[0.75])
    scores: dict[str, float] = Field(description="The same by field of the address", examples=[{"street": 0.9}])
    source: str = Field(description="Data it comes from, with version", examples=["berlin 4d697627989c"])
    why: str = Field(description="How it was found", examples=["Bernauer Straße: number 12 is not known"])
    runner_up: str = Field(description="The next likely place", examples=["Bernauer Straße, Velten"])
    runner_up_m: float | None = Field(description="Metres from the place to the next likely one", examples=[21400.0])
    snap_m: float | None = Field(description="Metres to the nearest road", examples=[12.5])
    attribution: str = Field(description="To be shown with the place", examples=["© OpenStreetMap contributors"])
    reasons: tuple[str, ...] = Field(description="Why it is here", examples=[["known to street level only"]])


class ReviewPageOut(Answer):
    """A page of sites in order of their ids."""

    items: tuple[ReviewOut, ...]
    next: str | None = Field(description="`cursor` of the following page; null on the last", examples=["NDI"])


@router.get("")
def list_places(db: Read, viewer: Seen, after: Cursor, limit: Limit = 50) -> ReviewPageOut:
    """Sites whose place is rough, in doubt, or far from every road, page by page.

    Settle one with a pin: PATCH /api/sites/{id} with lat and lon, also when the place that was found is right. A pin
    is changed by nothing but a later pin.
    """
    page = places_to_review(db, viewer, after=after, limit=limit)
    return ReviewPageOut.model_validate({"items": page.places, "next": write_cursor(page.after)})
