"""Giving away many leads one after the other: a dry run over past ones, or a simulation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from balancing.choice import Choice
from balancing.choose import Asked, choose_rep, strategy_named
from balancing.lead import Candidate, Lead
from balancing.rules import RuleSet
from balancing.strategies import detour_m, drive_min


@dataclass(frozen=True, slots=True)
class Dealt:
    """One lead of a run as it arrived, the choice, and when that was made (later where all were busy)."""

    lead: Lead
    choice: Choice
    given_at: datetime

    @property
    def differs(self) -> bool:
        """True where somebody else got it in the past."""
        return bool(self.lead.given_to) and self.lead.given_to != self.choice.rep


@dataclass(frozen=True, slots=True)
class Tally:
    """What one rep had before a run, would have after it, and really got in the past."""

    rep: str
    leads: int
    before_min: float
    after_min: float
    value: float
    leads_in_the_past: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """Who would have got what, in the order of arrival; nothing is changed by it."""

    dealt: tuple[Dealt, ...]
    before: tuple[Candidate, ...]
    after: tuple[Candidate, ...]

    @property
    def nobody(self) -> tuple[Dealt, ...]:
        """The leads that nobody could get."""
        return tuple(row for row in self.dealt if row.choice.rep is None)

    def tallies(self) -> tuple[Tally, ...]:
        """One line per candidate, in their order: the load before and after."""
        return tuple(
            Tally(
                rep=before.id,
                leads=sum(row.choice.rep == before.id for row in self.dealt),
                before_min=before.load_min,
                after_min=after.load_min,
                value=sum(row.lead.value for row in self.dealt if row.choice.rep == before.id),
                leads_in_the_past=sum(row.lead.given_to == before.id for row in self.dealt),
            )
            for before, after in zip(self.before, self.after, strict=True)
        )


def dry_run(leads: Sequence[Lead], candidates: Sequence[Candidate], strategy: str | Asked) -> DryRun:
    """Give away `leads` in order of arrival, each choice on what the ones before it left.

    Whoever gets a lead is busy for its minutes; where a taxi queue finds everybody busy, the lead waits for the first
    one to become free.

    Raises:
        InvalidRules, InvalidLead: see `choose_rep`.
    """
    asked = strategy_named(strategy) if isinstance(strategy, str) else strategy
    waits = "taxi" in names_of(asked)
    now = {candidate.id: candidate for candidate in candidates}
    dealt = []
    for turn, lead in enumerate(sorted(leads, key=lambda lead: (lead.arrived_at, lead.id))):
        choice, at = choose_in_time(lead, tuple(now.values()), asked, waits)
        if choice.rep is not None:
            now[choice.rep] = after(now[choice.rep], lead, at, turn)
        dealt.append(Dealt(lead, choice, at))
    return DryRun(tuple(dealt), tuple(candidates), tuple(now.values()))


def choose_in_time(lead: Lead, group: tuple[Candidate, ...], asked: Asked, waits: bool) -> tuple[Choice, datetime]:
    """The choice at the lead's arrival, or at the first later moment at which somebody possible becomes free."""
    choice, at = choose_rep(lead, group, asked), lead.arrived_at
    if choice.rep is not None or not waits:
        return choice, at
    moments = sorted({each.free_since for each in group if each.free_since and each.free_since > lead.arrived_at})
    for at in moments:
        later = choose_rep(replace(lead, arrived_at=at), group, asked)
        if later.rep is not None:
            return later, at
    return choice, lead.arrived_at


def after(candidate: Candidate, lead: Lead, at: datetime, turn: int) -> Candidate:
    """The candidate once the lead is theirs: more work, less room, busy for its minutes."""
    extra_m = detour_m(lead, candidate) if candidate.room_min is not None else None
    took = lead.work_min + (drive_min(extra_m) if extra_m is not None else 0.0)
    return replace(
        candidate,
        load_min=candidate.load_min + lead.work_min,
        room_min=None if candidate.room_min is None else candidate.room_min - took,
        last_turn=turn,
        free_since=at + timedelta(minutes=lead.work_min),
    )


def names_of(asked: Asked) -> frozenset[str]:
    """Every strategy that is used anywhere in it."""
    parts = [rule.strategy for rule in asked.rules] if isinstance(asked, RuleSet) else [asked]
    return frozenset(name for part in parts for name in (*part.filters, *(step.by for step in part.order)))
