"""The columns of a site that say where it is and how that is known: from a geocoder's answer and back."""

from collections.abc import Mapping
from typing import Any

from geo.located import Level, Located
from geo.place import Place

PLACE_COLUMNS = (
    "lat", "lon", "level", "place_score", "place_source", "place_why", "place_scores", "runner_up", "runner_up_m",
    "snap_m", "doubts", "place_attribution",
)  # fmt: skip
BETWEEN = "; "
"""Between doubts."""


def place_values(located: Located) -> dict[str, Any]:
    """An answer as columns."""
    return {
        "lat": located.place.lat if located.place else None,
        "lon": located.place.lon if located.place else None,
        "level": located.level.value,
        "place_score": located.score,
        "place_source": located.source,
        "place_why": located.why,
        "place_scores": dict(located.scores) or None,
        "runner_up": located.runner_up,
        "runner_up_m": located.runner_up_m,
        "snap_m": located.snap_m,
        "doubts": BETWEEN.join(located.doubts),
        "place_attribution": located.attribution,
    }


NO_PLACE: Mapping[str, Any] = place_values(Located(None, Level.NONE, 0.0, "")) | {"place_score": None}
"""The columns of a site that nobody has looked up."""


def located_of(row: Mapping[str, Any]) -> Located:
    """The answer that these columns hold."""
    return Located(
        place=None if row["lat"] is None else Place(lat=row["lat"], lon=row["lon"]),
        level=Level(row["level"]),
        score=row["place_score"] or 0.0,
        source=row["place_source"],
        why=row["place_why"],
        scores=row["place_scores"] or {},
        runner_up=row["runner_up"],
        runner_up_m=row["runner_up_m"],
        doubts=tuple(filter(None, row["doubts"].split(BETWEEN))),
        snap_m=row["snap_m"],
        attribution=row["place_attribution"],
    )


def moved_doubt(line: str, city: str) -> str:
    """What to say of a place, pin or not, whose site has another address now; `line` and `city` are the old ones."""
    return f"the place was found for {', '.join(filter(None, (line, city))) or 'another address'}"
