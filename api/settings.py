"""What an installation decides; the only place that reads the environment (BAILIWICK_…)."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from planning.cores import allowed_cores
from planning.hook import Hook, key_of

KNOWN_PASSWORDS = frozenset(
    ("bailiwick", "postgres", "password", "passwort", "secret", "changeme", "change-me", "admin", "123456", "12345678")
)
"""What examples say, and what is tried first."""
FEWEST = 9
"""Different characters of a key made by chance; 32 hexadecimal digits have about 14."""


def default_database_url() -> str:
    """A SQLite file in the user's own data folder."""
    return f"sqlite:///{user_data_path('bailiwick') / 'bailiwick.sqlite'}"


class Settings(BaseSettings):
    """Settings of the server, from the environment or given by name.

    Raises:
        pydantic.ValidationError: a value that cannot be meant; also a host that others can reach, without consent.
    """

    model_config = SettingsConfigDict(env_prefix="BAILIWICK_", frozen=True, hide_input_in_errors=True)

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
    max_import_at_once_bytes: int = Field(default=1024 * 1024, ge=1)
    """The largest file that is read while the request waits; a larger one is read by a worker, as a job."""
    max_import_rows: int = Field(default=200_000, ge=1)
    """The most rows of a file that is taken in by a request; the command line takes a million."""
    region: Path | None = None
    """The folder of a region (`bailiwick region build`) whose roads reps' days are planned on; else estimated."""
    traffic: Path | None = None
    """A file that says how much longer trips take at which hours (docs/examples/traffic.toml): for days and weeks."""
    extracts: Path | None = None
    """The folder with the extracts (.osm.pbf) of which administrators may have regions built."""
    regions: Path | None = None
    """The folder that regions built by jobs go to, each in one of its own."""
    tile_url: str | None = None
    """Raster tiles that map pages may load, like https://tile.example.org/{z}/{x}/{y}.png; none by default."""
    max_body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    """The largest body of any other request."""
    requests_per_s: float = Field(default=300.0, gt=0)
    """Of one address in the long run; ten times as many at once."""
    imports_per_hour: int = Field(default=60, ge=1)
    """Of one user; each is a file that has to be read."""
    solves_per_hour: int = Field(default=600, ge=1)
    """Of one user: jobs asked for, days planned."""
    intake_origins: tuple[str, ...] = ()
    """Sites whose pages may send leads from a browser, like https://www.example.org; none by default."""
    leads_per_hour: int = Field(default=30, ge=1)
    """That one address may send by forms outside; a form takes twenty times as many from all of them."""
    secret_key: SecretStr | None = None
    """Seals what is read again from the database, such as secrets of second factors; 32 characters or more."""
    second_factor_for: tuple[Literal["rep", "manager", "planner", "admin"], ...] = ()
    """Roles whose users have to set up a second factor before anything else; the others may."""
    webhook_url: str | None = None
    """Where events are sent by the worker, like https://erp.example.org/bailiwick; nowhere by default."""
    webhook_secret: SecretStr | None = None
    """Signs what is sent there: `whsec_` and 24 to 64 bytes of chance in base64 (standardwebhooks.com)."""
    statement_s: float = Field(default=30.0, gt=0)
    """The longest the database may think about one statement of the API; jobs and the command line are not limited."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies before this server, whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """From `info` on every request has its line."""
    telemetry: bool = False
    """Send traces by OTLP to where the usual OTEL_… variables say; needs the extra `telemetry`."""
    worker: bool = True
    """`bailiwick serve` starts a worker beside itself; false where workers are started by themselves."""
    workers: int = Field(default_factory=allowed_cores, ge=1, le=1024)
    """Cores that planning may take: processes that compute jobs where no Dask cluster is named, and those for days."""
    niceness: int = Field(default=10, ge=0, le=19)
    """How much workers yield to the API."""
    job_lease_s: float = Field(default=15.0, ge=1, le=3600)
    """A job whose worker has been silent for so long is taken up by another."""
    jobs_at_once: int = Field(default=4, ge=1, le=64)
    """Jobs that a worker has in hands at a time."""
    keep_jobs_days: float = Field(default=365.0, ge=1)
    """Jobs that ended longer ago are forgotten, with what they were asked and answered."""
    max_export_bytes: int = Field(default=2**30, ge=1)
    """The largest file that a job makes for somebody to fetch; it waits in the database."""
    keep_exports_days: float = Field(default=1.0, gt=0, le=365)
    """Such a file is forgotten after so long, and when its user asks for another."""
    keep_positions_days: float = Field(default=90.0, ge=0)
    """Where a document of a visit was written is forgotten after so long, in the ledger too."""
    dask_address: str | None = None
    """The scheduler of a Dask cluster, like tls://scheduler:8786; none by default: processes of this machine."""
    dask_ca: Path | None = None
    """Certificate of the authority that signs all certificates of the cluster."""
    dask_cert: Path | None = None
    dask_key: Path | None = None

    @field_validator("public_url")
    @classmethod
    def public_url_is_http(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("the public URL must begin with https:// or http:// and name a host")
        return value

    @field_validator("intake_origins")
    @classmethod
    def origins_are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if origin != "*" and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
                raise ValueError(f"expected origins like https://www.example.org, or *; got {origin}")
        return value

    @field_validator("secret_key")
    @classmethod
    def secret_key_is_long(cls, value: SecretStr | None) -> SecretStr | None:
        text = "" if value is None else value.get_secret_value()
        if value is not None and (len(text) < 32 or len(set(text)) < FEWEST):
            raise ValueError("expected 32 characters of chance or more, such as openssl rand -base64 32 prints")
        return value

    @field_validator("webhook_url")
    @classmethod
    def webhook_is_safe(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if value is not None and not (parts.hostname and (parts.scheme == "https" or plain)):
            raise ValueError("a webhook's URL must begin with https:// (http:// on this machine) and name a host")
        return value

    @field_validator("tile_url")
    @classmethod
    def tile_url_is_http(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("a tile URL must begin with https:// or http:// and name a host")
        return value

    @model_validator(mode="after")
    def cluster_is_ours(self) -> Self:
        """Whoever reaches a Dask scheduler without certificates may run anything on its workers."""
        if self.dask_address is None:
            return self
        parts = urlsplit(self.dask_address)
        if parts.scheme not in ("tls", "tcp") or not parts.hostname:
            raise ValueError(f"BAILIWICK_DASK_ADDRESS: expected tls://host:port, got {self.dask_address}")
        if parts.scheme == "tcp" and not is_loopback(parts.hostname):
            raise ValueError("BAILIWICK_DASK_ADDRESS: tcp:// is for this machine only; other hosts need tls://")
        if parts.scheme == "tls" and not (self.dask_ca and self.dask_cert and self.dask_key):
            raise ValueError("a tls:// cluster needs BAILIWICK_DASK_CA, BAILIWICK_DASK_CERT and BAILIWICK_DASK_KEY")
        return self

    @model_validator(mode="after")
    def webhook_is_signed(self) -> Self:
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("BAILIWICK_WEBHOOK_URL and BAILIWICK_WEBHOOK_SECRET go together")
        if self.webhook_secret is not None:
            key_of(self.webhook_secret.get_secret_value())
        return self

    @model_validator(mode="after")
    def secrets_are_chosen(self) -> Self:
        """Whoever lets others connect has a database whose password is in no manual."""
        url = urlsplit(self.database_url)
        password = unquote(url.password or "").casefold()
        if self.allow_network and password and password in {*KNOWN_PASSWORDS, (url.username or "").casefold()}:
            raise ValueError("BAILIWICK_DATABASE_URL: everybody knows this password; choose one of your own")
        return self

    @model_validator(mode="after")
    def host_is_meant(self) -> Self:
        if not self.allow_network and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host} can be reached from other machines: "
                "use 127.0.0.1, or set BAILIWICK_ALLOW_NETWORK=true if that is meant"
            )
        return self

    @property
    def webhook(self) -> Hook | None:
        """Where events go."""
        if self.webhook_url is None or self.webhook_secret is None:
            return None
        return Hook(self.webhook_url, self.webhook_secret.get_secret_value())

    @property
    def key(self) -> str | None:
        """What seals secrets."""
        return None if self.secret_key is None else self.secret_key.get_secret_value()

    @property
    def is_https(self) -> bool:
        """True when browsers come by TLS."""
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"

    @property
    def root_path(self) -> str:
        """The path under which a proxy shows this server: "/crm" of https://sales.example.org/crm, else empty."""
        return urlsplit(self.public_url).path.rstrip("/") if self.public_url else ""

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


class CoreSettings(BaseSettings):
    """What the command line, too, takes from BAILIWICK_WORKERS; None: as many cores as are free."""

    model_config = SettingsConfigDict(env_prefix="BAILIWICK_", frozen=True)

    workers: int | None = Field(default=None, ge=1, le=1024)


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
