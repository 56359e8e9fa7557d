"""What an address index answers: a place, how well it is known, and everything that speaks for and against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geo.address import Address
from geo.located import Level, Located


@dataclass(frozen=True, slots=True)
class AddressAnswer(Located):
    """A `Located` that says more.

    `matched` is the address as the index knows it. `scores` holds 0…1 for "street", "number", "city" and "postcode",
    those only that the address and the index both know. `runner_up_m` is how far the next likely answer lies away (None
    without one). `doubts` says what a person should look at; see `needs_review`.
    """

    matched: Address | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    runner_up_m: float | None = None
    doubts: tuple[str, ...] = ()
    entity: str = ""

    @property
    def needs_review(self) -> bool:
        """Whether it belongs on the list that people settle with a pin: doubtful, or less exact than interpolated."""
        return bool(self.doubts) or not self.level.at_least(Level.INTERPOLATED)
