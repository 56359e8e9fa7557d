"""`bailiwick doctor`: looks at the installation piece by piece, and says of each whether it is well and what to do.

Pieces are looked at even when others fail; nothing is changed. What a piece cannot know it says, instead of passing.
"""

import os
import shutil
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_options import Refused
from api.settings import Settings, is_loopback
from crm.errors import RecordError
from geo.errors import GeoError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sqlmodel import Session

LEAST_FREE_BYTES = 1 << 30
SOON = timedelta(days=30)
WAITS_TOO_LONG = timedelta(minutes=5)
PLAIN = (RecordError, GeoError, Refused)
"""Errors that are written for people."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece: `state` is well, note (worth knowing) or wrong; `says` what was found and, if need be, what to do."""

    piece: str
    state: str
    says: str


def examine(settings: Settings, region: Path | None, *, engine: bool, now: datetime) -> Iterator[Finding]:
    """Look at everything, one finding or more for each piece."""
    for piece, look in (
        ("program", lambda: look_at_program()),
        ("settings", lambda: look_at_settings(settings)),
        ("database", lambda: look_at_database(settings, now)),
        ("disk", lambda: look_at_disk(settings)),
        ("region", lambda: look_at_region(region or settings.region)),
        ("files", lambda: look_at_files(settings)),
        ("geocoding", lambda: look_at_geocoding()),
        ("certificates", lambda: look_at_certificates(settings, now)),
        ("engine", lambda: look_at_engine(settings) if engine else iter([("note", "not started: ask with --engine")])),
    ):
        yield from looked(piece, look)


def looked(piece: str, look: Callable[[], Iterator[tuple[str, str]]]) -> Iterator[Finding]:
    """The findings of one piece; what goes wrong in looking is one too."""
    try:
        for state, says in look():
            yield Finding(piece, state, says)
    except PLAIN as error:
        yield Finding(piece, "wrong", str(error))
    except Exception as error:  # every piece is looked at, whatever happened to another
        yield Finding(piece, "wrong", f"{type(error).__name__}: {error}")


def look_at_program() -> Iterator[tuple[str, str]]:
    from importlib.metadata import version

    yield "well", f"bailiwick {version('bailiwick')} on Python {sys.version.split()[0]}, {os.cpu_count()} cores"
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        yield "note", "PYTHONDONTWRITEBYTECODE is set: starting takes three times as long; unset it"
    cache = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parents[1] / "routing" / "__pycache__")
    if not os.access(cache if cache.exists() else cache.parent, os.W_OK):
        yield "note", f"compiled solvers cannot be kept in {cache}: set NUMBA_CACHE_DIR to a folder that may be written"


def look_at_settings(settings: Settings) -> Iterator[tuple[str, str]]:
    where = f"{settings.host}:{settings.port}"
    yield "well", f"serves {where}" + (f", shown as {settings.public_url}" if settings.public_url else "")
    if not is_loopback(settings.host) and not settings.is_https:
        yield "wrong", "others can connect, but passwords are taken over HTTPS only: set BAILIWICK_PUBLIC_URL=https://…"
    if settings.is_https and not settings.trusted_proxies:
        yield (
            "note",
            "behind a proxy all requests seem to come from it, so that all share its limits: name the proxy's address "
            "in BAILIWICK_TRUSTED_PROXIES",
        )
    if settings.telemetry:
        from importlib.util import find_spec

        there = find_spec("opentelemetry.sdk") is not None
        yield ("well", "traces are sent") if there else ("wrong", "telemetry needs: pip install 'bailiwick[telemetry]'")


def look_at_database(settings: Settings, now: datetime) -> Iterator[tuple[str, str]]:
    from crm.database import open_database
    from planning.health import check_integrity, job_health, users_who_may_sign_in

    try:
        database = open_database(settings.database_url)
    except RecordError as error:
        yield "wrong", str(error)
        return
    try:
        yield "well", database.name
        with database.read() as session:
            yield from ((("wrong", fault)) for fault in check_integrity(session))
            if not users_who_may_sign_in(session):
                yield "note", "nobody may sign in yet: bailiwick user add NAME --role admin"
            jobs = job_health(session)
            yield from look_at_readers(session)
            yield from look_at_events(session, settings)
        with database.write() as session:
            session.connection()
        yield "well", "can be written"
    finally:
        database.close()
    if jobs.oldest_waiting_at and now - jobs.oldest_waiting_at > WAITS_TOO_LONG:
        minutes = (now - jobs.oldest_waiting_at).total_seconds() / 60
        yield "wrong", f"a job has waited for {minutes:.0f} minutes: is there a worker? (bailiwick worker)"
    said = f"{jobs.waiting} jobs wait, {jobs.running} run, {jobs.failed_today} failed within a day"
    yield ("note" if jobs.failed_today else "well"), said


def look_at_readers(session: "Session") -> Iterator[tuple[str, str]]:
    """Roles of PostgreSQL that only read, where there are any."""
    if session.get_bind().dialect.name != "postgresql":
        return
    from planning.readers import list_readers
    from planning.row_policies import is_current, is_installed

    if is_installed(session):
        yield "well", f"{len(list_readers(session))} readers by SQL (bailiwick reader list)"
        if not is_current(session):
            yield "wrong", "readers by SQL see by the rules of another version: bailiwick upgrade"


def look_at_events(session: "Session", settings: Settings) -> Iterator[tuple[str, str]]:
    """Whether events arrive where the settings have them sent."""
    if settings.webhook is None:
        return
    from planning.health import delivery_fault
    from planning.webhook import host_of

    fault, host = delivery_fault(session, settings.webhook.url), host_of(settings.webhook.url)
    yield ("wrong", f"{host} does not take events: {fault}") if fault else ("well", f"events are sent to {host}")


def look_at_disk(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.database_url.startswith("sqlite"):
        yield "note", "the database's disk is its server's"
        return
    folder = Path(settings.database_url.partition("///")[2]).resolve().parent
    if not folder.exists():
        yield "wrong", f"there is no folder {folder}: bailiwick upgrade makes it"
        return
    free = shutil.disk_usage(folder).free
    state = "well" if free >= LEAST_FREE_BYTES else "wrong"
    yield state, f"{free / 1e9:.1f} GB free in {folder}" + ("" if state == "well" else ": writes will soon be refused")


def look_at_region(folder: Path | None) -> Iterator[tuple[str, str]]:
    if folder is None:
        yield "note", "none named (BAILIWICK_REGION, --region): travel is estimated along straight lines"
        return
    from geo.region import open_region

    region = open_region(folder)
    yield "well", f"{folder}: {', '.join(sorted(str(name) for name in getattr(region, 'profiles', ()))) or 'opened'}"


def look_at_files(settings: Settings) -> Iterator[tuple[str, str]]:
    """What else the settings name on the disk."""
    if not (settings.traffic or settings.extracts or settings.regions):
        yield "note", "no hours of traffic, and no folders to build regions in, are named"
    for name in ("extracts", "regions"):
        folder: Path | None = getattr(settings, name)
        if folder is not None and not folder.is_dir():
            yield "wrong", f"there is no folder {folder}: make it, or set BAILIWICK_{name.upper()} to another"
    if (settings.extracts is None) != (settings.regions is None):
        yield "wrong", "BAILIWICK_EXTRACTS and BAILIWICK_REGIONS go together"
    if settings.regions and settings.regions.is_dir() and not os.access(settings.regions, os.W_OK):
        yield "wrong", f"regions cannot be written to {settings.regions}: let this user do so"
    if settings.traffic:
        from geo.travel_rush_file import read_traffic

        read_traffic(settings.traffic)
        yield "well", f"hours of traffic: {settings.traffic}"


def look_at_geocoding() -> Iterator[tuple[str, str]]:
    """Whether the service can be set up as it is given."""
    from api.cli_geocoders import chosen_geocoders, geocoding_settings

    service = geocoding_settings().service
    if service is None:
        yield "note", "no service named: only the region's own addresses are known"
        return
    chosen_geocoders()
    yield "well", f"{service}; not asked now, since each question may cost"


def look_at_certificates(settings: Settings, now: datetime) -> Iterator[tuple[str, str]]:
    ca, own, key = settings.dask_ca, settings.dask_cert, settings.dask_key
    if settings.dask_address is None or not (ca and own and key):
        yield "well", "none needed: the compute engine is on this machine, with certificates of its own"
        return
    authority, certificate = certificate_in(ca), certificate_in(own)
    for name, path, one in (("authority", ca, authority), ("certificate", own, certificate)):
        ends_at = one.not_valid_after_utc
        left = ends_at - now
        state = "wrong" if left < timedelta() else "note" if left < SOON else "well"
        yield state, f"{name} {path} is good until {ends_at:%Y-%m-%d}"
    if is_signed_by(certificate, authority):
        yield "well", "the authority has signed the certificate"
    else:
        yield "wrong", f"{own} is not signed by {ca}: make both anew, and give the same authority to every process"
    try:
        ssl.create_default_context().load_cert_chain(own, key)
        yield "well", "certificate and key belong together"
    except ssl.SSLError:
        yield "wrong", f"{key} is not the key of {own}"
    if os.name == "posix" and key.stat().st_mode & 0o077:
        yield "wrong", f"others may read the key {key}: chmod 600"


def certificate_in(path: Path) -> "Certificate":
    """The first certificate of a file.

    Raises:
        Refused: it holds none.
    """
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
    except ValueError:
        raise Refused(f"{path} holds no certificate (PEM)") from None


def is_signed_by(certificate: "Certificate", authority: "Certificate") -> bool:
    """True when the authority itself has signed it."""
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def look_at_engine(settings: Settings) -> Iterator[tuple[str, str]]:
    """Start or reach the compute engine and have it compute a unit."""
    from api.worker import worker_options
    from planning.compute import DaskEngine

    engine = DaskEngine(worker_options(settings).engine)
    began = datetime.now(UTC)
    try:
        batch = engine.hand_in("drill", engine.share(0.0), [(1, (1, ""))], 0)
        while (ended := batch.ended()) is None:
            if datetime.now(UTC) - began > timedelta(minutes=2):
                yield "wrong", "no answer within two minutes"
                return
        if ended.lost or ended.outcomes[0].error:
            yield "wrong", ended.lost or ended.outcomes[0].error
            return
        took_s = (datetime.now(UTC) - began).total_seconds()
        where = settings.dask_address or "this machine"
        yield "well", f"{engine.at_once()} processes on {where} answered after {took_s:.1f} s"
    finally:
        engine.close()
