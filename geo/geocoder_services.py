"""Geocoding services by geopy's names, set up from plain options."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from inspect import Parameter, signature
from typing import Any, Protocol

from geopy.exc import ConfigurationError
from geopy.geocoders import SERVICE_TO_GEOCODER
from geopy.location import Location

from geo.errors import GeocoderSettingError
from geo.geocoder_http import BoundedAdapter
from geo.geocoder_levels import READERS, Exactness, place_only
from geo.plug_ins import GEOCODERS, Extended

SERVICES: Mapping[str, Any] = Extended(SERVICE_TO_GEOCODER, GEOCODERS)
NOT_ADDRESSES = frozenset({"what3words", "what3wordsv3"})
OURS = frozenset({"self", "adapter_factory", "ssl_context", "user_agent", "timeout"})
SECRET_WORD = re.compile(r"key|token|password|secret|app_code|app_id|auth_id|username|client_id")
DOMAIN = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/\-]*)?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
PUBLIC_SECONDS = {"nominatim.openstreetmap.org": 1.0, "photon.komoot.io": 1.0}
"""Free services of everybody ask for at most one request a second of a whole application."""
OPEN_DATA = "© OpenStreetMap contributors"
ATTRIBUTIONS = {
    "nominatim": OPEN_DATA, "photon": OPEN_DATA, "pickpoint": OPEN_DATA, "openmapquest": OPEN_DATA,
    "opencage": f"OpenCage, {OPEN_DATA}", "mapbox": f"© Mapbox, {OPEN_DATA}", "maptiler": f"© MapTiler, {OPEN_DATA}",
    "geocodeearth": f"Geocode Earth, {OPEN_DATA}", "pelias": f"Pelias, {OPEN_DATA}",
    "banfrance": "Base Adresse Nationale", "ignfrance": "© IGN", "geonames": "© GeoNames, CC BY 4.0",
    "google": "Google", "googlev3": "Google", "here": "© HERE", "herev7": "© HERE", "yandex": "© Yandex",
    "tomtom": "© TomTom", "azure": "© Microsoft", "bing": "© Microsoft", "arcgis": "Powered by Esri",
}  # fmt: skip


class GeopyGeocoder(Protocol):
    """Any of geopy's geocoders."""

    def geocode(self, query: str, *, exactly_one: bool = True) -> Any: ...


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is ready to be asked.

    `key` tells its answers from those of any other set-up in a cache; `seconds` lie between two requests.
    """

    name: str
    host: str
    key: str
    geocoder: GeopyGeocoder
    seconds: float
    exactness: Callable[[Location], Exactness]
    attribution: str

    @property
    def title(self) -> str:
        return f"{self.name} ({self.host})" if self.host else self.name


def service_names() -> list[str]:
    """The services that there are."""
    return sorted(SERVICES.keys() - NOT_ADDRESSES)


def open_service(
    name: str,
    *,
    options: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    seconds: float | None = None,
    timeout_s: float = 10.0,
    user_agent: str = "bailiwick",
) -> Service:
    """A geocoding service by geopy's name ("nominatim", "photon", "googlev3", "yandex" …) or that of a plug-in.

    Args:
        options: geopy's own keywords for it, such as `domain` and `scheme`; the host comes from nowhere else.
        secrets: keywords that are keys or passwords; they appear in no message and no log.
        seconds: between two requests; 1 by default, and never less for a public service that asks for that.

    Raises:
        GeocoderSettingError: no such service, an option it does not take, or a key that is missing.
    """
    kind = SERVICES.get(name) if name not in NOT_ADDRESSES else None
    if kind is None:
        raise GeocoderSettingError(f"there is no geocoding service {name!r}; known are {', '.join(service_names())}")
    plain, hidden = dict(options or {}), dict(secrets or {})
    known = signature(kind.__init__).parameters
    _check(name, plain, hidden, known)
    hide(hidden.values())
    more = {"timeout": timeout_s, "user_agent": user_agent, "adapter_factory": BoundedAdapter}
    try:
        geocoder = kind(**plain, **hidden, **{key: value for key, value in more.items() if key in known})
    except (ConfigurationError, TypeError, ValueError) as error:
        raise GeocoderSettingError(f"{name} cannot be set up: {_without(str(error), hidden.values())}") from None
    host = str(plain.get("domain") or _default(known, "domain") or "")
    least = PUBLIC_SECONDS.get(host, 0.0)
    pace = max(least, 1.0 if seconds is None else seconds)
    told = sha256(repr(sorted(plain.items())).encode()).hexdigest()[:12]
    return Service(
        name=name,
        host=host,
        key=f"{name} {host} {told}",
        geocoder=geocoder,
        seconds=pace,
        exactness=READERS.get(name, place_only),
        attribution=ATTRIBUTIONS.get(name, host or name),
    )


def _check(name: str, plain: Mapping[str, Any], hidden: Mapping[str, str], known: Mapping[str, Parameter]) -> None:
    """Refuse what the service does not take, and keys in the wrong place."""
    allowed = sorted(known.keys() - OURS)
    for key in (*plain, *hidden):
        if key not in allowed:
            raise GeocoderSettingError(f"{name} has no option {key!r}; it has {', '.join(allowed)}")
    for key in plain:
        if SECRET_WORD.search(key):
            raise GeocoderSettingError(f"option {key!r} of {name} is a secret: give it with the secrets")
    domain, scheme = plain.get("domain"), plain.get("scheme")
    if domain is not None and not DOMAIN.fullmatch(str(domain)):
        raise GeocoderSettingError(f"domain of {name} must be a host name like geo.example.org, got {domain!r}")
    if scheme not in (None, "http", "https"):
        raise GeocoderSettingError(f"scheme of {name} must be http or https, got {scheme!r}")
    needed = [
        key
        for key, one in known.items()
        if one.default is Parameter.empty and key != "self" and one.kind is not Parameter.VAR_KEYWORD
    ]
    if missing := [key for key in needed if key not in plain and key not in hidden]:
        where = "its secrets" if SECRET_WORD.search(missing[0]) else "its options"
        raise GeocoderSettingError(f"{name} needs {', '.join(missing)} among {where}")


def _default(known: Mapping[str, Parameter], key: str) -> object:
    found = known.get(key)
    return found.default if found is not None and found.default is not Parameter.empty else None


class _Hiding(logging.Filter):
    """Takes secrets out of geopy's own log, which writes whole URLs at its most talkative level."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        hidden = _without(text, self.secrets)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True


_HIDING = _Hiding()


def hide(secrets: Iterable[str]) -> None:
    """Let these texts never appear in geopy's log."""
    _HIDING.secrets |= {secret for secret in secrets if secret}
    log = logging.getLogger("geopy")
    if _HIDING not in log.filters:
        log.addFilter(_HIDING)


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # a secret may be part of another
        text = text.replace(secret, "…")
    return text
