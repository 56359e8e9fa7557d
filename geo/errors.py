"""What can go wrong with places.

    GeoError
    ├── FrameError (ValueError)           a GeoDataFrame has faults; `.faults` lists all of them
    ├── CountryUnknown (LookupError)      no country of that name or code
    ├── GazetteerMissing (ImportError)    the optional list of towns is not installed
    └── AddressIndexError (ValueError)    a file is not an address index, or one of another version

An address that cannot be found is no error: it comes back as `Located` at level `none`.
"""

from collections.abc import Sequence


class GeoError(Exception):
    """Everything this package raises on purpose, apart from plain ValueErrors of single values."""


class FrameError(GeoError, ValueError):
    """A GeoDataFrame that cannot be used as it is."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class CountryUnknown(GeoError, LookupError):
    """No country goes by that name or code."""


class GazetteerMissing(GeoError, ImportError):
    """The package with the towns of the world is not installed."""


class AddressIndexError(GeoError, ValueError):
    """A file that is not an address index this version can read."""
