"""How long a search may go on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a search stops: after so many iterations (reproducible) or so much CPU time (anytime).

    Both may be given, then the first one reached counts; with neither, the solver's own default iterations hold.
    """

    iterations: int | None = None
    cpu_s: float | None = None

    def __post_init__(self) -> None:
        if self.iterations is not None and self.iterations < 0:
            raise ValueError(f"iterations must not be negative, got {self.iterations}")
        if self.cpu_s is not None and not self.cpu_s > 0:
            raise ValueError(f"cpu_s must be above 0, got {self.cpu_s}")
