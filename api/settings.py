"""What an installation decides; the only place that reads the environment (BAILIWICK_…)."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_database_url() -> str:
    """A SQLite file in the user's own data folder."""
    return f"sqlite:///{user_data_path('bailiwick') / 'bailiwick.sqlite'}"


class Settings(BaseSettings):
    """Settings of the server, from the environment or given by name.

    Raises:
        pydantic.ValidationError: a value that cannot be meant; also a host that others can reach, without consent.
    """

    model_config = SettingsConfigDict(env_prefix="BAILIWICK_", frozen=True)

    database_url: str = Field(default_factory=default_database_url)
    """`sqlite:///file` or `postgresql://user:password@host/name`."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allow_network: bool = False
    """Let others than this machine connect. Passwords are taken only where `public_url` begins with https://."""
    public_url: str | None = None
    """Where browsers find this server when it stands behind a proxy, like https://sales.example.org."""
    host_names: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    """Names under which browsers may ask; anything else is refused (DNS rebinding)."""
    max_upload_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    """The largest file that is taken in."""
    tile_url: str | None = None
    region: Path | None = None
    """The folder of a region (`bailiwick region build`) whose roads reps' days are planned on; else estimated."""
    """Raster tiles that map pages may load, like https://tile.example.org/{z}/{x}/{y}.png; none by default."""

    @field_validator("public_url")
    @classmethod
    def public_url_is_http(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("the public URL must begin with https:// or http:// and name a host")
        return value

    @field_validator("tile_url")
    @classmethod
    def tile_url_is_http(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("a tile URL must begin with https:// or http:// and name a host")
        return value

    @model_validator(mode="after")
    def host_is_meant(self) -> Self:
        if not self.allow_network and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host} can be reached from other machines: "
                "use 127.0.0.1, or set BAILIWICK_ALLOW_NETWORK=true if that is meant"
            )
        return self

    @property
    def is_https(self) -> bool:
        """True when browsers come by TLS."""
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"

    @property
    def every_host_name(self) -> tuple[str, ...]:
        """The host names given, and the one of the public URL."""
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return (*self.host_names, public) if public else self.host_names

    @property
    def tile_origin(self) -> str | None:
        """Scheme, host and port of the tiles, as a content security policy names them."""
        if self.tile_url is None:
            return None
        parts = urlsplit(self.tile_url.replace("{s}.", "*."))
        return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """True for names and addresses that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class GeocodingSettings(BaseSettings):
    """The geocoding service to ask about addresses that the region does not know; none by default.

    From BAILIWICK_GEOCODER_SERVICE, BAILIWICK_GEOCODER_OPTIONS and so on; options and secrets are JSON objects. Hosts
    come from here alone, never from a file or a request.
    """

    model_config = SettingsConfigDict(env_prefix="BAILIWICK_GEOCODER_", frozen=True)

    service: str | None = None
    """geopy's name for it: nominatim, photon, pelias, googlev3, herev7, yandex …"""
    options: dict[str, str] = {}
    """geopy's own keywords for the service, such as {"domain": "geo.example.org", "scheme": "https"}."""
    secrets: dict[str, SecretStr] = {}
    """Keywords that are keys or passwords, such as {"api_key": "…"}; they are shown nowhere."""
    seconds: float = Field(default=1.0, ge=0, le=3600)
    """Between two requests, of all processes together."""
    timeout_s: float = Field(default=10.0, gt=0, le=300)
    """The longest an answer may take."""
    user_agent: str = Field(default="bailiwick", min_length=3)
    """How requests name this installation; public services want an address to write to in it."""
    cache: Path = Field(default_factory=lambda: user_data_path("bailiwick") / "geocoding.sqlite")
    """Where answers are kept, also those of regions."""
    keep_days: float = Field(default=180.0, gt=0)
    """How long an answer counts; some services' terms allow 30 days."""
