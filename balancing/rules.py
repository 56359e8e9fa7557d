"""Ordered rules over what a lead is and where it lies: the first that fits and has somebody decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from balancing.choice import Choice, Strategy, compare
from balancing.lead import Candidate, Lead

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Otherwise = Literal["next", "stop"]
"""What follows when a rule fits but nobody is possible: the next rule, or nobody."""


@dataclass(frozen=True)
class Area:
    """A polygon in EPSG:4326 (longitude first, as in GeoJSON); its border belongs to it."""

    geojson: Mapping[str, Any]

    @cached_property
    def outline(self) -> "BaseGeometry":
        from shapely import prepare
        from shapely.geometry import shape

        outline = shape(dict(self.geojson))
        prepare(outline)
        return outline

    def holds(self, lead: Lead) -> bool:
        from shapely import Point

        return lead.place is not None and self.outline.covers(Point(lead.place.lon, lead.place.lat))


@dataclass(frozen=True, slots=True)
class Condition:
    """What a lead must be like; what is left out does not matter. Words match without regard to case."""

    types: frozenset[str] = frozenset()
    industries: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    size_min: float | None = None
    size_max: float | None = None
    value_min: float | None = None
    area: Area | None = None

    def __post_init__(self) -> None:
        for name in ("types", "industries", "territories", "regions"):
            object.__setattr__(self, name, frozenset(word.casefold() for word in getattr(self, name)))

    def fits(self, lead: Lead) -> bool:
        """A lead whose size is unknown fits no condition on size."""
        words = ((self.types, lead.type), (self.industries, lead.industry), (self.territories, lead.territory))
        if any(wanted and said.casefold() not in wanted for wanted, said in words):
            return False
        if self.regions and self.regions.isdisjoint(map(str.casefold, lead.regions)):
            return False
        if self.size_min is not None and (lead.size is None or lead.size < self.size_min):
            return False
        if self.size_max is not None and (lead.size is None or lead.size > self.size_max):
            return False
        if self.value_min is not None and lead.value < self.value_min:
            return False
        return self.area is None or self.area.holds(lead)


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with leads that fit `when`: `strategy` among `reps` (empty: everybody).

    Lower `priority` comes first, equal ones in their order. `needs` and `weights` are added to the lead's own; of two
    least levels of a skill the higher one counts.
    """

    id: str
    priority: float
    when: Condition
    strategy: Strategy
    reps: frozenset[str] = frozenset()
    needs: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    otherwise: Otherwise = "next"

    def of(self, lead: Lead) -> Lead:
        """The lead with what the rule asks of the rep."""
        if not (self.needs or self.weights):
            return lead
        needs = {skill: max(level, lead.needs.get(skill, 0.0)) for skill, level in self.needs.items()}
        return replace(lead, needs={**lead.needs, **needs}, weights={**lead.weights, **self.weights})


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of the rules; a change is a new version. `data` is what it was read from, to be kept with a choice."""

    name: str
    version: int
    rules: tuple[Rule, ...]
    data: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def title(self) -> str:
        return f"{self.name}, version {self.version}"

    def in_order(self) -> tuple[Rule, ...]:
        """The rules in the order they are tried."""
        return tuple(sorted(self.rules, key=lambda rule: rule.priority))

    def strangers(self, candidates: tuple[Candidate, ...]) -> tuple[str, ...]:
        """A fault for every rep whom a rule names and who is not among the candidates."""
        known = {each.id for each in candidates}
        wanted = ", ".join(sorted(known)[:10])
        return tuple(
            f"rule “{rule.id}”, reps: given “{name}”, expected one of: {wanted}"
            for rule in self.in_order()
            for name in sorted(rule.reps - known)
        )

    def choose(self, lead: Lead, candidates: tuple[Candidate, ...]) -> Choice:
        """By the first rule that fits and finds somebody; see `balancing.choose_rep`."""
        passed: list[str] = []
        found: Choice | None = None
        for rule in self.in_order():
            if not rule.when.fits(lead):
                continue
            group = tuple(each for each in candidates if not rule.reps or each.id in rule.reps)
            found = compare(rule.of(lead), group, rule.strategy)
            if found.rep is not None:
                before = "".join(f"; before it {words}" for words in passed)
                why = f"rule “{rule.id}”: {found.why}{before}"
                return self._mine(found, lead, candidates, rule.id, why)
            passed.append(f"rule “{rule.id}” found {found.why}")
            if rule.otherwise == "stop":
                return self._mine(found, lead, candidates, rule.id, f"rule “{rule.id}” stops here: {found.why}")
        why = "; ".join(passed) or f"nobody: no rule of {self.title} fits"
        nobody = found or Choice(lead, None, why, (), candidates, self)
        return self._mine(nobody, lead, candidates, "", why)

    def _mine(self, choice: Choice, lead: Lead, candidates: tuple[Candidate, ...], rule: str, why: str) -> Choice:
        return replace(choice, lead=lead, candidates=candidates, asked=self, rule=rule, rules=self.title, why=why)
