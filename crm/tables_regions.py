"""Administrative regions: polygons with codes, edition after edition, and which site lies in which of them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, UniqueConstraint
from sqlmodel import Field

from crm.columns import KEEP_IDS, Instant, Record, code_column


class SiteFound(StrEnum):
    """How a site came to its region: it lies inside, on the border of several, or outside of all."""

    INSIDE = "inside"
    BORDER = "border"
    OUTSIDE = "outside"


class RegionEdition(Record, table=True):
    """The regions of one `level` (state, district …) as they are from `valid_from` on, until the next edition.

    Of two editions from the same day the later one counts. `sha256` is that of what the regions are. The database
    refuses to change anything of it but `title`.
    """

    __tablename__ = "region_edition"
    __table_args__ = (Index("ix_region_edition_level", "level", "valid_from"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    level: str
    title: str
    source: str = ""
    valid_from: date
    regions: int
    sha256: str
    notes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by: str
    version: int = 1


class AdminRegion(Record, table=True):
    """A region of an edition: `outline_wkb` is a polygon or several in EPSG:4326, with its bounds beside it.

    `parent_code` is the code of the region of another level that it is a part of. Nothing of it ever changes.
    """

    __tablename__ = "admin_region"
    __table_args__ = (UniqueConstraint("edition_id", "code"), KEEP_IDS)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = Field(foreign_key="region_edition.id")
    code: str = Field(index=True)
    name: str
    parent_code: str = ""
    outline_wkb: bytes
    min_lat: float
    min_lon: float
    max_lat: float
    max_lon: float
    version: int = 1


class SiteRegion(Record, table=True):
    """The region of an edition that a site lies in; outside of all without `region_id`. Sites without a place: no row.

    It follows from the site's place and the edition, both of which are in the ledger, and is kept up to date by
    `crm.site_regions` at the end of every act: it is in no ledger itself.
    """

    __tablename__ = "site_region"
    __table_args__ = (
        Index("ix_site_region_region_id", "region_id", "site_id"),
        Index("ix_site_region_edition_id", "edition_id", "found"),
        {"sqlite_with_rowid": False},
    )

    site_id: int = Field(
        sa_column=Column(Integer, ForeignKey("site.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    edition_id: int = Field(
        sa_column=Column(
            Integer, ForeignKey("region_edition.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        )
    )
    region_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("admin_region.id", ondelete="CASCADE"), nullable=True)
    )
    found: SiteFound = Field(sa_column=code_column(SiteFound, "found"))
