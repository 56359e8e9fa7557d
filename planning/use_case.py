"""What long work has to offer to be run as a job: prepare units, run one, save what they came to.

    prepare   reads the record (a short read) and says which units there are and what they share
    run       computes one unit: pure, on any process of the compute engine, with no database
    save      writes what came out, in one transaction, as one act

A job may stop between any two statements and go on elsewhere: what was computed stays, what was saved is saved once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sqlmodel import Session

from crm.tables import ActKind
from planning.record_errors import RefusedError


class MovedError(RefusedError):
    """What the units were computed from has changed since; the job prepares once more.

    `units`: names of those that are to be computed again; None: all that are not saved yet.
    """

    def __init__(self, message: str, units: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.units = units


@dataclass(frozen=True, slots=True)
class Installation:
    """What the settings of the machine that works on a job offer to it; None where they name nothing.

    `region` is the folder of the region whose roads and addresses are used, `traffic` the file that says how much
    longer trips take at which hours. Extracts to build regions from lie in `extracts`, and what is built of them goes
    to `regions`. `geocoders` is called, with `region`, in the process that looks addresses up: it has to be a function
    of a module, so that keys stay where they are. On a cluster all of this must be found on every machine, under the
    same names. `cores`: so many may a unit take that is alone in its job, where they are free.
    """

    region: Path | None = None
    regions: Path | None = None
    extracts: Path | None = None
    geocoders: Callable[[Path | None], Any] | None = None
    traffic: Path | None = None
    cores: int = 1
    export_bytes: int = 2**30
    keep_exports: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unit:
    """A part that is computed by itself.

    `name` is unique in its job, for people; `payload` is what `run` gets (it is pickled); `inputs` is a fingerprint of
    all it is computed from: a job that is taken up again keeps what came of a unit with the same name and inputs.
    """

    name: str
    payload: Any
    inputs: str


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The units, and what all of them share (such as a travel matrix), which goes to each process only once."""

    units: Sequence[Unit]
    shared: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The job as a use case sees it: what was asked (JSON), by whom and when, and what there is to do it with.

    `ready` is what `Readies` worked out, for `save` alone.
    """

    job_id: int
    what: Mapping[str, Any]
    by: str
    at: datetime
    here: Installation = Installation()
    ready: Any = None


class UseCase(Protocol):
    """Long work. Instances hold nothing; the compute engine makes its own from the name in `planning.use_cases`."""

    act: ActKind
    """What sort of act saving is."""
    limit_s: float
    """The longest a unit may take; its process is ended then."""

    def title(self, session: Session, what: Mapping[str, Any]) -> str:
        """Check what is asked, and name it for people.

        Raises:
            MissingError: it speaks of something that is not there.
            RefusedError: it cannot be done as things stand.
        """
        ...

    def prepare(self, session: Session, asked: Asked) -> Prepared:
        """Read what is needed. Raises what `title` does."""
        ...

    def run(self, shared: Any, payload: Any) -> dict[str, Any]:
        """Compute one unit; returns JSON. An OSError is tried again, any other error gives the unit up."""
        ...

    def save(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        """Write the results, by name of the unit, that are not written yet; returns the job's answer (JSON).

        Raises:
            MovedError: the record has changed since `prepare`; nothing is written.
            RefusedError: it cannot be done; the job fails with this sentence.
        """
        ...


class Desk(Protocol):
    """Where work that reads puts what it makes."""

    def write(self, work: Callable[[Session], None]) -> None:
        """Do it in a short transaction, as long as the job is wanted; what a unit kept that did not end is not used."""
        ...

    def look[Found](self, work: Callable[[Session], Found]) -> Found:
        """Read what was written so, also before another process took the job up."""
        ...


@runtime_checkable
class Reads(Protocol):
    """Long work that is nothing but reading: its units are made one by one on the snapshot they were prepared on.

    `title`, `prepare` and `save` are those of `UseCase`; `read` takes the place of `run`, and knows its unit's number.
    """

    def prepare(self, session: Session, asked: Asked) -> Prepared: ...

    def read(self, shared: Any, number: int, payload: Any, desk: Desk) -> dict[str, Any]:
        """Make one unit; returns JSON. Any error ends the job."""
        ...


@runtime_checkable
class Readies(Protocol):
    """Long work with much to read for its `save`: that is done on a snapshot of its own, before others have to wait."""

    def ready(self, session: Session, asked: Asked, results: Mapping[str, dict[str, Any]]) -> Any:
        """What `save` then finds in `asked.ready`; whether it still holds there is for `save` to see.

        Raises what `save` does.
        """
        ...
