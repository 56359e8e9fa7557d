"""What other packages add to ours, found by their entry points: ways to choose reps, geocoding services, kinds of jobs.

A package names them in its own `pyproject.toml`; nothing of ours has to be changed:

    [project.entry-points."bailiwick.strategies"]
    seniority = "our_rules:seniority"

Our own names cannot be taken. Nothing is imported before it is asked for by its name, and nothing is looked for as long
as only ours are.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from geo.errors import PlugInError

STRATEGIES = "bailiwick.strategies"
"""Ways to compare reps for a lead: a function as `balancing.strategies.Criterion`."""
GEOCODERS = "bailiwick.geocoders"
"""Geocoding services: a class made as geopy's own are."""
USE_CASES = "bailiwick.use_cases"
"""Kinds of jobs: a class as `planning.use_case.UseCase`."""


@cache
def plug_ins(group: str) -> Mapping[str, EntryPoint]:
    """What is installed for a group, by name; of two with one name the first found counts."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        found.setdefault(point.name, point)
    return found


class Extended[T](Mapping[str, T]):
    """Our things by their names, and those of plug-ins by theirs."""

    def __init__(self, ours: Mapping[str, T], group: str) -> None:
        self.ours, self.group = ours, group

    def __getitem__(self, name: str) -> T:
        """What has this name.

        Raises:
            KeyError: nothing has.
            PlugInError: a plug-in names it, but it cannot be imported.
        """
        if name in self.ours:
            return self.ours[name]
        point = plug_ins(self.group)[name]
        try:
            made: Any = point.load()
        except Exception as error:  # whatever another package does when it is imported
            where = f" of {point.dist.name} {point.dist.version}" if point.dist else ""
            raise PlugInError(f"the plug-in {name!r}{where} cannot be used: {type(error).__name__}: {error}") from error
        found: T = made
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.ours or name in plug_ins(self.group)

    def __iter__(self) -> Iterator[str]:
        yield from self.ours
        yield from (name for name in plug_ins(self.group) if name not in self.ours)

    def __len__(self) -> int:
        return len(list(iter(self)))
