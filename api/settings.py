"""What an installation decides; the only place that reads the environment (BAILIWICK_…)."""

from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, field_validator, model_validator
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
    """Let others than this machine connect. There is no sign-in yet: whoever can connect can read everything."""
    host_names: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    """Names under which browsers may ask; anything else is refused (DNS rebinding)."""
    max_upload_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    """The largest file that is taken in."""
    tile_url: str | None = None
    """Raster tiles that map pages may load, like https://tile.example.org/{z}/{x}/{y}.png; none by default."""

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
                f"host {self.host} can be reached from other machines, and there is no sign-in yet: "
                "use 127.0.0.1, or set BAILIWICK_ALLOW_NETWORK=true if that is meant"
            )
        return self

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
