"""Shapes of what devices keep of the record."""

from datetime import date, datetime

from pydantic import Field

from api.schemas import Answer

DAY = "2026-11-23"


class SyncSite(Answer):
    """An address of an account."""

    id: int = Field(examples=[43])
    line: str = Field(examples=["Street 1"])
    city: str = Field(examples=["Town"])
    postcode: str = Field(examples=["10115"])
    country: str = Field(examples=["DE"])
    lat: float | None = Field(examples=[52.52])
    lon: float | None = Field(examples=[13.4])
    level: str = Field(description="How well the place is known", examples=["given"])
    visits_per_year: float = Field(examples=[12.0])
    service_s: int = Field(examples=[1800])
    visit_type: str | None = Field(description="Type of its planned visits", examples=["shelf_audit"])
    last_visit_on: date | None = Field(examples=["2026-11-02"])
    opening_hours: str = Field(examples=["Mo-Fr 09:00-17:00"])
    version: int = Field(examples=[1])


class SyncContact(Answer):
    """A way to reach somebody."""

    kind: str = Field(examples=["mobile"])
    value: str = Field(examples=["+49 170 1234567"])
    preferred: bool = Field(examples=[True])
    valid_from: date | None = Field(examples=[None])
    valid_to: date | None = Field(description="First day on which it no longer counts", examples=[None])


class SyncPerson(Answer):
    """Somebody at an account."""

    id: int = Field(examples=[9])
    name: str = Field(examples=["Maria Nord"])
    note: str = Field(examples=[""])
    role: str = Field(examples=["buyer"])
    is_main: bool = Field(examples=[True])
    valid_from: date | None = Field(examples=[None])
    valid_to: date | None = Field(examples=[None])
    contacts: tuple[SyncContact, ...] = Field(description="Those that count today")
    consents: dict[str, str] = Field(description="What was said last to each purpose", examples=[{"news": "given"}])
    channel_consents: dict[str, dict[str, str]] = Field(
        description="By kind of contact, what was said of it alone since", examples=[{"email": {"news": "withdrawn"}}]
    )
    version: int = Field(examples=[1])


class SyncActivity(Answer):
    """One of the last activities of an account."""

    id: int = Field(examples=[77])
    site_id: int | None = Field(examples=[43])
    person_id: int | None = Field(examples=[9])
    rep_id: int | None = Field(examples=[7])
    kind: str = Field(examples=["phone_call"])
    type: str | None = Field(description="Its type, see /api/activity-types", examples=["shelf_audit"])
    at: datetime = Field(examples=["2026-11-23T12:00:00Z"])
    outcome: str = Field(examples=["reached"])
    text: str = Field(examples=["Wants the autumn range"])
    next_contact_on: date | None = Field(examples=["2026-12-01"])
    version: int = Field(examples=[1])


class SyncSale(Answer):
    """An open sale of an account."""

    id: int = Field(examples=[12])
    title: str = Field(examples=["Autumn range"])
    stage: str = Field(examples=["offer"])
    rep_id: int | None = Field(examples=[7])
    value: float | None = Field(examples=[1200.0])
    currency: str = Field(examples=["EUR"])
    expected_on: date | None = Field(examples=["2026-12-15"])
    version: int = Field(examples=[3])


class SyncTask(Answer):
    """Something to do for an account or one of its sales."""

    id: int = Field(examples=[5])
    opportunity_id: int | None = Field(examples=[12])
    rep_id: int | None = Field(examples=[7])
    kind: str = Field(examples=["site survey"])
    title: str = Field(examples=["Measure the shelf"])
    text: str = Field(examples=[""])
    due_on: date | None = Field(examples=["2026-12-01"])
    version: int = Field(examples=[1])


class SyncAccount(Answer):
    """An account with all that hangs on it; it replaces whatever the device has of it."""

    id: int = Field(examples=[42])
    external_id: str = Field(examples=["K-42"])
    name: str = Field(examples=["Café Nord"])
    state: str = Field(examples=["active"])
    segment: str = Field(examples=["A"])
    industry: str = Field(examples=["café"])
    value: float | None = Field(examples=[1500.0])
    potential: float | None = Field(examples=[2400.0])
    version: int = Field(examples=[2])
    sites: tuple[SyncSite, ...]
    people: tuple[SyncPerson, ...]
    activities: tuple[SyncActivity, ...] = Field(description="The last five")
    sales: tuple[SyncSale, ...]
    tasks: tuple[SyncTask, ...]


class SyncOtherSale(SyncSale):
    """An open sale of nobody's account, or of one that the device does not keep."""

    account_id: int | None = Field(examples=[None])
    account: str | None = Field(examples=[None])


class SyncJoined(Answer):
    """A visit that another rep leads and the device's own comes along on."""

    visit_id: int = Field(examples=[6])
    rep_id: int = Field(description="Who leads it", examples=[8])
    rep: str = Field(examples=["Anna Berg"])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    site_id: int = Field(examples=[43])
    line: str = Field(examples=["Street 1"])
    city: str = Field(examples=["Town"])
    lat: float | None = Field(examples=[52.52])
    lon: float | None = Field(examples=[13.4])
    state: str = Field(description="planned or done", examples=["planned"])
    outcome: str = Field(examples=[""])
    done_at: datetime | None = Field(examples=[None])
    starts_at: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    departs_at: datetime = Field(examples=["2026-11-23T09:30:00Z"])


class SyncVisit(Answer):
    """A visit of a day; times in seconds after local midnight."""

    id: int = Field(examples=[5])
    route_id: int | None = Field(description="null: made without being planned", examples=[3])
    sequence: int | None = Field(description="null: left out of the day", examples=[1])
    state: str = Field(examples=["planned"])
    site_id: int = Field(examples=[43])
    account_id: int = Field(examples=[42])
    account: str = Field(examples=["Café Nord"])
    line: str = Field(examples=["Street 1"])
    city: str = Field(examples=["Town"])
    postcode: str = Field(examples=["10115"])
    lat: float | None = Field(examples=[52.52])
    lon: float | None = Field(examples=[13.4])
    arrive_s: int | None = Field(examples=[32400])
    start_s: int | None = Field(examples=[32400])
    depart_s: int | None = Field(examples=[34200])
    drive_s: int | None = Field(examples=[1800])
    promised_from_s: int | None = Field(examples=[None])
    promised_until_s: int | None = Field(examples=[None])
    done_at: datetime | None = Field(examples=[None])
    outcome: str = Field(examples=[""])
    type: str | None = Field(description="Its type, see /api/activity-types", examples=["shelf_audit"])
    by_phone: bool = Field(examples=[False])
    why: str = Field(examples=[""])
    version: int = Field(examples=[1])


class SyncDay(Answer):
    """A day of the rep; it replaces whatever the device has of it. Times are null where no route was planned."""

    day: date = Field(examples=[DAY])
    rep_id: int = Field(examples=[7])
    start_s: int | None = Field(examples=[30600])
    end_s: int | None = Field(examples=[61200])
    drive_s: int | None = Field(examples=[5400])
    lunch_start_s: int | None = Field(examples=[None])
    lunch_end_s: int | None = Field(examples=[None])
    version: int | None = Field(description="Of the route", examples=[1])
    visits: tuple[SyncVisit, ...]
    joined: tuple[SyncJoined, ...]


class SyncGone(Answer):
    """What the device has to remove, as far as it has it."""

    accounts: tuple[int, ...] = Field(description="With all that hangs on them", examples=[[17]])
    sales: tuple[int, ...] = Field(description="Of the list `sales`, not of accounts", examples=[[]])
    days: tuple[date, ...] = Field(examples=[["2026-11-20"]])


class SyncOut(Answer):
    """A page of everything, or of what changed."""

    from_scratch: bool = Field(description="The page is part of everything, read without a cursor", examples=[False])
    accounts: tuple[SyncAccount, ...]
    sales: tuple[SyncOtherSale, ...] = Field(description="Open ones that hang on no account of the device")
    days: tuple[SyncDay, ...]
    gone: SyncGone
    cursor: str = Field(description="To keep with the page, and to go on from", examples=["WyI2ZjJhIl0"])
    more: bool = Field(description="The next page is there already", examples=[False])
