"""Leads from forms of other sites: the only routes by which somebody without a user may write.

They look at the key of the form alone, neither at cookies nor at tokens. The answer is the same whether a lead was new,
came before, or was none.
"""

import time
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.cross_origin import KEY_HEADER
from api.dependencies import Now, Read
from api.guard import address_of
from api.problems import BadFieldError, TooManyError
from api.rates import Rate
from api.routes_people import Word
from api.schemas import Answer
from api.writing import NO_NUL, Line, Records
from planning.intake_leads import TRAP, Sent, take_in
from planning.intakes import BadStampError, make_stamp, opened_by

router = APIRouter(prefix="/api/intake", tags=["intake"])

Key = Annotated[
    str,
    Header(alias=KEY_HEADER, max_length=100, pattern=r"^[\x21-\x7e]+$", description="The key of the form."),
]
Message = Annotated[str, StringConstraints(max_length=5000, pattern=NO_NUL, strip_whitespace=True)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^$|^[^\s@\x00]+@[^\s@\x00]+\.[^\s@.\x00]+$")]
Phone = Annotated[str, StringConstraints(max_length=60, pattern=r"^$|^[^\x00]*(\d[^\d\x00]*){3,}$")]
Short = Annotated[str, StringConstraints(max_length=64, pattern=r"^[\x21-\x7e]*$")]
Lat = Annotated[float, Field(ge=-90, le=90)]
Lon = Annotated[float, Field(ge=-180, le=180)]


class LeadForm(BaseModel):
    """What somebody filled in. A form adds a field `fax` that people do not see and leave empty."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(default="", examples=["Anna Berg"])
    company: Line = Field(default="", examples=["Café Nord"])
    email: Email = Field(default="", examples=["anna@example.org"])
    phone: Phone = Field(default="", examples=["+49 30 123456"])
    line: Line = Field(default="", description="Street and number", examples=["Bernauer Str. 12"])
    city: Line = Field(default="", examples=["Berlin"])
    postcode: Line = Field(default="", examples=["13355"])
    country: Line = Field(default="", examples=["DE"])
    lat: Lat | None = Field(default=None, description="WGS84 degrees, with `lon`", examples=[52.54])
    lon: Lon | None = Field(default=None, examples=[13.39])
    message: Message = Field(default="", examples=["Please send your price list."])
    trigger: Line = Field(default="", description="What set it off; the form's own without it", examples=["fair"])
    page: Line = Field(default="", examples=["https://www.example.org/coffee"])
    more: dict[Word, Message] = Field(default={}, max_length=20, examples=[{"cups a day": "200"}])
    stamp: Short = Field(
        default="",
        description="Of POST /api/intake/stamps, asked for when the form is shown",
        examples=["19a1b2c3d4e.0011223344556677.00112233445566778899aabbccddeeff"],
    )
    request_id: Short = Field(default="", description="Your name for it, where no stamp is needed", examples=["r-17"])
    fax: Line = Field(default="", description="Left empty; what programs fill in here is no lead", examples=[""])


class StampOut(Answer):
    """A stamp for one lead."""

    stamp: str = Field(examples=["19a1b2c3d4e.0011223344556677.00112233445566778899aabbccddeeff"])
    after_s: int = Field(description="A lead with it is taken after so many seconds", examples=[2])


class ReceivedOut(Answer):
    """What was sent was received; what becomes of it is not said."""

    received: bool = Field(default=True, examples=[True])


@router.post("/stamps")
def ask_stamp(db: Read, now: Now, key: Key) -> StampOut:
    """A stamp to send along with the form, good for one lead of the next 24 hours."""
    open_ = opened_by(db, key)
    return StampOut(stamp=make_stamp(open_, now), after_s=open_.least_s)


@router.post("/leads", status_code=202)
async def send_lead(request: Request, db: Records, now: Now, key: Key, body: LeadForm) -> ReceivedOut:
    """Send a lead: a telephone number or an e-mail address, and whatever else is known.

    The same form may be sent again: one stamp is one lead.
    """
    take_one(request, "lead", address_of(request.scope))
    if not (body.email or body.phone):
        raise BadFieldError("body.email", "Expected an e-mail address or a telephone number.")
    if (body.lat is None) != (body.lon is None):
        raise BadFieldError("body.lat", "Expected both lat and lon, or none.")
    said = body.model_dump(exclude={"stamp", "request_id", TRAP})

    def work() -> None:
        with db.read() as session:
            open_ = opened_by(session, key)
        take_one(request, "form", str(open_.id))
        take_in(db, open_, Sent(**said), stamp=body.stamp, request_id=body.request_id, trap=body.fax, now=now)

    async with request.app.state.line:
        try:
            await run_in_threadpool(work)
        except BadStampError as error:
            raise BadFieldError("body.stamp", str(error)) from None
    return ReceivedOut()


def take_one(request: Request, rate: str, who: str) -> None:
    """Go on unless too much came from there in a short time.

    Raises:
        TooManyError: it did.
    """
    bucket: Rate = request.app.state.rates[rate]
    if wait_s := bucket.take(who, time.monotonic()):
        raise TooManyError(f"That was too much in a short time: try again in {wait_s:.0f} s.", wait_s)
