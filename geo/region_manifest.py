"""What a region folder says about itself.

`manifest.json` names the folder's current data and is the last thing a build writes, in one step: a reader sees the
old region or the new one, never half of either.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from geo.errors import RegionMissing
from geo.place import Place

FORMAT = 2
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees."""

    south: float
    west: float
    north: float
    east: float

    def __str__(self) -> str:
        return f"latitude {self.south:.2f} to {self.north:.2f}, longitude {self.west:.2f} to {self.east:.2f}"

    def __contains__(self, place: Place) -> bool:
        return self.south <= place.lat <= self.north and self.west <= place.lon <= self.east


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """One road network of the region.

    `algorithm` is the routing engine's, empty where the graph alone was built. `anchor` lies on the network; `scale`
    turns the graph's times into the engine's.
    """

    roads: str
    road_km: float
    junctions: int
    anchor: Place
    scale: float
    algorithm: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of a finished region; `data` is the folder, inside the region's, that holds its files.

    `key` identifies what travel times depend on: source, profiles, engine and format. It changes with any of them.
    """

    name: str
    data: str
    source: str
    source_sha256: str
    source_bytes: int
    source_timestamp: str
    attribution: str
    bounds: Bounds
    profiles: Mapping[str, ProfileFacts]
    engine: str
    key: str
    shops: int
    addresses: int
    format: int = FORMAT

    def moved_to(self, data: str) -> "Manifest":
        return replace(self, data=data)

    def write(self, folder: Path) -> None:
        """Make this the folder's manifest, in one step that survives a crash."""
        new = folder / self.data / NAME
        with new.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / NAME)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest of a finished region.

        Raises:
            RegionMissing: there is none, or it is of another format.
        """
        path = folder / NAME
        try:
            row = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RegionMissing(f"{folder}: no region here; `bailiwick region build` makes one") from None
        except (OSError, ValueError) as error:
            raise RegionMissing(f"{path}: not a region's manifest ({error})") from error
        if not isinstance(row, dict) or row.get("format") != FORMAT:
            raise RegionMissing(f"{path}: made by another version; build the region again from its extract")
        profiles = {
            name: ProfileFacts(**facts | {"anchor": Place(**facts["anchor"])})
            for name, facts in row["profiles"].items()
        }
        return cls(**row | {"bounds": Bounds(**row["bounds"]), "profiles": profiles})
