"""The ways to compare candidates for a lead, one small function each.

Each answers with a `Mark`: the smaller its key the better; a mark that is `refused` rules the candidate out, and its
words say why. They can be combined: see `balancing.choice.Strategy`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from balancing.lead import Candidate, Lead
from geo import plug_ins
from geo.plug_ins import Extended


@dataclass(frozen=True, slots=True)
class Mark:
    """What one strategy thinks of one candidate."""

    key: float
    words: str
    refused: bool = False


class Criterion(Protocol):
    """A way to compare: looks at one candidate at a time."""

    def __call__(self, lead: Lead, candidate: Candidate) -> Mark: ...


def refusal(words: str) -> Mark:
    return Mark(float("inf"), words, refused=True)


def territory(lead: Lead, candidate: Candidate) -> Mark:
    """Only who holds the territory the lead lies in."""
    if not lead.territory:
        return refusal("the lead lies in no territory")
    if lead.territory not in candidate.territories:
        return refusal(f"does not hold {lead.territory}")
    return Mark(0.0, f"holds {lead.territory}")


def nearest(lead: Lead, candidate: Candidate) -> Mark:
    """The shortest detour: from today's way, or there and back from the nearest place; straight lines."""
    extra_m = detour_m(lead, candidate)
    if extra_m is None:
        return refusal("no place is known" if lead.place else "the lead has no place")
    if len(candidate.route) > 1:
        return Mark(extra_m, f"a detour of {extra_m / 1000:.1f} km")
    return Mark(extra_m, f"{extra_m / 2000:.1f} km away")


def round_robin(lead: Lead, candidate: Candidate) -> Mark:
    """In turns: whoever had the last turn longest ago, newcomers first."""
    words = "had no turn yet" if candidate.last_turn < 0 else f"last had turn {candidate.last_turn + 1}"
    return Mark(float(candidate.last_turn), words)


def taxi(lead: Lead, candidate: Candidate) -> Mark:
    """Whoever has been free longest; size and load do not matter. Who is busy gets nothing."""
    since = candidate.free_since
    if since is None or since > lead.arrived_at:
        return refusal("is busy")
    return Mark(since.timestamp(), f"free since {since.isoformat(timespec='seconds')}")


def least_loaded(lead: Lead, candidate: Candidate) -> Mark:
    """Fewest minutes of work so far, in parts of full time."""
    minutes = candidate.load_min / candidate.share_of_full_time
    part = "" if candidate.share_of_full_time == 1 else f" at {candidate.share_of_full_time:.0%} of full time"
    return Mark(minutes, f"{candidate.load_min:.0f} min of work so far{part}")


def skills(lead: Lead, candidate: Candidate) -> Mark:
    """The greatest sum of weight × level; below any of the least levels a candidate is out."""
    for skill, least in sorted(lead.needs.items()):
        level = candidate.skills.get(skill, 0.0)
        if level < least:
            return refusal(f"{skill} at {level:g}, {least:g} needed")
    score = sum(weight * candidate.skills.get(skill, 0.0) for skill, weight in sorted(lead.weights.items()))
    return Mark(-score, f"skills come to {score:g}")


def room(lead: Lead, candidate: Candidate) -> Mark:
    """Only who has the minutes left, the way there included; whoever keeps most of them comes first."""
    if candidate.room_min is None:
        return Mark(float("-inf"), "hours not limited")
    extra_m = detour_m(lead, candidate)
    needed = lead.work_min + (0.0 if extra_m is None else drive_min(extra_m))
    left = candidate.room_min - needed
    if left < 0:
        return refusal(f"{candidate.room_min:.0f} min left, {needed:.0f} needed")
    return Mark(-left, f"{left:.0f} min left afterwards")


OURS: Mapping[str, Criterion] = {
    "territory": territory,
    "nearest": nearest,
    "round_robin": round_robin,
    "taxi": taxi,
    "least_loaded": least_loaded,
    "skills": skills,
    "room": room,
}
STRATEGIES: Mapping[str, Criterion] = Extended(OURS, plug_ins.STRATEGIES)
"""Every strategy by its public name, ours first, then those of plug-ins."""


def detour_m(lead: Lead, candidate: Candidate) -> float | None:
    """Metres that the lead adds in straight lines; None where a place is missing."""
    from geo.great_circle import great_circle_m

    if lead.place is None:
        return None
    if len(candidate.route) > 1:
        to_m = great_circle_m([lead.place], candidate.route)[0]
        legs_m = great_circle_m(candidate.route).diagonal(1)
        return max(0.0, float((to_m[:-1] + to_m[1:] - legs_m).min()))
    near = candidate.places or candidate.route
    return 2 * float(great_circle_m([lead.place], near).min()) if near else None


def drive_min(detour_m: float) -> float:
    """Minutes of driving for a detour of straight metres, out and back, by the fitted speeds of `geo.great_circle`."""
    import numpy as np

    from geo.great_circle import CAR

    return 2 * float(CAR.duration_s(np.array([detour_m / 2]))[0]) / 60
