"""What can go wrong with places.

    GeoError
    ├── FrameError (ValueError)           a GeoDataFrame has faults; `.faults` lists all of them
    ├── CountryUnknown (LookupError)      no country of that name or code
    ├── GazetteerMissing (ImportError)    the optional list of towns is not installed
    ├── AddressIndexError (ValueError)    a file is not an address index, or one of another version
    ├── ExtractError (ValueError)         a map extract or street file that cannot become a region
    ├── RegionMissing (FileNotFoundError) a folder that holds no finished region
    ├── GeocoderCacheError (ValueError)   a file is not a memory of geocoders' answers, or cannot be written
    ├── GeocoderSettingError (ValueError) a geocoding service that does not exist or is set up wrongly
    ├── MatrixCacheError (ValueError)     a file is not a cache of travel times, or one of another version
    ├── TrafficError (ValueError)         a file of rush hours that cannot be read
    ├── PlugInError (ImportError)         what another package adds cannot be imported
    └── RoutingError (RuntimeError)       a routing engine or server that failed

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


class ExtractError(GeoError, ValueError):
    """A map extract or street file from which no region can be built; the message names the file."""


class RegionMissing(GeoError, FileNotFoundError):
    """A folder without a finished region, or with one of another version."""


class MatrixCacheError(GeoError, ValueError):
    """A file that is not a cache of travel times this version can use."""


class GeocoderCacheError(GeoError, ValueError):
    """A file that cannot keep geocoders' answers: something else, of another version, or not writable."""


class GeocoderSettingError(GeoError, ValueError):
    """A geocoding service by a name that geopy does not know, or with options it does not take."""


class PlugInError(GeoError, ImportError):
    """What another package adds cannot be imported."""


class RoutingError(GeoError, RuntimeError):
    """A routing engine or a routing server that did not answer as it should."""


class TrafficError(GeoError, ValueError):
    """A file of rush hours that cannot be read; the message names the file and every entry that means nothing."""
