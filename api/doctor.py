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

from pydantic import ValidationError

from api.settings import GeocodingSettings, Settings, is_loopback
from crm.errors import RecordError

if TYPE_CHECKING:
    from sqlmodel import Session

LEAST_FREE_BYTES = 1 << 30
SOON = timedelta(days=30)
WAITS_TOO_LONG = timedelta(minutes=5)


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
        ("region", lambda: look_at_region(region)),
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
        yield "note", "none named (--region): travel is estimated along straight lines"
        return
    from geo.region import open_region

    region = open_region(folder)
    yield "well", f"{folder}: {', '.join(sorted(str(name) for name in getattr(region, 'profiles', ()))) or 'opened'}"


def look_at_geocoding() -> Iterator[tuple[str, str]]:
    try:
        settings = GeocodingSettings()
    except ValidationError as error:
        yield "wrong", "; ".join(fault["msg"] for fault in error.errors())
        return
    if settings.service is None:
        yield "note", "no service named: only the region's own addresses are known"
        return
    yield "well", f"{settings.service}; not asked now, since each question may cost"


def look_at_certificates(settings: Settings, now: datetime) -> Iterator[tuple[str, str]]:
    files = {"authority": settings.dask_ca, "certificate": settings.dask_cert}
    if settings.dask_address is None or not any(files.values()):
        yield "well", "none needed: the compute engine is on this machine, with certificates of its own"
        return
    for name, path in files.items():
        if path is None:
            continue
        ends_at = ends(path)
        left = ends_at - now
        state = "wrong" if left < timedelta() else "note" if left < SOON else "well"
        yield state, f"{name} {path} is good until {ends_at:%Y-%m-%d}"
    if settings.dask_cert and settings.dask_key:
        ssl.create_default_context().load_cert_chain(settings.dask_cert, settings.dask_key)
        yield "well", "certificate and key belong together"
    if settings.dask_key and os.name == "posix" and settings.dask_key.stat().st_mode & 0o077:
        yield "wrong", f"others may read the key {settings.dask_key}: chmod 600"


def ends(path: Path) -> datetime:
    """When the certificate in a file ends."""
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


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
